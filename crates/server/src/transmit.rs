//! Output into a socket: as much as it takes now.

use std::io;

use gnezdo_socket::{More, Stream};

use crate::output::{Output, Tail};

/// How much of a file one connection sends before the others have their turn: 2 MiB, as
/// nginx's `sendfile_max_chunk`.
const FILE_TURN_BYTES: u64 = 2 * 1024 * 1024;

/// How far a transmission came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Progress {
    /// All has left.
    Complete,
    /// The socket takes no more for now.
    Blocked,
    /// The socket would take more, but others have their turn.
    Yielded,
}

/// Sends what the socket takes. Gives the number of octets with the progress.
///
/// # Errors
/// What the socket or the file gave. A file that has become shorter than was promised is
/// [`io::ErrorKind::UnexpectedEof`]: the answer can only be broken off.
pub(crate) fn transmit(stream: &Stream, output: &mut Output) -> (u64, io::Result<Progress>) {
    let before = output.left();
    let result = transmit_all(stream, output);
    if matches!(result, Ok(Progress::Complete)) {
        output.clear();
        return (before, result);
    }
    (before - output.left(), result)
}

fn transmit_all(stream: &Stream, output: &mut Output) -> io::Result<Progress> {
    let mut file_bytes = 0;
    while !output.is_empty() {
        match transmit_some(stream, output) {
            Ok(sent) => file_bytes += sent,
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                return Ok(Progress::Blocked);
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
        if file_bytes >= FILE_TURN_BYTES {
            return Ok(Progress::Yielded);
        }
    }
    Ok(Progress::Complete)
}

/// One system call. Gives how many octets of a file it sent.
fn transmit_some(stream: &Stream, output: &mut Output) -> io::Result<u64> {
    let bytes = &output.bytes[output.sent..];
    match &mut output.tail {
        None => {
            output.sent += stream.send(bytes, More::Nothing)?;
            Ok(0)
        }
        Some(Tail::Bytes(tail)) => {
            let head_bytes = bytes.len();
            let sent = stream.send_two(bytes, tail, More::Nothing)?;
            output.sent += sent.min(head_bytes);
            let _ = tail.split_to(sent.saturating_sub(head_bytes));
            drop_empty(&mut output.tail);
            Ok(0)
        }
        Some(Tail::File(_)) if !bytes.is_empty() => {
            output.sent += stream.send(bytes, More::Follows)?;
            Ok(0)
        }
        Some(Tail::File(range)) => {
            let length = usize::try_from(range.length.min(FILE_TURN_BYTES)).unwrap_or(usize::MAX);
            let sent = stream.send_file(&range.file, range.offset, length)? as u64;
            if sent == 0 && range.length > 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            range.offset += sent;
            range.length -= sent;
            drop_empty(&mut output.tail);
            Ok(sent)
        }
    }
}

fn drop_empty(tail: &mut Option<Tail>) {
    if tail.as_ref().is_some_and(|tail| tail.left() == 0) {
        *tail = None;
    }
}
