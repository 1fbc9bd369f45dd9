//! What to type into a browser to reach a listener.
//!
//! A pure function of the listener's address and the addresses of the machine; asking the
//! machine for them is the last step, done only if the listener is at all addresses.

use std::net::{IpAddr, SocketAddr};

use if_addrs::{IfOperStatus, Interface};

use crate::LocalAddress;

/// How a URL begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scheme {
    /// `http`, RFC 9110 §4.2.1.
    Http,
    /// `https`, RFC 9110 §4.2.2.
    Https,
}

impl Scheme {
    /// The scheme, as it stands in a URL.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Http => "http",
            Self::Https => "https",
        }
    }

    /// The port that a URL of the scheme need not name.
    pub const fn default_port(self) -> u16 {
        match self {
            Self::Http => 80,
            Self::Https => 443,
        }
    }
}

/// The URLs of a listener. `ipv6_only` says whether an IPv6 listener leaves out IPv4.
pub(crate) fn urls(
    scheme: Scheme,
    local: &LocalAddress,
    ipv6_only: impl FnOnce() -> bool,
) -> Vec<String> {
    match local {
        LocalAddress::Unix(_) => vec![local.to_string()],
        LocalAddress::Tcp(address) if address.ip().is_unspecified() => {
            let families = match address {
                SocketAddr::V4(_) => Families::Ipv4,
                SocketAddr::V6(_) if ipv6_only() => Families::Ipv6,
                SocketAddr::V6(_) => Families::Both,
            };
            urls_of_all(scheme, address.port(), families, lan_addresses())
        }
        LocalAddress::Tcp(address) => vec![url(scheme, address.ip(), address.port())],
    }
}

#[derive(Clone, Copy)]
enum Families {
    Ipv4,
    Ipv6,
    Both,
}

impl Families {
    fn has(self, ip: IpAddr) -> bool {
        match self {
            Self::Ipv4 => ip.is_ipv4(),
            Self::Ipv6 => ip.is_ipv6(),
            Self::Both => true,
        }
    }
}

fn urls_of_all(scheme: Scheme, port: u16, families: Families, mut lan: Vec<IpAddr>) -> Vec<String> {
    // IPv4 first: it is what people type.
    lan.sort();
    lan.dedup();
    let lan = lan.into_iter().filter(|ip| families.has(*ip)).map(|ip| url(scheme, ip, port));
    std::iter::once(url_of_host(scheme, "localhost", port)).chain(lan).collect()
}

fn url(scheme: Scheme, ip: IpAddr, port: u16) -> String {
    match ip {
        IpAddr::V4(ip) => url_of_host(scheme, &ip.to_string(), port),
        IpAddr::V6(ip) => url_of_host(scheme, &format!("[{ip}]"), port),
    }
}

fn url_of_host(scheme: Scheme, host: &str, port: u16) -> String {
    let name = scheme.name();
    if port == scheme.default_port() {
        format!("{name}://{host}/")
    } else {
        format!("{name}://{host}:{port}/")
    }
}

/// The addresses under which other machines may reach this one; none if it does not tell.
fn lan_addresses() -> Vec<IpAddr> {
    let interfaces = if_addrs::get_if_addrs().unwrap_or_default();
    interfaces.iter().filter(|i| is_reachable(i)).map(Interface::ip).collect()
}

/// Link-local addresses are left out: a browser takes none without the name of an interface.
fn is_reachable(interface: &Interface) -> bool {
    !interface.is_loopback()
        && !interface.is_link_local()
        && interface.oper_status != IfOperStatus::Down
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(address: &str) -> Vec<String> {
        urls(Scheme::Http, &LocalAddress::Tcp(address.parse().unwrap()), || true)
    }

    #[test]
    fn one_address_has_one_url() {
        assert_eq!(one("127.0.0.1:8080"), ["http://127.0.0.1:8080/"]);
        assert_eq!(one("127.0.0.1:80"), ["http://127.0.0.1/"]);
        assert_eq!(one("[::1]:8080"), ["http://[::1]:8080/"]);
        let unix = LocalAddress::Unix("/run/a".into());
        assert_eq!(urls(Scheme::Https, &unix, || true), ["unix:/run/a"]);
        let https = |address: &str| {
            urls(Scheme::Https, &LocalAddress::Tcp(address.parse().unwrap()), || true)
        };
        assert_eq!(https("127.0.0.1:443"), ["https://127.0.0.1/"]);
        assert_eq!(https("127.0.0.1:80"), ["https://127.0.0.1:80/"]);
    }

    #[test]
    fn all_addresses_are_named_by_family() {
        let lan = || ["2001:db8::1", "192.0.2.7", "192.0.2.7"].map(|a| a.parse().unwrap()).into();
        let (local, v4, v6) =
            ("http://localhost:1/", "http://192.0.2.7:1/", "http://[2001:db8::1]:1/");
        assert_eq!(urls_of_all(Scheme::Http, 1, Families::Both, lan()), [local, v4, v6]);
        assert_eq!(urls_of_all(Scheme::Http, 1, Families::Ipv4, lan()), [local, v4]);
        assert_eq!(urls_of_all(Scheme::Http, 1, Families::Ipv6, lan()), [local, v6]);
    }

    #[test]
    fn localhost_comes_first_whatever_the_machine_has() {
        for address in ["0.0.0.0:8080", "[::]:8080"] {
            let urls = one(address);
            assert_eq!(urls[0], "http://localhost:8080/");
            assert!(urls.iter().all(|url| !url.contains("[fe80")), "{urls:?}");
        }
    }
}
