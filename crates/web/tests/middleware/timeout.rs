//! What becomes of handlers that take too long.

use std::future::{pending, ready};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use gnezdo_core::{Reply, Service};
use gnezdo_web::App;
use gnezdo_web::middleware::Timeout;
use http::Method;

use crate::answers::{get, request};

const SHORT: Duration = Duration::from_millis(1);

#[test]
fn a_handler_that_never_answers_is_answered_for_and_dropped() {
    struct Dropped(Arc<AtomicBool>);
    impl Drop for Dropped {
        fn drop(&mut self) {
            self.0.store(true, Ordering::SeqCst);
        }
    }
    let is_dropped = Arc::new(AtomicBool::new(false));
    let seen = Arc::clone(&is_dropped);
    let handler = move || {
        let guard = Dropped(Arc::clone(&seen));
        async move {
            pending::<()>().await;
            drop(guard);
        }
    };
    let app = App::new().get("/", handler).wrap(Timeout::after(SHORT));
    let answer = get(&app, &[]);
    assert_eq!((answer.status, answer.field("retry-after")), (503, None));
    assert_eq!(answer.field("content-type"), Some("application/problem+json"));
    assert!(is_dropped.load(Ordering::SeqCst));
}

#[test]
fn when_to_try_again_is_said_if_it_is_known() {
    let timeout = Timeout::after(SHORT).retry_after(Duration::from_millis(1_500));
    let app = App::new().get("/", pending::<()>).wrap(timeout);
    assert_eq!(get(&app, &[]).field("retry-after"), Some("2"));
}

#[test]
fn an_answer_in_time_is_left_alone() {
    // What is ready when it is first asked for is in time, however little there is.
    for time in [Duration::ZERO, Duration::MAX] {
        let app = App::new().get("/", || ready("in time")).wrap(Timeout::after(time));
        let answer = get(&app, &[]);
        assert_eq!((answer.status, answer.text()), (200, "in time"));
    }
}

#[test]
fn an_answer_at_once_stays_at_once() {
    let app = App::new().get("/", || "constant").wrap(Timeout::after(SHORT));
    let reply = app.call(request(Method::GET, "/", &[]));
    assert!(matches!(reply, Reply::Ready(_)));
}
