//! The head of a message: start line and fields, from octets to the types of `http`.
//!
//! `httparse` does the reading; [`Scan`] has already refused bare line ends, which it would
//! allow. What it refuses is looked at a second time, slowly, to tell the peer
//! what was wrong. All values share one copy of the head.

use std::mem::MaybeUninit;
use std::ops::Range;

use bytes::Bytes;
use gnezdo_core::Limits;
use http::header::{HOST, HeaderName};
use http::uri::Scheme;
use http::{HeaderMap, HeaderValue, Method, StatusCode, Version};

use crate::PeerError;
use crate::host::is_host;
use crate::scan::{Scan, Section};
use crate::target::request_target;
use crate::text::{is_token, lines};

/// The head of a request.
pub type RequestHead = http::Request<()>;

/// The head of a response.
pub type ResponseHead = http::Response<()>;

/// How many field lines fit the table on the stack; `Limits::fields_max` cannot exceed it.
const FIELDS_TABLE: usize = 256;

/// The longest URI of the crate `http`.
const URI_BYTES_MAX: usize = u16::MAX as usize - 1;

type FieldTable<'b> = [MaybeUninit<httparse::Header<'b>>; FIELDS_TABLE];

/// Reads the head of a request, which `octets` must hold exactly, empty line included.
///
/// # Errors
/// [`PeerError`], for everything that RFC 9112 §3 and §5 forbid.
pub fn parse_request(octets: &Bytes, limits: &Limits) -> Result<RequestHead, PeerError> {
    judge_section(Section::Request, octets, limits)?;
    read_request(octets, limits)
}

/// Reads the head of a response, which `octets` must hold exactly, empty line included.
///
/// # Errors
/// [`PeerError`], for everything that RFC 9112 §4 and §5 forbid.
pub fn parse_response(octets: &Bytes, limits: &Limits) -> Result<ResponseHead, PeerError> {
    judge_section(Section::Response, octets, limits)?;
    read_response(octets, limits)
}

/// Does for octets at hand what a machine has done while they came.
fn judge_section(section: Section, octets: &[u8], limits: &Limits) -> Result<(), PeerError> {
    match Scan::default().find_end(section, octets, limits)? {
        Some(end) if end == octets.len() => Ok(()),
        Some(_) => Err(PeerError::StartLine),
        None => Err(PeerError::Truncated),
    }
}

/// Reads the head of a request in which [`Scan`] has found the end.
pub(crate) fn read_request(octets: &Bytes, limits: &Limits) -> Result<RequestHead, PeerError> {
    let mut table: FieldTable<'_> = [const { MaybeUninit::uninit() }; FIELDS_TABLE];
    let mut parsed = httparse::Request::new(&mut []);
    let table = &mut table[..limits.fields_max.min(FIELDS_TABLE)];
    match parsed.parse_with_uninit_headers(octets, table) {
        Ok(httparse::Status::Complete(used)) if used == octets.len() => {}
        Ok(_) => return Err(PeerError::StartLine),
        Err(httparse::Error::Version) => {
            return read_request(&lower_request_version(octets)?, limits);
        }
        Err(error) => return Err(diagnose(error, octets)),
    }
    let (Some(method), Some(target), Some(minor)) = (parsed.method, parsed.path, parsed.version)
    else {
        return Err(PeerError::StartLine);
    };
    if target.len() > limits.target_bytes_max.min(URI_BYTES_MAX) {
        return Err(PeerError::TargetTooLong);
    }
    let mut head = RequestHead::new(());
    *head.method_mut() = known_method(method)?;
    *head.uri_mut() = request_target(head.method(), octets.slice_ref(target.as_bytes()))?;
    *head.version_mut() = version(minor);
    *head.headers_mut() = fields(octets, parsed.headers)?;
    settle_host(&mut head)?;
    Ok(head)
}

/// Reads the head of a response in which [`Scan`] has found the end.
pub(crate) fn read_response(octets: &Bytes, limits: &Limits) -> Result<ResponseHead, PeerError> {
    let mut table: FieldTable<'_> = [const { MaybeUninit::uninit() }; FIELDS_TABLE];
    let mut parsed = httparse::Response::new(&mut []);
    let table = &mut table[..limits.fields_max.min(FIELDS_TABLE)];
    let config = httparse::ParserConfig::default();
    match config.parse_response_with_uninit_headers(&mut parsed, octets, table) {
        Ok(httparse::Status::Complete(used)) if used == octets.len() => {}
        Ok(_) => return Err(PeerError::StartLine),
        Err(httparse::Error::Version) => {
            return read_response(&lower_response_version(octets)?, limits);
        }
        Err(error) => return Err(diagnose(error, octets)),
    }
    let (Some(code), Some(minor)) = (parsed.code, parsed.version) else {
        return Err(PeerError::StartLine);
    };
    let mut head = ResponseHead::new(());
    *head.status_mut() = StatusCode::from_u16(code).map_err(|_| PeerError::StartLine)?;
    *head.version_mut() = version(minor);
    *head.headers_mut() = fields(octets, parsed.headers)?;
    Ok(head)
}

