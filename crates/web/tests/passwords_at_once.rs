//! How many passwords are worked at at once: a program of its own, as the bound is the process's.

mod support;

use std::pin::Pin;
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};

use gnezdo_core::{Awaited, Body, Service};
use gnezdo_web::App;
use gnezdo_web::auth::{BasicAuth, BasicCredentials, set_passwords_at_once_max};
use support::block_on;

/// As the documentation has it.
const AT_ONCE_MAX: usize = 32;

const ANNA: &str = "Basic YW5uYTo=";
const BERTA: &str = "Basic YmVydGE6";

/// A check that ends when it is told to.
fn app(ends: Receiver<()>) -> App {
    let ends = Arc::new(Mutex::new(ends));
    let check = move |_: BasicCredentials| ends.lock().unwrap().recv().is_ok();
    App::new().get("/", || "in").wrap(BasicAuth::with("nest", check).unwrap())
}

/// Begins a request; the answer, if it is there at once.
fn begin(app: &App, line: &str) -> (Awaited, Poll<u16>) {
    let request = http::Request::get("/").header("authorization", line);
    let mut answer = app.call(request.body(Body::empty()).unwrap()).into_future();
    let polled = Pin::new(&mut answer).poll(&mut Context::from_waker(Waker::noop()));
    (answer, polled.map(|response| response.status().as_u16()))
}

#[test]
fn more_than_so_many_are_told_to_come_back() {
    let (end, ends) = channel();
    let app = app(ends);
    let begun: Vec<_> = (0..AT_ONCE_MAX).map(|_| begin(&app, ANNA)).collect();
    assert!(begun.iter().all(|(_, status)| status.is_pending()));
    assert_eq!(begin(&app, ANNA).1, Poll::Ready(503));

    for _ in 0..AT_ONCE_MAX {
        end.send(()).unwrap();
    }
    for (answer, _) in begun {
        assert_eq!(block_on(answer).status(), 200);
    }
    // Who was let in is remembered, and who was not yet has a place again.
    assert_eq!(begin(&app, ANNA).1, Poll::Ready(200));
    set_passwords_at_once_max(2);
    // Who goes away leaves the place, so all of them stay.
    let more = [(); 3].map(|()| begin(&app, BERTA));
    assert_eq!(more.map(|(_, status)| status), [Poll::Pending, Poll::Pending, Poll::Ready(503)]);
    drop(end);
}
