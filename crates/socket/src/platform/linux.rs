//! Linux: `accept4`, `MSG_MORE`, `sendfile`.

use std::fs::File;
use std::io;
use std::net::SocketAddr;
use std::os::fd::{BorrowedFd, OwnedFd};

use rustix::io::Errno;
use rustix::net::{SendFlags, SocketFlags, sockopt};

use super::read_and_send::read_and_send;
use crate::More;

/// How long the path of a unix socket may be: `sun_path` has 108 bytes, the last one NUL.
pub(crate) const SOCKET_PATH_BYTES_MAX: usize = 107;

/// Errors of the new socket's network that `accept` passes on (accept(2), "Error handling").
pub(crate) const NETWORK_ERRORS: [Errno; 9] = [
    Errno::NETDOWN,
    Errno::PROTO,
    Errno::NOPROTOOPT,
    Errno::HOSTDOWN,
    Errno::NONET,
    Errno::HOSTUNREACH,
    Errno::OPNOTSUPP,
    Errno::NETUNREACH,
    Errno::TIMEDOUT,
];

/// Accepts a connection, non-blocking and closed on exec. No address if it is not an IP one.
pub(crate) fn accept(listener: BorrowedFd<'_>) -> io::Result<(OwnedFd, Option<SocketAddr>)> {
    let flags = SocketFlags::NONBLOCK | SocketFlags::CLOEXEC;
    let (descriptor, address) = rustix::net::acceptfrom_with(listener, flags)?;
    Ok((descriptor, address.and_then(|address| address.try_into().ok())))
}

/// Whether a socket listens.
pub(crate) fn is_listening(socket: BorrowedFd<'_>) -> rustix::io::Result<bool> {
    sockopt::socket_acceptconn(socket)
}

/// How to send: never with a signal.
pub(crate) fn send_flags(more: More) -> SendFlags {
    match more {
        More::Follows => SendFlags::NOSIGNAL | SendFlags::MORE,
        More::Nothing => SendFlags::NOSIGNAL,
    }
}

/// Sends from a file without copying it through the program.
pub(crate) fn send_file(
    socket: BorrowedFd<'_>,
    file: &File,
    mut offset: u64,
    length: usize,
) -> io::Result<usize> {
    match rustix::fs::sendfile(socket, file, Some(&mut offset), length) {
        // sendfile(2): some file systems cannot; "read and write" is the way out.
        Err(Errno::INVAL | Errno::NOSYS) => read_and_send(socket, file, offset, length),
        result => Ok(result?),
    }
}
