//! Byte ranges (RFC 9110 §14): which parts of a representation a request asks for.
//!
//! Pure, and never an amplifier: parts that overlap or touch are joined, so their sum cannot
//! exceed the representation; more than 16 parts get the whole of it (§17.15).

use std::ops::Range;

/// How many parts one answer may have. Readers of PDF and video ask for fewer than ten.
const PARTS_MAX: usize = 16;

/// How many ranges are read before the request is taken as an attack and answered in whole.
const RANGES_MAX: usize = 128;

/// What the field `Range` comes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Ranges {
    /// The field is none that we know or allow: the answer is the whole, with 200.
    Whole,
    /// No range touches the representation: 416.
    Unsatisfiable,
    /// These parts, none empty, none touching another: 206.
    Parts(Vec<Range<u64>>),
}

/// Reads the value of a `Range` field for a representation of `length` bytes.
pub(crate) fn parse(value: &[u8], length: u64) -> Ranges {
    let Some(set) = strip_unit(value) else {
        return Ranges::Whole;
    };
    let mut count = 0;
    let mut parts = Vec::new();
    for member in set.split(|&octet| octet == b',').map(trim).filter(|m| !m.is_empty()) {
        count += 1;
        // §14.2: a set that is malformed anywhere is ignored as a whole.
        let Some(spec) = Spec::parse(member).filter(|_| count <= RANGES_MAX) else {
            return Ranges::Whole;
        };
        parts.extend(spec.part(length));
    }
    match (count, length) {
        (0, _) => Ranges::Whole,
        _ if parts.is_empty() => unsatisfied(set, length),
        _ => limit(join(parts)),
    }
}

/// §14.1.2: a suffix is satisfiable even if there is nothing to take it from; what it selects
/// then is the whole, and no `Content-Range` can say so.
fn unsatisfied(set: &[u8], length: u64) -> Ranges {
    let mut specs = set.split(|&octet| octet == b',').filter_map(|m| Spec::parse(trim(m)));
    let has_suffix = specs.any(|spec| matches!(spec, Spec::Suffix(1..)));
    if length == 0 && has_suffix { Ranges::Whole } else { Ranges::Unsatisfiable }
}

fn limit(parts: Vec<Range<u64>>) -> Ranges {
    if parts.len() > PARTS_MAX { Ranges::Whole } else { Ranges::Parts(parts) }
}

/// Joins parts that overlap or touch. If none do, they stay in the order that was asked for
/// (§15.3.7.2).
fn join(parts: Vec<Range<u64>>) -> Vec<Range<u64>> {
    let mut sorted = parts.clone();
    sorted.sort_unstable_by_key(|part| part.start);
    let mut joined: Vec<Range<u64>> = Vec::with_capacity(sorted.len());
    for part in sorted {
        match joined.last_mut() {
            Some(last) if part.start <= last.end => last.end = last.end.max(part.end),
            _ => joined.push(part),
        }
    }
    if joined.len() == parts.len() { parts } else { joined }
}

/// One member of a range set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Spec {
    /// First and last position, both included.
    Between(u64, u64),
    From(u64),
    /// So many bytes at the end.
    Suffix(u64),
}

impl Spec {
    fn parse(member: &[u8]) -> Option<Self> {
        let dash = member.iter().position(|&octet| octet == b'-')?;
        let (first, last) = (&member[..dash], &member[dash + 1..]);
        match (first, last) {
            ([], last) => Some(Self::Suffix(digits(last)?)),
            (first, []) => Some(Self::From(digits(first)?)),
            (first, last) => {
                let (first, last) = (digits(first)?, digits(last)?);
                // §14.1.1: a range that ends before it starts is invalid.
                (first <= last).then_some(Self::Between(first, last))
            }
        }
    }

    /// The part of a representation; `None` if it has nothing there.
    fn part(self, length: u64) -> Option<Range<u64>> {
        let part = match self {
            Self::Between(first, last) => first..last.saturating_add(1).min(length),
            Self::From(first) => first..length,
            Self::Suffix(count) => length.saturating_sub(count)..length,
        };
        (part.start < part.end).then_some(part)
    }
}

fn strip_unit(value: &[u8]) -> Option<&[u8]> {
    let (unit, set) = value.split_at_checked(b"bytes=".len())?;
    unit.eq_ignore_ascii_case(b"bytes=").then_some(set)
}

/// Reads digits only. A number beyond `u64` is beyond every file: it is held at the limit.
fn digits(text: &[u8]) -> Option<u64> {
    if text.is_empty() {
        return None;
    }
    text.iter().try_fold(0_u64, |number, &octet| {
        let digit = octet.is_ascii_digit().then(|| u64::from(octet - b'0'))?;
        Some(number.saturating_mul(10).saturating_add(digit))
    })
}

fn trim(text: &[u8]) -> &[u8] {
    let is_space = |octet: &u8| matches!(octet, b' ' | b'\t');
    let start = text.iter().position(|octet| !is_space(octet)).unwrap_or(text.len());
    let end = text.iter().rposition(|octet| !is_space(octet)).map_or(start, |last| last + 1);
    &text[start..end]
}

