//! The pattern of a route: `/user/{name}`, `/post/{id:int}`, `/files/{rest:path}`.
//!
//! A parameter fills its whole segment, which is what lets the router match segment by segment.
//! Whatever could only be a mistake is refused here, where the programmer sees it: a route that
//! can never match is harder to find than an error.

use std::fmt;
use std::sync::Arc;

use super::converter::{Converter, Converters, is_identifier};
use super::pattern_error::PatternError;

/// How many segments a pattern has at most; the router's recursion is no deeper.
pub const SEGMENTS_MAX: usize = 64;

/// How many parameters a pattern has at most: as many as a handler takes arguments.
pub const PARAMETERS_MAX: usize = 12;

/// A pattern that was understood. [Its syntax](super#patterns) is on the front page.
#[derive(Clone)]
pub struct Pattern {
    pub(crate) text: Box<str>,
    pub(super) segments: Vec<Segment>,
    /// The names of the parameters, from left to right.
    pub(crate) names: Arc<[Box<str>]>,
}

/// One segment of a pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Segment {
    /// Text, decoded.
    Text(Box<str>),
    /// A parameter.
    Parameter(Converter),
}

impl Pattern {
    /// Reads a pattern, which may name these converters.
    ///
    /// # Errors
    /// What is wrong with it, and at which byte.
    pub fn parse(text: &str, converters: &Converters) -> Result<Self, PatternError> {
        let Some(path) = text.strip_prefix('/') else {
            return Err(PatternError::NoLeadingSlash);
        };
        let mut segments = Vec::new();
        let mut names: Vec<Box<str>> = Vec::new();
        let mut at = 1;
        for piece in path.split('/') {
            let is_last = at + piece.len() == text.len();
            let segment = match parameter(piece, at, converters)? {
                Some((name, converter)) => {
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

    /// The pattern as it was written.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The parameters from left to right: their names, and the names of their converters.
    ///
    /// ```
    /// use gnezdo_web::routing::{Converters, Pattern};
    ///
    /// let pattern = Pattern::parse("/user/{name}/{page:int}", &Converters::new())?;
    /// let parameters: Vec<_> = pattern.parameters().collect();
    /// assert_eq!(parameters, [("name", "str"), ("page", "int")]);
    /// # Ok::<(), gnezdo_web::routing::PatternError>(())
    /// ```
    pub fn parameters(&self) -> impl Iterator<Item = (&str, &str)> {
        let converters = self.segments.iter().filter_map(|segment| match segment {
            Segment::Text(_) => None,
            Segment::Parameter(converter) => Some(converter.name()),
        });
        self.names.iter().map(|name| &**name).zip(converters)
    }

    /// The segments of the prefix that the pattern is for a mount: a slash at its end adds
    /// nothing.
    ///
    /// # Errors
    /// If the pattern has a `path` parameter.
    pub(super) fn prefix(&self) -> Result<&[Segment], PatternError> {
        match self.segments.split_last() {
            Some((Segment::Text(text), before)) if text.is_empty() => Ok(before),
            Some((Segment::Parameter(Converter::Path), _)) => {
                let at = self.text.rfind('/').map_or(0, |slash| slash + 1);
                Err(PatternError::PathInPrefix { at })
            }
            _ => Ok(&self.segments),
        }
    }
}

impl fmt::Debug for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Pattern").field(&self.text).finish()
    }
}

/// The parameter that fills a segment; `None` if the segment is text.
fn parameter<'p>(
    piece: &'p str,
    at: usize,
    converters: &Converters,
) -> Result<Option<(&'p str, Converter)>, PatternError> {
    if let Some(instead) = foreign_parameter(piece) {
        return Err(PatternError::ForeignSyntax { at, instead });
    }
    if !piece.contains(['{', '}']) {
        return Ok(None);
    }
    let inside = piece.strip_prefix('{').and_then(|p| p.strip_suffix('}'));
    let Some(inside) = inside.filter(|p| !p.contains(['{', '}'])) else {
        return Err(PatternError::NotWholeSegment { at });
    };
    let (name, converter) = inside.split_once(':').unwrap_or((inside, "str"));
    if !is_identifier(name) {
        return Err(PatternError::BadName { at, name: name.into() });
    }
    match converters.named(converter) {
        Some(converter) => Ok(Some((name, converter))),
        None => Err(PatternError::UnknownConverter {
            at,
            name: converter.into(),
            known: converters.names().map(Into::into).collect(),
        }),
    }
}

/// How a parameter of Flask's (`<int:id>`) or axum's (`{*rest}`) syntax is written here.
fn foreign_parameter(piece: &str) -> Option<String> {
    if let Some(name) = piece.strip_prefix("{*").and_then(|p| p.strip_suffix('}')) {
        return is_identifier(name).then(|| format!("{{{name}:path}}"));
    }
    let inside = piece.strip_prefix('<')?.strip_suffix('>')?;
    match inside.split_once(':') {
        None | Some(("string", _)) => {
            let name = inside.trim_start_matches("string:");
            is_identifier(name).then(|| format!("{{{name}}}"))
        }
        Some((converter, name)) => (is_identifier(converter) && is_identifier(name))
            .then(|| format!("{{{name}:{converter}}}")),
    }
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
    matches!(character, '%' | '?' | '#' | '<' | '>' | '\\') || character.is_control()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Pattern, PatternError> {
        Pattern::parse(text, &Converters::new())
    }

    fn text(text: &str) -> Segment {
        Segment::Text(text.into())
    }

    #[test]
    fn reads_text_and_parameters() {
        let converters = Converters::new().with("hex", |_| true).unwrap();
        let written = "/a b/{a}/{b:int}/{c:str}/{d:float}/{e:uuid}/{f:hex}/{_rest:path}";
        let pattern = Pattern::parse(written, &converters).unwrap();
        assert_eq!(pattern.text(), written);
        assert_eq!(pattern.segments[0], text("a b"));
        assert_eq!(
            pattern.parameters().collect::<Vec<_>>(),
            [
                ("a", "str"),
                ("b", "int"),
                ("c", "str"),
                ("d", "float"),
                ("e", "uuid"),
                ("f", "hex"),
                ("_rest", "path"),
            ]
        );
    }

    #[test]
    fn a_slash_at_the_end_is_an_empty_last_segment() {
        assert_eq!(parse("/").unwrap().segments, [text("")]);
        assert_eq!(parse("/a/").unwrap().segments, [text("a"), text("")]);
    }

    #[test]
    fn refuses_what_could_only_be_a_mistake() {
        use PatternError::*;
        let unknown = |at, name: &str| UnknownConverter {
            at,
            name: name.into(),
            known: ["str", "int", "float", "uuid", "path"].map(Into::into).into(),
        };
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
            ("/a\nb", ReservedCharacter { at: 2, character: '\n' }),
            ("/a\\b", ReservedCharacter { at: 2, character: '\\' }),
            ("/<name", ReservedCharacter { at: 1, character: '<' }),
            ("/a>b", ReservedCharacter { at: 2, character: '>' }),
            ("/{name", NotWholeSegment { at: 1 }),
            ("/name}", NotWholeSegment { at: 1 }),
            ("/v{n:int}", NotWholeSegment { at: 1 }),
            ("/{a}.txt", NotWholeSegment { at: 1 }),
            ("/{a}{b}", NotWholeSegment { at: 1 }),
            ("/{{a}}", NotWholeSegment { at: 1 }),
            ("/{a:hex}", unknown(1, "hex")),
            ("/x/{a:}", unknown(3, "")),
            ("/{a:int:b}", unknown(1, "int:b")),
            ("/{int:a}", unknown(1, "a")),
            ("/{}", BadName { at: 1, name: String::new() }),
            ("/{:int}", BadName { at: 1, name: String::new() }),
            ("/{1a}", BadName { at: 1, name: "1a".into() }),
            ("/{имя}", BadName { at: 1, name: "имя".into() }),
            ("/{*}", BadName { at: 1, name: "*".into() }),
            ("/{a}/{a:int}", RepeatedName { at: 5, name: "a".into() }),
            ("/{a:path}/b", PathNotLast { at: 1 }),
            ("/{a:path}/", PathNotLast { at: 1 }),
        ];
        for (pattern, error) in cases {
            assert_eq!(parse(pattern).unwrap_err(), error, "{pattern}");
        }
    }

