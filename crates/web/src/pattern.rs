//! The pattern of a route: `/user/<name>`, `/post/<int:id>`, `/files/<path:rest>`.
//!
//! The syntax is Flask's. A parameter fills its whole segment, which is what lets the router
//! match segment by segment. Whatever could only be a mistake is refused here, where the
//! programmer sees it: a route that can never match is harder to find than an error.

use std::error::Error;
use std::fmt;
use std::sync::Arc;

/// How many segments a pattern has at most; the router's recursion is no deeper.
const SEGMENTS_MAX: usize = 64;

/// How many parameters a pattern has at most.
pub(crate) const PARAMETERS_MAX: usize = 8;

/// A pattern that was understood.
#[derive(Clone, Debug)]
pub(crate) struct Pattern {
    pub(crate) text: Box<str>,
    pub(crate) segments: Vec<Segment>,
    /// The names of the parameters, from left to right.
    pub(crate) names: Arc<[Box<str>]>,
}

/// One segment of a pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Segment {
    /// Text, decoded.
    Text(Box<str>),
    /// A parameter.
    Parameter(Converter),
}

/// What a parameter takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Converter {
    /// A segment of digits whose value fits in 64 bits.
    Int,
    /// Any segment that is not empty.
    String,
    /// The rest of the path.
    Path,
}

impl Pattern {
    /// Reads a pattern.
    ///
    /// # Errors
    /// What is wrong with it, and at which byte.
    pub(crate) fn parse(text: &str) -> Result<Self, PatternError> {
        let Some(path) = text.strip_prefix('/') else {
            return Err(PatternError::NoLeadingSlash);
        };
        let mut segments = Vec::new();
        let mut names: Vec<Box<str>> = Vec::new();
        let mut at = 1;
        for piece in path.split('/') {
            let is_last = at + piece.len() == text.len();
            let segment = match parameter(piece, at)? {
                Some((converter, name)) => {
                    add_name(&mut names, name, at)?;
                    Segment::Parameter(converter)
                }
                None => Segment::Text(fixed_text(piece, at, is_last)?),
            };
            if segment == Segment::Parameter(Converter::Path) && !is_last {
                return Err(PatternError::PathNotLast { at });
            }
            segments.push(segment);
            at += piece.len() + 1;
        }
        if segments.len() > SEGMENTS_MAX {
            return Err(PatternError::TooManySegments { max: SEGMENTS_MAX });
        }
        Ok(Self { text: text.into(), segments, names: names.into() })
    }
}

/// The parameter that fills a segment; `None` if the segment is text.
fn parameter(piece: &str, at: usize) -> Result<Option<(Converter, &str)>, PatternError> {
    if !piece.contains(['<', '>']) {
        return Ok(None);
    }
    let inside = piece.strip_prefix('<').and_then(|p| p.strip_suffix('>'));
    let Some(inside) = inside.filter(|p| !p.contains(['<', '>'])) else {
        return Err(PatternError::NotWholeSegment { at });
    };
    let (converter, name) = match inside.split_once(':') {
        Some((converter, name)) => (converter_named(converter, at)?, name),
        None => (Converter::String, inside),
    };
    if !is_name(name) {
        return Err(PatternError::BadName { at, name: name.into() });
    }
    Ok(Some((converter, name)))
}

fn converter_named(name: &str, at: usize) -> Result<Converter, PatternError> {
    match name {
        "string" => Ok(Converter::String),
        "int" => Ok(Converter::Int),
        "path" => Ok(Converter::Path),
        other => Err(PatternError::UnknownConverter { at, name: other.into() }),
    }
}

fn is_name(name: &str) -> bool {
    let mut octets = name.bytes();
    octets.next().is_some_and(|o| o.is_ascii_alphabetic() || o == b'_')
        && octets.all(|o| o.is_ascii_alphanumeric() || o == b'_')
}

fn add_name(names: &mut Vec<Box<str>>, name: &str, at: usize) -> Result<(), PatternError> {
    if names.iter().any(|n| **n == *name) {
        return Err(PatternError::RepeatedName { at, name: name.into() });
    }
    if names.len() == PARAMETERS_MAX {
        return Err(PatternError::TooManyParameters { max: PARAMETERS_MAX });
    }
    names.push(name.into());
    Ok(())
}

fn fixed_text(piece: &str, at: usize, is_last: bool) -> Result<Box<str>, PatternError> {
    if let Some((offset, character)) = piece.char_indices().find(|(_, c)| is_reserved(*c)) {
        return Err(PatternError::ReservedCharacter { at: at + offset, character });
    }
    match piece {
        "" if !is_last => Err(PatternError::EmptySegment { at }),
        // Clients remove dot segments before they send a path: RFC 3986 §5.2.4.
        "." | ".." => Err(PatternError::DotSegment { at }),
        text => Ok(text.into()),
    }
}

