//! What the tests of the framework share: a request without a server.

// Each test is a program of its own, and uses what it needs.
#![allow(dead_code)]

use std::pin::pin;
use std::task::{Context, Poll, Waker};

use gnezdo_core::{Body, Form, Request, Response, Service};
use http::HeaderMap;

/// Waits for a future that needs nobody to wake it.
pub(crate) fn block_on<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            return output;
        }
        std::thread::yield_now();
    }
}

/// The answer to a request.
pub(crate) fn answer(service: &impl Service, request: Request) -> Response {
    block_on(service.call(request).into_future())
}

/// Status, fields and text of the answer to `GET`.
pub(crate) fn ask(
    service: &impl Service,
    target: &str,
    fields: &[(&str, &str)],
) -> (u16, HeaderMap, String) {
    let mut request = http::Request::get(target);
    for (name, value) in fields {
        request = request.header(*name, *value);
    }
    seen(answer(service, request.body(Body::empty()).unwrap()))
}

/// Status and text of the answer to `GET`.
pub(crate) fn get(service: &impl Service, target: &str) -> (u16, String) {
    let (status, _, text) = ask(service, target, &[]);
    (status, text)
}

/// Status, fields and text of an answer whose content is there.
pub(crate) fn seen(response: Response) -> (u16, HeaderMap, String) {
    let (head, body) = response.into_parts();
    let text = match body.into_form() {
        Form::Empty => String::new(),
        Form::Bytes(bytes) => String::from_utf8(bytes.into()).unwrap(),
        Form::File(_) | Form::Stream(_) => panic!("unexpected form"),
    };
    (head.status.as_u16(), head.headers, text)
}
