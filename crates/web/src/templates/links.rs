//! The links in the text of a template: what `url_for` is asked for by name.
//!
//! It does not read the language of templates. It looks for `url_for("…"` where the name is
//! written out, and for the values that follow it; whatever else is there is left for the time when
//! it is rendered.

use memchr::memmem;

/// `url_for("post", post_id=7)` in a template.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Link<'t> {
    /// Where it stands, counted from 1.
    pub(super) line: usize,
    /// The name of the route.
    pub(super) route: &'t str,
    /// The names of the values.
    pub(super) values: Vec<&'t str>,
}

/// All links in the text of a template whose routes are written out.
pub(super) fn links(text: &str) -> impl Iterator<Item = Link<'_>> {
    const CALL: &str = "url_for(";
    memmem::find_iter(text.as_bytes(), CALL).filter_map(|at| {
        let line = 1 + memchr::memchr_iter(b'\n', &text.as_bytes()[..at]).count();
        let arguments = arguments(&text[at + CALL.len()..])?;
        let (route, values) = arguments.split_first()?;
        let route = quoted(route)?;
        let values = values.iter().filter_map(|value| value_name(value)).collect();
        Some(Link { line, route, values })
    })
}

/// The arguments of a call, up to its closing parenthesis; `None` if there is none.
fn arguments(text: &str) -> Option<Vec<&str>> {
    let (mut arguments, mut start, mut depth, mut quote) = (Vec::new(), 0, 0_usize, None);
    for (at, octet) in text.bytes().enumerate() {
        match (quote, octet) {
            (Some(open), octet) if octet == open => quote = None,
            (Some(_), _) => {}
            (None, b'"' | b'\'') => quote = Some(octet),
            (None, b'(' | b'[' | b'{') => depth += 1,
            (None, b')') if depth == 0 => {
                arguments.push(&text[start..at]);
                return Some(arguments);
            }
            (None, b')' | b']' | b'}') => depth = depth.saturating_sub(1),
            (None, b',') if depth == 0 => {
                arguments.push(&text[start..at]);
                start = at + 1;
            }
            (None, _) => {}
        }
    }
    None
}

/// The text between quotes, if there is nothing else.
fn quoted(argument: &str) -> Option<&str> {
    let argument = argument.trim();
    let inside = |quote| argument.strip_prefix(quote)?.strip_suffix(quote);
    inside('"').or_else(|| inside('\'')).filter(|text| !text.contains(['"', '\'', '\\']))
}

/// The name of `post_id=7`.
fn value_name(argument: &str) -> Option<&str> {
    let (name, _) = argument.split_once('=')?;
    let name = name.trim();
    name.bytes().all(|octet| octet.is_ascii_alphanumeric() || octet == b'_').then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_are_found_with_their_lines_and_values() {
        let text = "<a href=\"{{ url_for('index') }}\">\n\n{{ url_for(\"post\", post_id=post.id, \
                    page = f(1, ')') ) }}\n{{ url_for(name) }} {{ url_for('open'";
        let found: Vec<Link<'_>> = links(text).collect();
        assert_eq!(
            found,
            [
                Link { line: 1, route: "index", values: vec![] },
                Link { line: 3, route: "post", values: vec!["post_id", "page"] },
            ]
        );
    }

    #[test]
    fn any_text_comes_to_an_end() {
        for text in
            ["", "url_for(", "url_for()", "url_for(''", "url_for('a'))", "url_for('é', é=1)"]
        {
            let _ = links(text).count();
        }
    }
}
