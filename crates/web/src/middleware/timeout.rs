//! How long a handler may take.
//!
//! The status is 503. A 408 (RFC 9110 §15.5.9) would say that the request did not come in time, and
//! browsers send such a request again by themselves, whatever it does; a 504 (§15.6.5) is for
//! gateways. The clock is a thread of its own, which starts with the first answer that comes later
//! and sleeps between deadlines, so that it works under every architecture and in tests.

use std::future::poll_fn;
use std::pin::Pin;
use std::task::Poll;
use std::time::Duration;

use futures_timer::Delay;
use gnezdo_core::{Reply, Request};
use http::header::RETRY_AFTER;
use http::{HeaderValue, StatusCode};

use crate::middleware::{Middleware, Next};
use crate::problem::Problem;
use crate::response::IntoResponse;

/// The longest time that is kept: a year. Clocks have an end.
const TIME_MAX: Duration = Duration::from_secs(365 * 24 * 60 * 60);

/// Answers 503 for a handler that takes longer (RFC 9110 §15.6.4), and drops it.
///
/// The time runs from the moment when the request gets here to the moment when the answer begins;
/// how long the client takes for its content is part of it, how long it takes for the answer's is
/// not. An answer that is given at once costs nothing. A plain function that does not return, and
/// one that runs on a thread by `.blocking()`, cannot be stopped: for the first there is no remedy,
/// of the second the client at least is told in time.
///
/// ```
/// use std::time::Duration;
///
/// use gnezdo_web::App;
/// use gnezdo_web::middleware::Timeout;
///
/// async fn slow() -> &'static str {
///     std::future::pending().await
/// }
///
/// let app = App::new().get("/", slow).wrap(Timeout::after(Duration::from_secs(10)));
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Timeout {
    time: Duration,
    retry_after: Option<Duration>,
}

impl Timeout {
    /// Gives handlers so much time, a year at most.
    pub fn after(time: Duration) -> Self {
        Self { time: time.min(TIME_MAX), retry_after: None }
    }

    /// Says when to try again, in `Retry-After`, in whole seconds rounded up. By default nothing is
    /// said: that a handler was slow tells nobody when it will be fast (RFC 9110 §10.2.3).
    #[must_use]
    pub fn retry_after(mut self, time: Duration) -> Self {
        self.retry_after = Some(time);
        self
    }

    fn problem(self) -> Problem {
        let problem = Problem::new(StatusCode::SERVICE_UNAVAILABLE)
            .detail("the answer was not ready in time");
        match self.retry_after {
            Some(time) => problem.header(RETRY_AFTER, seconds(time)),
            None => problem,
        }
    }
}

/// `delay-seconds` of RFC 9110 §10.2.3, never sooner than it is meant.
pub(super) fn seconds(time: Duration) -> HeaderValue {
    HeaderValue::from(whole_seconds(time))
}

pub(super) fn whole_seconds(time: Duration) -> u64 {
    time.as_secs().saturating_add(u64::from(time.subsec_nanos() > 0))
}

impl Middleware for Timeout {
    fn handle(&self, request: Request, next: Next) -> Reply {
        let timeout = *self;
        let mut answer = match next.call(request) {
            Reply::Later(answer) => answer,
            here => return here,
        };
        let mut delay = Delay::new(timeout.time);
        Reply::later(poll_fn(move |cx| match answer.as_mut().poll(cx) {
            Poll::Ready(response) => Poll::Ready(response),
            Poll::Pending => {
                Pin::new(&mut delay).poll(cx).map(|()| timeout.problem().into_response())
            }
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_are_rounded_up() {
        for (millis, text) in [(0, "0"), (1, "1"), (1_000, "1"), (1_001, "2")] {
            assert_eq!(seconds(Duration::from_millis(millis)), text);
        }
        assert_eq!(seconds(Duration::MAX), u64::MAX.to_string());
    }
}
