//! The request target, as far as all versions of HTTP agree on it, and the methods.

use http::Method;

/// RFC 9110 §9.1: an unrecognized method is answered with 501. Methods are case-sensitive.
pub fn known_method(token: &[u8]) -> Option<Method> {
    match token {
        b"GET" => Some(Method::GET),
        b"HEAD" => Some(Method::HEAD),
        b"POST" => Some(Method::POST),
        b"PUT" => Some(Method::PUT),
        b"PATCH" => Some(Method::PATCH),
        b"DELETE" => Some(Method::DELETE),
        b"OPTIONS" => Some(Method::OPTIONS),
        b"CONNECT" => Some(Method::CONNECT),
        b"TRACE" => Some(Method::TRACE),
        _ => None,
    }
}

/// What stands in an absolute path, RFC 3986 §3.3.
const PATH_OCTETS: [bool; 256] = letters_digits_and(b"-._~!$&'()*+,;=:@/%");

/// What stands in a query, RFC 3986 §3.4.
const QUERY_OCTETS: [bool; 256] = letters_digits_and(b"-._~!$&'()*+,;=:@/%?");

const fn letters_digits_and(others: &[u8]) -> [bool; 256] {
    let mut table = [false; 256];
    let mut octet = 0;
    while octet < table.len() {
        table[octet] = (octet as u8).is_ascii_alphanumeric();
        octet += 1;
    }
    let mut index = 0;
    while index < others.len() {
        table[others[index] as usize] = true;
        index += 1;
    }
    table
}

/// A path that begins with a slash, its query, and what follows that is neither.
///
/// ```
/// use gnezdo_core::grammar::split_target;
///
/// assert_eq!(split_target(b"/a?b HTTP"), Some(("/a", Some("b"), &b" HTTP"[..])));
/// assert_eq!(split_target(b"*"), None);
/// ```
#[inline]
pub fn split_target(octets: &[u8]) -> Option<(&str, Option<&str>, &[u8])> {
    let (path, rest) = split_while(octets, &PATH_OCTETS);
    if path.first() != Some(&b'/') {
        return None;
    }
    let path = str::from_utf8(path).ok()?;
    let [b'?', rest @ ..] = rest else {
        return Some((path, None, rest));
    };
    let (query, rest) = split_while(rest, &QUERY_OCTETS);
    Some((path, Some(str::from_utf8(query).ok()?), rest))
}

/// The octets up to the first that is not in the table, and the rest.
#[inline]
pub fn split_while<'o>(octets: &'o [u8], table: &[bool; 256]) -> (&'o [u8], &'o [u8]) {
    let end = octets.iter().position(|&octet| !table[usize::from(octet)]);
    octets.split_at(end.unwrap_or(octets.len()))
}
