//! Field lines of heads and trailer sections. RFC 9112 §5.
//!
//! A name or value that `http` takes is one that RFC 9110 allows. A line that it does not take
//! is looked at a second time, slowly, to tell the peer what was wrong.

use gnezdo_core::{Limits, spare_fields};
use http::header::HeaderName;
use http::{HeaderMap, HeaderValue};

use crate::PeerError;
use crate::names::usual_name;
use gnezdo_core::grammar::{is_token, trim_ows};

/// How long a field line is, as far as room for it is concerned: less than most are.
const LINE_BYTES: usize = 24;

/// Reads field lines up to the empty line.
///
/// # Errors
/// [`PeerError`], for everything that RFC 9112 §5 forbids, and for too many fields.
pub(crate) fn parse_fields(section: &[u8], limits: &Limits) -> Result<HeaderMap, PeerError> {
    let room = (section.len() / LINE_BYTES).min(limits.fields_max);
    let too_many = |_| PeerError::TooManyFields;
    let mut fields = spare_fields(room).map_err(too_many)?;
    let mut line_start = 0;
    for lf in memchr::memchr_iter(b'\n', section) {
        let line = section[line_start..lf].strip_suffix(b"\r").ok_or(PeerError::LineEnd)?;
        if line.is_empty() {
            break;
        }
        if fields.len() == limits.fields_max {
            return Err(PeerError::TooManyFields);
        }
        let (name, value) = field(line).ok_or_else(|| line_fault(line))?;
        fields.try_append(name, value).map_err(too_many)?;
        line_start = lf + 1;
    }
    Ok(fields)
}

fn field(line: &[u8]) -> Option<(HeaderName, HeaderValue)> {
    // Names are short: a call costs more than the search.
    let colon = line.iter().position(|&octet| octet == b':')?;
    let name = &line[..colon];
    let name = usual_name(name).or_else(|| HeaderName::from_bytes(name).ok())?;
    let value = HeaderValue::from_bytes(trim_ows(&line[colon + 1..])).ok()?;
    Some((name, value))
}

/// What is wrong with a line that is no field.
fn line_fault(line: &[u8]) -> PeerError {
    if memchr::memchr(b'\r', line).is_some() {
        return PeerError::LineEnd;
    }
    if matches!(line[0], b' ' | b'\t') {
        return PeerError::ObsoleteFolding;
    }
    let Some(colon) = memchr::memchr(b':', line) else {
        return PeerError::FieldName;
    };
    let name = &line[..colon];
    if let [token @ .., b' ' | b'\t'] = name
        && is_token(token.trim_ascii_end())
    {
        return PeerError::SpaceBeforeColon;
    }
    if !is_token(name) {
        return PeerError::FieldName;
    }
    PeerError::FieldValue
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &'static str) -> Result<HeaderMap, PeerError> {
        parse_fields(text.as_bytes(), &Limits::default())
    }

    #[test]
    fn lines_become_fields() {
        let fields = parse("A: b\r\na:\t c \r\nEmpty:\r\n\r\nnot: read").unwrap();
        let values: Vec<_> = fields.get_all("a").iter().collect();
        assert_eq!(values, ["b", "c"]);
        assert_eq!(fields["empty"], "");
        assert_eq!(fields.len(), 3);
        assert!(parse("\r\n").unwrap().is_empty());
    }

    #[test]
    fn more_fields_than_the_map_takes_are_too_many() {
        let limits = Limits { fields_max: usize::MAX, ..Default::default() };
        let many: String = (0..40_000).map(|i| format!("f{i}: v\r\n")).collect();
        let many = many + "\r\n";
        assert_eq!(parse_fields(many.as_bytes(), &limits), Err(PeerError::TooManyFields));
    }
}
