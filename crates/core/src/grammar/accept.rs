//! Which media type a request would rather have (RFC 9110 §12.5.1).

use http::HeaderMap;
use http::header::ACCEPT;

use super::quality::{self, Weight};

/// Whether the request names HTML, as a browser does that shows a page: `*/*`, which scripts
/// and images ask for and curl sends, does not count.
pub fn wants_page(headers: &HeaderMap) -> bool {
    quality::members(headers, ACCEPT).any(|(range, weight)| {
        let is_html =
            range.eq_ignore_ascii_case("text/html") || range.eq_ignore_ascii_case("text/*");
        is_html && weight > 0
    })
}

/// The weight of the most specific media range that fits a type; `None` if none does.
pub fn media_weight(headers: &HeaderMap, kind: &str, subtype: &str) -> Option<Weight> {
    let fitting = quality::members(headers, ACCEPT).filter_map(|(range, weight)| {
        let (range_kind, range_subtype) = range.split_once('/')?;
        match (range_kind, range_subtype) {
            ("*", "*") => Some((0, weight)),
            (k, "*") if k.eq_ignore_ascii_case(kind) => Some((1, weight)),
            (k, s) if k.eq_ignore_ascii_case(kind) && s.eq_ignore_ascii_case(subtype) => {
                Some((2, weight))
            }
            _ => None,
        }
    });
    fitting.max().map(|(_, weight)| weight)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn accept(value: &str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT, value.parse().unwrap());
        headers
    }

    #[test]
    fn a_page_has_to_be_named() {
        assert!(wants_page(&accept("text/html,application/xhtml+xml,*/*;q=0.8")));
        assert!(wants_page(&accept("text/*")));
        assert!(!wants_page(&accept("*/*")));
        assert!(!wants_page(&accept("text/html;q=0")));
        assert!(!wants_page(&accept("text/css,*/*;q=0.1")));
        assert!(!wants_page(&HeaderMap::new()));
    }
}
