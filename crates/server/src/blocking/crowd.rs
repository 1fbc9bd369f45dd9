//! The threads that serve connections: how many they are, and how one of them is asked to end.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

#[derive(Debug, Default)]
pub(super) struct Crowd {
    size: Mutex<usize>,
    changed: Condvar,
    /// Whether one of those whose connection rests is to end it.
    is_asked: AtomicBool,
}

/// One thread's place in the crowd, given back when it ends, however it ends.
pub(super) struct Place(Arc<Crowd>);

impl Crowd {
    pub(super) fn enter(self: &Arc<Self>) -> Place {
        *self.size() += 1;
        Place(self.clone())
    }

    /// Waits until somebody has left, but not longer than `time`. One who rests is asked to.
    pub(super) fn wait_for_one(&self, time: Duration) {
        let size = self.size();
        let before = *size;
        self.is_asked.store(true, Ordering::Relaxed);
        drop(self.changed.wait_timeout_while(size, time, |size| *size >= before));
    }

    pub(super) fn wait_for_all(&self) {
        drop(self.changed.wait_while(self.size(), |size| *size > 0));
    }

    /// There is room: nobody has to leave any more.
    pub(super) fn calm_down(&self) {
        self.is_asked.store(false, Ordering::Relaxed);
    }

    /// Whether the caller is the one to leave.
    pub(super) fn must_leave(&self) -> bool {
        self.is_asked.load(Ordering::Relaxed) && self.is_asked.swap(false, Ordering::Relaxed)
    }

    fn size(&self) -> MutexGuard<'_, usize> {
        self.size.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        *self.0.size() -= 1;
        self.0.changed.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_is_asked_and_awaited() {
        let crowd = Arc::new(Crowd::default());
        let places: Vec<_> = (0..3).map(|_| crowd.enter()).collect();
        assert!(!crowd.must_leave());
        let threads: Vec<_> = places
            .into_iter()
            .map(|place| {
                std::thread::spawn(move || {
                    while !place.0.must_leave() {
                        std::thread::yield_now();
                    }
                })
            })
            .collect();
        for left in [2, 1, 0] {
            crowd.wait_for_one(Duration::from_secs(10));
            assert_eq!(*crowd.size(), left);
        }
        crowd.wait_for_all();
        for thread in threads {
            thread.join().unwrap();
        }
    }
}
