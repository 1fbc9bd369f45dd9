//! Percent-decoding of one path segment (RFC 3986 §2.1).
//!
//! A segment is decoded after the path was split, once, and never again: `%2F` is a slash
//! inside a segment, and `%252F` is the text `%2F`.

use std::borrow::Cow;

use gnezdo_core::grammar::hex_digit;

/// The text of a segment; `None` if its percent-coding is broken or is not UTF-8.
pub(crate) fn decode(segment: &str) -> Option<Cow<'_, str>> {
    let Some(first) = memchr::memchr(b'%', segment.as_bytes()) else {
        return Some(Cow::Borrowed(segment));
    };
    let mut decoded = Vec::with_capacity(segment.len());
    decoded.extend_from_slice(&segment.as_bytes()[..first]);
    let mut rest = segment.as_bytes()[first..].iter();
    while let Some(&octet) = rest.next() {
        let octet = match octet {
            // Two digits are an octet.
            b'%' => (hex_digit(*rest.next()?)? << 4 | hex_digit(*rest.next()?)?) as u8,
            plain => plain,
        };
        decoded.push(octet);
    }
    String::from_utf8(decoded).ok().map(Cow::Owned)
}

/// Whether every segment of a path can be decoded.
pub(crate) fn is_decodable(path: &str) -> bool {
    path.split('/').all(|segment| decode(segment).is_some())
}

/// Whether a path contains a slash in percent-coding.
pub(crate) fn has_encoded_slash(path: &str) -> bool {
    memchr::memchr_iter(b'%', path.as_bytes())
        .any(|at| matches!(path.as_bytes()[at + 1..], [b'2', b'F' | b'f', ..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decodes_once() {
        let cases = [
            ("", Some("")),
            ("plain", Some("plain")),
            ("a%20b", Some("a b")),
            ("%D0%B3%d0%bd", Some("гн")),
            ("%252F", Some("%2F")),
            ("a+b", Some("a+b")),
            ("%", None),
            ("%4", None),
            ("%4g", None),
            ("%+1", None),
            ("%%41", None),
            ("%ff", None),
            ("%C0%AF", None),
            ("%C3/%A9", None),
        ];
        for (segment, text) in cases {
            assert_eq!(decode(segment).as_deref(), text, "{segment}");
        }
    }

    #[test]
    fn plain_text_is_borrowed() {
        assert!(matches!(decode("plain"), Some(Cow::Borrowed("plain"))));
    }

    #[test]
    fn sees_encoded_slashes_in_either_case() {
        assert!(has_encoded_slash("a%2Fb") && has_encoded_slash("%2f"));
        assert!(!has_encoded_slash("a/b%2") && !has_encoded_slash("%25252F"));
    }
}
