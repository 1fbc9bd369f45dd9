//! Places for work that takes long: so many at the same time, and no queue.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// The places that are free.
#[derive(Debug)]
pub(crate) struct Permits(AtomicUsize);

impl Permits {
    /// So many places.
    pub(crate) fn new(count: usize) -> Self {
        Self(AtomicUsize::new(count))
    }

    /// Takes a place, if one is free.
    pub(crate) fn try_take(self: &Arc<Self>) -> Option<Permit> {
        let less = |count: usize| count.checked_sub(1);
        self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, less).ok()?;
        Some(Permit(self.clone()))
    }
}

/// A place among those that work, given back when it is dropped.
#[derive(Debug)]
pub(crate) struct Permit(Arc<Permits>);

impl Drop for Permit {
    fn drop(&mut self) {
        self.0.0.fetch_add(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_that_is_given_back_is_free_again() {
        let permits = Arc::new(Permits::new(2));
        let first = permits.try_take();
        let second = permits.try_take();
        assert!(first.is_some() && second.is_some());
        assert!(permits.try_take().is_none());
        drop(first);
        assert!(permits.try_take().is_some());
    }
}
