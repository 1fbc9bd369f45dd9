//! How much content a request announces, before any of it is read.
//!
//! Our server holds `Content-Length` against the content, so that the body says the same. Others,
//! and middleware that puts another body in its place, may not.

use gnezdo_core::{Request, grammar};
use http::header::CONTENT_LENGTH;
use http_body::Body as _;

/// How many bytes of content are sure to come, by what the field and the body say.
pub(crate) fn announced_bytes(request: &Request) -> u64 {
    let field = request.headers().get(CONTENT_LENGTH).map_or(0, |value| length(value.as_bytes()));
    field.max(request.body().size_hint().lower())
}

/// A number that is too large to be read is too large; what is no number says nothing.
fn length(field: &[u8]) -> u64 {
    let is_number = field.iter().all(u8::is_ascii_digit) && !field.is_empty();
    grammar::digits(field).unwrap_or(if is_number { u64::MAX } else { 0 })
}

#[cfg(test)]
mod tests {
    use gnezdo_core::Body;

    use super::*;

    #[test]
    fn the_larger_announcement_counts() {
        for (field, body, bytes) in [
            (None, "abc", 3),
            (Some("5"), "", 5),
            (Some("1"), "abc", 3),
            (Some("+9"), "", 0),
            (Some(""), "", 0),
            (Some("99999999999999999999"), "", u64::MAX),
        ] {
            let mut request = http::Request::post("/");
            if let Some(field) = field {
                request = request.header(CONTENT_LENGTH, field);
            }
            let request = request.body(Body::from(body)).unwrap();
            assert_eq!(announced_bytes(&request), bytes, "{field:?}");
        }
    }
}
