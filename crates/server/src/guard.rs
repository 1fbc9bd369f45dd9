//! What keeps a fault in a service from reaching anybody but its own request.

use std::panic::{AssertUnwindSafe, catch_unwind};

use gnezdo_core::{Body, Reply, Request, Response, Service};
use http::header::CONTENT_TYPE;
use http::{HeaderValue, StatusCode};

/// Calls a service; one that panics answers 500.
///
/// The panic hook has reported the panic by then. What the service left behind is its own
/// business: it is shared between threads, so it must cope with a panic anyway.
pub(crate) fn call_service(service: &dyn Service, request: Request) -> Reply {
    guarded(|| service.call(request))
        .unwrap_or_else(|| Reply::Now(text_response(StatusCode::INTERNAL_SERVER_ERROR)))
}

/// Runs foreign code; `None` if it panicked.
pub(crate) fn guarded<T>(foreign: impl FnOnce() -> T) -> Option<T> {
    catch_unwind(AssertUnwindSafe(foreign)).ok()
}

/// An answer and the length of its content, if known; a body that panics about it becomes 500.
pub(crate) fn measured(response: Response) -> (Response, Option<u64>) {
    match guarded(|| response.body().length()) {
        Some(length) => (response, length),
        None => {
            let response = text_response(StatusCode::INTERNAL_SERVER_ERROR);
            let length = response.body().length();
            (response, length)
        }
    }
}

/// A small answer that says its status.
pub(crate) fn text_response(status: StatusCode) -> Response {
    let mut response = Response::new(Body::from(format!("{status}\n")));
    *response.status_mut() = status;
    let plain = HeaderValue::from_static("text/plain; charset=utf-8");
    response.headers_mut().insert(CONTENT_TYPE, plain);
    response
}
