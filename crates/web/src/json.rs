//! JSON (RFC 8259) as an answer.

use gnezdo_core::Response;
use http::StatusCode;
use http::header::HeaderValue;
use serde::Serialize;

use crate::response::{IntoResponse, typed};

/// RFC 8259 §11: the type has no `charset`, JSON is UTF-8.
const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// A value as JSON: `application/json`, written without spaces.
///
/// A value that cannot be written, such as a map whose keys are no text, is answered with 500.
///
/// ```
/// use gnezdo_web::{App, Json, Path};
///
/// #[derive(serde::Serialize)]
/// struct Post {
///     id: u64,
///     title: &'static str,
/// }
///
/// let app = App::new().get("/post/{id:int}", |Path(id): Path<u64>| {
///     Json(Post { id, title: "How to build a nest" })
/// });
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Json<T>(pub T);

impl<T: Serialize> IntoResponse for Json<T> {
    fn into_response(self) -> Response {
        match serde_json::to_vec(&self.0) {
            Ok(content) => typed(content, JSON),
            Err(_) => {
                (StatusCode::INTERNAL_SERVER_ERROR, "500 Internal Server Error\n").into_response()
            }
        }
    }
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
}
