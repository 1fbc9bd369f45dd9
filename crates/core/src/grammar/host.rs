//! The grammar of `Host`: `uri-host [ ":" port ]`, RFC 9110 §7.2 and RFC 3986 §3.2.2.
//!
//! A comma is allowed by RFC 3986 in a registered name, but it is refused here: two Host
//! lines joined by a careless proxy look just like it.

use std::net::Ipv6Addr;

use super::text::{digits, hex_digit};

/// Whether the octets name a host, with or without a port. The empty name is one: RFC 9112
/// §3.2 asks for it where the target has no authority.
#[inline]
pub fn is_host(octets: &[u8]) -> bool {
    if let Some(rest) = octets.strip_prefix(b"[") {
        let Some(end) = rest.iter().position(|&octet| octet == b']') else {
            return false;
        };
        return is_ip_literal(&rest[..end]) && is_port_part(&rest[end + 1..]);
    }
    let (plain, rest) = split_plain(octets);
    match rest {
        [b'%', ..] => is_encoded_name(rest),
        _ => is_port_part(rest) && (rest.is_empty() || !plain.is_empty()),
    }
}

/// The host alone, in whatever case it is written. An address of IPv6 has colons of its own, within
/// its brackets.
pub fn without_port(host: &str) -> &str {
    match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|octet| octet.is_ascii_digit()) => name,
        _ => host,
    }
}

/// The plain characters of a name, and what follows them.
fn split_plain(octets: &[u8]) -> (&[u8], &[u8]) {
    let end = octets.iter().position(|&octet| !NAME_OCTETS[usize::from(octet)]);
    octets.split_at(end.unwrap_or(octets.len()))
}

/// The rest of a name from its first percent-encoded octet on, with or without a port.
fn is_encoded_name(mut octets: &[u8]) -> bool {
    while let [b'%', high, low, rest @ ..] = octets {
        if hex_digit(*high).is_none() || hex_digit(*low).is_none() {
            return false;
        }
        octets = split_plain(rest).1;
    }
    is_port_part(octets)
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

/// The characters of `reg-name`, which covers IPv4 addresses: [`is_name_octet`] as a table,
/// because every request asks it for every octet of its host.
const NAME_OCTETS: [bool; 256] = {
    let mut table = [false; 256];
    let mut octet = 0;
    while octet < table.len() {
        table[octet] = is_name_octet(octet as u8);
        octet += 1;
    }
    table
};

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
    fn a_port_is_no_part_of_a_host() {
        for (host, expected) in [
            ("", ""),
            ("Localhost", "Localhost"),
            ("localhost:80", "localhost"),
            ("localhost:", "localhost"),
            ("[::1]", "[::1]"),
            ("[::1]:80", "[::1]"),
            ("a:80b", "a:80b"),
        ] {
            assert_eq!(without_port(host), expected);
        }
    }

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
