//! Reads the fields `Cookie` of a request, as browsers write them rather than as RFC 6265 §4.2.1
//! says: with any characters, several fields, and names more than once.

use http::HeaderMap;
use http::header::COOKIE;
use percent_encoding::percent_decode_str;

/// How many cookies of a request are read, and how long each may be. Others are as good as not
/// there.
///
/// An app gets other limits as its state: `App::new().state(CookieLimits { … })`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CookieLimits {
    /// How many cookies are read; 180 by default, as many as Chromium keeps for a site.
    pub cookies_max: usize,
    /// How long the name and the value of a cookie may be together, in bytes; 4,096 by default
    /// (RFC 6265 §6.1).
    pub bytes_max: usize,
}

impl Default for CookieLimits {
    fn default() -> Self {
        Self { cookies_max: 180, bytes_max: 4096 }
    }
}

/// Names and values, as they come: of several with the same name, browsers send the one with the
/// longest path first (RFC 6265 §5.4).
pub(super) fn read(headers: &HeaderMap, limits: CookieLimits) -> Vec<(String, String)> {
    let mut cookies: Vec<(String, String)> = Vec::new();
    let fields = headers.get_all(COOKIE).iter();
    let pairs = fields.flat_map(|field| field.as_bytes().split(|octet| *octet == b';'));
    for (name, value) in pairs.filter_map(pair).take(limits.cookies_max) {
        if name.len() + value.len() <= limits.bytes_max {
            cookies.push((name.to_owned(), decoded(value)));
        }
    }
    cookies
}

/// One without a name is none.
fn pair(octets: &[u8]) -> Option<(&str, &str)> {
    let (name, value) = std::str::from_utf8(octets).ok()?.split_once('=')?;
    let (name, value) = (name.trim_matches([' ', '\t']), value.trim_matches([' ', '\t']));
    (!name.is_empty()).then_some((name, value))
}

/// A value that was not percent-encoded stays as it is.
fn decoded(value: &str) -> String {
    percent_decode_str(value).decode_utf8().map_or_else(|_| value.to_owned(), Into::into)
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn read_lines(lines: &[&[u8]], limits: CookieLimits) -> Vec<String> {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(COOKIE, HeaderValue::from_bytes(line).unwrap());
        }
        read(&headers, limits).iter().map(|(name, value)| format!("{name}={value}")).collect()
    }

    #[test]
    fn cookies_are_read_as_browsers_send_them() {
        for (lines, expected) in [
            (&[b"a=1; b=2" as &[u8]][..], &["a=1", "b=2"][..]),
            (&[b"a=1", b"b=2"], &["a=1", "b=2"]),
            (&[b"a=1;b=2;;  ; c = 3 "], &["a=1", "b=2", "c=3"]),
            (&[b"a=1; a=2"], &["a=1", "a=2"]),
            (&[b"a=b=c"], &["a=b=c"]),
            (&[b"a=\"quoted\""], &["a=\"quoted\""]),
            (&[b"a=%C3%A9%3B"], &["a=\u{e9};"]),
            (&[b"a=100%; b=%zz; c=%ff"], &["a=100%", "b=%zz", "c=%ff"]),
            (&["a=\u{e9}".as_bytes()], &["a=\u{e9}"]),
            (&[b"a=\xff; b=2"], &["b=2"]),
            (&[b"nameless; =1; b="], &["b="]),
            (&[b"", b";;;"], &[]),
        ] {
            assert_eq!(read_lines(lines, CookieLimits::default()), expected, "{lines:?}");
        }
    }

    #[test]
    fn no_more_cookies_are_read_than_the_limit() {
        let limits = CookieLimits { cookies_max: 2, bytes_max: 4 };
        assert_eq!(read_lines(&[b"a=1; b=2"], limits), ["a=1", "b=2"]);
        assert_eq!(read_lines(&[b"a=1; b=2; c=3"], limits), ["a=1", "b=2"]);
        assert_eq!(read_lines(&[b"a=123; b=1234"], limits), ["a=123"]);
    }

    #[test]
    fn thousands_of_cookies_are_no_trouble() {
        let line: String = (0..10_000).map(|at| format!("a{at}=1; ")).collect();
        assert_eq!(read_lines(&[line.as_bytes()], CookieLimits::default()).len(), 180);
    }
}
