//! Where the body of a message ends, decided in one place. RFC 9112 §6.
//!
//! Request smuggling is two readers that disagree about this. So there is one function per
//! direction, and whatever could be read in two ways is refused.

use http::header::{CONTENT_LENGTH, TRANSFER_ENCODING};
use http::{HeaderMap, HeaderValue, Method, StatusCode, Version};

use crate::PeerError;
use gnezdo_core::grammar::{contains, digits, is_token, trim_ows};

/// How the end of a body is found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Framing {
    /// There is no body.
    None,
    /// After so many octets; never zero.
    Length(u64),
    /// After the last chunk and the trailer section.
    Chunked,
    /// With the end of the connection; responses only.
    UntilClose,
}

/// Framing of a request body, in the order of RFC 9112 §6.3.
///
/// # Errors
/// See [`PeerError`]: each way in which two readers could differ has its own.
///
/// ```
/// use gnezdo_h1::{Framing, request_framing};
/// use http::{HeaderMap, Version, header::CONTENT_LENGTH};
///
/// let mut fields = HeaderMap::new();
/// fields.insert(CONTENT_LENGTH, "5".parse().unwrap());
/// assert_eq!(request_framing(&fields, Version::HTTP_11), Ok(Framing::Length(5)));
/// fields.insert(CONTENT_LENGTH, "+5".parse().unwrap());
/// assert!(request_framing(&fields, Version::HTTP_11).is_err());
/// ```
pub fn request_framing(fields: &HeaderMap, version: Version) -> Result<Framing, PeerError> {
    if let Some(framing) = transfer_coding(fields, version)? {
        return Ok(framing);
    }
    Ok(content_length(fields)?.unwrap_or(Framing::None))
}

/// Framing of a response body, in the order of RFC 9112 §6.3. `method` is the request's.
///
/// # Errors
/// As for requests. A coding other than `chunked` is refused instead of being read until the
/// end of the connection: nobody could decode it.
pub fn response_framing(
    method: &Method,
    status: StatusCode,
    fields: &HeaderMap,
    version: Version,
) -> Result<Framing, PeerError> {
    if *method == Method::HEAD || !allows_content(status) {
        return Ok(Framing::None);
    }
    if *method == Method::CONNECT && status.is_success() {
        return Ok(Framing::UntilClose);
    }
    if let Some(framing) = transfer_coding(fields, version)? {
        return Ok(framing);
    }
    Ok(content_length(fields)?.unwrap_or(Framing::UntilClose))
}

/// Whether a response with this status can have content. RFC 9110 §6.4.1.
pub(crate) fn allows_content(status: StatusCode) -> bool {
    !status.is_informational()
        && status != StatusCode::NO_CONTENT
        && status != StatusCode::NOT_MODIFIED
}

fn transfer_coding(fields: &HeaderMap, version: Version) -> Result<Option<Framing>, PeerError> {
    if !contains(fields, &TRANSFER_ENCODING) {
        return Ok(None);
    }
    let mut lines = fields.get_all(TRANSFER_ENCODING).iter();
    let Some(line) = lines.next() else {
        return Ok(None);
    };
    // §6.1: a server may refuse a message that has both. We always do.
    if contains(fields, &CONTENT_LENGTH) {
        return Err(PeerError::CodingAndLength);
    }
    // §6.1: HTTP/1.0 knows no codings; the framing is faulty.
    if version == Version::HTTP_10 {
        return Err(PeerError::CodingInHttp10);
    }
    if lines.next().is_some() {
        return Err(PeerError::CodingMalformed);
    }
    only_chunked(line)?;
    Ok(Some(Framing::Chunked))
}

/// §6.1: `chunked` is the one coding that every recipient knows, and the last one, once.
fn only_chunked(line: &HeaderValue) -> Result<(), PeerError> {
    let codings = || line.as_bytes().split(|&o| o == b',').map(trim_ows);
    let is_chunked = |coding: &[u8]| coding.eq_ignore_ascii_case(b"chunked");
    if !codings().all(is_token) {
        return Err(PeerError::CodingMalformed);
    }
    let last = codings().count() - 1;
    if codings().take(last).any(is_chunked) {
        return Err(PeerError::CodingMalformed);
    }
    if last == 0 && codings().all(is_chunked) { Ok(()) } else { Err(PeerError::CodingUnknown) }
}

