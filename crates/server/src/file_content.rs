//! Content of files for sessions that need to see it: TLS and HTTP/2 cannot let the kernel send
//! it by itself.
//!
//! It is read in bounded pieces, so that a thread that serves many connections is not held for
//! longer than a piece takes. Most files that are served are in the kernel's cache, and nobody
//! waits.

use std::io;
use std::os::unix::fs::FileExt;

use gnezdo_core::FileRange;

/// Appends the next octets of a file to `out`, at most so many, and moves the start of the range
/// past them.
///
/// # Errors
/// What reading gave; [`io::ErrorKind::UnexpectedEof`] if the file is shorter than promised.
pub(crate) fn read(range: &mut FileRange, bytes_max: usize, out: &mut Vec<u8>) -> io::Result<()> {
    let length = usize::try_from(range.length).unwrap_or(usize::MAX).min(bytes_max);
    let start = out.len();
    out.resize(start + length, 0);
    let mut done = 0;
    while done < length {
        let read = match range.file.read_at(&mut out[start + done..], range.offset) {
            Ok(0) => Err(io::ErrorKind::UnexpectedEof.into()),
            Ok(read) => Ok(read),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => Ok(0),
            Err(error) => Err(error),
        };
        let read = read.inspect_err(|_| out.truncate(start))?;
        done += read;
        range.offset += read as u64;
        range.length -= read as u64;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::sync::Arc;

    use super::*;

    fn range(content: &[u8], offset: u64, length: u64) -> FileRange {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(content).unwrap();
        FileRange { file: Arc::new(file), offset, length }
    }

    #[test]
    fn pieces_follow_each_other() {
        let mut range = range(b"0123456789", 2, 5);
        let mut out = b"x".to_vec();
        read(&mut range, 3, &mut out).unwrap();
        assert_eq!((&out[..], range.offset, range.length), (&b"x234"[..], 5, 2));
        read(&mut range, 3, &mut out).unwrap();
        assert_eq!((&out[..], range.length), (&b"x23456"[..], 0));
        read(&mut range, 3, &mut out).unwrap();
        assert_eq!(out, b"x23456");
    }

    #[test]
    fn a_file_that_became_shorter_is_an_error_and_never_padded() {
        let mut range = range(b"012", 1, 5);
        let mut out = b"x".to_vec();
        let error = read(&mut range, 9, &mut out).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::UnexpectedEof);
        assert_eq!(out, b"x");
    }
}
