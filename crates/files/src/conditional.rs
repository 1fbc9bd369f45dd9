//! Conditional requests: the exact order of RFC 9110 §13.2.2, as a pure function.
//!
//! ```text
//! If-Match ── absent ──► If-Unmodified-Since ──► If-None-Match ── absent ──► If-Modified-Since ──► If-Range
//!    │ false                   │ false               │ false                      │ false             │ false
//!   412                       412                   304                          304             whole content
//! ```
//!
//! A date that is none is as good as absent. All our entity tags are strong, but a client may
//! have been given a weak form of one by somebody on the way.

use std::time::{Duration, SystemTime};

use http::header::{
    HeaderName, IF_MATCH, IF_MODIFIED_SINCE, IF_NONE_MATCH, IF_RANGE, IF_UNMODIFIED_SINCE, RANGE,
};
use http::{HeaderMap, HeaderValue};

/// What the selected representation is compared by.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Validators<'r> {
    /// The strong entity tag, quotes included.
    pub(crate) etag: &'r [u8],
    /// The value of `Last-Modified`, in whole seconds.
    pub(crate) modified: Option<SystemTime>,
}

/// What a GET or HEAD is to be answered with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// The whole representation: 200.
    Whole,
    /// What the field `Range` asks for: 206, 416, or 200 if it is none.
    Range,
    /// Nothing new: 304.
    NotModified,
    /// A precondition does not hold: 412.
    Failed,
}

/// The fields that need [`evaluate`].
pub(crate) static CONDITIONAL: [HeaderName; 6] =
    [IF_NONE_MATCH, IF_MODIFIED_SINCE, RANGE, IF_RANGE, IF_MATCH, IF_UNMODIFIED_SINCE];

/// Whether a field of this name needs [`evaluate`].
pub(crate) fn is_conditional(name: &HeaderName) -> bool {
    CONDITIONAL.contains(name)
}

/// Evaluates all preconditions of a GET or HEAD request on something that exists.
pub(crate) fn evaluate(
    headers: &HeaderMap,
    validators: Validators<'_>,
    now: SystemTime,
) -> Verdict {
    if !unchanged_holds(headers, validators) {
        return Verdict::Failed;
    }
    if !changed_holds(headers, validators) {
        return Verdict::NotModified;
    }
    if headers.contains_key(RANGE) && if_range_holds(headers, validators, now) {
        return Verdict::Range;
    }
    Verdict::Whole
}

/// Steps 1 and 2: If-Match, and without it If-Unmodified-Since.
fn unchanged_holds(headers: &HeaderMap, validators: Validators<'_>) -> bool {
    if headers.contains_key(IF_MATCH) {
        return tags(headers, IF_MATCH).any(|tag| match tag {
            Tag::Any => true,
            // §13.1.1: the strong comparison; a weak tag never matches.
            Tag::Strong(opaque) => opaque == validators.etag,
            Tag::Weak(_) => false,
        });
    }
    match (date(headers, IF_UNMODIFIED_SINCE), validators.modified) {
        (Some(date), Some(modified)) => modified <= date,
        _ => true,
    }
}

/// Steps 3 and 4: If-None-Match, and without it If-Modified-Since.
fn changed_holds(headers: &HeaderMap, validators: Validators<'_>) -> bool {
    if headers.contains_key(IF_NONE_MATCH) {
        return !tags(headers, IF_NONE_MATCH).any(|tag| match tag {
            Tag::Any => true,
            // §13.1.2: the weak comparison.
            Tag::Strong(opaque) | Tag::Weak(opaque) => opaque == validators.etag,
        });
    }
    match (date(headers, IF_MODIFIED_SINCE), validators.modified) {
        (Some(date), Some(modified)) => modified > date,
        _ => true,
    }
}

/// Step 5: If-Range holds only if it names exactly what we would send (§13.1.5).
fn if_range_holds(headers: &HeaderMap, validators: Validators<'_>, now: SystemTime) -> bool {
    if !headers.contains_key(IF_RANGE) {
        return true;
    }
    let Some(value) = only(headers, IF_RANGE) else {
        return false;
    };
    let value = value.as_bytes();
    if value.starts_with(b"\"") || value.starts_with(b"W/") {
        return value == validators.etag;
    }
    // §8.8.2.2: a date is a strong validator only once its second is over.
    match (parse_date(value), validators.modified) {
        (Some(date), Some(modified)) => {
            date == modified && modified + Duration::from_secs(1) <= now
        }
        _ => false,
    }
}

