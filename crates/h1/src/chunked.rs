//! The chunked transfer coding, received. RFC 9112 §7.1.
//!
//! An automaton over octets, so that any cut gives the same result; only data is taken in
//! runs. The trailer section is kept whole by the caller until its end is there.

use gnezdo_core::{Limits, Step};
use http::HeaderMap;

use crate::PeerError;
use crate::fields::parse_fields;
use crate::scan::{Scan, Section};
use gnezdo_core::grammar::{hex_digit, is_token_octet};

/// More digits cannot be a 64-bit size.
const SIZE_DIGITS_MAX: u8 = 16;

/// Takes the chunked coding off a body.
///
/// ```
/// use gnezdo_core::{Limits, Step};
/// use gnezdo_h1::ChunkedDecoder;
///
/// let mut decoder = ChunkedDecoder::new();
/// let step = decoder.decode(b"3\r\nabc\r\n", &Limits::default()).unwrap();
/// assert_eq!(step.used, 6); // size line and data
/// ```
#[derive(Clone, Debug)]
pub struct Decoder {
    state: State,
    announced_bytes: u64,
    extension_bytes: usize,
}

#[derive(Clone, Debug)]
enum State {
    Size { size: u64, digits: u8 },
    Extension { size: u64, at: Extension },
    SizeLf { size: u64 },
    Data { left: u64 },
    DataCr,
    DataLf,
    Trailers(Scan),
    Complete,
}

/// Where in `*( BWS ";" BWS name [ BWS "=" BWS ( token / quoted-string ) ] )`.
#[derive(Clone, Copy, Debug)]
enum Extension {
    SpaceBeforeSemicolon,
    SpaceBeforeName,
    Name,
    SpaceAfterName,
    SpaceBeforeValue,
    Token,
    Quoted,
    QuotedPair,
    AfterQuoted,
}

/// What a step of decoding gave.
#[derive(Debug, PartialEq, Eq)]
pub enum Decoded<'i> {
    /// A piece of the content.
    Data(&'i [u8]),
    /// The body is complete; here are its trailer fields, if it had some.
    End(Option<HeaderMap>),
}

impl Default for Decoder {
    fn default() -> Self {
        Self::new()
    }
}

impl Decoder {
    /// A decoder before the first chunk.
    pub const fn new() -> Self {
        let state = State::Size { size: 0, digits: 0 };
        Self { state, announced_bytes: 0, extension_bytes: 0 }
    }

    /// How many octets of content all chunks so far hold, by their sizes; `u64::MAX` if more.
    pub(crate) const fn announced_bytes(&self) -> u64 {
        self.announced_bytes
    }