/// Characters that have, or that people expect to have, a meaning of their own in a pattern.
fn is_reserved(character: char) -> bool {
    matches!(character, '%' | '?' | '#' | '{' | '}' | '\\') || character.is_control()
}

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
    /// There is no such converter.
    UnknownConverter {
        /// Where the segment starts.
        at: usize,
        /// The name of the converter.
        name: String,
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
                 <name>, and no query"
            ),
            Self::NotWholeSegment { at } => {
                write!(f, "the parameter at byte {at} must fill its segment, as in /a/<name>/b")
            }
            Self::UnknownConverter { at, name } => {
                write!(f, "{name:?} at byte {at} is no converter; use string, int or path")
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
            Self::TooManySegments { max } => write!(f, "it has more than {max} segments"),
            Self::TooManyParameters { max } => write!(f, "it has more than {max} parameters"),
        }
    }
}

impl Error for PatternError {}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> Segment {
        Segment::Text(text.into())
    }

    #[test]
    fn reads_text_and_parameters() {
        let pattern = Pattern::parse("/a b/<x>/<int:y>/<string:z>/<path:_rest>").unwrap();
        assert_eq!(
            pattern.segments,
            [
                text("a b"),
                Segment::Parameter(Converter::String),
                Segment::Parameter(Converter::Int),
                Segment::Parameter(Converter::String),
                Segment::Parameter(Converter::Path),
            ]
        );
        assert_eq!(
            pattern.names.iter().map(|n| &**n).collect::<Vec<_>>(),
            ["x", "y", "z", "_rest"]
        );
    }

    #[test]
    fn a_slash_at_the_end_is_an_empty_last_segment() {
        assert_eq!(Pattern::parse("/").unwrap().segments, [text("")]);
        assert_eq!(Pattern::parse("/a/").unwrap().segments, [text("a"), text("")]);
    }

    #[test]
    fn refuses_what_could_only_be_a_mistake() {
        use PatternError::*;
        let cases = [
            ("", NoLeadingSlash),
            ("a/b", NoLeadingSlash),
            ("//", EmptySegment { at: 1 }),
            ("/a//b", EmptySegment { at: 3 }),
            ("/a/./b", DotSegment { at: 3 }),
            ("/..", DotSegment { at: 1 }),
            ("/caf%C3%A9", ReservedCharacter { at: 4, character: '%' }),
            ("/a?b=1", ReservedCharacter { at: 2, character: '?' }),
            ("/é#x", ReservedCharacter { at: 3, character: '#' }),
            ("/{name}", ReservedCharacter { at: 1, character: '{' }),
            ("/a\nb", ReservedCharacter { at: 2, character: '\n' }),
            ("/<name", NotWholeSegment { at: 1 }),
            ("/name>", NotWholeSegment { at: 1 }),
            ("/v<int:n>", NotWholeSegment { at: 1 }),
            ("/<a><b>", NotWholeSegment { at: 1 }),
            ("/<<a>>", NotWholeSegment { at: 1 }),
            ("/<uuid:a>", UnknownConverter { at: 1, name: "uuid".into() }),
            ("/<:a>", UnknownConverter { at: 1, name: String::new() }),
            ("/<>", BadName { at: 1, name: String::new() }),
            ("/<int:>", BadName { at: 1, name: String::new() }),
            ("/<int:a:b>", BadName { at: 1, name: "a:b".into() }),
            ("/<1a>", BadName { at: 1, name: "1a".into() }),
            ("/<имя>", BadName { at: 1, name: "имя".into() }),
            ("/<a>/<int:a>", RepeatedName { at: 5, name: "a".into() }),
            ("/<path:a>/b", PathNotLast { at: 1 }),
            ("/<path:a>/", PathNotLast { at: 1 }),
        ];
        for (pattern, error) in cases {
            assert_eq!(Pattern::parse(pattern).unwrap_err(), error, "{pattern}");
        }
    }

    #[test]
    fn bounds_are_exact() {
        let segments = |n: usize| Pattern::parse(&"/a".repeat(n));
        assert!(segments(SEGMENTS_MAX).is_ok());
        let error = segments(SEGMENTS_MAX + 1).unwrap_err();
        assert_eq!(error, PatternError::TooManySegments { max: SEGMENTS_MAX });

        let parameters =
            |n: usize| Pattern::parse(&(0..n).map(|i| format!("/<p{i}>")).collect::<String>());
        assert!(parameters(PARAMETERS_MAX).is_ok());
        let error = parameters(PARAMETERS_MAX + 1).unwrap_err();
        assert_eq!(error, PatternError::TooManyParameters { max: PARAMETERS_MAX });
    }
}
