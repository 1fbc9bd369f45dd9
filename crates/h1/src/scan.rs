//! Where a section of field lines ends: at its first empty line.
//!
//! The search goes on where it stopped when more octets come, so that a head sent one octet
//! at a time costs no more than one sent whole. It judges octets in the order in which they
//! stand, which is what makes its verdict independent of the cuts.

use gnezdo_core::Limits;

use crate::PeerError;
use gnezdo_core::grammar::is_token_octet;

/// How much longer than its target a request line may be: the longest method we know, two
/// spaces, the version, and CRLF.
const START_LINE_EXTRA_BYTES: usize = 32;

/// The search for the end of one section.
#[derive(Clone, Debug, Default)]
pub(crate) struct Scan {
    /// Octets before this one have been judged.
    judged: usize,
    /// Where the line that is being read starts.
    line_start: usize,
}

/// What sort of section is being read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Section {
    /// A request line and field lines.
    Request,
    /// A status line and field lines.
    Response,
    /// Field lines after the last chunk.
    Trailers,
}

impl Scan {
    /// Whether octets of the section have been seen.
    pub(crate) fn has_begun(&self) -> bool {
        self.judged > 0
    }

    /// Looks for the end of the section; `input` starts with the section. Gives its length,
    /// the empty line included, or `None` if more is needed.
    pub(crate) fn find_end(
        &mut self,
        section: Section,
        input: &[u8],
        limits: &Limits,
    ) -> Result<Option<usize>, PeerError> {
        if section != Section::Trailers && self.judged == 0 {
            judge_first_octet(input)?;
        }
        let bytes_max = section.bytes_max(limits);
        let window = &input[..input.len().min(bytes_max)];
        for lf in memchr::memchr_iter(b'\n', window.get(self.judged..).unwrap_or_default()) {
            let lf = self.judged + lf;
            section.judge_start_line(self.line_start, &window[..lf], limits)?;
            if lf == 0 || window[lf - 1] != b'\r' {
                return Err(PeerError::LineEnd);
            }
            // Only CRLF stands between the start of this line and its end.
            if lf == self.line_start + 1 {
                *self = Self::default();
                return Ok(Some(lf + 1));
            }
            self.line_start = lf + 1;
        }
        self.judged = window.len();
        section.judge_start_line(self.line_start, window, limits)?;
        if input.len() >= bytes_max {
            return Err(section.too_large());
        }
        Ok(None)
    }
}

impl Section {
    fn bytes_max(self, limits: &Limits) -> usize {
        match self {
            Self::Request | Self::Response => limits.head_bytes_max,
            Self::Trailers => limits.trailer_bytes_max,
        }
    }

    fn too_large(self) -> PeerError {
        match self {
            Self::Request | Self::Response => PeerError::HeadTooLarge,
            Self::Trailers => PeerError::TrailersTooLarge,
        }
    }

    fn judge_start_line(
        self,
        line_start: usize,
        seen: &[u8],
        limits: &Limits,
    ) -> Result<(), PeerError> {
        let is_request_line = self == Self::Request && line_start == 0;
        let bytes_max = limits.target_bytes_max.saturating_add(START_LINE_EXTRA_BYTES);
        if !is_request_line || seen.len() <= bytes_max {
            return Ok(());
        }
        // RFC 9112 §3: a method longer than any that we know is an unknown method.
        let has_method = seen.iter().take(START_LINE_EXTRA_BYTES).any(|&o| !is_token_octet(o));
        Err(if has_method { PeerError::TargetTooLong } else { PeerError::MethodUnknown })
    }
}

fn judge_first_octet(input: &[u8]) -> Result<(), PeerError> {
    match input.first() {
        // RFC 8446 §5.1: content type 22 is a handshake.
        Some(0x16) => Err(PeerError::TlsHandshake),
        Some(&octet) if !is_token_octet(octet) => Err(PeerError::NotHttp),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scan(input: &[u8], limits: &Limits) -> Result<Option<usize>, PeerError> {
        Scan::default().find_end(Section::Request, input, limits)
    }

    #[test]
    fn finds_the_empty_line() {
        let limits = Limits::default();
        assert_eq!(scan(b"GET / HTTP/1.1\r\n\r\nrest", &limits), Ok(Some(18)));
        assert_eq!(scan(b"GET / HTTP/1.1\r\nA: b\r\n\r\n", &limits), Ok(Some(24)));
        assert_eq!(scan(b"GET / HTTP/1.1\r\nA: b\r\n", &limits), Ok(None));
        assert_eq!(scan(b"GET / HTTP/1.1\n", &limits), Err(PeerError::LineEnd));
        assert_eq!(scan(b"\x16\x03\x01", &limits), Err(PeerError::TlsHandshake));
        assert_eq!(scan(b" GET", &limits), Err(PeerError::NotHttp));
    }

    #[test]
    fn an_empty_trailer_section_is_one_empty_line() {
        let mut scan = Scan::default();
        assert_eq!(scan.find_end(Section::Trailers, b"\r", &Limits::default()), Ok(None));
        assert_eq!(scan.find_end(Section::Trailers, b"\r\n", &Limits::default()), Ok(Some(2)));
    }

    #[test]
    fn goes_on_where_it_stopped() {
        let limits = Limits::default();
        let input = b"GET / HTTP/1.1\r\nA: b\r\n\r\n";
        let mut scan = Scan::default();
        for end in 0..input.len() {
            assert_eq!(scan.find_end(Section::Request, &input[..end], &limits), Ok(None), "{end}");
        }
        assert_eq!(scan.find_end(Section::Request, input, &limits), Ok(Some(input.len())));
    }

    #[test]
    fn limits_hold_to_the_octet() {
        let head = b"GET / HTTP/1.1\r\nA: b\r\n\r\n";
        let with = |head_bytes_max| Limits { head_bytes_max, ..Default::default() };
        assert_eq!(scan(head, &with(head.len())), Ok(Some(head.len())));
        assert_eq!(scan(head, &with(head.len() - 1)), Err(PeerError::HeadTooLarge));

        let limits = Limits { target_bytes_max: 10, ..Default::default() };
        let line = |octets: usize| [b"GET /".as_slice(), &vec![b'a'; octets - 5]].concat();
        assert_eq!(scan(&line(42), &limits), Ok(None));
        assert_eq!(scan(&line(43), &limits), Err(PeerError::TargetTooLong));
        assert_eq!(scan(&[b'A'; 43], &limits), Err(PeerError::MethodUnknown));
    }
}
