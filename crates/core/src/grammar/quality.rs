//! Reads lists of preferences: members with a weight (RFC 9110 §12.4.2).
//!
//! A member that is malformed is left out, the others count: preferences are wishes.

use http::HeaderMap;
use http::header::HeaderName;

/// A weight in thousandths: 0 (not acceptable) to 1,000.
pub type Weight = u16;

/// The field lines of `name`, as far as they are text.
pub fn lines(headers: &HeaderMap, name: HeaderName) -> impl Iterator<Item = &str> {
    headers.get_all(name).into_iter().filter_map(|value| value.to_str().ok())
}

/// The members of all field lines of `name`, each with its weight.
pub fn members(headers: &HeaderMap, name: HeaderName) -> impl Iterator<Item = (&str, Weight)> {
    lines(headers, name).flat_map(members_of)
}

/// The members of a field line, each with its weight.
pub fn members_of(line: &str) -> impl Iterator<Item = (&str, Weight)> {
    line.split(',').filter_map(member)
}

fn member(text: &str) -> Option<(&str, Weight)> {
    let mut parts = text.split(';').map(trim);
    let value = parts.next().filter(|value| !value.is_empty())?;
    for parameter in parts {
        // Parameters of a media type other than the weight make no difference to us.
        if let Some(("q" | "Q", digits)) = parameter.split_once('=') {
            return Some((value, weight(digits.as_bytes())?));
        }
    }
    Some((value, 1_000))
}

/// `0`, `1`, and up to three decimals.
fn weight(digits: &[u8]) -> Option<Weight> {
    let (whole, decimals) = match digits {
        [whole @ (b'0' | b'1')] => (whole, [].as_slice()),
        [whole @ (b'0' | b'1'), b'.', decimals @ ..] if decimals.len() <= 3 => (whole, decimals),
        _ => return None,
    };
    let mut weight = Weight::from(whole - b'0') * 1_000;
    for (&digit, unit) in decimals.iter().zip([100, 10, 1]) {
        if !digit.is_ascii_digit() {
            return None;
        }
        weight += Weight::from(digit - b'0') * unit;
    }
    (weight <= 1_000).then_some(weight)
}

/// Removes optional white space (RFC 9110 §5.6.3), which is less than `str::trim` removes.
fn trim(text: &str) -> &str {
    text.trim_matches([' ', '\t'])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(lines: &[&str]) -> Vec<(String, Weight)> {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(http::header::ACCEPT, line.parse().unwrap());
        }
        members(&headers, http::header::ACCEPT).map(|(v, q)| (v.to_owned(), q)).collect()
    }

    #[test]
    fn reads_weights() {
        let cases = [
            ("a", Some(1_000)),
            ("a;q=1", Some(1_000)),
            ("a;q=1.000", Some(1_000)),
            ("a;q=0", Some(0)),
            ("a;q=0.", Some(0)),
            ("a;q=0.5", Some(500)),
            ("a ;\tq=0.001", Some(1)),
            ("a;Q=0.25", Some(250)),
            ("a;level=1;q=0.7", Some(700)),
            ("a;q=1.001", None),
            ("a;q=2", None),
            ("a;q=", None),
            ("a;q=.5", None),
            ("a;q=-0", None),
            ("a;q=+1", None),
            ("a;q=0.1234", None),
            ("a;q=0.x", None),
            (";q=1", None),
            ("", None),
        ];
        for (text, expected) in cases {
            assert_eq!(member(text).map(|(_, weight)| weight), expected, "{text}");
        }
    }

    #[test]
    fn joins_field_lines_and_skips_what_is_malformed() {
        let members = read(&["a, ,b;q=0.5,c;q=x", "d"]);
        assert_eq!(members, [("a".into(), 1_000), ("b".into(), 500), ("d".into(), 1_000)]);
    }
}
