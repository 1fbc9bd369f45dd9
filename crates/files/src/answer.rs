//! The answer to a request for a representation: whole, a part, parts, or none of it.

use std::ops::Range;
use std::time::SystemTime;

use gnezdo_core::{Body, Reply, Response};
use http::header::{
    ACCEPT_RANGES, CONTENT_ENCODING, CONTENT_RANGE, CONTENT_TYPE, LAST_MODIFIED, RANGE,
};
use http::{HeaderMap, HeaderValue, Method, StatusCode};

use crate::conditional::{self, Verdict};
use crate::multipart::multipart;
use crate::page;
use crate::range::{self, Ranges};
use crate::representation::Representation;
use crate::settings::Settings;

/// Answers a GET or HEAD for a representation that is there, with its preconditions.
pub(crate) fn answer(
    settings: &Settings,
    representation: &Representation,
    method: &Method,
    headers: &HeaderMap,
) -> Reply {
    if !headers.keys().any(conditional::is_conditional) {
        return representation.whole(StatusCode::OK);
    }
    let now = SystemTime::now();
    match conditional::evaluate(headers, representation.validators(), now) {
        Verdict::Whole => representation.whole(StatusCode::OK),
        Verdict::NotModified => not_modified(representation).into(),
        Verdict::Failed => page::status(settings, StatusCode::PRECONDITION_FAILED, headers).into(),
        // RFC 9110 §14.2: ranges are defined for GET alone.
        Verdict::Range if *method == Method::GET => ranges(settings, representation, headers),
        Verdict::Range => representation.whole(StatusCode::OK),
    }
}

/// RFC 9110 §15.4.5: the fields of a 200 that keep a cache up to date, and no others.
fn not_modified(representation: &Representation) -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::NOT_MODIFIED;
    let fields = response.headers_mut();
    fields.clone_from(representation.fields());
    for name in [CONTENT_TYPE, CONTENT_ENCODING, LAST_MODIFIED, ACCEPT_RANGES] {
        fields.remove(name);
    }
    response
}

fn ranges(settings: &Settings, representation: &Representation, headers: &HeaderMap) -> Reply {
    let mut lines = headers.get_all(RANGE).iter();
    let (Some(value), None) = (lines.next(), lines.next()) else {
        return representation.whole(StatusCode::OK);
    };
    match range::parse(value.as_bytes(), representation.length()) {
        Ranges::Whole => representation.whole(StatusCode::OK),
        Ranges::Unsatisfiable => unsatisfiable(settings, representation, headers).into(),
        Ranges::Parts(parts) => match parts.as_slice() {
            [part] => single(representation, part).into(),
            parts => several(representation, parts).into(),
        },
    }
}

fn single(representation: &Representation, part: &Range<u64>) -> Response {
    let mut response = partial(representation, representation.source().part(part));
    let range = format!("bytes {}-{}/{}", part.start, part.end - 1, representation.length());
    insert_digits(response.headers_mut(), &range);
    response
}

fn several(representation: &Representation, parts: &[Range<u64>]) -> Response {
    let content_type = representation.fields().get(CONTENT_TYPE);
    let (body, field) =
        multipart(&representation.source(), parts, representation.length(), content_type);
    page::with(partial(representation, body), CONTENT_TYPE, field)
}

fn partial(representation: &Representation, body: Body) -> Response {
    let mut response = Response::new(body);
    *response.status_mut() = StatusCode::PARTIAL_CONTENT;
    response.headers_mut().clone_from(representation.fields());
    response
}

/// RFC 9110 §15.5.17: the answer tells the length that there is.
fn unsatisfiable(
    settings: &Settings,
    representation: &Representation,
    headers: &HeaderMap,
) -> Response {
    let mut response = page::status(settings, StatusCode::RANGE_NOT_SATISFIABLE, headers);
    insert_digits(response.headers_mut(), &format!("bytes */{}", representation.length()));
    response
}

fn insert_digits(fields: &mut HeaderMap, range: &str) {
    // Letters, digits and signs are always a valid field value.
    if let Ok(value) = HeaderValue::from_str(range) {
        fields.insert(CONTENT_RANGE, value);
    }
}