    /// Takes octets up to the next piece of content or the end.
    ///
    /// # Errors
    /// [`PeerError`], for anything outside the grammar or the limits.
    pub fn decode<'i>(
        &mut self,
        input: &'i [u8],
        limits: &Limits,
    ) -> Result<Step<Decoded<'i>>, PeerError> {
        let mut used = 0;
        loop {
            match &mut self.state {
                State::Complete => return Ok(Step::skip(used)),
                State::Data { .. } => return Ok(self.take_data(used, &input[used..])),
                State::Trailers(_) => return self.take_trailers(used, &input[used..], limits),
                _ => {
                    let Some(&octet) = input.get(used) else {
                        return Ok(Step::skip(used));
                    };
                    used += 1;
                    self.take_octet(octet, limits)?;
                }
            }
        }
    }

    /// Takes data; `before` octets of the same input were used before it.
    fn take_data<'i>(&mut self, before: usize, input: &'i [u8]) -> Step<Decoded<'i>> {
        let State::Data { left } = &mut self.state else {
            return Step::skip(before);
        };
        let length = usize::try_from(*left).unwrap_or(usize::MAX).min(input.len());
        *left -= length as u64;
        if *left == 0 {
            self.state = State::DataCr;
        }
        if length == 0 {
            return Step::skip(before);
        }
        Step::event(before + length, Decoded::Data(&input[..length]))
    }

    /// Takes the trailer section, once all of it is there.
    fn take_trailers<'i>(
        &mut self,
        before: usize,
        input: &'i [u8],
        limits: &Limits,
    ) -> Result<Step<Decoded<'i>>, PeerError> {
        let State::Trailers(scan) = &mut self.state else {
            return Ok(Step::skip(before));
        };
        let Some(end) = scan.find_end(Section::Trailers, input, limits)? else {
            return Ok(Step::skip(before));
        };
        self.state = State::Complete;
        let trailers = trailers(&input[..end], limits)?;
        Ok(Step::event(before + end, Decoded::End(trailers)))
    }

    fn take_octet(&mut self, octet: u8, limits: &Limits) -> Result<(), PeerError> {
        self.state = match self.state {
            State::Size { size, digits } => size_octet(size, digits, octet)?,
            State::Extension { size, at } => {
                self.extension_bytes += 1;
                if self.extension_bytes > limits.chunk_extension_bytes_max {
                    return Err(PeerError::ChunkExtensionsTooLarge);
                }
                extension_octet(size, at, octet)?
            }
            State::SizeLf { size } => match (octet, size) {
                (b'\n', 0) => State::Trailers(Scan::default()),
                (b'\n', left) => {
                    self.announced_bytes = self.announced_bytes.saturating_add(left);
                    State::Data { left }
                }
                _ => return Err(PeerError::ChunkEnd),
            },
            State::DataCr if octet == b'\r' => State::DataLf,
            State::DataLf if octet == b'\n' => State::Size { size: 0, digits: 0 },
            State::DataCr | State::DataLf => return Err(PeerError::ChunkEnd),
            State::Data { .. } | State::Trailers(_) | State::Complete => return Ok(()),
        };
        Ok(())
    }
}

fn trailers(section: &[u8], limits: &Limits) -> Result<Option<HeaderMap>, PeerError> {
    if section == b"\r\n" {
        return Ok(None);
    }
    parse_fields(section, limits).map(Some)
}

fn size_octet(size: u64, digits: u8, octet: u8) -> Result<State, PeerError> {
    if let Some(digit) = hex_digit(octet) {
        if digits == SIZE_DIGITS_MAX {
            return Err(PeerError::ChunkSizeOverflow);
        }
        // Sixteen digits of four bits fit exactly.
        return Ok(State::Size { size: size << 4 | digit, digits: digits + 1 });
    }
    if digits == 0 {
        return Err(PeerError::ChunkSize);
    }
    match octet {
        b'\r' => Ok(State::SizeLf { size }),
        b'\n' => Err(PeerError::ChunkEnd),
        b';' => Ok(State::Extension { size, at: Extension::SpaceBeforeName }),
        b' ' | b'\t' => Ok(State::Extension { size, at: Extension::SpaceBeforeSemicolon }),
        _ => Err(PeerError::ChunkSize),
    }
}

fn extension_octet(size: u64, at: Extension, octet: u8) -> Result<State, PeerError> {
    use Extension::*;
    let is_space = matches!(octet, b' ' | b'\t');
    let is_token = is_token_octet(octet);
    let next = match (at, octet) {
        // White space alone after the size is no extension: two readers could differ.
        (SpaceBeforeSemicolon, _) if is_space => SpaceBeforeSemicolon,
        (SpaceBeforeSemicolon | Name | SpaceAfterName | Token | AfterQuoted, b';') => {
            SpaceBeforeName
        }
        (Name | Token | AfterQuoted, b'\r') => return Ok(State::SizeLf { size }),
        (SpaceBeforeSemicolon, _) => return Err(PeerError::ChunkSize),
        (SpaceBeforeName, _) if is_space => SpaceBeforeName,
        (SpaceBeforeName | Name, _) if is_token => Name,
        (Name | SpaceAfterName, b'=') => SpaceBeforeValue,
        (Name | SpaceAfterName, _) if is_space => SpaceAfterName,
        (SpaceBeforeValue, b'"') => Quoted,
        (SpaceBeforeValue, _) if is_space => SpaceBeforeValue,
        (SpaceBeforeValue | Token, _) if is_token => Token,
        (Token | AfterQuoted, _) if is_space => SpaceBeforeSemicolon,
        (Quoted, b'"') => AfterQuoted,
        (Quoted, b'\\') => QuotedPair,
        (Quoted, _) if is_quotable(octet) => Quoted,
        (QuotedPair, _) if is_quotable(octet) => Quoted,
        _ => return Err(PeerError::ChunkExtension),
    };
    Ok(State::Extension { size, at: next })
}

