//! serde's words for people: without names of types, and never longer than a line or two.
//!
//! serde says what it expected as a text that often is a name of Rust (`u32`, `struct Order`).
//! Such texts are replaced; whatever else a type says of itself is shown as it is.

use serde::de::Unexpected;

/// Characters of a value, a name or a key that are repeated to the peer that has sent it.
const REPEATED_CHARS_MAX: usize = 60;

/// Characters of a reason that a type has worded itself.
const REASON_CHARS_MAX: usize = 200;

/// Names that are offered instead of an unknown one.
const OFFERED_MAX: usize = 20;

/// What serde expects of the types that it knows itself.
const EXPECTED: [(&str, &str); 28] = [
    ("u8", "a whole number from 0 to 255"),
    ("u16", "a whole number from 0 to 65535"),
    ("u32", "a whole number from 0 to 4294967295"),
    ("u64", "a whole number from 0"),
    ("u128", "a whole number from 0"),
    ("usize", "a whole number from 0"),
    ("i8", "a whole number from -128 to 127"),
    ("i16", "a whole number from -32768 to 32767"),
    ("i32", "a whole number from -2147483648 to 2147483647"),
    ("i64", "a whole number"),
    ("i128", "a whole number"),
    ("isize", "a whole number"),
    ("f32", "a number"),
    ("f64", "a number"),
    ("a string", "text"),
    ("a borrowed string", "text"),
    ("a boolean", "true or false"),
    ("a character", "one character"),
    ("a sequence", "a list"),
    ("a map", "named fields"),
    ("map", "named fields"),
    ("option", "a value"),
    ("unit", "nothing"),
    ("newtype variant", "a value with this name"),
    ("tuple variant", "a list with this name"),
    ("struct variant", "fields with this name"),
    ("variant identifier", "a name"),
    ("field identifier", "a name"),
];

/// How the texts begin in which serde names a type.
const NAMING_TYPES: [(&str, &str); 9] = [
    ("struct ", "named fields"),
    ("tuple struct ", "a list"),
    ("tuple variant ", "a list"),
    ("a tuple ", "a list"),
    ("struct variant ", "named fields"),
    ("unit struct ", "nothing"),
    ("enum ", "one of the known names"),
    ("internally tagged enum ", "named fields"),
    ("adjacently tagged enum ", "named fields"),
];

/// What was expected, in plain words.
pub(super) fn expected(text: &str) -> String {
    if let Some((_, plain)) = EXPECTED.iter().find(|(known, _)| *known == text) {
        return (*plain).to_owned();
    }
    if let Some((_, plain)) = NAMING_TYPES.iter().find(|(start, _)| text.starts_with(start)) {
        return counted(text).unwrap_or_else(|| (*plain).to_owned());
    }
    let words: Vec<_> =
        text.split(' ').map(|word| if is_number(word) { "number" } else { word }).collect();
    shortened(&words.join(" "), REASON_CHARS_MAX)
}

/// `tuple struct Point with 2 elements`, `a tuple of size 2`: how many values are expected.
fn counted(text: &str) -> Option<String> {
    let (_, count) = text.split_once(" with ").or_else(|| text.split_once(" of size "))?;
    match count.split(' ').next()? {
        "1" => Some("1 value".to_owned()),
        count => Some(format!("{count} values")),
    }
}

/// Whether a word is the name of one of Rust's numbers.
fn is_number(word: &str) -> bool {
    EXPECTED[..14].iter().any(|(name, _)| *name == word)
}

