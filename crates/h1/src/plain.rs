//! Plain requests: heads that are judged without being made into anything.
//!
//! A plain request is what nearly all are: `GET` or `HEAD` of a path, over HTTP/1.1, with one Host,
//! without content, and without a word about the connection but `keep-alive`. It takes one walk
//! over its octets to find its end and to know that it is well-formed, and only if somebody
//! wants to look at it is it made into a [`RequestHead`]. Whatever is not plain, not well-formed,
//! or not complete when its first octets come, is left to [`Scan`](crate::scan::Scan) and
//! [`read_request`](crate::head::read_request), so that there is one place that judges faults.

use gnezdo_core::{FieldLines, Glance, Limits};
use http::Method;

use crate::PeerError;
use crate::head::{RequestHead, URI_BYTES_MAX, read_request};
use gnezdo_core::grammar::{is_host, is_token_octet, split_target, split_while, trim_ows};

/// A plain request is not larger, so that it keeps within the limits of the types of `http`: on
/// the length of a name, and on the number of fields.
const HEAD_BYTES_MAX: usize = 64 * 1024 - 1;

/// A request without content, judged and not made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PlainRequest<'i> {
    octets: &'i [u8],
    method: PlainMethod,
    path: &'i str,
    query: Option<&'i str>,
    /// Field lines and the empty line.
    section: &'i [u8],
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum PlainMethod {
    Get,
    Head,
}

impl<'i> PlainRequest<'i> {
    /// Reads the request that `input` starts with; `None` if it is anything but a plain one.
    pub(crate) fn read(input: &'i [u8], limits: &Limits) -> Option<Self> {
        let window = &input[..input.len().min(limits.head_bytes_max).min(HEAD_BYTES_MAX)];
        let (method, rest) = match window {
            [b'G', b'E', b'T', b' ', rest @ ..] => (PlainMethod::Get, rest),
            [b'H', b'E', b'A', b'D', b' ', rest @ ..] => (PlainMethod::Head, rest),
            _ => return None,
        };
        let target = rest;
        let (path, query, rest) = split_target(rest)?;
        let bytes_max = limits.target_bytes_max.min(URI_BYTES_MAX);
        let target_bytes = target.len() - rest.len();
        let section = rest.strip_prefix(b" HTTP/1.1\r\n")?;
        if target_bytes > bytes_max {
            return None;
        }
        let fields_end = window.len() - section.len() + plain_section_end(section, limits)?;
        Some(Self { octets: &window[..fields_end], method, path, query, section })
    }

    /// The octets of its head.
    pub(crate) fn octets(&self) -> &'i [u8] {
        self.octets
    }

    pub(crate) fn is_head(&self) -> bool {
        self.method == PlainMethod::Head
    }

    /// What a service sees of it.
    pub fn glance(&self) -> Glance<'_> {
        let method = match self.method {
            PlainMethod::Get => &Method::GET,
            PlainMethod::Head => &Method::HEAD,
        };
        Glance::new(method, self.path, self.query, self)
    }

    /// Makes the head.
    ///
    /// # Errors
    /// None, with the limits under which it was read.
    pub fn to_head(&self, limits: &Limits) -> Result<RequestHead, PeerError> {
        read_request(self.octets, limits)
    }
}

impl FieldLines for PlainRequest<'_> {
    fn each(&self, see: &mut dyn FnMut(&[u8], &[u8]) -> bool) {
        let mut rest = self.section;
        while let Some((name, value, next)) = line(rest) {
            if !see(name, value) {
                return;
            }
            rest = next;
        }
    }
}

/// Where a section ends, the empty line included, if it consists of fields that are none of our
/// business, and of one Host.
fn plain_section_end(section: &[u8], limits: &Limits) -> Option<usize> {
    let mut rest = section;
    let (mut count, mut hosts) = (0, 0);
    while let Some((name, value, next)) = line(rest) {
        count += 1;
        match concern(name) {
            Concern::None => {}
            Concern::Host if is_host(value) => hosts += 1,
            Concern::Connection if value.eq_ignore_ascii_case(b"keep-alive") => {}
            _ => return None,
        }
        rest = next;
    }
    let is_plain = rest.starts_with(b"\r\n") && hosts == 1 && count <= limits.fields_max;
    is_plain.then_some(section.len() - rest.len() + 2)
}

