//! Text as text within HTML.

use std::borrow::Cow;

/// Writes text so that HTML shows it as it is, within elements and within quoted attributes: `&`,
/// `<`, `>`, `"` and `'` become references.
///
/// ```
/// use gnezdo_core::escape;
///
/// assert_eq!(escape("<b>\"R&D\"</b>"), "&lt;b&gt;&quot;R&amp;D&quot;&lt;/b&gt;");
/// assert_eq!(escape("plain"), "plain");
/// ```
pub fn escape(text: &str) -> Cow<'_, str> {
    let Some(first) = text.bytes().position(|octet| reference(octet).is_some()) else {
        return Cow::Borrowed(text);
    };
    let mut out = String::with_capacity(text.len() + 16);
    let (mut start, octets) = (0, text.as_bytes());
    for at in first..octets.len() {
        if let Some(reference) = reference(octets[at]) {
            out.push_str(&text[start..at]);
            out.push_str(reference);
            start = at + 1;
        }
    }
    out.push_str(&text[start..]);
    Cow::Owned(out)
}

const fn reference(octet: u8) -> Option<&'static str> {
    match octet {
        b'&' => Some("&amp;"),
        b'<' => Some("&lt;"),
        b'>' => Some("&gt;"),
        b'"' => Some("&quot;"),
        b'\'' => Some("&#39;"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_has_a_meaning_in_html_changes() {
        for (text, expected) in [
            ("", ""),
            ("гнездо", "гнездо"),
            ("<", "&lt;"),
            ("a<b>c", "a&lt;b&gt;c"),
            ("it's \"é\"", "it&#39;s &quot;é&quot;"),
            ("&amp;", "&amp;amp;"),
        ] {
            assert_eq!(escape(text), expected);
        }
        assert!(matches!(escape("plain"), Cow::Borrowed(_)));
    }
}
