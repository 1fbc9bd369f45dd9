//! The grammar of `Host`: `uri-host [ ":" port ]`, RFC 9110 §7.2 and RFC 3986 §3.2.2.
//!
//! A comma is allowed by RFC 3986 in a registered name, but it is refused here: two Host
//! lines joined by a careless proxy look just like it.

use std::net::Ipv6Addr;

use crate::text::{digits, hex_digit};

/// Whether the octets name a host, with or without a port. The empty name is one: RFC 9112
/// §3.2 asks for it where the target has no authority.
pub(crate) fn is_host(octets: &[u8]) -> bool {
    if let Some(rest) = octets.strip_prefix(b"[") {
        let Some(end) = memchr::memchr(b']', rest) else {
            return false;
        };
        return is_ip_literal(&rest[..end]) && is_port_part(&rest[end + 1..]);
    }
    let name_end = memchr::memchr(b':', octets).unwrap_or(octets.len());
    let (name, port) = octets.split_at(name_end);
    is_registered_name(name) && is_port_part(port) && (port.is_empty() || !name.is_empty())
}

/// Nothing, or a colon and a port, which may be empty.
fn is_port_part(octets: &[u8]) -> bool {
    match octets {
        [] | [b':'] => true,
        [b':', port @ ..] => port.len() <= 5 && digits(port).is_some_and(|p| p <= 65_535),
        _ => false,
    }
}

fn is_ip_literal(octets: &[u8]) -> bool {
    std::str::from_utf8(octets).is_ok_and(|text| text.parse::<Ipv6Addr>().is_ok())
}

/// `reg-name`, which covers IPv4 addresses, without its comma.
fn is_registered_name(mut octets: &[u8]) -> bool {
    loop {
        octets = match octets {
            [] => return true,
            [b'%', high, low, rest @ ..]
                if hex_digit(*high).is_some() && hex_digit(*low).is_some() =>
            {
                rest
            }
            [octet, rest @ ..] if is_name_octet(*octet) => rest,
            _ => return false,
        };
    }
}

/// `unreserved / sub-delims`, without the comma.
const fn is_name_octet(octet: u8) -> bool {
    octet.is_ascii_alphanumeric()
        || matches!(
            octet,
            b'-' | b'.'
                | b'_'
                | b'~'
                | b'!'
                | b'$'
                | b'&'
                | b'\''
                | b'('
                | b')'
                | b'*'
                | b'+'
                | b';'
                | b'='
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_by_the_grammar() {
        for good in [
            "",
            "a",
            "example.org",
            "example.org:80",
            "example.org:",
            "127.0.0.1:8080",
            "[::1]",
            "[::1]:8080",
            "a%2Db",
            "xn--80ak6aa92e.com",
            "under_score",
            "[::ffff:1.2.3.4]",
        ] {
            assert!(is_host(good.as_bytes()), "{good}");
        }
        for bad in [
            "a,b",
            "a b",
            "a/b",
            "a@b",
            "user:pw@host",
            "a:80:80",
            "a:65536",
            "a:8o",
            "a:+80",
            "[::1",
            "[::1]x",
            "[1.2.3.4]",
            "[]",
            "::1",
            ":80",
            "a%2",
            "a%zz",
            "a#b",
            "a?b",
            "a\\b",
            "\"a\"",
            "http://a",
            "ä",
        ] {
            assert!(!is_host(bad.as_bytes()), "{bad}");
        }
    }
}