/// A field line and what follows it: a token, a colon, and a value of visible octets, spaces and
/// tabs. RFC 9110 §5.5.
fn line(section: &[u8]) -> Option<(&[u8], &[u8], &[u8])> {
    let (name, rest) = split_while(section, &TOKEN_OCTETS);
    let rest = rest.strip_prefix(b":").filter(|_| !name.is_empty())?;
    let (value, rest) = rest.split_at(value_end(rest)?);
    Some((name, trim_ows(value), rest.strip_prefix(b"\r\n")?))
}

/// Where the first control character stands that is no tab.
fn value_end(octets: &[u8]) -> Option<usize> {
    let mut from = 0;
    loop {
        let at = from + first_control(&octets[from..])?;
        if octets[at] != b'\t' {
            return Some(at);
        }
        from = at + 1;
    }
}

/// Where the first control character stands: an octet below the space, or DEL.
fn first_control(octets: &[u8]) -> Option<usize> {
    let (words, rest) = octets.as_chunks::<8>();
    for (index, word) in words.iter().enumerate() {
        let controls = controls(u64::from_le_bytes(*word));
        if controls != 0 {
            return Some(index * 8 + controls.trailing_zeros() as usize / 8);
        }
    }
    let at = rest.iter().position(u8::is_ascii_control)?;
    Some(words.len() * 8 + at)
}

/// The highest bit of each of eight octets that is a control character, up to the first one:
/// above that, borrows may feign others. (Mycroft 1987, as in "Bit Twiddling Hacks".)
fn controls(word: u64) -> u64 {
    const ONES: u64 = u64::from_ne_bytes([1; 8]);
    const HIGH_BITS: u64 = ONES << 7;
    let below_space = word.wrapping_sub(ONES * 0x20) & !word;
    let no_del = word ^ (ONES * 0x7f);
    let del = no_del.wrapping_sub(ONES) & !no_del;
    (below_space | del) & HIGH_BITS
}

/// Which fields say something about the message or the connection.
enum Concern {
    None,
    Host,
    Connection,
    /// Content, or another protocol.
    Other,
}

fn concern(name: &[u8]) -> Concern {
    let is = |known: &[u8]| name.eq_ignore_ascii_case(known);
    // By their length nearly all names are known to be none of these.
    match name.len() {
        4 if is(b"host") => Concern::Host,
        10 if is(b"connection") => Concern::Connection,
        6 if is(b"expect") => Concern::Other,
        7 if is(b"upgrade") => Concern::Other,
        14 if is(b"content-length") => Concern::Other,
        17 if is(b"transfer-encoding") => Concern::Other,
        _ => Concern::None,
    }
}

