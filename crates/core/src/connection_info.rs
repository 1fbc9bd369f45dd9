//! What a request does not say itself: who sent it, and how it came.

use std::net::SocketAddr;

use http::uri::Scheme;

/// Where a request came from. Servers put it among the extensions of requests, for services that
/// [want it](crate::Service::wants_connection_info).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConnectionInfo {
    /// The other end of the connection; `None` for a unix socket.
    pub peer: Option<SocketAddr>,
    /// `https` if the connection is encrypted, else `http`.
    pub scheme: Scheme,
}

impl ConnectionInfo {
    /// A connection over TCP from this address.
    pub fn new(peer: SocketAddr, scheme: Scheme) -> Self {
        Self { peer: Some(peer), scheme }
    }
}
