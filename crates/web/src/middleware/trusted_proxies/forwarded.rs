//! `Forwarded` (RFC 7239 §4), read from the right.
//!
//! Read from the left, a quote that a client leaves open would swallow what the proxies after it
//! have added. From the right, what a proxy added is complete before anything of the client's is
//! looked at.

use http::HeaderMap;
use http::header::FORWARDED;

use super::hops::{Hop, address, text};
use super::{host, scheme};

/// The elements, the last first.
pub(super) fn hops(headers: &HeaderMap) -> impl Iterator<Item = Hop> {
    let lines = headers.get_all(FORWARDED).into_iter().rev();
    lines.flat_map(|line| RSplit { rest: Some(line.as_bytes()), separator: b',' }).map(hop)
}

/// An element says each thing once (RFC 7239 §4); one that contradicts itself says nothing.
fn hop(element: &[u8]) -> Hop {
    let mut hop = Hop::default();
    let mut seen = [false; 3];
    for pair in (RSplit { rest: Some(element), separator: b';' }) {
        let pair = text(pair);
        let Some((name, value)) = pair.split_once('=') else { continue };
        let Some(value) = unquoted(value) else { return Hop::default() };
        let place = match name.to_ascii_lowercase().as_str() {
            "for" => 0,
            "proto" => 1,
            "host" => 2,
            _ => continue,
        };
        if std::mem::replace(&mut seen[place], true) {
            return Hop::default();
        }
        match place {
            0 => hop.client = address(value),
            1 => hop.scheme = scheme(value),
            _ => hop.host = host(value),
        }
    }
    hop
}

/// A token, or what is in the quotes. No address, scheme or host has need of `\`.
fn unquoted(value: &str) -> Option<&str> {
    let inner = match value.strip_prefix('"') {
        Some(rest) => rest.strip_suffix('"')?,
        None => value,
    };
    (!inner.contains(['"', '\\'])).then_some(inner)
}

/// What stands between separators outside of quotes, the last first.
struct RSplit<'o> {
    rest: Option<&'o [u8]>,
    separator: u8,
}

impl<'o> Iterator for RSplit<'o> {
    type Item = &'o [u8];

    fn next(&mut self) -> Option<&'o [u8]> {
        let rest = self.rest.take()?;
        let mut is_quoted = false;
        for (index, &octet) in rest.iter().enumerate().rev() {
            match octet {
                b'"' if !is_escaped(&rest[..index]) => is_quoted = !is_quoted,
                _ if octet == self.separator && !is_quoted => {
                    self.rest = Some(&rest[..index]);
                    return Some(&rest[index + 1..]);
                }
                _ => {}
            }
        }
        Some(rest)
    }
}

/// Whether an odd number of backslashes stands before.
fn is_escaped(before: &[u8]) -> bool {
    before.iter().rev().take_while(|&&octet| octet == b'\\').count() % 2 == 1
}
