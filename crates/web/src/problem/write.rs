//! Problems as responses: JSON by RFC 9457, or a page.

use gnezdo_core::Response;
use http::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderValue, VARY, X_CONTENT_TYPE_OPTIONS};
use serde::Serialize;

use super::{Problem, page};
use crate::asked::Asked;
use crate::fields::InvalidField;
use crate::plan::Debug;

const PROBLEM_JSON: HeaderValue = HeaderValue::from_static("application/problem+json");
const HTML: HeaderValue = HeaderValue::from_static("text/html; charset=utf-8");

/// A problem as RFC 9457 §3 writes it, with the extension members `errors` and `request_id`, and
/// `causes` in debug mode.
#[derive(Serialize)]
struct Document<'p> {
    r#type: &'p str,
    title: &'p str,
    status: u16,
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<&'p str>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    errors: &'p [InvalidField],
    #[serde(skip_serializing_if = "Option::is_none")]
    request_id: Option<&'p str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    causes: Vec<String>,
}

/// Writes a problem into the response that carried it, which may have got fields meanwhile.
pub(crate) fn write(problem: &Problem, asked: &Asked, debug: Debug, response: &mut Response) {
    let causes = match debug {
        Debug::On => problem.causes().map(ToString::to_string).collect(),
        Debug::Off => Vec::new(),
    };
    let (content, content_type) = if asked.wants_page() {
        (page::write(problem, &causes).into_bytes(), HTML)
    } else {
        (json(problem, causes), PROBLEM_JSON)
    };
    let fields = response.headers_mut();
    fields.insert(CONTENT_TYPE, content_type);
    fields.append(VARY, HeaderValue::from_static("accept"));
    fields.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    if problem.status().is_server_error() {
        fields.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    *response.body_mut() = content.into();
}

fn json(problem: &Problem, causes: Vec<String>) -> Vec<u8> {
    let document = Document {
        r#type: problem.kind_uri(),
        title: problem.title_text(),
        status: problem.status().as_u16(),
        detail: problem.detail_text(),
        errors: problem.invalid_fields(),
        request_id: problem.request_id(),
        causes,
    };
    // Text and numbers can always be written.
    serde_json::to_vec(&document).unwrap_or_default()
}
