//! Where to listen, as people write it.
//!
//! Numbers are read by our own digit function, so that `+80` is no port. A bare port means the
//! local machine alone: being reachable from elsewhere has to be asked for, with `:PORT`.
//!
//! No name but `localhost` is looked up: a listener belongs to an address of this machine, and
//! a name server should not decide which.

use std::error::Error;
use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV6};
use std::os::fd::RawFd;
use std::path::PathBuf;
use std::str::FromStr;

/// Where a [`Listener`](crate::Listener) listens.
///
/// | written | means |
/// |---|---|
/// | `127.0.0.1:8080`, `[::1]:8080` | this address; IPv6 addresses do not include IPv4 |
/// | `:8080` | all addresses of this machine, IPv6 and IPv4 |
/// | `localhost:8080`, `8080` | `127.0.0.1:8080` |
/// | `unix:PATH` | a unix socket that is made at this path |
/// | `fd:N` | a listening socket that this program was started with |
///
/// ```
/// use gnezdo_socket::ListenAddress;
///
/// assert_eq!(":8080".parse(), Ok(ListenAddress::AllTcp(8080)));
/// assert_eq!("8080".parse::<ListenAddress>().unwrap().to_string(), "127.0.0.1:8080");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum ListenAddress {
    /// One address of this machine. Port 0 lets the system choose a free one.
    Tcp(SocketAddr),
    /// A port of all addresses of this machine, IPv6 (where there is such a thing) and IPv4.
    AllTcp(u16),
    /// A unix socket at this path.
    Unix(PathBuf),
    /// A listening socket that was handed over as this descriptor.
    Descriptor(RawFd),
}

impl FromStr for ListenAddress {
    type Err = AddressError;

    fn from_str(text: &str) -> Result<Self, AddressError> {
        if text.is_empty() {
            return Err(AddressError::Empty);
        }
        if let Some(path) = text.strip_prefix("unix:") {
            return unix(path);
        }
        if let Some(number) = text.strip_prefix("fd:") {
            return descriptor(number);
        }
        if text.starts_with('[') {
            return ipv6(text);
        }
        if text.bytes().all(|b| b.is_ascii_digit()) {
            return Ok(Self::Tcp((Ipv4Addr::LOCALHOST, port(text)?).into()));
        }
        tcp(text)
    }
}

fn unix(path: &str) -> Result<ListenAddress, AddressError> {
    if path.is_empty() {
        return Err(AddressError::PathMissing);
    }
    if path.contains('\0') {
        return Err(AddressError::PathHasNul);
    }
    Ok(ListenAddress::Unix(path.into()))
}

fn descriptor(number: &str) -> Result<ListenAddress, AddressError> {
    let invalid = || AddressError::DescriptorInvalid { number: number.to_owned() };
    let value = digits(number).ok_or_else(invalid)?;
    RawFd::try_from(value).map(ListenAddress::Descriptor).map_err(|_| invalid())
}

fn ipv6(text: &str) -> Result<ListenAddress, AddressError> {
    let invalid = || AddressError::HostInvalid { host: text.to_owned() };
    let (_, after) = text.split_once(']').ok_or_else(invalid)?;
    if after.is_empty() {
        return Err(AddressError::PortMissing { text: text.to_owned() });
    }
    port(after.strip_prefix(':').ok_or_else(invalid)?)?;
    let address: SocketAddrV6 = text.parse().map_err(|_| invalid())?;
    Ok(ListenAddress::Tcp(address.into()))
}

fn tcp(text: &str) -> Result<ListenAddress, AddressError> {
    if text.parse::<Ipv6Addr>().is_ok() {
        return Err(AddressError::BracketsMissing { text: text.to_owned() });
    }
    let Some((host, number)) = text.rsplit_once(':') else {
        return Err(match ip(text) {
            Some(_) => AddressError::PortMissing { text: text.to_owned() },
            None => AddressError::HostInvalid { host: text.to_owned() },
        });
    };
    if host.is_empty() {
        return port(number).map(ListenAddress::AllTcp);
    }
    let Some(ip) = ip(host) else {
        return Err(AddressError::HostInvalid { host: host.to_owned() });
    };
    if ip.is_ipv6() {
        return Err(AddressError::BracketsMissing { text: text.to_owned() });
    }
    Ok(ListenAddress::Tcp((ip, port(number)?).into()))
}

fn ip(host: &str) -> Option<IpAddr> {
    if host.eq_ignore_ascii_case("localhost") {
        return Some(Ipv4Addr::LOCALHOST.into());
    }
    host.parse().ok()
}

fn port(number: &str) -> Result<u16, AddressError> {
    digits(number)
        .and_then(|value| u16::try_from(value).ok())
        .ok_or_else(|| AddressError::PortInvalid { port: number.to_owned() })
}

/// One to ten decimal digits and nothing else; `parse` alone would also take `+80`.
pub(crate) fn digits(text: &str) -> Option<u64> {
    let plausible = (1..=10).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
    if plausible { text.parse().ok() } else { None }
}

impl fmt::Display for ListenAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tcp(address) => write!(f, "{address}"),
            Self::AllTcp(port) => write!(f, ":{port}"),
            Self::Unix(path) => write!(f, "unix:{}", path.display()),
            Self::Descriptor(number) => write!(f, "fd:{number}"),
        }
    }
}

