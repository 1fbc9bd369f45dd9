//! Which streams of a connection have news: so that one that is woken does not have all others
//! looked at.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Wake, Waker};

use gnezdo_h2::StreamId;

/// The streams with news, and who is told that there are some.
pub(super) struct Woken(Mutex<State>);

struct State {
    streams: Vec<StreamId>,
    connection: Waker,
    /// Whether the connection is about to look anyway.
    is_attended: bool,
}

/// Wakes one stream.
struct StreamWaker {
    stream: StreamId,
    woken: Arc<Woken>,
}

impl Woken {
    pub(super) fn new(connection: &Waker) -> Arc<Self> {
        let state =
            State { streams: Vec::new(), connection: connection.clone(), is_attended: false };
        Arc::new(Self(Mutex::new(state)))
    }

    /// Names who is told.
    pub(super) fn register(&self, connection: &Waker) {
        let mut state = self.lock();
        if !state.connection.will_wake(connection) {
            state.connection = connection.clone();
        }
    }

    /// From now on the connection need not be told: it looks when it [leaves](Self::leave).
    pub(super) fn attend(&self) {
        self.lock().is_attended = true;
    }

    /// Whether anybody has news. From now on the connection is told again.
    pub(super) fn leave(&self) -> bool {
        let mut state = self.lock();
        state.is_attended = false;
        !state.streams.is_empty()
    }

    /// The streams that were woken since this was last asked.
    pub(super) fn take(&self) -> Vec<StreamId> {
        std::mem::take(&mut self.lock().streams)
    }

    /// What wakes a stream.
    pub(super) fn waker(self: &Arc<Self>, stream: StreamId) -> Waker {
        Waker::from(Arc::new(StreamWaker { stream, woken: self.clone() }))
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // No code that can panic runs under the lock.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Wake for StreamWaker {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        let mut state = self.woken.lock();
        // Once is enough, however often it is woken before anybody looks.
        if !state.streams.contains(&self.stream) {
            state.streams.push(self.stream);
        }
        if !state.is_attended {
            let connection = state.connection.clone();
            drop(state);
            connection.wake();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    struct Count(AtomicUsize);

    impl Wake for Count {
        fn wake(self: Arc<Self>) {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }

    #[test]
    fn each_stream_is_named_once_and_the_connection_is_told() {
        let count = Arc::new(Count(AtomicUsize::new(0)));
        let woken = Woken::new(&Waker::noop().clone());
        woken.register(&Waker::from(count.clone()));
        let (one, other) = (woken.waker(StreamId(1)), woken.waker(StreamId(3)));
        one.wake_by_ref();
        other.wake_by_ref();
        one.wake();
        assert_eq!(woken.take(), [StreamId(1), StreamId(3)]);
        assert_eq!(woken.take(), []);
        assert_eq!(count.0.load(Ordering::Relaxed), 3);
    }

    #[test]
    fn a_connection_that_looks_anyway_is_not_told() {
        let count = Arc::new(Count(AtomicUsize::new(0)));
        let woken = Woken::new(&Waker::from(count.clone()));
        let one = woken.waker(StreamId(1));
        woken.attend();
        assert!(!woken.leave());
        woken.attend();
        one.wake_by_ref();
        assert!(woken.leave());
        assert_eq!(count.0.load(Ordering::Relaxed), 0);
        assert_eq!(woken.take(), [StreamId(1)]);
        one.wake();
        assert_eq!(count.0.load(Ordering::Relaxed), 1);
    }
}