const TOKEN_OCTETS: [bool; 256] = {
    let mut table = [false; 256];
    let mut octet = 0;
    while octet < table.len() {
        table[octet] = is_token_octet(octet as u8);
        octet += 1;
    }
    table
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::framing::{Framing, request_framing};
    use crate::persistence::{Persistence, wanted_by_peer};

    fn read(text: &str) -> Option<PlainRequest<'_>> {
        PlainRequest::read(text.as_bytes(), &Limits::default())
    }

    #[test]
    fn a_glance_sees_what_was_sent() {
        let text = "HEAD /a%20b?c=d HTTP/1.1\r\nHOST: x:1\r\nAccept: \t*/* \r\nEmpty:\r\n\r\n";
        let plain = read(text).unwrap();
        let glance = plain.glance();
        assert_eq!(glance.method(), Method::HEAD);
        assert_eq!((glance.path(), glance.query()), ("/a%20b", Some("c=d")));
        let mut seen = Vec::new();
        plain.each(&mut |name, value| {
            seen.push((name.escape_ascii().to_string(), value.escape_ascii().to_string()));
            true
        });
        let seen: Vec<_> = seen.iter().map(|(name, value)| (&**name, &**value)).collect();
        assert_eq!(seen, [("HOST", "x:1"), ("Accept", "*/*"), ("Empty", "")]);
    }

    #[test]
    fn controls_are_found_wherever_they_stand() {
        for control in 0..=u8::MAX {
            for before in 0..20 {
                for other in [b' ', b'~', 0x80, 0xff] {
                    let mut octets = vec![other; before];
                    octets.push(control);
                    octets.extend([other, 0, 0x7f, b'a']);
                    let expected = octets.iter().position(u8::is_ascii_control);
                    assert_eq!(first_control(&octets), expected, "{control} after {before}");
                }
            }
        }
        assert_eq!(first_control(b"eight...and more"), None);
        assert_eq!(value_end(b"\ta\tb\r\n"), Some(4));
    }

    #[test]
    fn it_ends_with_its_empty_line() {
        let head = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";
        let both = format!("{head}GET /2");
        assert_eq!(read(&both).unwrap().octets(), head.as_bytes());
        for end in 0..head.len() {
            assert_eq!(read(&head[..end]), None);
        }
        let limits = |head_bytes_max| Limits { head_bytes_max, ..Limits::default() };
        assert!(PlainRequest::read(both.as_bytes(), &limits(head.len())).is_some());
        assert!(PlainRequest::read(both.as_bytes(), &limits(head.len() - 1)).is_none());
    }

    #[test]
    fn others_are_left_to_the_judge() {
        let with = |lines: &str| format!("GET / HTTP/1.1\r\nHost: x\r\n{lines}\r\n");
        assert!(read(&with("")).is_some());
        assert!(read(&with("Connection: Keep-Alive\r\nX: \u{e4}\r\n")).is_some());
        for lines in [
            "Host: x\r\n",
            "Connection: close\r\n",
            "Connection: keep-alive, x\r\n",
            "Content-Length: 0\r\n",
            "content-length:\r\n",
            "Transfer-Encoding: chunked\r\n",
            "Expect: 100-continue\r\n",
            "Upgrade: websocket\r\n",
            "A : b\r\n",
            " folded\r\n",
            ": b\r\n",
            "A\r\n",
            "A(: b\r\n",
            "A: \0\r\n",
            "A: \x7f\r\n",
            "A: b\rc\r\n",
            "A: b\n",
        ] {
            assert_eq!(read(&with(lines)), None, "{lines:?}");
        }
        for line in [
            "POST / HTTP/1.1",
            "GET / HTTP/1.0",
            "GET / HTTP/1.1 ",
            "GET  / HTTP/1.1",
            "GET * HTTP/1.1",
            "GET http://x/ HTTP/1.1",
            "GET /# HTTP/1.1",
            "GET /\u{e4} HTTP/1.1",
            "get / HTTP/1.1",
        ] {
            assert_eq!(read(&format!("{line}\r\nHost: x\r\n\r\n")), None, "{line:?}");
        }
        assert_eq!(read("GET / HTTP/1.1\r\n\r\n"), None);
        assert_eq!(read("GET / HTTP/1.1\r\nHost: a,b\r\n\r\n"), None);
        let short = Limits { target_bytes_max: 3, fields_max: 1, ..Limits::default() };
        let limited = |text: &str| PlainRequest::read(text.as_bytes(), &short).is_some();
        assert!(limited("GET /ab HTTP/1.1\r\nHost: x\r\n\r\n"));
        assert!(!limited("GET /abc HTTP/1.1\r\nHost: x\r\n\r\n"));
        assert!(!limited("GET / HTTP/1.1\r\nHost: x\r\nA: b\r\n\r\n"));
    }

    /// Every octet at every place of a head: what is plain is what the judge takes, too.
    #[test]
    fn nothing_is_plain_that_the_judge_refuses() {
        let limits = Limits::default();
        let head = b"GET /a?b HTTP/1.1\r\nHost: a.b\r\nConnection: keep-alive\r\nX-Y: v w\r\n\r\n";
        let mut count = 0;
        for place in 0..head.len() {
            for octet in 0..=u8::MAX {
                let mut head = head.to_vec();
                head[place] = octet;
                let Some(plain) = PlainRequest::read(&head, &limits) else {
                    continue;
                };
                count += 1;
                let made = plain.to_head(&limits);
                let made = made.unwrap_or_else(|e| panic!("{e}: {}", head.escape_ascii()));
                let (fields, version) = (made.headers(), made.version());
                assert_eq!(request_framing(fields, version), Ok(Framing::None));
                assert_eq!(wanted_by_peer(fields, version), Persistence::KeepAlive);
                assert_eq!(made.uri().path(), plain.glance().path());
                assert_eq!(made.uri().query(), plain.glance().query());
            }
        }
        assert!(count > 1_000, "{count}");
    }
}
