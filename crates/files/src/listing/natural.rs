//! The order in which people look for names: `2` before `10`, `b` beside `B`.

use std::cmp::Ordering;

/// Compares two names: digits by their number, letters without case, and all by their octets
/// if nothing else tells them apart.
pub(super) fn compare(a: &[u8], b: &[u8]) -> Ordering {
    let (mut left, mut right) = (a, b);
    loop {
        let order = match (left, right) {
            ([], []) => return a.cmp(b),
            ([l, ..], [r, ..]) if l.is_ascii_digit() && r.is_ascii_digit() => {
                let (left_number, right_number) = (take_number(&mut left), take_number(&mut right));
                // Without leading zeros the longer one is the larger one.
                left_number
                    .len()
                    .cmp(&right_number.len())
                    .then_with(|| left_number.cmp(right_number))
            }
            ([l, left_rest @ ..], [r, right_rest @ ..]) => {
                (left, right) = (left_rest, right_rest);
                l.to_ascii_lowercase().cmp(&r.to_ascii_lowercase())
            }
            (left, right) => left.len().cmp(&right.len()),
        };
        if order.is_ne() {
            return order;
        }
    }
}

/// Takes the digits at the start, and gives them without leading zeros.
fn take_number<'n>(name: &mut &'n [u8]) -> &'n [u8] {
    let end = name.iter().position(|octet| !octet.is_ascii_digit()).unwrap_or(name.len());
    let (digits, rest) = name.split_at(end);
    *name = rest;
    let zeros = digits.iter().position(|&digit| digit != b'0').unwrap_or(digits.len());
    &digits[zeros..]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sorts_as_people_count() {
        let sorted = [
            "",
            "-",
            "01",
            "1",
            "2",
            "2a",
            "10",
            "99999999999999999999998",
            "99999999999999999999999",
            "A",
            "a",
            "a1b2",
            "a1b10",
            "a2",
            "B",
            "b",
            "é",
        ];
        for (place, a) in sorted.iter().enumerate() {
            for (other, b) in sorted.iter().enumerate() {
                let expected = place.cmp(&other);
                assert_eq!(compare(a.as_bytes(), b.as_bytes()), expected, "{a} {b}");
            }
        }
    }
}
