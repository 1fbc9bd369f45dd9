//! What can be wrong with a pattern, and what to write instead.

use std::error::Error;
use std::fmt;

/// What is wrong with a pattern. `at` counts bytes from its start.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PatternError {
    /// It does not begin with a slash.
    NoLeadingSlash,
    /// Two slashes stand side by side.
    EmptySegment {
        /// Where the second slash is.
        at: usize,
    },
    /// A segment is `.` or `..`, which no client sends.
    DotSegment {
        /// Where the segment starts.
        at: usize,
    },
    /// A character is not allowed in the text of a pattern.
    ReservedCharacter {
        /// Where it is.
        at: usize,
        /// Which it is.
        character: char,
    },
    /// A parameter is not closed, or shares its segment with something else.
    NotWholeSegment {
        /// Where the segment starts.
        at: usize,
    },
    /// A parameter is written as another framework writes it: `<int:id>`, `{*rest}`.
    ForeignSyntax {
        /// Where the segment starts.
        at: usize,
        /// How it is written here.
        instead: String,
    },
    /// There is no such converter.
    UnknownConverter {
        /// Where the segment starts.
        at: usize,
        /// The name of the converter.
        name: String,
        /// The names of those that there are.
        known: Vec<String>,
    },
    /// The name of a parameter is not an ASCII identifier.
    BadName {
        /// Where the segment starts.
        at: usize,
        /// The name.
        name: String,
    },
    /// Two parameters have one name.
    RepeatedName {
        /// Where the second one's segment starts.
        at: usize,
        /// The name.
        name: String,
    },
    /// A `path` parameter is followed by more segments.
    PathNotLast {
        /// Where its segment starts.
        at: usize,
    },
    /// A `path` parameter in the prefix of a mount, which takes all that follows anyway.
    PathInPrefix {
        /// Where its segment starts.
        at: usize,
    },
    /// There are too many segments.
    TooManySegments {
        /// How many there may be.
        max: usize,
    },
    /// There are too many parameters.
    TooManyParameters {
        /// How many there may be.
        max: usize,
    },
}

impl fmt::Display for PatternError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoLeadingSlash => f.write_str("it does not begin with a slash; add one"),
            Self::EmptySegment { at } => {
                write!(f, "the segment at byte {at} is empty; remove one of the slashes")
            }
            Self::DotSegment { at } => {
                write!(f, "the segment at byte {at} is one that clients never send; remove it")
            }
            Self::ReservedCharacter { at, character } => write!(
                f,
                "{character:?} at byte {at} is not allowed; write text decoded, parameters as \
                 {{name}}, and no query"
            ),
            Self::NotWholeSegment { at } => {
                write!(f, "the parameter at byte {at} must fill its segment, as in /a/{{name}}/b")
            }
            Self::ForeignSyntax { at, instead } => {
                write!(f, "the parameter at byte {at} is written {instead} here")
            }
            Self::UnknownConverter { at, name, known } => {
                write!(f, "{name:?} at byte {at} is no converter; there are {}", known.join(", "))
            }
            Self::BadName { at, name } => {
                write!(f, "{name:?} at byte {at} is no name; use ASCII letters, digits and _")
            }
            Self::RepeatedName { at, name } => {
                write!(f, "the name {name:?} at byte {at} is taken; choose another")
            }
            Self::PathNotLast { at } => {
                write!(f, "the path parameter at byte {at} must be the last segment")
            }
            Self::PathInPrefix { at } => write!(
                f,
                "the path parameter at byte {at} must go: a mount takes all below its prefix"
            ),
            Self::TooManySegments { max } => write!(f, "it has more than {max} segments"),
            Self::TooManyParameters { max } => write!(f, "it has more than {max} parameters"),
        }
    }
}

impl Error for PatternError {}
