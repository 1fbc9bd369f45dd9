//! The smallest executor: the thread sleeps until it is woken, up to a bound.

use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, Thread};
use std::time::{Duration, Instant};

struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.0.unpark();
    }
}

/// Polls a future to its end on this thread; `None` if it takes longer than `time_max`.
pub(super) fn wait<F: Future>(future: F, time_max: Duration) -> Option<F::Output> {
    let mut future = pin!(future);
    let waker = Waker::from(Arc::new(Unpark(thread::current())));
    let mut cx = Context::from_waker(&waker);
    let start = Instant::now();
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut cx) {
            return Some(output);
        }
        // Woken by somebody else it polls once more, which does no harm.
        thread::park_timeout(time_max.checked_sub(start.elapsed())?);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_thread_wakes_it_and_nobody_ends_it() {
        let (sender, body) = gnezdo_core::channel(Some(1));
        let sending = thread::spawn(move || drop(sender));
        let end = wait(
            async {
                let mut body = pin!(body);
                let frame =
                    std::future::poll_fn(|cx| http_body::Body::poll_frame(body.as_mut(), cx));
                frame.await.is_some_and(|frame| frame.is_err())
            },
            Duration::from_secs(30),
        );
        sending.join().unwrap();
        assert_eq!(end, Some(true));
        assert_eq!(wait(std::future::pending::<()>(), Duration::from_millis(1)), None);
    }
}