/// Why a text is no [`ListenAddress`].
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum AddressError {
    /// The text is empty.
    Empty,
    /// What stands where an IP address is expected is none.
    HostInvalid {
        /// What stands there.
        host: String,
    },
    /// An address without a port.
    PortMissing {
        /// The address.
        text: String,
    },
    /// The port is not a number from 0 to 65535.
    PortInvalid {
        /// What stands there.
        port: String,
    },
    /// An IPv6 address that is not in brackets, so that its port cannot be told from it.
    BracketsMissing {
        /// The text.
        text: String,
    },
    /// `unix:` without a path.
    PathMissing,
    /// A path with a NUL in it.
    PathHasNul,
    /// What follows `fd:` is not the number of a descriptor.
    DescriptorInvalid {
        /// What stands there.
        number: String,
    },
}

/// How the forms look, for every message.
const EXAMPLES: &str =
    "127.0.0.1:8080, :8080 (all addresses), [::1]:8080, unix:/run/nest.sock, fd:3";

impl fmt::Display for AddressError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("the address is empty"),
            Self::HostInvalid { host } => write!(f, "{host:?} is not an IP address"),
            Self::PortMissing { text } => write!(f, "the port is missing after {text:?}"),
            Self::PortInvalid { port } => {
                write!(f, "the port {port:?} is not a number from 0 to 65535")
            }
            Self::BracketsMissing { text } => {
                write!(f, "the IPv6 address in {text:?} needs brackets around it and a port")
            }
            Self::PathMissing => f.write_str("the path is missing after \"unix:\""),
            Self::PathHasNul => f.write_str("the path after \"unix:\" contains a NUL"),
            Self::DescriptorInvalid { number } => {
                write!(f, "{number:?} after \"fd:\" is not the number of a descriptor")
            }
        }?;
        write!(f, "; examples: {EXAMPLES}")
    }
}

impl Error for AddressError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_write() {
        let cases = [
            ("127.0.0.1:8080", ListenAddress::Tcp("127.0.0.1:8080".parse().unwrap())),
            ("0.0.0.0:0", ListenAddress::Tcp("0.0.0.0:0".parse().unwrap())),
            ("[::1]:65535", ListenAddress::Tcp("[::1]:65535".parse().unwrap())),
            ("[fe80::1%2]:80", ListenAddress::Tcp("[fe80::1%2]:80".parse().unwrap())),
            (":8080", ListenAddress::AllTcp(8080)),
            ("8080", ListenAddress::Tcp("127.0.0.1:8080".parse().unwrap())),
            ("LocalHost:80", ListenAddress::Tcp("127.0.0.1:80".parse().unwrap())),
            ("unix:/run/nest.sock", ListenAddress::Unix("/run/nest.sock".into())),
            ("unix:a b:1", ListenAddress::Unix("a b:1".into())),
            ("fd:3", ListenAddress::Descriptor(3)),
        ];
        for (text, expected) in cases {
            let address: ListenAddress = text.parse().unwrap();
            assert_eq!(address, expected, "{text}");
            assert_eq!(address.to_string().parse(), Ok(expected), "{text} and back");
        }
    }

    #[test]
    fn what_is_wrong_is_said() {
        let cases = [
            ("", "the address is empty"),
            ("example", "\"example\" is not an IP address"),
            ("example.org:80", "\"example.org\" is not an IP address"),
            ("http://127.0.0.1:80", "\"http://127.0.0.1\" is not an IP address"),
            ("*:80", "\"*\" is not an IP address"),
            ("127.0.0.256:80", "\"127.0.0.256\" is not an IP address"),
            ("127.0.0.1 :80", "\"127.0.0.1 \" is not an IP address"),
            ("127.0.0.01:80", "\"127.0.0.01\" is not an IP address"),
            ("127.0.0.1", "the port is missing after \"127.0.0.1\""),
            ("localhost", "the port is missing after \"localhost\""),
            ("[::1]", "the port is missing after \"[::1]\""),
            ("[::1", "\"[::1\" is not an IP address"),
            ("[::1]80", "\"[::1]80\" is not an IP address"),
            ("[1.2.3.4]:80", "\"[1.2.3.4]:80\" is not an IP address"),
            ("::1", "the IPv6 address in \"::1\" needs brackets around it and a port"),
            ("1:2:3:4:5:6:7:8:80", "the IPv6 address in \"1:2:3:4:5:6:7:8:80\" needs brackets"),
            (":", "the port \"\" is not a number from 0 to 65535"),
            ("127.0.0.1:", "the port \"\" is not a number"),
            ("127.0.0.1:+80", "the port \"+80\" is not a number"),
            ("127.0.0.1:-1", "the port \"-1\" is not a number"),
            (":65536", "the port \"65536\" is not a number"),
            ("[::1]:65536", "the port \"65536\" is not a number"),
            ("99999999999999999999", "the port \"99999999999999999999\" is not a number"),
            (":８０", "the port \"８０\" is not a number"),
            ("unix:", "the path is missing after \"unix:\""),
            ("unix:a\0b", "the path after \"unix:\" contains a NUL"),
            ("fd:", "\"\" after \"fd:\" is not the number of a descriptor"),
            ("fd:-1", "\"-1\" after \"fd:\""),
            ("fd:+3", "\"+3\" after \"fd:\""),
            ("fd:2147483648", "\"2147483648\" after \"fd:\""),
            ("127.0.0.1\n:80", "\"127.0.0.1\\n\" is not an IP address"),
        ];
        for (text, expected) in cases {
            let message = text.parse::<ListenAddress>().unwrap_err().to_string();
            assert!(message.starts_with(expected), "{text:?}: {message}");
            assert!(message.ends_with(EXAMPLES), "{text:?}: {message}");
            assert!(!message.contains('\n'), "{text:?}: {message}");
        }
    }
}
