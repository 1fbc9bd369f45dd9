//! A range of a file by reading and sending: where `sendfile` is missing or cannot.

use std::fs::File;
use std::io;
use std::os::fd::BorrowedFd;
use std::os::unix::fs::FileExt;

use super::send_flags;
use crate::More;

/// How much is read at once, in bytes.
const PIECE_BYTES: usize = 64 * 1024;

/// Reads a piece of the file and sends it; what the peer has no room for is read again later.
pub(crate) fn read_and_send(
    socket: BorrowedFd<'_>,
    file: &File,
    offset: u64,
    length: usize,
) -> io::Result<usize> {
    let mut piece = vec![0; length.min(PIECE_BYTES)];
    let read = file.read_at(&mut piece, offset)?;
    if read == 0 {
        return Ok(0);
    }
    Ok(rustix::net::send(socket, &piece[..read], send_flags(More::Nothing))?)
}
