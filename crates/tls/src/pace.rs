//! That something is done at most once a second, by one of many threads, without a lock.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

const INTERVAL: Duration = Duration::from_secs(1);

#[derive(Debug)]
pub(crate) struct Pace {
    start: Instant,
    /// In milliseconds from the start.
    due: AtomicU64,
}

impl Pace {
    /// It is due an interval from now.
    pub(crate) fn new(now: Instant) -> Self {
        Self { start: now, due: AtomicU64::new(millis(INTERVAL)) }
    }

    /// Whether it is due; if so, only to the first thread that asks.
    pub(crate) fn is_due(&self, now: Instant) -> bool {
        let now = millis(now.saturating_duration_since(self.start));
        let due = self.due.load(Ordering::Relaxed);
        let next = now.saturating_add(millis(INTERVAL));
        // Nothing else is published through it: what is done has a lock of its own.
        now >= due
            && self.due.compare_exchange(due, next, Ordering::Relaxed, Ordering::Relaxed).is_ok()
    }
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_due_once_in_an_interval() {
        let start = Instant::now();
        let pace = Pace::new(start);
        for (after_millis, expected) in
            [(0, false), (999, false), (1_000, true), (1_000, false), (1_999, false), (5_000, true)]
        {
            let now = start + Duration::from_millis(after_millis);
            assert_eq!(pace.is_due(now), expected, "{after_millis}");
        }
    }
}
