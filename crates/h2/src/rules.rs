//! What holds for every field line in HTTP/2, whatever message it belongs to. RFC 9113 §8.2.

use gnezdo_core::grammar::is_token_octet;
use gnezdo_core::spare_fields;
use http::{HeaderMap, HeaderName, HeaderValue};

use crate::error::PeerError;
use crate::hpack::Lines;

/// Judges a line that is no pseudo-header field.
///
/// # Errors
/// What makes its message malformed. RFC 9113 §8.2.1, §8.2.2.
pub(crate) fn judge_line(name: &[u8], value: &[u8]) -> Result<(), PeerError> {
    if name.is_empty() || !name.iter().all(|&octet| NAME_OCTETS[usize::from(octet)]) {
        return Err(PeerError::FieldName);
    }
    if !is_field_value(value) {
        return Err(PeerError::FieldValue);
    }
    if is_about_connection(name, value) {
        return Err(PeerError::ConnectionField);
    }
    Ok(())
}

/// No control characters but tabs, and nothing white at the ends.
pub(crate) fn is_field_value(value: &[u8]) -> bool {
    let is_white = |octet: Option<&u8>| matches!(octet, Some(b' ' | b'\t'));
    let is_allowed = |octet: u8| octet >= b' ' && octet != 0x7f || octet == b'\t';
    !is_white(value.first()) && !is_white(value.last()) && value.iter().all(|&o| is_allowed(o))
}

/// RFC 9113 §8.2.2: such fields make a message malformed.
pub(crate) fn is_about_connection(name: &[u8], value: &[u8]) -> bool {
    match name {
        b"te" => value != b"trailers",
        _ => is_connection_field(name),
    }
}

/// The fields that HTTP/2 has no use for. They are left out of what we send.
pub(crate) fn is_connection_field(name: &[u8]) -> bool {
    // By their length nearly all names are known to be none of these.
    match name.len() {
        7 => name == b"upgrade",
        10 => name == b"connection" || name == b"keep-alive",
        16 => name == b"proxy-connection",
        17 => name == b"transfer-encoding",
        _ => false,
    }
}

/// Judges a trailer section, and makes it a table. RFC 9113 §8.1.
///
/// # Errors
/// What makes its message malformed.
pub(crate) fn trailers(lines: &Lines) -> Result<HeaderMap, PeerError> {
    let mut fields = spare_fields(lines.len()).map_err(|_| PeerError::FieldsTooLarge)?;
    for line in lines.iter() {
        if line.name.first() == Some(&b':') {
            return Err(PeerError::PseudoField);
        }
        judge_line(line.name, line.value)?;
        append(&mut fields, line.name, line.value)?;
    }
    Ok(fields)
}

/// Puts a line that was judged into a table.
///
/// # Errors
/// None for lines that were judged, unless the table takes no more.
pub(crate) fn append(fields: &mut HeaderMap, name: &[u8], value: &[u8]) -> Result<(), PeerError> {
    let name = HeaderName::from_bytes(name).map_err(|_| PeerError::FieldName)?;
    let value = HeaderValue::from_bytes(value).map_err(|_| PeerError::FieldValue)?;
    fields.try_append(name, value).map(drop).map_err(|_| PeerError::FieldsTooLarge)
}

/// Characters of a token, but no upper-case letters. RFC 9113 §8.2.1.
const NAME_OCTETS: [bool; 256] = {
    let mut table = [false; 256];
    let mut octet = 0;
    while octet < table.len() {
        table[octet] = is_token_octet(octet as u8) && !(octet as u8).is_ascii_uppercase();
        octet += 1;
    }
    table
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_by_the_table() {
        for (name, value, expected) in [
            ("accept", "*/*", Ok(())),
            ("x-empty", "", Ok(())),
            ("x", "a\tb \u{e4}", Ok(())),
            ("te", "trailers", Ok(())),
            ("", "x", Err(PeerError::FieldName)),
            ("Accept", "x", Err(PeerError::FieldName)),
            ("a b", "x", Err(PeerError::FieldName)),
            ("a:", "x", Err(PeerError::FieldName)),
            ("\u{e4}", "x", Err(PeerError::FieldName)),
            ("a\0", "x", Err(PeerError::FieldName)),
            ("a", " x", Err(PeerError::FieldValue)),
            ("a", "x\t", Err(PeerError::FieldValue)),
            ("a", "x\r\ny: z", Err(PeerError::FieldValue)),
            ("a", "x\0", Err(PeerError::FieldValue)),
            ("a", "x\x7f", Err(PeerError::FieldValue)),
            ("te", "gzip", Err(PeerError::ConnectionField)),
            ("te", "trailers, gzip", Err(PeerError::ConnectionField)),
            ("connection", "close", Err(PeerError::ConnectionField)),
            ("keep-alive", "1", Err(PeerError::ConnectionField)),
            ("proxy-connection", "x", Err(PeerError::ConnectionField)),
            ("transfer-encoding", "chunked", Err(PeerError::ConnectionField)),
            ("upgrade", "x", Err(PeerError::ConnectionField)),
        ] {
            let judged = judge_line(name.as_bytes(), value.as_bytes());
            assert_eq!(judged, expected, "{name:?}: {value:?}");
        }
    }

    #[test]
    fn trailers_have_no_pseudo_fields() {
        let mut lines = Lines::new();
        lines.push(b"x-sum", b"1");
        assert_eq!(trailers(&lines).unwrap()["x-sum"], "1");
        lines.push(b":status", b"200");
        assert_eq!(trailers(&lines), Err(PeerError::PseudoField));
    }
}
