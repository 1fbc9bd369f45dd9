//! What is refused of a query before anything is built from it.
//!
//! ```text
//! query = field *( "&" field )        empty fields are skipped
//! field = name [ "=" value ]
//! name  = text *( "[" text "]" ) [ "[]" ]
//! ```
//!
//! Brackets may be percent-coded, as browsers send them from forms. Parsers of queries usually
//! mend what is broken, each in its own way; here the peer is told.

use std::borrow::Cow;

use super::query::QueryLimits;
use super::{ContentError, wording};
use crate::percent;

/// The text of a query whose grammar, coding and size are right.
pub(super) fn checked<'t>(
    text: &'t str,
    limits: &QueryLimits,
) -> Result<Cow<'t, str>, ContentError> {
    let mut at = 0;
    let mut count = 0;
    for field in text.split('&') {
        count += usize::from(!field.is_empty());
        if count > limits.fields_max {
            return Err(ContentError::TooManyFields { max: limits.fields_max });
        }
        check_field(field, at, limits)?;
        at += field.len() + 1;
    }
    Ok(with_brackets_in_capitals(text))
}

fn check_field(field: &str, at: usize, limits: &QueryLimits) -> Result<(), ContentError> {
    if field.is_empty() {
        return Ok(());
    }
    check_coding(field, at)?;
    let name = field.split('=').next().unwrap_or_default();
    let depth = name_depth(&with_plain_brackets(name)).map_err(|reason| {
        let reason = format!("{reason} in the name {}", wording::quoted(name));
        ContentError::Syntax { line: 1, column: at + 1, reason }
    })?;
    let max = usize::from(limits.depth_max);
    if depth > max { Err(ContentError::TooDeep { max }) } else { Ok(()) }
}

/// RFC 3986 §2.1, and the text it stands for.
fn check_coding(field: &str, at: usize) -> Result<(), ContentError> {
    let octets = field.as_bytes();
    for percent in memchr::memchr_iter(b'%', octets) {
        if !matches!(octets[percent + 1..], [high, low, ..] if is_hex(high) && is_hex(low)) {
            return Err(ContentError::Coding { at: at + percent });
        }
    }
    percent::decode(field).map(drop).ok_or(ContentError::NotUtf8 { at })
}

fn is_hex(octet: u8) -> bool {
    octet.is_ascii_hexdigit()
}

/// How many brackets a name has; why it is none.
fn name_depth(name: &str) -> Result<usize, &'static str> {
    let (first, mut rest) = name.split_at(name.find('[').unwrap_or(name.len()));
    if first.is_empty() {
        return Err("nothing before a bracket or '='");
    }
    if first.contains(']') {
        return Err("a ']' without a '['");
    }
    let mut depth = 0;
    while let Some(open) = rest.strip_prefix('[') {
        let (inner, after) = open.split_once(']').ok_or("a '[' without a ']'")?;
        if inner.contains('[') {
            return Err("a '[' within brackets");
        }
        if inner.is_empty() && !after.is_empty() {
            return Err("something after '[]'");
        }
        depth += 1;
        rest = after;
    }
    if rest.is_empty() { Ok(depth) } else { Err("text after a ']'") }
}

fn with_plain_brackets(name: &str) -> Cow<'_, str> {
    if !name.contains("%5") {
        return Cow::Borrowed(name);
    }
    let upper = with_brackets_in_capitals(name);
    Cow::Owned(upper.replace("%5B", "[").replace("%5D", "]"))
}

/// `serde_qs` knows brackets in capitals only; RFC 3986 §2.1 says that case does not matter.
fn with_brackets_in_capitals(text: &str) -> Cow<'_, str> {
    if !text.contains("%5b") && !text.contains("%5d") {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.replace("%5b", "%5B").replace("%5d", "%5D"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_have_balanced_brackets() {
        let cases = [
            ("a", Some(0)),
            ("a[b]", Some(1)),
            ("a[]", Some(1)),
            ("a[b][c][]", Some(3)),
            ("", None),
            ("[a]", None),
            ("[]", None),
            ("a]", None),
            ("a[b", None),
            ("a[b]c", None),
            ("a[b]]", None),
            ("a[[b]]", None),
            ("a[][b]", None),
        ];
        for (name, depth) in cases {
            assert_eq!(name_depth(name).ok(), depth, "{name}");
        }
    }

    #[test]
    fn coding_is_checked_with_its_place() {
        let limits = QueryLimits::default();
        let check = |text| checked(text, &limits).map(drop);
        assert_eq!(check("a=%41&%d0%B3=+"), Ok(()));
        assert_eq!(check("a=1&b=%zz"), Err(ContentError::Coding { at: 6 }));
        assert_eq!(check("a=1&b=%4"), Err(ContentError::Coding { at: 6 }));
        assert_eq!(check("a%=1"), Err(ContentError::Coding { at: 1 }));
        assert_eq!(check("a=1&b=%FF"), Err(ContentError::NotUtf8 { at: 4 }));
        assert_eq!(check("a=%00"), Ok(()));
    }
}
