//! What is wrong with a pattern at first sight, told where it is written.
//!
//! The router reads patterns itself when the app starts, and knows more: own converters, prefixes,
//! collisions. Here is only what no app could make right.

use syn::{Error, LitStr, Result};

/// Looks at the pattern of an attribute.
pub(crate) fn check(pattern: &LitStr) -> Result<()> {
    fault(&pattern.value()).map_or(Ok(()), |fault| Err(Error::new(pattern.span(), fault)))
}

/// What is wrong.
fn fault(pattern: &str) -> Option<String> {
    let Some(path) = pattern.strip_prefix('/') else {
        return Some(format!("a pattern begins with a slash: write {:?}", format!("/{pattern}")));
    };
    let mut names = Vec::new();
    for segment in path.split('/') {
        match parameter(segment) {
            Ok(None) => {}
            Ok(Some(name)) if names.contains(&name) => {
                return Some(format!("two parameters are named `{name}`; choose another name"));
            }
            Ok(Some(name)) => names.push(name),
            Err(fault) => return Some(fault),
        }
    }
    None
}

/// The name of the parameter that a segment is; none if the segment is text.
fn parameter(segment: &str) -> std::result::Result<Option<&str>, String> {
    if let Some(instead) = foreign(segment) {
        return Err(format!("`{segment}` is written `{instead}` here"));
    }
    if !segment.contains(['{', '}']) {
        return Ok(None);
    }
    let inside = segment.strip_prefix('{').and_then(|rest| rest.strip_suffix('}'));
    let Some(inside) = inside.filter(|inside| !inside.contains(['{', '}'])) else {
        return Err(format!(
            "the parameter in `{segment}` has to be closed and to fill its segment, as in \
             \"/user/{{name}}/posts\""
        ));
    };
    let name = inside.split(':').next().unwrap_or(inside);
    if !is_identifier(name) {
        return Err(format!(
            "`{name}` in `{segment}` is no name of a parameter: use ASCII letters, digits and _"
        ));
    }
    Ok(Some(name))
}

/// How a parameter of Flask's (`<int:id>`) or axum's (`{*rest}`) syntax is written here.
fn foreign(segment: &str) -> Option<String> {
    if let Some(name) = segment.strip_prefix("{*").and_then(|rest| rest.strip_suffix('}')) {
        return is_identifier(name).then(|| format!("{{{name}:path}}"));
    }
    let inside = segment.strip_prefix('<')?.strip_suffix('>')?;
    let (converter, name) = inside.split_once(':').unwrap_or(("string", inside));
    if !is_identifier(name) || !is_identifier(converter) {
        return None;
    }
    Some(match converter {
        "string" => format!("{{{name}}}"),
        _ => format!("{{{name}:{converter}}}"),
    })
}

fn is_identifier(text: &str) -> bool {
    let begins_well = text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    begins_well && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn good_patterns_pass() {
        for pattern in ["/", "/a/", "/a b/é", "/{a}/{b:int}", "/{_rest:path}", "/{a:my_own}"] {
            assert_eq!(fault(pattern), None, "{pattern}");
        }
    }

    #[test]
    fn faults_say_what_to_write() {
        for (pattern, part) in [
            ("", "write \"/\""),
            ("user/{name}", "write \"/user/{name}\""),
            ("/{name", "closed"),
            ("/name}", "closed"),
            ("/{a}.txt", "fill its segment"),
            ("/{a}{b}", "fill its segment"),
            ("/{{a}}", "fill its segment"),
            ("/{a/b}", "closed"),
            ("/{}", "`` in `{}` is no name"),
            ("/{1a}", "`1a`"),
            ("/{имя}", "ASCII"),
            ("/{a}/{a:int}", "two parameters are named `a`"),
            ("/<name>", "`{name}`"),
            ("/<string:name>", "`{name}`"),
            ("/<int:id>", "`{id:int}`"),
            ("/{*rest}", "`{rest:path}`"),
        ] {
            let fault = fault(pattern).unwrap_or_default();
            assert!(fault.contains(part), "{pattern}: {fault:?}");
        }
    }
}
