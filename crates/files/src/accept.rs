//! Which media type a request would rather have (RFC 9110 §12.5.1).

use gnezdo_core::grammar::media_weight;
use http::HeaderMap;

/// The media types that our own pages come in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PageType {
    /// `text/html`, the default of a listing.
    Html,
    /// `application/json`, if a request prefers it.
    Json,
}

/// The type for a listing.
pub(crate) fn listing_type(headers: &HeaderMap) -> PageType {
    let json = media_weight(headers, "application", "json").unwrap_or(0);
    let html = media_weight(headers, "text", "html").unwrap_or(0);
    if json > html { PageType::Json } else { PageType::Html }
}

#[cfg(test)]
mod tests {
    use http::header::ACCEPT;

    use super::*;

    fn accept(value: &str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT, value.parse().unwrap());
        headers
    }

    #[test]
    fn json_has_to_be_preferred() {
        use PageType::{Html, Json};
        let cases = [
            ("application/json", Json),
            ("application/*", Json),
            ("Application/JSON", Json),
            ("application/json, */*", Html),
            ("application/json, */*;q=0.5", Json),
            ("application/json, text/html;q=0.9", Json),
            ("application/json;q=0.5, text/html;q=0.9", Html),
            ("application/json;q=0", Html),
            ("*/*", Html),
            ("text/html", Html),
            ("image/png", Html),
            ("nonsense", Html),
        ];
        for (value, expected) in cases {
            assert_eq!(listing_type(&accept(value)), expected, "{value}");
        }
        assert_eq!(listing_type(&HeaderMap::new()), Html);
    }
}
