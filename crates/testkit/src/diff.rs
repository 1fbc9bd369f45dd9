//! Two lists of lines, side by side, for people.

use std::fmt::Write as _;

/// The lines that both have, and with `-` and `+` those that only one has.
///
/// ```
/// let diff = gnezdo_testkit::diff::lines(&["a".into(), "b".into()], &["a".into(), "c".into()]);
/// assert_eq!(diff, "    a\n  - b\n  + c\n");
/// ```
pub fn lines(expected: &[String], found: &[String]) -> String {
    let start = expected.iter().zip(found).take_while(|(e, f)| e == f).count();
    let (expected_rest, found_rest) = (&expected[start..], &found[start..]);
    let same_end =
        expected_rest.iter().rev().zip(found_rest.iter().rev()).take_while(|(e, f)| e == f).count();
    let mut text = String::new();
    mark(' ', &expected[..start], &mut text);
    mark('-', &expected_rest[..expected_rest.len() - same_end], &mut text);
    mark('+', &found_rest[..found_rest.len() - same_end], &mut text);
    mark(' ', &expected_rest[expected_rest.len() - same_end..], &mut text);
    text
}

fn mark(sign: char, lines: &[String], text: &mut String) {
    for line in lines {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "  {sign} {line}");
    }
}
