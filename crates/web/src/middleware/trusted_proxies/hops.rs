//! Lists to which each proxy adds at the right, read from the right.

use std::net::{IpAddr, Ipv6Addr, SocketAddr};

use gnezdo_core::grammar::{digits, trim_ows};
use http::uri::Scheme;
use http::{HeaderMap, HeaderName};

/// What one proxy says of whom it was asked by.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Hop {
    /// None if it does not want to say, or makes no sense.
    pub(super) client: Option<SocketAddr>,
    pub(super) scheme: Option<Scheme>,
    pub(super) host: Option<String>,
}

/// The members of a list without quotes, the last first. Empty ones, and what is no text, come as
/// empty text: they have a place in the list.
pub(super) fn members<'h>(
    headers: &'h HeaderMap,
    name: &HeaderName,
) -> impl Iterator<Item = &'h str> {
    let lines = headers.get_all(name).into_iter().rev();
    lines.flat_map(|line| line.as_bytes().rsplit(|&octet| octet == b',')).map(text)
}

/// A list of addresses, the last first.
pub(super) fn addresses(headers: &HeaderMap, name: &HeaderName) -> impl Iterator<Item = Hop> {
    members(headers, name).map(|text| Hop { client: address(text), ..Hop::default() })
}

pub(super) fn text(octets: &[u8]) -> &str {
    str::from_utf8(trim_ows(octets)).unwrap_or_default()
}

/// An address with or without a port: `192.0.2.1`, `192.0.2.1:80`, `2001:db8::1`, `[2001:db8::1]`,
/// `[2001:db8::1]:80`. Without a port it gets 0.
pub(super) fn address(text: &str) -> Option<SocketAddr> {
    if let Some(rest) = text.strip_prefix('[') {
        let (ip, port) = rest.split_once(']')?;
        let ip: Ipv6Addr = ip.parse().ok()?;
        return Some((ip, port_part(port)?).into());
    }
    if let Ok(ip) = text.parse::<IpAddr>() {
        return Some((ip, 0).into());
    }
    let (ip, port) = text.split_once(':')?;
    let ip: std::net::Ipv4Addr = ip.parse().ok()?;
    Some((ip, number(port)?).into())
}

fn port_part(text: &str) -> Option<u16> {
    match text.strip_prefix(':') {
        Some(port) => number(port),
        None => text.is_empty().then_some(0),
    }
}

/// RFC 7239 §6: a port may be hidden behind a name, which leaves the address what it is.
fn number(port: &str) -> Option<u16> {
    if let Some(name) = port.strip_prefix('_') {
        let is_name = name.bytes().all(|o| o.is_ascii_alphanumeric() || b"._-".contains(&o));
        return (is_name && !name.is_empty()).then_some(0);
    }
    (port.len() <= 5).then(|| digits(port.as_bytes())).flatten()?.try_into().ok()
}
