//! The links in the text of a template: what `url_for` is asked for by name.
//!
//! It does not read the language of templates. It looks for `url_for("…"` in their code where the
//! name is written out, and for the values that follow it; whatever else is there, such as values
//! by `**`, is left for the time when it is rendered.

use super::code::{Literals, calls};

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
    calls(text, CALL).filter_map(|at| {
        let line = 1 + memchr::memchr_iter(b'\n', &text.as_bytes()[..at]).count();
        let arguments = arguments(&text[at + CALL.len()..])?;
        let (route, values) = arguments.split_first()?;
        let route = quoted(route)?;
        if values.iter().any(|value| value.trim_start().starts_with('*')) {
            return None;
        }
        let values = values.iter().filter_map(|value| value_name(value)).collect();
        Some(Link { line, route, values })
    })
}

/// The arguments of a call, up to its closing parenthesis; `None` if there is none.
fn arguments(text: &str) -> Option<Vec<&str>> {
    let (mut arguments, mut start, mut depth) = (Vec::new(), 0, 0_usize);
    let mut literals = Literals::default();
    for (at, octet) in text.bytes().enumerate().filter(|&(_, o)| literals.is_outside(o)) {
        match octet {
            b'(' | b'[' | b'{' => depth += 1,
            b')' if depth == 0 => {
                arguments.push(&text[start..at]);
                return Some(arguments);
            }
            b')' | b']' | b'}' => depth = depth.saturating_sub(1),
            b',' if depth == 0 => {
                arguments.push(&text[start..at]);
                start = at + 1;
            }
            _ => {}
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

    fn routes(text: &str) -> Vec<&str> {
        links(text).map(|link| link.route).collect()
    }

    #[test]
    fn only_code_that_calls_it_has_links() {
        for text in [
            "{{ cdn_url_for('x') }}",
            "{{ cdn.url_for('x') }}",
            "{{ гurl_for('x') }}",
            "{# url_for('x') #}",
            "{#- {{ url_for('x') }} -#}",
            "{% raw %}{{ url_for('x') }}{% endraw %}",
            "{%- raw -%}{{ url_for('x') }}{% if %}{%+ endraw +%}",
            "<script>url_for('x')</script>",
            "{{ \"url_for('x')\" }}",
            "{{ '\\'url_for(1)' }}",
            "{# {{ url_for('x') }}",
            "{% raw %}{{ url_for('x') }}",
        ] {
            assert_eq!(routes(text), [""; 0], "{text}");
        }
        for text in [
            "{{url_for('x')}}",
            "{{- (url_for('x')) -}}",
            "{% set link = url_for('x') %}",
            "{# a #}{{ url_for('x') }}{# b #}",
            "{% raw %}{% endraw %}{{ url_for('x') }}",
            "{% rawest %}{{ url_for('x') }}",
            "{{ '{#' }}{{ url_for('x') }}{{ '#}' }}",
            "{ {{ 'it\\'s' }} {{ url_for('x') }} }",
        ] {
            assert_eq!(routes(text), ["x"], "{text}");
        }
    }

    #[test]
    fn values_that_are_not_written_out_are_not_judged() {
        assert_eq!(routes("{{ url_for('x', **values) }}{{ url_for('y', a=1, ** b) }}"), [""; 0]);
        assert_eq!(routes("{{ url_for('x', a=2 ** b) }}"), ["x"]);
    }

    #[test]
    fn any_text_comes_to_an_end() {
        for text in
            ["", "url_for(", "url_for()", "url_for(''", "url_for('a'))", "url_for('é', é=1)", "\\"]
        {
            for open in ["", "{", "{{", "{%", "{{ '", "{% raw", "{% raw %}{%", "{#"] {
                let _ = links(&format!("{open}{text}")).count();
            }
        }
    }
}
