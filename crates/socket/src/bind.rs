//! The making of listening sockets, each from nothing to the first connection.
//!
//! Options are set before `bind`, where some of them (`SO_REUSEADDR`, `IPV6_V6ONLY`) only then
//! have an effect. `TCP_NODELAY` is set once on the listener: what it accepts inherits it,
//! which saves a system call on each connection.

use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::os::fd::{BorrowedFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use socket2::{Domain, SockAddr, SockRef, Socket, Type};

use crate::socket_file::{self, SocketFile};
use crate::{ListenAddress, ListenError, ListenOptions, LocalAddress, platform};

/// Which families an IPv6 socket takes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Families {
    /// IPv6 alone; for an IPv4 address this says nothing.
    One,
    /// IPv6 and IPv4.
    Both,
}

/// Listens at one address.
pub(crate) fn tcp(address: SocketAddr, options: &ListenOptions) -> io::Result<OwnedFd> {
    tcp_with(address, Families::One, options)
}

/// Listens at all addresses: IPv6 and IPv4, or IPv4 where the machine has no IPv6.
pub(crate) fn all_tcp(port: u16, options: &ListenOptions) -> io::Result<OwnedFd> {
    match tcp_with((Ipv6Addr::UNSPECIFIED, port).into(), Families::Both, options) {
        Err(error) if lacks_ipv6(&error) => tcp((Ipv4Addr::UNSPECIFIED, port).into(), options),
        result => result,
    }
}

fn lacks_ipv6(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::AddrNotAvailable || platform::is_family_missing(error)
}

fn tcp_with(
    address: SocketAddr,
    families: Families,
    options: &ListenOptions,
) -> io::Result<OwnedFd> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, None)?;
    if address.is_ipv6() {
        socket.set_only_v6(families == Families::One)?;
    }
    socket.set_reuse_address(true)?;
    if options.reuse_port {
        socket.set_reuse_port(true)?;
    }
    socket.set_tcp_nodelay(true)?;
    socket.bind(&address.into())?;
    listen(socket, options)
}

/// Listens at a path, and makes the file there.
pub(crate) fn unix(
    path: &Path,
    options: &ListenOptions,
) -> Result<(OwnedFd, SocketFile), ListenError> {
    let address = ListenAddress::Unix(path.to_owned());
    let failed = |error| ListenError::from_io(&address, error);
    let name = unix_name(path)?;
    socket_file::make_way(path, &name)?;
    let socket = Socket::new(Domain::UNIX, Type::STREAM, None).map_err(failed)?;
    socket.bind(&name).map_err(failed)?;
    // From here on a failure removes the file again.
    let file = SocketFile::new(path).map_err(failed)?;
    let descriptor = listen(socket, options).map_err(failed)?;
    Ok((descriptor, file))
}

/// A path as the system wants it. An empty name or one that starts with NUL would mean other
/// kinds of unix sockets, so it is refused here even though no [`ListenAddress`] is parsed to it.
fn unix_name(path: &Path) -> Result<SockAddr, ListenError> {
    let bytes = path.as_os_str().as_bytes();
    if bytes.is_empty() || bytes.contains(&0) {
        let address = ListenAddress::Unix(path.to_owned());
        let source = io::Error::new(io::ErrorKind::InvalidInput, "not a path");
        return Err(ListenError::Other { address, source });
    }
    SockAddr::unix(path).map_err(|_| ListenError::PathTooLong {
        path: path.to_owned(),
        bytes_max: platform::SOCKET_PATH_BYTES_MAX,
    })
}

fn listen(socket: Socket, options: &ListenOptions) -> io::Result<OwnedFd> {
    socket.set_nonblocking(true)?;
    socket.listen(i32::try_from(options.backlog).unwrap_or(i32::MAX))?;
    Ok(socket.into())
}

/// Where a socket listens, as the system says.
pub(crate) fn local_address(descriptor: BorrowedFd<'_>) -> io::Result<LocalAddress> {
    let address = SockRef::from(&descriptor).local_addr()?;
    if let Some(address) = address.as_socket() {
        return Ok(LocalAddress::Tcp(address));
    }
    if address.is_unix() {
        let path = address.as_pathname().unwrap_or(Path::new(""));
        return Ok(LocalAddress::Unix(path.to_owned()));
    }
    Err(io::Error::new(io::ErrorKind::Unsupported, "neither a TCP nor a unix socket"))
}

#[cfg(test)]
mod tests {
    use rustix::io::Errno;

    use super::*;

    #[test]
    fn a_machine_without_ipv6_is_told_from_other_trouble() {
        for errno in [Errno::AFNOSUPPORT, Errno::ADDRNOTAVAIL, Errno::PROTONOSUPPORT] {
            assert!(lacks_ipv6(&errno.into()), "{errno:?}");
        }
        for errno in [Errno::ADDRINUSE, Errno::ACCESS, Errno::MFILE] {
            assert!(!lacks_ipv6(&errno.into()), "{errno:?}");
        }
    }
}