/// The date of a field; `None` if there is none, or several, or one that is malformed.
fn date(headers: &HeaderMap, name: HeaderName) -> Option<SystemTime> {
    parse_date(only(headers, name)?.as_bytes())
}

fn parse_date(value: &[u8]) -> Option<SystemTime> {
    httpdate::parse_http_date(std::str::from_utf8(value).ok()?).ok()
}

fn only(headers: &HeaderMap, name: HeaderName) -> Option<&HeaderValue> {
    let mut lines = headers.get_all(name).iter();
    let first = lines.next()?;
    lines.next().is_none().then_some(first)
}

/// A member of If-Match or If-None-Match.
#[derive(Debug, PartialEq, Eq)]
enum Tag<'h> {
    Any,
    Strong(&'h [u8]),
    Weak(&'h [u8]),
}

fn tags(headers: &HeaderMap, name: HeaderName) -> impl Iterator<Item = Tag<'_>> {
    headers.get_all(name).into_iter().flat_map(|value| Tags(value.as_bytes()))
}

/// The tags of one field line. A comma may stand within a tag, so this is not a plain split;
/// what follows something malformed is not read.
struct Tags<'h>(&'h [u8]);

impl<'h> Iterator for Tags<'h> {
    type Item = Tag<'h>;

    fn next(&mut self) -> Option<Tag<'h>> {
        while let [b' ' | b'\t' | b',', rest @ ..] = self.0 {
            self.0 = rest;
        }
        let (is_weak, quoted) = match std::mem::take(&mut self.0) {
            [b'*', rest @ ..] => {
                self.0 = rest;
                return Some(Tag::Any);
            }
            [b'W', b'/', rest @ ..] => (true, rest),
            rest => (false, rest),
        };
        let inner = quoted.strip_prefix(b"\"")?;
        let end = inner.iter().position(|&octet| octet == b'"')?;
        let (tag, rest) = quoted.split_at(end + 2);
        self.0 = rest;
        Some(if is_weak { Tag::Weak(tag) } else { Tag::Strong(tag) })
    }
}

#[cfg(test)]
mod tests {
    use super::Verdict::{Failed, NotModified, Range, Whole};
    use super::*;

    const TAG: &[u8] = b"\"a\"";
    const BEFORE: &str = "Sun, 06 Nov 1994 08:49:36 GMT";
    const EXACT: &str = "Sun, 06 Nov 1994 08:49:37 GMT";
    const AFTER: &str = "Sun, 06 Nov 1994 08:49:38 GMT";
    const MODIFIED: u64 = 784_111_777;

