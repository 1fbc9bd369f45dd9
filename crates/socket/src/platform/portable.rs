//! Systems other than Linux: the same by the calls that all of them have.

// On Linux this is built for its tests alone.
#![cfg_attr(any(target_os = "linux", target_os = "android"), allow(dead_code, unused_imports))]

use std::io;
use std::net::SocketAddr;
use std::os::fd::{BorrowedFd, OwnedFd};

use rustix::io::{Errno, FdFlags};
use rustix::net::SendFlags;

pub(crate) use super::read_and_send::read_and_send as send_file;
use crate::More;

/// How long the path of a unix socket may be: `sun_path` has 104 bytes, the last one NUL.
pub(crate) const SOCKET_PATH_BYTES_MAX: usize = 103;

/// Errors of the new socket's network that `accept` may pass on.
pub(crate) const NETWORK_ERRORS: [Errno; 8] = [
    Errno::NETDOWN,
    Errno::PROTO,
    Errno::NOPROTOOPT,
    Errno::HOSTDOWN,
    Errno::HOSTUNREACH,
    Errno::OPNOTSUPP,
    Errno::NETUNREACH,
    Errno::TIMEDOUT,
];

/// Accepts a connection, non-blocking and closed on exec. No address if it is not an IP one.
pub(crate) fn accept(listener: BorrowedFd<'_>) -> io::Result<(OwnedFd, Option<SocketAddr>)> {
    let (descriptor, address) = rustix::net::acceptfrom(listener)?;
    rustix::io::fcntl_setfd(&descriptor, FdFlags::CLOEXEC)?;
    rustix::io::ioctl_fionbio(&descriptor, true)?;
    refuse_signals(&descriptor)?;
    Ok((descriptor, address.and_then(|address| address.try_into().ok())))
}

/// Apple's systems have no `MSG_NOSIGNAL`, but an option of the socket.
#[cfg(target_vendor = "apple")]
fn refuse_signals(descriptor: &OwnedFd) -> io::Result<()> {
    Ok(rustix::net::sockopt::set_socket_nosigpipe(descriptor, true)?)
}

#[cfg(not(target_vendor = "apple"))]
fn refuse_signals(_: &OwnedFd) -> io::Result<()> {
    Ok(())
}

/// Whether a socket listens. Apple's systems do not tell: there, one without a peer may.
pub(crate) fn is_listening(socket: BorrowedFd<'_>) -> rustix::io::Result<bool> {
    #[cfg(target_vendor = "apple")]
    return Ok(rustix::net::getpeername(socket).is_err());
    #[cfg(not(target_vendor = "apple"))]
    rustix::net::sockopt::socket_acceptconn(socket)
}

/// How to send: never with a signal. Only Linux lets a packet wait for more.
pub(crate) fn send_flags(_: More) -> SendFlags {
    #[cfg(target_vendor = "apple")]
    return SendFlags::empty();
    #[cfg(not(target_vendor = "apple"))]
    SendFlags::NOSIGNAL
}

#[cfg(test)]
mod tests {
    use std::io::Read;
    use std::net::{TcpListener, TcpStream};
    use std::os::fd::AsFd;

    use rustix::fs::{OFlags, fcntl_getfl};
    use rustix::io::fcntl_getfd;

    use super::*;

    #[test]
    fn a_connection_is_accepted_and_a_file_sent() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        assert!(is_listening(listener.as_fd()).unwrap());
        let mut client = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        assert!(!is_listening(client.as_fd()).unwrap());

        let (server, address) = accept(listener.as_fd()).unwrap();
        assert_eq!(address, Some(client.local_addr().unwrap()));
        assert!(fcntl_getfl(&server).unwrap().contains(OFlags::NONBLOCK));
        assert!(fcntl_getfd(&server).unwrap().contains(FdFlags::CLOEXEC));

        let file = tempfile::tempfile().unwrap();
        std::os::unix::fs::FileExt::write_all_at(&file, b"0123456789", 0).unwrap();
        assert_eq!(send_file(server.as_fd(), &file, 2, 3).unwrap(), 3);
        assert_eq!(send_file(server.as_fd(), &file, 8, 100).unwrap(), 2);
        assert_eq!(send_file(server.as_fd(), &file, 10, 100).unwrap(), 0);
        drop(server);
        let mut received = String::new();
        client.read_to_string(&mut received).unwrap();
        assert_eq!(received, "23489");
    }
}