/// Reads a trailer section, which `octets` must hold exactly, empty line included.
///
/// # Errors
/// [`PeerError`], for everything that RFC 9112 §5 forbids.
pub(crate) fn parse_trailers(octets: &Bytes, limits: &Limits) -> Result<HeaderMap, PeerError> {
    let mut table = [httparse::EMPTY_HEADER; FIELDS_TABLE];
    let table = &mut table[..limits.fields_max.min(FIELDS_TABLE)];
    match httparse::parse_headers(octets, table) {
        Ok(httparse::Status::Complete((used, lines))) if used == octets.len() => {
            fields(octets, lines)
        }
        Ok(_) => Err(PeerError::FieldName),
        Err(error) => Err(diagnose_fields(error, octets)),
    }
}

const fn version(minor: u8) -> Version {
    if minor == 0 { Version::HTTP_10 } else { Version::HTTP_11 }
}

fn fields(octets: &Bytes, lines: &[httparse::Header<'_>]) -> Result<HeaderMap, PeerError> {
    let mut fields = HeaderMap::with_capacity(lines.len());
    for line in lines {
        let name =
            HeaderName::from_bytes(line.name.as_bytes()).map_err(|_| PeerError::FieldName)?;
        let value = HeaderValue::from_maybe_shared(octets.slice_ref(line.value))
            .map_err(|_| PeerError::FieldValue)?;
        fields.append(name, value);
    }
    Ok(fields)
}

/// RFC 9110 §9.1: an unrecognized method is answered with 501. Methods are case-sensitive.
fn known_method(token: &str) -> Result<Method, PeerError> {
    match token {
        "GET" => Ok(Method::GET),
        "HEAD" => Ok(Method::HEAD),
        "POST" => Ok(Method::POST),
        "PUT" => Ok(Method::PUT),
        "PATCH" => Ok(Method::PATCH),
        "DELETE" => Ok(Method::DELETE),
        "OPTIONS" => Ok(Method::OPTIONS),
        "CONNECT" => Ok(Method::CONNECT),
        "TRACE" => Ok(Method::TRACE),
        _ => Err(PeerError::MethodUnknown),
    }
}

/// RFC 9112 §3.2: HTTP/1.1 has exactly one Host; a host in the target takes its place.
fn settle_host(head: &mut RequestHead) -> Result<(), PeerError> {
    let mut hosts = lines(head.headers(), &HOST);
    match hosts.next() {
        Some(host) if !is_host(host.as_bytes()) => return Err(PeerError::HostMalformed),
        None if head.version() == Version::HTTP_11 => return Err(PeerError::HostMissing),
        _ => {}
    }
    if hosts.next().is_some() {
        return Err(PeerError::HostRepeated);
    }
    drop(hosts);
    // §3.2.2: with an absolute target the Host field, if any, must be ignored.
    if head.uri().scheme().is_some_and(|s| *s == Scheme::HTTP || *s == Scheme::HTTPS) {
        let authority = head.uri().authority().map_or("", |a| a.as_str());
        let host = HeaderValue::from_str(authority).map_err(|_| PeerError::Target)?;
        head.headers_mut().insert(HOST, host);
    }
    Ok(())
}

/// The version of a request stands at the end of its first line.
fn lower_request_version(octets: &Bytes) -> Result<Bytes, PeerError> {
    let line_end = memchr::memchr(b'\r', octets).unwrap_or(octets.len());
    let version_start = memchr::memrchr(b' ', &octets[..line_end]).map_or(0, |space| space + 1);
    lower_version(octets, version_start..line_end)
}

/// The version of a response stands at its start.
fn lower_response_version(octets: &Bytes) -> Result<Bytes, PeerError> {
    let version_end = memchr::memchr2(b' ', b'\r', octets).unwrap_or(octets.len());
    lower_version(octets, 0..version_end)
}

/// RFC 9110 §2.5: a higher minor version is read as the highest one we know; another major
/// version is not read at all.
fn lower_version(octets: &Bytes, version: Range<usize>) -> Result<Bytes, PeerError> {
    match &octets[version.clone()] {
        [b'H', b'T', b'T', b'P', b'/', b'1', b'.', b'2'..=b'9'] => {
            let mut lowered = octets.to_vec();
            lowered[version.end - 1] = b'1';
            Ok(lowered.into())
        }
        [b'H', b'T', b'T', b'P', b'/', b'0' | b'2'..=b'9', b'.', b'0'..=b'9'] => {
            Err(PeerError::Version)
        }
        _ => Err(PeerError::StartLine),
    }
}

fn diagnose(error: httparse::Error, octets: &[u8]) -> PeerError {
    let fields_start = memchr::memchr(b'\n', octets).map_or(octets.len(), |lf| lf + 1);
    match error {
        // httparse gives the first two for field lines as well.
        httparse::Error::NewLine | httparse::Error::Token | httparse::Error::Status => {
            if has_bare_cr(octets) {
                PeerError::LineEnd
            } else {
                PeerError::StartLine
            }
        }
        error => diagnose_fields(error, &octets[fields_start..]),
    }
}

fn diagnose_fields(error: httparse::Error, lines: &[u8]) -> PeerError {
    match error {
        httparse::Error::TooManyHeaders => PeerError::TooManyFields,
        _ => lines
            .split(|&o| o == b'\n')
            .find_map(|line| line_fault(line.strip_suffix(b"\r").unwrap_or(line)))
            .unwrap_or(PeerError::FieldName),
    }
}

fn line_fault(line: &[u8]) -> Option<PeerError> {
    if line.is_empty() {
        return None;
    }
    if memchr::memchr(b'\r', line).is_some() {
        return Some(PeerError::LineEnd);
    }
    if matches!(line[0], b' ' | b'\t') {
        return Some(PeerError::ObsoleteFolding);
    }
    let Some(colon) = memchr::memchr(b':', line) else {
        return Some(PeerError::FieldName);
    };
    let (name, value) = (&line[..colon], &line[colon + 1..]);
    if let [token @ .., b' ' | b'\t'] = name
        && is_token(token.trim_ascii_end())
    {
        return Some(PeerError::SpaceBeforeColon);
    }
    if !is_token(name) {
        return Some(PeerError::FieldName);
    }
    let is_control = |&o: &u8| o.is_ascii_control() && o != b'\t';
    value.iter().any(is_control).then_some(PeerError::FieldValue)
}

fn has_bare_cr(line: &[u8]) -> bool {
    memchr::memchr_iter(b'\r', line).any(|cr| line.get(cr + 1) != Some(&b'\n'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<RequestHead, PeerError> {
        parse_request(&Bytes::copy_from_slice(text.as_bytes()), &Limits::default())
    }

    #[test]
    fn reads_a_request() {
        let head =
            parse("GET /a?b HTTP/1.1\r\nHost: x\r\nAccept:  a, b \r\nX-Empty:\r\n\r\n").unwrap();
        assert_eq!(head.method(), Method::GET);
        assert_eq!(head.uri(), "/a?b");
        assert_eq!(head.version(), Version::HTTP_11);
        assert_eq!(head.headers()["accept"], "a, b");
        assert_eq!(head.headers()["x-empty"], "");
    }

    #[test]
    fn names_the_fault() {
        let of =
            |lines: &str| parse(&format!("GET / HTTP/1.1\r\nHost: x\r\n{lines}\r\n\r\n")).err();
        assert_eq!(of("A : b"), Some(PeerError::SpaceBeforeColon));
        assert_eq!(of("A: b\r\n c"), Some(PeerError::ObsoleteFolding));
        assert_eq!(of(": b"), Some(PeerError::FieldName));
        assert_eq!(of("A b"), Some(PeerError::FieldName));
        assert_eq!(of("A(: b"), Some(PeerError::FieldName));
        assert_eq!(of("A: b\0"), Some(PeerError::FieldValue));
        assert_eq!(of("A: b\x7f"), Some(PeerError::FieldValue));
        assert_eq!(of("A: b\rc"), Some(PeerError::LineEnd));
        assert_eq!(of("Host: x"), Some(PeerError::HostRepeated));
    }

    #[test]
    fn versions() {
        let of = |version: &str| parse(&format!("GET / {version}\r\nHost: x\r\n\r\n"));
        assert_eq!(of("HTTP/1.7").unwrap().version(), Version::HTTP_11);
        for other in ["HTTP/2.0", "HTTP/0.9", "HTTP/3.0"] {
            assert_eq!(of(other).err(), Some(PeerError::Version), "{other}");
        }
        for bad in ["HTTP/1", "HTTP/1.10", "http/1.1", "HTTP/1.1 ", "HTTP/ 1.1", "FTP/1.1", ""] {
            assert_eq!(of(bad).err(), Some(PeerError::StartLine), "{bad}");
        }
    }

    #[test]
    fn octets_must_be_one_head_exactly() {
        let get = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";
        assert!(parse(get).is_ok());
        assert_eq!(parse(&format!("\r\n{get}")).err(), Some(PeerError::NotHttp));
        assert_eq!(parse(&get.replace('\r', "")).err(), Some(PeerError::LineEnd));
        assert_eq!(parse(&get.repeat(2)).err(), Some(PeerError::StartLine));
        assert_eq!(parse(&get[..20]).err(), Some(PeerError::Truncated));
    }

    #[test]
    fn an_absolute_target_replaces_host() {
        let head = parse("GET http://a:1/b HTTP/1.1\r\nHost: other\r\n\r\n").unwrap();
        assert_eq!(head.headers()["host"], "a:1");
        assert_eq!(head.uri().path(), "/b");
    }

    #[test]
    fn fields_are_counted_to_the_line() {
        let with = |count: usize| {
            let lines: String = (1..count).map(|i| format!("f{i}: v\r\n")).collect();
            parse(&format!("GET / HTTP/1.1\r\nHost: x\r\n{lines}\r\n"))
        };
        assert_eq!(with(100).unwrap().headers().len(), 100);
        assert_eq!(with(101).err(), Some(PeerError::TooManyFields));
    }
}
