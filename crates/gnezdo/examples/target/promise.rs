//! A value that another thread is making: how a handler waits without a runtime.

use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

/// A future of what a thread of its own returns.
pub(crate) struct Promise<T>(Arc<Mutex<State<T>>>);

enum State<T> {
    Open(Option<Waker>),
    Kept(Option<T>),
}

impl<T: Send + 'static> Promise<T> {
    /// Starts the thread.
    pub(crate) fn new(make: impl FnOnce() -> T + Send + 'static) -> Self {
        let promise = Self(Arc::new(Mutex::new(State::Open(None))));
        let state = promise.0.clone();
        std::thread::spawn(move || {
            let kept = State::Kept(Some(make()));
            let before = std::mem::replace(&mut *lock(&state), kept);
            if let State::Open(Some(waker)) = before {
                waker.wake();
            }
        });
        promise
    }
}

impl Promise<()> {
    /// Kept after a while.
    pub(crate) fn pause(milliseconds: u64) -> Self {
        Self::new(move || std::thread::sleep(Duration::from_millis(milliseconds)))
    }
}

impl<T> Future for Promise<T> {
    type Output = T;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<T> {
        match &mut *lock(&self.0) {
            State::Kept(value) => value.take().map_or(Poll::Pending, Poll::Ready),
            State::Open(waker) => {
                *waker = Some(cx.waker().clone());
                Poll::Pending
            }
        }
    }
}

fn lock<T>(state: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}
