//! JSON (RFC 8259) as an argument and as an answer.

use gnezdo_core::Response;
use http::header::HeaderValue;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::demands::Demands;
use crate::extract::{FromRequest, Routed, Taken, collect, media_type};
use crate::fields::json;
use crate::problem::Problem;
use crate::rejection::Rejection;
use crate::response::{IntoResponse, typed};

/// RFC 8259 §11: the type has no `charset`, JSON is UTF-8.
const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// A value as JSON: content that was sent, or an answer (`application/json`, written without
/// spaces).
///
/// As an argument it takes `application/json` and types that end with `+json`, up to the
/// [limit on content](crate::App::content_bytes_max). Another type is 415, what is no JSON 400, and
/// what does not fit is 422, with every field that does not. An answer that cannot be written, such
/// as a map whose keys are no text, is 500.
///
/// ```
/// use gnezdo_web::{App, Json, Path};
///
/// #[derive(serde::Deserialize, serde::Serialize)]
/// struct Post {
///     title: String,
///     likes: u64,
/// }
///
/// let app = App::new().post("/like", |Json(post): Json<Post>| {
///     Json(Post { likes: post.likes + 1, ..post })
/// });
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Json<T>(pub T);

impl<T: Serialize> IntoResponse for Json<T> {
    fn into_response(self) -> Response {
        match serde_json::to_vec(&self.0) {
            Ok(content) => typed(content, JSON),
            Err(error) => Problem::internal(error).into_response(),
        }
    }
}

impl<T: DeserializeOwned + 'static> FromRequest for Json<T> {
    type Rejection = Rejection;

    fn from_request(routed: Routed<'_>) -> Taken<Self, Rejection> {
        let found = media_type(routed.request().headers());
        if !found.is_some_and(is_json) {
            let found = found.map(str::to_owned);
            return Taken::Now(Err(Rejection::ContentType { expected: "application/json", found }));
        }
        let max = routed.content_bytes_max();
        collect(routed.into_request().into_body(), max)
            .and_then(|content| json::read(&content).map(Self).map_err(Rejection::Content))
    }

    fn demands(demands: &mut Demands) {
        demands.request();
    }
}

/// RFC 6839 §3.1: `+json` says that it can be read as JSON, too.
fn is_json(media_type: &str) -> bool {
    let ends_with = |end: &str| {
        let start = media_type.len().checked_sub(end.len());
        let tail = start.and_then(|start| media_type.get(start..));
        tail.is_some_and(|tail| tail.eq_ignore_ascii_case(end))
    };
    media_type.eq_ignore_ascii_case("application/json") || ends_with("+json")
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use gnezdo_core::Form;

    use super::*;

    #[test]
    fn a_value_is_written_without_spaces() {
        let response = Json(HashMap::from([("message", "Hello, World!")])).into_response();
        assert_eq!(response.status(), 200);
        assert_eq!(response.headers()["content-type"], "application/json");
        let Form::Bytes(content) = response.into_body().into_form() else { panic!() };
        assert_eq!(content, r#"{"message":"Hello, World!"}"#);
    }

    #[test]
    fn what_is_no_json_is_our_fault() {
        let response = Json(HashMap::from([([1, 2], ())])).into_response();
        assert_eq!(response.status(), 500);
    }

    #[test]
    fn json_has_several_types() {
        for (media_type, expected) in [
            ("application/json", true),
            ("Application/JSON", true),
            ("application/merge-patch+json", true),
            ("application/problem+JSON", true),
            ("text/json", false),
            ("application/jsonp", false),
            ("json", false),
            ("é+json", true),
            ("", false),
        ] {
            assert_eq!(is_json(media_type), expected, "{media_type}");
        }
    }
}