/// `HTAB / SP / VCHAR / obs-text`, RFC 9110 §5.6.4.
const fn is_quotable(octet: u8) -> bool {
    octet == b'\t' || (octet >= b' ' && octet != 0x7f)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The content, the number of octets used, and whether the end came.
    fn decode(input: &[u8]) -> Result<(Vec<u8>, usize, bool), PeerError> {
        let (mut decoder, mut content, mut at) = (Decoder::new(), Vec::new(), 0);
        loop {
            let step = decoder.decode(&input[at..], &Limits::default())?;
            at += step.used;
            match step.event {
                Some(Decoded::Data(data)) => content.extend_from_slice(data),
                Some(Decoded::End(_)) => return Ok((content, at, true)),
                None => return Ok((content, at, false)),
            }
        }
    }

    #[test]
    fn takes_the_coding_off() {
        let input = b"3\r\nabc\r\nA;x=\"y\\\"z\" ; n\r\n0123456789\r\n000\r\n\r\nGET";
        assert_eq!(decode(input), Ok((b"abc0123456789".to_vec(), input.len() - 3, true)));
    }

    #[test]
    fn gives_trailers() {
        let mut decoder = Decoder::new();
        let step = decoder.decode(b"0\r\nDigest: x\r\n\r\n", &Limits::default()).unwrap();
        let Some(Decoded::End(Some(trailers))) = step.event else { panic!("{step:?}") };
        assert_eq!(trailers["digest"], "x");
    }

    #[test]
    fn refuses_what_is_no_size() {
        use PeerError::*;
        for (line, error) in [
            ("+5\r\n", ChunkSize),
            ("-5\r\n", ChunkSize),
            (" 5\r\n", ChunkSize),
            ("5 \r\n", ChunkSize),
            ("5\t\r\n", ChunkSize),
            ("0x5\r\n", ChunkSize),
            ("5_0\r\n", ChunkSize),
            ("5g\r\n", ChunkSize),
            ("5,\r\n", ChunkSize),
            ("\r\n", ChunkSize),
            (";a\r\n", ChunkSize),
            ("00000000000000005\r\n", ChunkSizeOverflow),
            ("10000000000000000\r\n", ChunkSizeOverflow),
            ("5\n", ChunkEnd),
            ("5\rx", ChunkEnd),
            ("1\r\nab\r\n", ChunkEnd),
            ("1\r\na\n", ChunkEnd),
            ("1\r\na\rb", ChunkEnd),
            ("5;\r\n", ChunkExtension),
            ("5;a=\r\n", ChunkExtension),
            ("5;=b\r\n", ChunkExtension),
            ("5;a=\"b\r\n", ChunkExtension),
            ("5;a=\"\n\"\r\n", ChunkExtension),
            ("5;a\n", ChunkExtension),
            ("5;a=\"b\"c\r\n", ChunkExtension),
            ("5;a b\r\n", ChunkExtension),
        ] {
            assert_eq!(decode(line.as_bytes()), Err(error), "{line:?}");
        }
    }

    #[test]
    fn the_largest_size_is_taken() {
        assert_eq!(decode(b"FFFFFFFFFFFFFFFF\r\nab"), Ok((b"ab".to_vec(), 20, false)));
    }

    #[test]
    fn extensions_are_counted_over_the_whole_body() {
        let max = Limits::default().chunk_extension_bytes_max;
        // Of each line 9 octets count: what follows the semicolon, CR included.
        let body = |lines: usize| b"1;abcdefgh\r\nx\r\n".repeat(lines);
        assert!(decode(&body(max / 9)).is_ok());
        assert_eq!(decode(&body(max / 9 + 1)), Err(PeerError::ChunkExtensionsTooLarge));
    }
}
