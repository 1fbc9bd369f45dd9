//! Who is at the other end of a connection.
//!
//! A listener for IPv6 and IPv4 sees IPv4 peers as `::ffff:192.0.2.1` (RFC 4291 §2.5.5.2).
//! Rules, limits and logs speak of the IPv4 address; so it is turned back here, once.

use std::fmt;
use std::net::{IpAddr, SocketAddr};

/// The other end of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Peer {
    /// A peer with an IP address and a port. The address is never an IPv4-mapped IPv6 address
    /// if it comes from [`Listener::accept`](crate::Listener::accept).
    Ip(SocketAddr),
    /// A peer on this machine, over a unix socket.
    Unix,
}

impl Peer {
    /// The peer's address, an IPv4-mapped one turned into IPv4; none over a unix socket.
    ///
    /// ```
    /// use gnezdo_socket::Peer;
    /// let peer = Peer::Ip("[::ffff:192.0.2.1]:50000".parse().unwrap());
    /// assert_eq!(peer.ip(), Some("192.0.2.1".parse().unwrap()));
    /// ```
    pub fn ip(&self) -> Option<IpAddr> {
        match self {
            Self::Ip(address) => Some(address.ip().to_canonical()),
            Self::Unix => None,
        }
    }
}

impl From<SocketAddr> for Peer {
    fn from(address: SocketAddr) -> Self {
        match address.ip() {
            IpAddr::V4(_) => Self::Ip(address),
            IpAddr::V6(ip) => Self::Ip(match ip.to_ipv4_mapped() {
                Some(ip) => (ip, address.port()).into(),
                None => address,
            }),
        }
    }
}

/// As logs write it: the address without the port, or `unix:`.
impl fmt::Display for Peer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.ip() {
            Some(ip) => write!(f, "{ip}"),
            None => f.write_str("unix:"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mapped_address_is_an_ipv4_address() {
        let cases = [
            ("192.0.2.1:1", "192.0.2.1"),
            ("[::ffff:192.0.2.1]:1", "192.0.2.1"),
            ("[::1]:1", "::1"),
            ("[2001:db8::1]:1", "2001:db8::1"),
        ];
        for (address, expected) in cases {
            let address: SocketAddr = address.parse().unwrap();
            assert_eq!(Peer::Ip(address).to_string(), expected);
            assert_eq!(Peer::from(address).to_string(), expected);
            assert_eq!(Peer::from(address).ip(), Peer::Ip(address).ip());
        }
        assert_eq!(Peer::Unix.to_string(), "unix:");
        assert_eq!(Peer::Unix.ip(), None);
    }
}
