//! A socket that listens, however it came about.
//!
//! It is non-blocking and closed on exec until it is handed on with [`Listener::pass_on`].
//! Several processes may share one: each accepts what it gets.

use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd, RawFd};

use rustix::io::Errno;
use rustix::net::sockopt;

use crate::socket_file::SocketFile;
use crate::{
    ListenAddress, ListenError, LocalAddress, Peer, Scheme, Stream, bind, descriptor, platform,
    urls,
};

/// How to listen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListenOptions {
    /// How many connections may wait to be accepted: 4096, which is also the most that Linux
    /// gives by default (`net.core.somaxconn`); it silently caps larger values.
    pub backlog: u32,
    /// Whether other listeners of this user may listen at the same address and port, each with
    /// a backlog of its own (`SO_REUSEPORT`): no. It has no meaning for unix sockets.
    pub reuse_port: bool,
}

impl Default for ListenOptions {
    fn default() -> Self {
        Self { backlog: 4096, reuse_port: false }
    }
}

/// A listening TCP or unix socket.
///
/// The one that made a unix socket removes its file when it is dropped, in the process that
/// made it and nowhere else; copies, and listeners that were inherited, never do.
pub struct Listener {
    /// Above the descriptor: dropped first, so that nobody finds a file that does not answer.
    file: Option<SocketFile>,
    descriptor: OwnedFd,
    local: LocalAddress,
}

impl Listener {
    /// Listens at an address.
    ///
    /// A TCP socket may bind a port whose old connections still linger (`SO_REUSEADDR`), and
    /// what it accepts sends without delay (`TCP_NODELAY`). An explicit IPv6 address does not
    /// include IPv4; [`ListenAddress::AllTcp`] includes both, or is IPv4 alone where the
    /// machine has no IPv6. The file of a unix socket that nobody answers at any more is
    /// replaced. A descriptor is taken over as by [`inherit`](Self::inherit).
    ///
    /// # Errors
    /// See [`ListenError`]; each says what to do.
    pub fn bind(address: &ListenAddress, options: &ListenOptions) -> Result<Self, ListenError> {
        let failed = |error| ListenError::from_io(address, error);
        let (descriptor, file) = match address {
            ListenAddress::Descriptor(fd) => return Self::inherit(*fd),
            ListenAddress::Tcp(ip) => (bind::tcp(*ip, options).map_err(failed)?, None),
            ListenAddress::AllTcp(port) => (bind::all_tcp(*port, options).map_err(failed)?, None),
            ListenAddress::Unix(path) => {
                let (descriptor, file) = bind::unix(path, options)?;
                (descriptor, Some(file))
            }
        };
        let local = match address {
            ListenAddress::Unix(path) => LocalAddress::Unix(path.clone()),
            _ => bind::local_address(descriptor.as_fd()).map_err(failed)?,
        };
        Ok(Self { file, descriptor, local })
    }

    /// Takes over a listening socket that this program was started with.
    ///
    /// The descriptor belongs to the listener from then on, and is made non-blocking and closed
    /// on exec. (Of the standard streams, 0 to 2, a copy is used: they are not ours to close.)
    /// What this program opened itself is refused: it already has an owner.
    ///
    /// # Errors
    /// [`ListenError::DescriptorClosed`], [`ListenError::DescriptorOwned`],
    /// [`ListenError::NotASocket`], [`ListenError::NotListening`]; the descriptor is then left
    /// as it was.
    pub fn inherit(fd: RawFd) -> Result<Self, ListenError> {
        Self::from_listening(descriptor::take_over(fd, check_listening)?)
    }

    /// Takes any socket that listens, such as a [`std::net::TcpListener`], and makes it
    /// non-blocking.
    ///
    /// # Errors
    /// [`ListenError::NotASocket`], [`ListenError::NotListening`]. The descriptor is closed then.
    pub fn new(descriptor: impl Into<OwnedFd>) -> Result<Self, ListenError> {
        let descriptor = descriptor.into();
        check_listening(descriptor.as_fd())?;
        Self::from_listening(descriptor)
    }

    fn from_listening(descriptor: OwnedFd) -> Result<Self, ListenError> {
        let address = ListenAddress::Descriptor(descriptor.as_raw_fd());
        let failed = |error| ListenError::from_io(&address, error);
        let local = bind::local_address(descriptor.as_fd()).map_err(failed)?;
        rustix::io::ioctl_fionbio(&descriptor, true).map_err(|e| failed(e.into()))?;
        if local.tcp().is_some() {
            sockopt::set_tcp_nodelay(&descriptor, true).map_err(|e| failed(e.into()))?;
        }
        Ok(Self { file: None, descriptor, local })
    }