/// Equal repeats may be accepted by §6.3; refusing them is simpler and loses nobody.
fn content_length(fields: &HeaderMap) -> Result<Option<Framing>, PeerError> {
    if !contains(fields, &CONTENT_LENGTH) {
        return Ok(None);
    }
    let mut lines = fields.get_all(CONTENT_LENGTH).iter();
    let Some(line) = lines.next() else {
        return Ok(None);
    };
    if lines.next().is_some() {
        return Err(PeerError::ContentLengthRepeated);
    }
    match digits(line.as_bytes()) {
        Some(0) => Ok(Some(Framing::None)),
        Some(length) => Ok(Some(Framing::Length(length))),
        None if !line.is_empty() && line.as_bytes().iter().all(u8::is_ascii_digit) => {
            Err(PeerError::ContentLengthOverflow)
        }
        None => Err(PeerError::ContentLength),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(lines: &[(&str, &str)]) -> HeaderMap {
        let mut fields = HeaderMap::new();
        for (name, value) in lines {
            let name: http::HeaderName = name.parse().unwrap();
            fields.append(name, HeaderValue::from_bytes(value.as_bytes()).unwrap());
        }
        fields
    }

    const CL: &str = "content-length";
    const TE: &str = "transfer-encoding";

    #[test]
    fn requests_by_the_table() {
        use Framing::*;
        use PeerError::{
            CodingAndLength, CodingInHttp10, CodingMalformed, CodingUnknown, ContentLength,
            ContentLengthOverflow, ContentLengthRepeated,
        };
        type Case = (&'static [(&'static str, &'static str)], Result<Framing, PeerError>);
        let table: &[Case] = &[
            (&[], Ok(None)),
            (&[(CL, "0")], Ok(None)),
            (&[(CL, "5")], Ok(Length(5))),
            (&[(CL, "0005")], Ok(Length(5))),
            (&[(CL, "18446744073709551615")], Ok(Length(u64::MAX))),
            (&[(CL, "18446744073709551616")], Err(ContentLengthOverflow)),
            (&[(CL, "18446744073709551621")], Err(ContentLengthOverflow)),
            (&[(CL, "")], Err(ContentLength)),
            (&[(CL, "+5")], Err(ContentLength)),
            (&[(CL, "-5")], Err(ContentLength)),
            (&[(CL, "5 5")], Err(ContentLength)),
            (&[(CL, "5, 5")], Err(ContentLength)),
            (&[(CL, "0x5")], Err(ContentLength)),
            (&[(CL, "5.0")], Err(ContentLength)),
            (&[(CL, "5"), (CL, "5")], Err(ContentLengthRepeated)),
            (&[(CL, "5"), (CL, "6")], Err(ContentLengthRepeated)),
            (&[(TE, "chunked")], Ok(Chunked)),
            (&[(TE, "CHUNKED")], Ok(Chunked)),
            (&[(TE, "chunked"), (CL, "5")], Err(CodingAndLength)),
            (&[(CL, "0"), (TE, "identity")], Err(CodingAndLength)),
            (&[(TE, "chunked"), (TE, "chunked")], Err(CodingMalformed)),
            (&[(TE, "chunked, chunked")], Err(CodingMalformed)),
            (&[(TE, "chunked, gzip")], Err(CodingMalformed)),
            (&[(TE, "gzip, chunked")], Err(CodingUnknown)),
            (&[(TE, "gzip")], Err(CodingUnknown)),
            (&[(TE, "identity")], Err(CodingUnknown)),
            (&[(TE, "xchunked")], Err(CodingUnknown)),
            (&[(TE, "chunked;q=1")], Err(CodingMalformed)),
            (&[(TE, "\"chunked\"")], Err(CodingMalformed)),
            (&[(TE, ",chunked")], Err(CodingMalformed)),
            (&[(TE, "chunked,")], Err(CodingMalformed)),
            (&[(TE, "")], Err(CodingMalformed)),
        ];
        for (lines, expected) in table {
            assert_eq!(request_framing(&fields(lines), Version::HTTP_11), *expected, "{lines:?}");
        }
        let coded = fields(&[(TE, "chunked")]);
        assert_eq!(request_framing(&coded, Version::HTTP_10), Err(CodingInHttp10));
    }

    #[test]
    fn responses_by_the_table() {
        let (get, ok) = (Method::GET, StatusCode::OK);
        let of = |method: &Method, status, lines: &[_]| {
            response_framing(method, status, &fields(lines), Version::HTTP_11)
        };
        assert_eq!(of(&get, ok, &[]), Ok(Framing::UntilClose));
        assert_eq!(of(&get, ok, &[(CL, "5")]), Ok(Framing::Length(5)));
        assert_eq!(of(&get, ok, &[(TE, "chunked")]), Ok(Framing::Chunked));
        assert_eq!(of(&get, ok, &[(TE, "gzip")]), Err(PeerError::CodingUnknown));
        assert_eq!(of(&Method::HEAD, ok, &[(CL, "5")]), Ok(Framing::None));
        assert_eq!(of(&Method::CONNECT, ok, &[(CL, "5")]), Ok(Framing::UntilClose));
        for status in [StatusCode::NO_CONTENT, StatusCode::NOT_MODIFIED, StatusCode::CONTINUE] {
            assert_eq!(of(&get, status, &[(CL, "5")]), Ok(Framing::None));
        }
    }
}