    fn at(seconds: u64) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)
    }

    fn verdict(fields: &[(&'static str, &str)]) -> Verdict {
        let mut headers = HeaderMap::new();
        for (name, value) in fields {
            headers.append(HeaderName::from_static(name), value.parse().unwrap());
        }
        let validators = Validators { etag: TAG, modified: Some(at(MODIFIED)) };
        evaluate(&headers, validators, at(MODIFIED + 100))
    }

    const IM: &str = "if-match";
    const INM: &str = "if-none-match";
    const IMS: &str = "if-modified-since";
    const IUS: &str = "if-unmodified-since";
    const IR: &str = "if-range";
    const R: (&str, &str) = ("range", "bytes=0-0");

    #[test]
    fn each_condition_alone() {
        let cases: [(&'static str, &str, Verdict); 36] = [
            (IM, "\"a\"", Whole),
            (IM, "\"b\"", Failed),
            (IM, "\"b\", \"a\"", Whole),
            (IM, "\"b,\\\",\"a\"", Whole),
            (IM, "*", Whole),
            (IM, "W/\"a\"", Failed),
            (IM, "a", Failed),
            (IM, "", Failed),
            (INM, "\"a\"", NotModified),
            (INM, "W/\"a\"", NotModified),
            (INM, "\"b\",,\t\"a\"", NotModified),
            (INM, "\"b\"\"a\"", NotModified),
            (INM, "*", NotModified),
            (INM, "\"b\"", Whole),
            (INM, "w/\"a\"", Whole),
            (INM, "\"a", Whole),
            (INM, "a", Whole),
            (INM, "", Whole),
            (IMS, BEFORE, Whole),
            (IMS, EXACT, NotModified),
            (IMS, AFTER, NotModified),
            (IMS, "Sunday, 06-Nov-94 08:49:37 GMT", NotModified),
            (IMS, "Sun Nov  6 08:49:37 1994", NotModified),
            (IMS, "yesterday", Whole),
            (IMS, "0", Whole),
            (IMS, "", Whole),
            (IMS, "Sun, 06 Nov 99999 08:49:37 GMT", Whole),
            (IUS, BEFORE, Failed),
            (IUS, EXACT, Whole),
            (IUS, AFTER, Whole),
            (IUS, "yesterday", Whole),
            (IR, "\"b\"", Whole),
            ("range", "bytes=0-0", Range),
            ("range", "nonsense", Range),
            ("x-other", "1", Whole),
            ("if-match", "*, \"a\"", Whole),
        ];
        for (name, value, expected) in cases {
            assert_eq!(verdict(&[(name, value)]), expected, "{name}: {value}");
        }
    }

    #[test]
    fn if_range_is_exact_and_strong() {
        let cases = [
            ("\"a\"", Range),
            ("\"b\"", Whole),
            ("W/\"a\"", Whole),
            ("\"a\", \"b\"", Whole),
            ("a", Whole),
            ("", Whole),
            (EXACT, Range),
            (BEFORE, Whole),
            (AFTER, Whole),
            ("Sunday, 06-Nov-94 08:49:37 GMT", Range),
            ("*", Whole),
        ];
        for (value, expected) in cases {
            assert_eq!(verdict(&[R, (IR, value)]), expected, "{value}");
        }
        assert_eq!(verdict(&[R, (IR, "\"a\""), (IR, "\"a\"")]), Whole);
    }

    #[test]
    fn a_date_within_its_own_second_is_no_strong_validator() {
        let mut headers = HeaderMap::new();
        headers.insert(RANGE, "bytes=0-0".parse().unwrap());
        headers.insert(IF_RANGE, EXACT.parse().unwrap());
        let validators = Validators { etag: TAG, modified: Some(at(MODIFIED)) };
        let now = at(MODIFIED) + Duration::from_millis(999);
        assert_eq!(evaluate(&headers, validators, now), Whole);
        assert_eq!(evaluate(&headers, validators, at(MODIFIED + 1)), Range);
    }

    #[test]
    fn tags_rule_over_dates_and_the_first_step_over_the_later_ones() {
        let cases: [(&[(&'static str, &str)], Verdict); 12] = [
            (&[(IM, "\"a\""), (IUS, BEFORE)], Whole),
            (&[(IM, "\"b\""), (IUS, AFTER)], Failed),
            (&[(INM, "\"b\""), (IMS, AFTER)], Whole),
            (&[(INM, "\"a\""), (IMS, BEFORE)], NotModified),
            (&[(INM, "nonsense"), (IMS, AFTER)], Whole),
            (&[(IM, "\"b\""), (INM, "\"a\"")], Failed),
            (&[(IM, "\"a\""), (INM, "\"a\"")], NotModified),
            (&[(IM, "\"a\""), (INM, "\"b\""), R], Range),
            (&[(IUS, BEFORE), (IMS, AFTER)], Failed),
            (&[(IUS, AFTER), (IMS, AFTER), R], NotModified),
            (&[(INM, "\"a\""), R, (IR, "\"a\"")], NotModified),
            (&[(IMS, BEFORE), (IMS, AFTER)], Whole),
        ];
        for (fields, expected) in cases {
            assert_eq!(verdict(fields), expected, "{fields:?}");
        }
    }

    #[test]
    fn without_a_date_of_its_own_dates_say_nothing() {
        let mut headers = HeaderMap::new();
        headers.insert(IF_MODIFIED_SINCE, AFTER.parse().unwrap());
        headers.insert(IF_UNMODIFIED_SINCE, BEFORE.parse().unwrap());
        let validators = Validators { etag: TAG, modified: None };
        assert_eq!(evaluate(&headers, validators, at(MODIFIED)), Whole);
    }
}