#[cfg(test)]
// One part is an array of one range here.
#[allow(clippy::single_range_in_vec_init)]
mod tests {
    use super::*;

    #[track_caller]
    fn gives(value: &str, length: u64, expected: &[Range<u64>]) {
        assert_eq!(parse(value.as_bytes(), length), Ranges::Parts(expected.to_vec()), "{value}");
    }

    #[test]
    fn one_range() {
        gives("bytes=0-0", 10, &[0..1]);
        gives("bytes=0-9", 10, &[0..10]);
        gives("bytes=0-99", 10, &[0..10]);
        gives("bytes=9-", 10, &[9..10]);
        gives("bytes=-1", 10, &[9..10]);
        gives("bytes=-99", 10, &[0..10]);
        gives("BYTES=2-3", 10, &[2..4]);
        gives("bytes= 2-3 ", 10, &[2..4]);
        gives("bytes=007-008", 10, &[7..9]);
        gives("bytes=0-18446744073709551615", 10, &[0..10]);
        gives("bytes=0-99999999999999999999999", 10, &[0..10]);
        gives("bytes=-99999999999999999999999", 10, &[0..10]);
        gives("bytes=0-18446744073709551615", u64::MAX, &[0..u64::MAX]);
    }

    #[test]
    fn several_ranges_keep_their_order_unless_they_touch() {
        gives("bytes=0-0,5-5", 10, &[0..1, 5..6]);
        gives("bytes=5-5, 0-0", 10, &[5..6, 0..1]);
        gives("bytes=,0-0,,5-5,", 10, &[0..1, 5..6]);
        gives("bytes=0-1,2-3", 10, &[0..4]);
        gives("bytes=5-6,0-1,1-2", 10, &[0..3, 5..7]);
        gives("bytes=0-0,99-", 10, &[0..1]);
        gives("bytes=-1,0-0", 10, &[9..10, 0..1]);
        gives("bytes=0-,0-,0-,-1", 10, &[0..10]);
    }

    #[test]
    fn nothing_there() {
        for value in ["bytes=10-", "bytes=10-20", "bytes=-0", "bytes=99999999999999999999-"] {
            assert_eq!(parse(value.as_bytes(), 10), Ranges::Unsatisfiable, "{value}");
        }
        assert_eq!(parse(b"bytes=0-", 0), Ranges::Unsatisfiable);
        assert_eq!(parse(b"bytes=0-0", 0), Ranges::Unsatisfiable);
        assert_eq!(parse(b"bytes=-0", 0), Ranges::Unsatisfiable);
        assert_eq!(parse(b"bytes=-5", 0), Ranges::Whole);
    }

    #[test]
    fn what_is_malformed_or_unknown_is_ignored() {
        let values = [
            "",
            "bytes",
            "bytes=",
            "bytes=,",
            "bytes= ",
            "bytes=-",
            "bytes=a-b",
            "bytes=5-4",
            "bytes=0-0,x",
            "bytes=0-0,5-4",
            "bytes=0 - 1",
            "bytes=+0-1",
            "bytes=0-1-2",
            "bytes 0-1",
            "items=0-1",
            "bytes=--1",
            "bytes=0x1-2",
            "bytes:0-1",
            " bytes=0-1",
        ];
        for value in values {
            assert_eq!(parse(value.as_bytes(), 10), Ranges::Whole, "{value}");
        }
    }

    #[test]
    fn many_parts_are_never_an_amplifier() {
        let set = |count: u64| {
            let members: Vec<_> = (0..count).map(|n| format!("{}-{}", n * 2, n * 2)).collect();
            format!("bytes={}", members.join(","))
        };
        assert!(
            matches!(parse(set(16).as_bytes(), 1000), Ranges::Parts(parts) if parts.len() == 16)
        );
        assert_eq!(parse(set(17).as_bytes(), 1000), Ranges::Whole);
        let overlapping = format!("bytes={}", vec!["0-"; 128].join(","));
        gives(&overlapping, 1000, &[0..1000]);
        let beyond = format!("bytes={}", vec!["0-"; 129].join(","));
        assert_eq!(parse(beyond.as_bytes(), 1000), Ranges::Whole);
    }

    #[test]
    fn parts_lie_within_and_apart_and_sum_to_at_most_the_whole() {
        let mut state = 7_u64;
        let mut random = |below: u64| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            (state >> 33) % below
        };
        for _ in 0..20_000 {
            let members: Vec<_> = (0..random(20))
                .map(|_| match random(3) {
                    0 => format!("{}-", random(50)),
                    1 => format!("-{}", random(50)),
                    _ => format!("{}-{}", random(50), random(50)),
                })
                .collect();
            let length = random(40);
            let value = format!("bytes={}", members.join(","));
            let Ranges::Parts(mut parts) = parse(value.as_bytes(), length) else { continue };
            parts.sort_by_key(|part| part.start);
            assert!(parts.iter().all(|part| part.start < part.end && part.end <= length));
            assert!(parts.windows(2).all(|pair| pair[0].end < pair[1].start), "{value}");
        }
    }
}
