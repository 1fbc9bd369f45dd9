//! Where a listener really listens, once the system has chosen what was left open.

use std::fmt;
use std::net::SocketAddr;
use std::path::PathBuf;

/// The address of a [`Listener`](crate::Listener).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum LocalAddress {
    /// An IP address and the port, never 0.
    Tcp(SocketAddr),
    /// The path of a unix socket; empty if an inherited socket has none.
    Unix(PathBuf),
}

impl LocalAddress {
    /// The IP address and port, unless this is a unix socket.
    pub fn tcp(&self) -> Option<SocketAddr> {
        match self {
            Self::Tcp(address) => Some(*address),
            Self::Unix(_) => None,
        }
    }
}

impl fmt::Display for LocalAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tcp(address) => write!(f, "{address}"),
            Self::Unix(path) => write!(f, "unix:{}", path.display()),
        }
    }
}
