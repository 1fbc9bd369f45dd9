//! What keeps a fault in a service from reaching anybody but its own request.

use std::panic::{AssertUnwindSafe, catch_unwind};

use gnezdo_core::{Body, Glance, Reply, Request, Response, Service, with_early_hints};
use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderValue, StatusCode};

/// Calls a service; one that panics answers 500. What it hints before an answer that comes later
/// is the second value.
///
/// The panic hook has reported the panic by then. What the service left behind is its own
/// business: it is shared between threads, so it must cope with a panic anyway.
pub(crate) fn call_service(
    service: &dyn Service,
    request: impl FnOnce() -> Request,
) -> (Reply, Vec<HeaderMap>) {
    guarded(|| with_early_hints(|| service.call(request()))).unwrap_or_else(|| {
        (Reply::Now(text_response(StatusCode::INTERNAL_SERVER_ERROR)), Vec::new())
    })
}

/// Lets a service answer at a glance, if it can; one that panics answers 500.
pub(crate) fn ask_service(service: &dyn Service, request: Glance<'_>) -> Option<Reply> {
    let answer = guarded(|| service.glance(request));
    answer.unwrap_or_else(|| Some(Reply::Now(text_response(StatusCode::INTERNAL_SERVER_ERROR))))
}

/// Runs foreign code; `None` if it panicked.
pub(crate) fn guarded<T>(foreign: impl FnOnce() -> T) -> Option<T> {
    catch_unwind(AssertUnwindSafe(foreign)).ok()
}

/// Something of the service's that we hold: it may panic even when it is dropped.
pub(crate) struct Foreign<T>(Option<T>);

impl<T> Foreign<T> {
    pub(crate) fn new(value: T) -> Self {
        Self(Some(value))
    }

    /// Uses it; `None` if it panicked.
    pub(crate) fn with<R>(&mut self, using: impl FnOnce(&mut T) -> R) -> Option<R> {
        let value = self.0.as_mut()?;
        guarded(|| using(value))
    }
}

impl<T> Drop for Foreign<T> {
    fn drop(&mut self) {
        let value = self.0.take();
        let _ = guarded(|| drop(value));
    }
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