/// What was found.
pub(super) fn found(unexpected: Unexpected<'_>) -> String {
    match unexpected {
        Unexpected::Bool(value) => value.to_string(),
        Unexpected::Unsigned(value) => value.to_string(),
        Unexpected::Signed(value) => value.to_string(),
        Unexpected::Float(value) => value.to_string(),
        Unexpected::Char(value) => format!("{value:?}"),
        Unexpected::Str(value) => quoted(value),
        Unexpected::Bytes(_) => "octets".to_owned(),
        Unexpected::Unit => "null".to_owned(),
        Unexpected::Option | Unexpected::NewtypeStruct => "a value".to_owned(),
        Unexpected::Seq | Unexpected::TupleVariant => "a list".to_owned(),
        Unexpected::Map | Unexpected::StructVariant => "named fields".to_owned(),
        Unexpected::Enum | Unexpected::UnitVariant | Unexpected::NewtypeVariant => {
            "a name".to_owned()
        }
        Unexpected::Other(text) => shortened(text, REPEATED_CHARS_MAX),
    }
}

/// A text of the peer in quotes, its control characters escaped.
pub(super) fn quoted(text: &str) -> String {
    format!("{:?}", shortened(text, REPEATED_CHARS_MAX))
}

/// A key of the peer, as it stands in a path: in quotes where it could be taken for more.
pub(super) fn key(text: &str) -> String {
    let is_ambiguous = |c: char| c.is_control() || matches!(c, '.' | '[' | ']' | '"' | ':');
    if text.is_empty() || text.contains(is_ambiguous) {
        quoted(text)
    } else {
        shortened(text, REPEATED_CHARS_MAX)
    }
}

/// Names to choose from, in quotes.
pub(super) fn offered(names: &[&str]) -> String {
    let mut list: Vec<_> = names.iter().take(OFFERED_MAX).map(|name| quoted(name)).collect();
    if names.len() > OFFERED_MAX {
        list.push("…".to_owned());
    }
    list.join(", ")
}

/// A reason that a type has worded itself.
pub(super) fn own(text: &str) -> String {
    // serde's own words for enums that it has to guess, which name the type.
    let is_guess = text.starts_with("data did not match any variant of untagged enum")
        || (text.starts_with("no variant of enum ") && text.ends_with(" found in flattened data"));
    if is_guess {
        "fits none of the known forms".to_owned()
    } else {
        shortened(text, REASON_CHARS_MAX)
    }
}

fn shortened(text: &str, chars_max: usize) -> String {
    match text.char_indices().nth(chars_max) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_types_are_not_shown() {
        let cases = [
            ("u8", "a whole number from 0 to 255"),
            ("a nonzero u32", "a nonzero number"),
            ("struct Order", "named fields"),
            ("struct Order with 3 elements", "3 values"),
            ("a tuple of size 2", "2 values"),
            ("tuple variant Shape::Line with 1 element", "1 value"),
            ("internally tagged enum Shape", "named fields"),
            ("an IP address", "an IP address"),
        ];
        for (text, plain) in cases {
            assert_eq!(expected(text), plain, "{text}");
        }
        let guess = "data did not match any variant of untagged enum Shape";
        assert_eq!(own(guess), "fits none of the known forms");
    }

    #[test]
    fn what_a_peer_sent_is_repeated_in_part() {
        assert_eq!(quoted("гнездо\r\n\"x\""), r#""гнездо\r\n\"x\"""#);
        let fits = "ж".repeat(REPEATED_CHARS_MAX);
        assert_eq!(key(&fits), fits);
        assert_eq!(key(&format!("{fits}ж")), format!("{fits}…"));
        assert_eq!([key(""), key("a.b\n")], [r#""""#, r#""a.b\n""#]);
        let reason = "ж".repeat(REASON_CHARS_MAX);
        assert_eq!(own(&reason), reason);
        assert_eq!(own(&format!("{reason}ж")), format!("{reason}…"));
    }

    #[test]
    fn a_few_names_are_offered() {
        let names = ["a"; OFFERED_MAX + 1];
        assert_eq!(offered(&names[..2]), r#""a", "a""#);
        assert!(!offered(&names[..OFFERED_MAX]).contains('…'));
        assert!(offered(&names).ends_with(r#""a", …"#));
    }
}
