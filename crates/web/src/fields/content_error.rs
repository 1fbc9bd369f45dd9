//! Why content could not become a value.

use std::error::Error;
use std::fmt;

use super::InvalidField;

/// What is wrong with content that a peer has sent.
///
/// The text is for that peer: it says nothing of the types of the program.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ContentError {
    /// It breaks the grammar of its format.
    Syntax {
        /// The line, from 1; a query has one.
        line: usize,
        /// The octet within the line, from 1; 0 before the first.
        column: usize,
        /// Which rule is broken.
        reason: String,
    },
    /// A `%` is not followed by two hexadecimal digits (RFC 3986 §2.1).
    Coding {
        /// The octets before it.
        at: usize,
    },
    /// Its text is not UTF-8.
    NotUtf8 {
        /// The octets before the fault, or before the field that has it.
        at: usize,
    },
    /// Values are within values more often than allowed.
    TooDeep {
        /// How often is allowed.
        max: usize,
    },
    /// It has more fields than allowed.
    TooManyFields {
        /// How many are allowed.
        max: usize,
    },
    /// It is well-formed, but these fields do not fit; there is at least one.
    Invalid(Vec<InvalidField>),
}

impl ContentError {
    /// The fields that do not fit; none where the content is not well-formed.
    pub fn invalid_fields(&self) -> &[InvalidField] {
        match self {
            Self::Invalid(fields) => fields,
            _ => &[],
        }
    }
}

impl fmt::Display for ContentError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Syntax { line, column, reason } => {
                write!(f, "{reason}, at line {line}, column {column}")
            }
            Self::Coding { at } => {
                write!(f, "'%' at octet {at} is not followed by two hexadecimal digits")
            }
            Self::NotUtf8 { at } => write!(f, "the text from octet {at} on is not UTF-8"),
            Self::TooDeep { max } => write!(f, "values are nested more than {max} deep"),
            Self::TooManyFields { max } => write!(f, "there are more than {max} fields"),
            Self::Invalid(fields) => listed(f, fields),
        }
    }
}

fn listed(f: &mut fmt::Formatter<'_>, fields: &[InvalidField]) -> fmt::Result {
    for (index, field) in fields.iter().enumerate() {
        let separator = if index == 0 { "" } else { "; " };
        write!(f, "{separator}{field}")?;
    }
    Ok(())
}

impl Error for ContentError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_read_what_is_wrong() {
        let fields = vec![InvalidField::new("a", "is missing"), InvalidField::new("", "is odd")];
        let syntax = ContentError::Syntax { line: 1, column: 2, reason: "trailing comma".into() };
        let cases = [
            (syntax, "trailing comma, at line 1, column 2"),
            (
                ContentError::Coding { at: 3 },
                "'%' at octet 3 is not followed by two hexadecimal digits",
            ),
            (ContentError::NotUtf8 { at: 0 }, "the text from octet 0 on is not UTF-8"),
            (ContentError::TooDeep { max: 5 }, "values are nested more than 5 deep"),
            (ContentError::TooManyFields { max: 9 }, "there are more than 9 fields"),
            (ContentError::Invalid(fields), "a: is missing; is odd"),
        ];
        for (error, text) in cases {
            assert_eq!(error.to_string(), text);
        }
    }
}
