//! Characters, digits and lists as RFC 9110 §5.6 defines them, for all machines.
//!
//! The standard library is too friendly for the wire: `parse::<u64>()` takes `+5`, `trim()`
//! takes Unicode spaces. Octets from a peer are read by these functions only.

use http::header::HeaderName;
use http::{HeaderMap, HeaderValue};

/// `tchar`, RFC 9110 §5.6.2.
pub const fn is_token_octet(octet: u8) -> bool {
    octet.is_ascii_alphanumeric()
        || matches!(
            octet,
            b'!' | b'#'
                | b'$'
                | b'%'
                | b'&'
                | b'\''
                | b'*'
                | b'+'
                | b'-'
                | b'.'
                | b'^'
                | b'_'
                | b'`'
                | b'|'
                | b'~'
        )
}

/// `token`, RFC 9110 §5.6.2.
pub fn is_token(octets: &[u8]) -> bool {
    !octets.is_empty() && octets.iter().all(|&o| is_token_octet(o))
}

/// `1*DIGIT` that fits a `u64`: no sign, no space.
pub fn digits(octets: &[u8]) -> Option<u64> {
    if octets.is_empty() {
        return None;
    }
    octets.iter().try_fold(0_u64, |value, &octet| {
        let digit = octet.is_ascii_digit().then(|| u64::from(octet - b'0'))?;
        value.checked_mul(10)?.checked_add(digit)
    })
}

/// The value of a `HEXDIG`.
pub fn hex_digit(octet: u8) -> Option<u64> {
    (octet as char).to_digit(16).map(u64::from)
}

/// Without optional white space (SP, HTAB) at both ends.
#[inline]
pub fn trim_ows(mut octets: &[u8]) -> &[u8] {
    while let [b' ' | b'\t', rest @ ..] = octets {
        octets = rest;
    }
    while let [rest @ .., b' ' | b'\t'] = octets {
        octets = rest;
    }
    octets
}

/// Whether a field is there. A head has few fields and most questions are about absent ones:
/// looking through the names costs less than hashing one.
#[inline]
pub fn contains(fields: &HeaderMap, name: &HeaderName) -> bool {
    fields.keys().any(|key| key == name)
}

/// The values of all field lines of the name, found as by [`contains`].
pub fn lines<'h>(
    fields: &'h HeaderMap,
    name: &HeaderName,
) -> impl Iterator<Item = &'h HeaderValue> {
    fields.iter().filter_map(move |(key, value)| (key == name).then_some(value))
}

/// The members of a list, RFC 9110 §5.6.1, across all field lines of the name. Empty members
/// come as empty slices.
pub fn list_members<'h>(
    fields: &'h HeaderMap,
    name: &HeaderName,
) -> impl Iterator<Item = &'h [u8]> {
    let lines = fields.get_all(name).into_iter();
    lines.flat_map(|line| line.as_bytes().split(|&o| o == b',').map(trim_ows))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_take_digits_only() {
        assert_eq!(digits(b"0"), Some(0));
        assert_eq!(digits(b"007"), Some(7));
        assert_eq!(digits(b"18446744073709551615"), Some(u64::MAX));
        for bad in [&b""[..], b"+5", b"-5", b" 5", b"5 ", b"0x5", b"5,5", b"18446744073709551616"] {
            assert_eq!(digits(bad), None, "{}", bad.escape_ascii());
        }
    }

    #[test]
    fn only_space_and_tab_are_white() {
        assert_eq!(trim_ows(b" \t a b\t "), b"a b");
        assert_eq!(trim_ows(b"\x0ba\xa0"), b"\x0ba\xa0");
    }

    #[test]
    fn members_come_from_all_lines() {
        let mut fields = HeaderMap::new();
        fields.append("connection", "a, b".parse().unwrap());
        fields.append("connection", ",c".parse().unwrap());
        let members: Vec<_> = list_members(&fields, &http::header::CONNECTION).collect();
        assert_eq!(members, [&b"a"[..], b"b", b"", b"c"]);
    }
}