    #[test]
    fn the_syntax_of_others_is_translated() {
        let cases = [
            ("/<name>", "{name}"),
            ("/<string:name>", "{name}"),
            ("/<int:id>", "{id:int}"),
            ("/<path:rest>", "{rest:path}"),
            ("/{*rest}", "{rest:path}"),
        ];
        for (pattern, instead) in cases {
            let error = parse(pattern).unwrap_err();
            assert_eq!(error, PatternError::ForeignSyntax { at: 1, instead: instead.into() });
            assert_eq!(
                error.to_string(),
                format!("the parameter at byte 1 is written {instead} here")
            );
        }
    }

    #[test]
    fn the_message_lists_the_converters_that_there_are() {
        let converters = Converters::new().with("hex", |_| true).unwrap();
        let error = Pattern::parse("/a/{n:integer}", &converters).unwrap_err();
        assert_eq!(
            error.to_string(),
            "\"integer\" at byte 3 is no converter; there are str, int, float, uuid, path, hex"
        );
    }

    #[test]
    fn bounds_are_exact() {
        let segments = |n: usize| parse(&"/a".repeat(n));
        assert!(segments(SEGMENTS_MAX).is_ok());
        let error = segments(SEGMENTS_MAX + 1).unwrap_err();
        assert_eq!(error, PatternError::TooManySegments { max: SEGMENTS_MAX });

        let parameters =
            |n: usize| parse(&(0..n).map(|i| format!("/{{p{i}}}")).collect::<String>());
        assert!(parameters(PARAMETERS_MAX).is_ok());
        let error = parameters(PARAMETERS_MAX + 1).unwrap_err();
        assert_eq!(error, PatternError::TooManyParameters { max: PARAMETERS_MAX });
    }
}
