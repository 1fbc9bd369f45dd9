//! Waiting for a condition, never for a time.

use std::thread;
use std::time::{Duration, Instant};

/// How long anything may take before it counts as never.
pub(crate) const BOUND: Duration = Duration::from_secs(15);

const PAUSE: Duration = Duration::from_millis(5);

/// Waits until the condition holds.
#[track_caller]
pub(crate) fn wait_until(what: &str, mut condition: impl FnMut() -> bool) {
    let end = Instant::now() + BOUND;
    while !condition() {
        assert!(Instant::now() < end, "in vain: waited until {what}");
        thread::sleep(PAUSE);
    }
}
