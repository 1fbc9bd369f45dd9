//! Who was let in a short time ago, so that each request of a browser does not cost a hash.
//!
//! Only what was found right is remembered, by its fingerprint, for so long and not longer: who
//! comes often is asked again all the same.

use std::time::{Duration, Instant};

use crate::auth::fingerprint::Fingerprint;
use crate::generations::Generations;

/// Those who were let in, and as whom.
#[derive(Debug)]
pub(super) struct Remembered<T> {
    time_max: Duration,
    entries: Generations<Fingerprint, Entry<T>>,
}

#[derive(Debug)]
struct Entry<T> {
    since: Instant,
    identity: T,
}

impl<T: Clone> Remembered<T> {
    /// Remembers so many, at least two, for so long; for no time, nobody.
    pub(super) fn new(entries_max: usize, time_max: Duration) -> Self {
        Self { time_max, entries: Generations::new(entries_max) }
    }

    /// As whom this one was let in, if that was not too long ago.
    pub(super) fn get(&self, key: &Fingerprint, now: Instant) -> Option<T> {
        let entry = self.entries.get(key)?;
        let is_fresh = now.saturating_duration_since(entry.since) < self.time_max;
        is_fresh.then(|| entry.identity.clone())
    }

    /// Remembers that this one was let in.
    pub(super) fn insert(&mut self, key: Fingerprint, identity: T, now: Instant) {
        if !self.time_max.is_zero() {
            self.entries.insert(key, Entry { since: now, identity });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: Duration = Duration::from_secs(60);

    #[test]
    fn a_time_has_an_end() {
        let start = Instant::now();
        let mut remembered = Remembered::new(2, MINUTE);
        remembered.insert([1; 32], "anna", start);
        for (seconds, found) in [(0, Some("anna")), (59, Some("anna")), (60, None)] {
            assert_eq!(remembered.get(&[1; 32], start + Duration::from_secs(seconds)), found);
        }
        assert_eq!(remembered.get(&[2; 32], start), None);
        // Who comes again, and was found right again, stays.
        remembered.insert([1; 32], "anna", start + MINUTE);
        assert_eq!(remembered.get(&[1; 32], start + MINUTE), Some("anna"));
    }

    #[test]
    fn there_is_room_for_so_many() {
        let now = Instant::now();
        let mut remembered = Remembered::new(10, MINUTE);
        for key in 0..100 {
            remembered.insert([key; 32], key, now);
            assert!(remembered.entries.len() <= 10);
            assert_eq!(remembered.get(&[key; 32], now), Some(key));
        }
        assert_eq!(remembered.get(&[95; 32], now), Some(95));
        assert_eq!(remembered.get(&[89; 32], now), None);
    }

    #[test]
    fn for_no_time_nobody_is_remembered() {
        let now = Instant::now();
        let mut remembered = Remembered::new(10, Duration::ZERO);
        remembered.insert([1; 32], (), now);
        assert!(remembered.get(&[1; 32], now).is_none());
        assert_eq!(remembered.entries.len(), 0);
    }
}