    /// Accepts a connection if one waits; never blocks.
    ///
    /// # Errors
    /// [`io::ErrorKind::WouldBlock`] if none waits. [`AcceptTrouble`](crate::AcceptTrouble)
    /// sorts the others: most of them are about one connection, not about the listener.
    pub fn accept(&self) -> io::Result<(Stream, Peer)> {
        let (descriptor, address) = platform::accept(self.as_fd())?;
        let peer = match (&self.local, address) {
            (LocalAddress::Unix(_), _) => Peer::Unix,
            (LocalAddress::Tcp(_), Some(address)) => Peer::from(address),
            // The peer left before its address could be read.
            (LocalAddress::Tcp(_), None) => return Err(Errno::CONNABORTED.into()),
        };
        Ok((Stream::from_accepted(descriptor), peer))
    }

    /// Takes a connection that the kernel accepted from this listener in another way than by
    /// [`accept`](Self::accept): through io_uring, non-blocking and closed on exec.
    ///
    /// # Errors
    /// [`io::ErrorKind::NotConnected`] if the peer has already gone.
    pub fn take_accepted(&self, descriptor: OwnedFd) -> io::Result<(Stream, Peer)> {
        let peer = match &self.local {
            LocalAddress::Unix(_) => Peer::Unix,
            LocalAddress::Tcp(_) => {
                let address = rustix::net::getpeername(&descriptor)?;
                let address = address.and_then(|address| SocketAddr::try_from(address).ok());
                address.ok_or(Errno::NOTCONN)?.into()
            }
        };
        Ok((Stream::from_accepted(descriptor), peer))
    }

    /// Where it listens.
    pub fn local_address(&self) -> &LocalAddress {
        &self.local
    }

    /// The addresses to type into a browser: `http://127.0.0.1:8080/`.
    ///
    /// A listener at all addresses has one URL with `localhost`, then one for each address of
    /// the machine in its networks (link-local ones left out). A unix socket gives `unix:PATH`.
    pub fn urls(&self, scheme: Scheme) -> Vec<String> {
        urls::urls(scheme, &self.local, || sockopt::ipv6_v6only(self).unwrap_or(true))
    }

    /// A second handle of the same socket. It does not remove the file of a unix socket.
    ///
    /// # Errors
    /// If the process has no descriptor left.
    pub fn try_clone(&self) -> io::Result<Self> {
        let descriptor = self.descriptor.try_clone()?;
        Ok(Self { file: None, descriptor, local: self.local.clone() })
    }

    /// Lets programs that are started from now on inherit the descriptor, and gives its number.
    ///
    /// The number is for them: here it belongs to this listener, and
    /// [`inherit`](Self::inherit) refuses it. It is valid as long as the listener lives.
    ///
    /// # Errors
    /// What the system said; there is no ordinary reason.
    pub fn pass_on(&self) -> io::Result<RawFd> {
        descriptor::pass_on(self.as_fd())
    }

    /// Leaves the file of a unix socket in place when the listener is dropped, for somebody who
    /// goes on listening at it, such as the successor of this program.
    pub fn keep_file(&mut self) {
        if let Some(file) = self.file.take() {
            file.keep();
        }
    }
}

/// Whether a descriptor is a stream socket that listens.
fn check_listening(fd: BorrowedFd<'_>) -> Result<(), ListenError> {
    let number = fd.as_raw_fd();
    let other = |errno: Errno| match errno {
        Errno::NOTSOCK => ListenError::NotASocket { fd: number },
        errno => ListenError::from_io(&ListenAddress::Descriptor(number), errno.into()),
    };
    if sockopt::socket_type(fd).map_err(other)? != rustix::net::SocketType::STREAM
        || !platform::is_listening(fd).map_err(other)?
    {
        return Err(ListenError::NotListening { fd: number });
    }
    Ok(())
}

impl AsFd for Listener {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.descriptor.as_fd()
    }
}

impl AsRawFd for Listener {
    fn as_raw_fd(&self) -> RawFd {
        self.descriptor.as_raw_fd()
    }
}

impl fmt::Debug for Listener {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Listener({} at {})", self.descriptor.as_raw_fd(), self.local)
    }
}
