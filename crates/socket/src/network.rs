//! A network: an address and how many of its leading bits count (CIDR, RFC 4632 §3.1).
//!
//! Networks of IPv4-mapped IPv6 addresses become IPv4 networks, as peers do, so that there is
//! one way to name an address.

use std::error::Error;
use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use ipnet::IpNet;

use crate::listen_address::digits;

/// How many leading bits of an IPv4-mapped IPv6 address say that it is one
/// (RFC 4291 §2.5.5.2).
const MAPPED_PREFIX_LENGTH: u8 = 96;

/// A network such as `10.0.0.0/8`, or a single address such as `::1`.
///
/// ```
/// use gnezdo_socket::Network;
///
/// let network: Network = "192.168.0.0/16".parse()?;
/// assert!(network.contains("192.168.1.5".parse()?));
/// assert!(network.contains("::ffff:192.168.1.5".parse()?));
/// assert!(!network.contains("10.0.0.1".parse()?));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Network(IpNet);

impl Network {
    /// Whether an address is in the network; an IPv4-mapped one counts as IPv4.
    pub fn contains(&self, ip: IpAddr) -> bool {
        self.0.contains(&ip.to_canonical())
    }

    /// How many leading bits of the address count: 0 to 32, or to 128 for IPv6.
    pub fn prefix_length(&self) -> u8 {
        self.0.prefix_len()
    }
}

impl FromStr for Network {
    type Err = NetworkError;

    fn from_str(text: &str) -> Result<Self, NetworkError> {
        if text.is_empty() {
            return Err(NetworkError::Empty);
        }
        let Some((host, length)) = text.split_once('/') else {
            return Ok(Self(address(text)?.to_canonical().into()));
        };
        network(address(host)?, length)
    }
}

fn address(text: &str) -> Result<IpAddr, NetworkError> {
    text.parse().map_err(|_| NetworkError::AddressInvalid { address: text.to_owned() })
}

fn network(address: IpAddr, length: &str) -> Result<Network, NetworkError> {
    let length_max = if address.is_ipv4() { 32 } else { 128 };
    let invalid = || NetworkError::LengthInvalid { length: length.to_owned(), length_max };
    let length = digits(length).and_then(|n| u8::try_from(n).ok()).ok_or_else(invalid)?;
    let network = unmapped(IpNet::new(address, length).map_err(|_| invalid())?);
    // Whoever writes 10.1.2.3/8 may mean the host or the network: a guess could let in a world.
    if network != network.trunc() {
        return Err(NetworkError::HostBits {
            host: network.addr(),
            length: network.prefix_len(),
            suggestion: Network(network.trunc()),
        });
    }
    Ok(Network(network))
}

/// A network of IPv4-mapped addresses as the IPv4 network that it is.
fn unmapped(network: IpNet) -> IpNet {
    let IpAddr::V6(ip) = network.addr() else { return network };
    let Some(ip) = ip.to_ipv4_mapped() else { return network };
    let length = network.prefix_len().checked_sub(MAPPED_PREFIX_LENGTH);
    length.and_then(|length| IpNet::new(ip.into(), length).ok()).unwrap_or(network)
}

/// A single address is written without its length.
impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.prefix_len() == self.0.max_prefix_len() {
            write!(f, "{}", self.0.addr())
        } else {
            write!(f, "{}", self.0)
        }
    }
}

/// Why a text is no [`Network`].
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum NetworkError {
    /// The text is empty.
    Empty,
    /// What stands before the slash is not an IP address.
    AddressInvalid {
        /// What stands there.
        address: String,
    },
    /// What stands after the slash is not a number of bits.
    LengthInvalid {
        /// What stands there.
        length: String,
        /// How many bits such an address has.
        length_max: u8,
    },
    /// The address has bits beyond the length, so it names a host and not a network.
    HostBits {
        /// The address.
        host: IpAddr,
        /// The prefix length.
        length: u8,
        /// The network that contains the address.
        suggestion: Network,
    },
}

impl fmt::Display for NetworkError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("the network is empty"),
            Self::AddressInvalid { address } => write!(f, "{address:?} is not an IP address"),
            Self::LengthInvalid { length, length_max } => {
                write!(f, "the prefix length {length:?} is not a number from 0 to {length_max}")
            }
            Self::HostBits { host, length, suggestion } => {
                return write!(
                    f,
                    "{host}/{length} has bits of a host; write {suggestion} for the network or \
                     {host} for the host"
                );
            }
        }?;
        f.write_str("; examples: 10.0.0.0/8, 192.168.1.5, 2001:db8::/32, ::1")
    }
}

impl Error for NetworkError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn networks_and_single_addresses() {
        let cases = [
            ("10.0.0.0/8", "10.0.0.0/8", "10.255.0.1", "11.0.0.0"),
            ("192.168.1.5", "192.168.1.5", "192.168.1.5", "192.168.1.4"),
            ("192.168.1.5/32", "192.168.1.5", "192.168.1.5", "192.168.1.6"),
            ("0.0.0.0/0", "0.0.0.0/0", "203.0.113.1", "::1"),
            ("::/0", "::/0", "2001:db8::1", "203.0.113.1"),
            ("::1", "::1", "::1", "::2"),
            ("2001:db8::/32", "2001:db8::/32", "2001:db8:1::", "2001:db9::"),
            ("10.0.0.0/8", "10.0.0.0/8", "::ffff:10.1.1.1", "::ffff:11.1.1.1"),
            ("::ffff:10.0.0.0/104", "10.0.0.0/8", "10.1.1.1", "11.1.1.1"),
            ("::ffff:0:0/96", "0.0.0.0/0", "10.1.1.1", "::1"),
            ("::ffff:192.0.2.1", "192.0.2.1", "192.0.2.1", "192.0.2.2"),
        ];
        for (text, displayed, inside, outside) in cases {
            let network: Network = text.parse().unwrap();
            assert_eq!(network.to_string(), displayed, "{text}");
            assert_eq!(network.to_string().parse(), Ok(network), "{text} and back");
            assert!(network.contains(inside.parse().unwrap()), "{text} {inside}");
            assert!(!network.contains(outside.parse().unwrap()), "{text} {outside}");
        }
    }

    #[test]
    fn what_is_wrong_is_said() {
        let cases = [
            ("", "the network is empty; examples: "),
            ("lan", "\"lan\" is not an IP address; examples: "),
            ("10.0.0/8", "\"10.0.0\" is not an IP address"),
            ("/8", "\"\" is not an IP address"),
            ("10.0.0.0 /8", "\"10.0.0.0 \" is not an IP address"),
            ("10.0.0.0/33", "the prefix length \"33\" is not a number from 0 to 32; examples: "),
            ("10.0.0.0/+8", "the prefix length \"+8\" is not"),
            ("10.0.0.0/", "the prefix length \"\" is not"),
            ("10.0.0.0/8/8", "the prefix length \"8/8\" is not"),
            ("10.0.0.0/264", "the prefix length \"264\" is not"),
            ("10.0.0.0/255.0.0.0", "the prefix length \"255.0.0.0\" is not"),
            ("::/129", "the prefix length \"129\" is not a number from 0 to 128"),
            (
                "10.1.2.3/8",
                "10.1.2.3/8 has bits of a host; write 10.0.0.0/8 for the network or 10.1.2.3 for \
                 the host",
            ),
        ];
        for (text, expected) in cases {
            let message = text.parse::<Network>().unwrap_err().to_string();
            assert!(message.starts_with(expected), "{text:?}: {message}");
        }
    }
}
