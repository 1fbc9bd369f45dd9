//! The head of a message: start line and fields, from octets to the types of `http`.
//!
//! [`Scan`] has found the end of the head and refused bare line ends; the types of `http` judge
//! names, values and targets when they are made. So each octet is judged once, and there is
//! little left to do here.
//!
//! The target and each value are copies of their own. Slices of one shared copy take as long to
//! make and to drop, for all their counting of references, and one kept value would keep all.

use gnezdo_core::Limits;
use http::header::HOST;
use http::uri::Scheme;
use http::{HeaderValue, Method, StatusCode, Version};

use crate::PeerError;
use crate::fields::parse_fields;
use crate::scan::{Scan, Section};
use crate::target::request_target;
use gnezdo_core::grammar::is_host;
use gnezdo_core::grammar::{is_token, known_method, lines};

/// The head of a request.
pub type RequestHead = http::Request<()>;

/// The head of a response.
pub type ResponseHead = http::Response<()>;

/// The longest URI of the crate `http`.
pub(crate) const URI_BYTES_MAX: usize = u16::MAX as usize - 1;

/// Reads the head of a request, which `octets` must hold exactly, empty line included.
///
/// # Errors
/// [`PeerError`], for everything that RFC 9112 §3 and §5 forbid.
pub fn parse_request(octets: &[u8], limits: &Limits) -> Result<RequestHead, PeerError> {
    judge_section(Section::Request, octets, limits)?;
    read_request(octets, limits)
}

/// Reads the head of a response, which `octets` must hold exactly, empty line included.
///
/// # Errors
/// [`PeerError`], for everything that RFC 9112 §4 and §5 forbid.
pub fn parse_response(octets: &[u8], limits: &Limits) -> Result<ResponseHead, PeerError> {
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
pub(crate) fn read_request(octets: &[u8], limits: &Limits) -> Result<RequestHead, PeerError> {
    let (line, fields_start) = start_line(octets)?;
    let RequestLine { method, target, version } = RequestLine::parse(line)?;
    let fields = parse_fields(&octets[fields_start..], limits)?;
    if target.len() > limits.target_bytes_max.min(URI_BYTES_MAX) {
        return Err(PeerError::TargetTooLong);
    }
    let mut head = RequestHead::new(());
    *head.method_mut() = method.ok_or(PeerError::MethodUnknown)?;
    *head.uri_mut() = request_target(head.method(), target)
        .map_err(|error| if has_cr(target) { PeerError::LineEnd } else { error })?;
    *head.version_mut() = version;
    *head.headers_mut() = fields;
    settle_host(&mut head)?;
    Ok(head)
}

/// Reads the head of a response in which [`Scan`] has found the end.
pub(crate) fn read_response(octets: &[u8], limits: &Limits) -> Result<ResponseHead, PeerError> {
    let (line, fields_start) = start_line(octets)?;
    let (version, status) = status_line(line)?;
    let mut head = ResponseHead::new(());
    *head.status_mut() = status;
    *head.version_mut() = version;
    *head.headers_mut() = parse_fields(&octets[fields_start..], limits)?;
    Ok(head)
}

/// The first line without its end, and where the second begins.
fn start_line(octets: &[u8]) -> Result<(&[u8], usize), PeerError> {
    let lf = memchr::memchr(b'\n', octets).ok_or(PeerError::StartLine)?;
    let line = octets[..lf].strip_suffix(b"\r").ok_or(PeerError::LineEnd)?;
    Ok((line, lf + 1))
}

/// `method SP request-target SP HTTP-version`, RFC 9112 §3.
struct RequestLine<'l> {
    /// None if it is a token, but no method that we know.
    method: Option<Method>,
    target: &'l [u8],
    version: Version,
}

impl<'l> RequestLine<'l> {
    fn parse(line: &'l [u8]) -> Result<Self, PeerError> {
        let parts = || {
            let (method, rest) = split_at_space(line)?;
            let (target, version) = split_at_space(rest)?;
            let known = known_method(method);
            let is_method = known.is_some() || is_token(method);
            (is_method && !target.is_empty()).then_some((known, target, version))
        };
        let (method, target, version) = parts().ok_or_else(|| start_line_fault(line))?;
        let version = parse_version(version).map_err(|error| version_fault(error, line))?;
        Ok(Self { method, target, version })
    }
}

/// `HTTP-version SP status-code [ SP reason-phrase ]`: RFC 9112 §4 with a space that some
/// servers leave out.
fn status_line(line: &[u8]) -> Result<(Version, StatusCode), PeerError> {
    let (version, rest) = split_at_space(line).ok_or_else(|| start_line_fault(line))?;
    let version = parse_version(version).map_err(|error| version_fault(error, line))?;
    let status = || {
        let (code, reason) = rest.split_at_checked(3)?;
        let is_reason = matches!(reason, [] | [b' ', ..]) && !has_control(reason);
        StatusCode::from_bytes(code).ok().filter(|_| is_reason)
    };
    Ok((version, status().ok_or_else(|| start_line_fault(line))?))
}

/// RFC 9110 §2.5: a higher minor version is read as the highest one we know; another major
/// version is not read at all.
fn parse_version(version: &[u8]) -> Result<Version, PeerError> {
    match version {
        b"HTTP/1.1" => Ok(Version::HTTP_11),
        b"HTTP/1.0" => Ok(Version::HTTP_10),
        [b'H', b'T', b'T', b'P', b'/', b'1', b'.', b'2'..=b'9'] => Ok(Version::HTTP_11),
        [b'H', b'T', b'T', b'P', b'/', b'0' | b'2'..=b'9', b'.', b'0'..=b'9'] => {
            Err(PeerError::Version)
        }
        _ => Err(PeerError::StartLine),
    }
}

fn split_at_space(line: &[u8]) -> Option<(&[u8], &[u8])> {
    let space = line.iter().position(|&octet| octet == b' ')?;
    Some((&line[..space], &line[space + 1..]))
}

fn has_control(text: &[u8]) -> bool {
    text.iter().any(|&octet| octet.is_ascii_control() && octet != b'\t')
}

/// What is wrong with a start line that has not its form.
fn start_line_fault(line: &[u8]) -> PeerError {
    if has_cr(line) { PeerError::LineEnd } else { PeerError::StartLine }
}

fn has_cr(octets: &[u8]) -> bool {
    memchr::memchr(b'\r', octets).is_some()
}

fn version_fault(error: PeerError, line: &[u8]) -> PeerError {
    if error == PeerError::StartLine { start_line_fault(line) } else { error }
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

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<RequestHead, PeerError> {
        parse_request(text.as_bytes(), &Limits::default())
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
