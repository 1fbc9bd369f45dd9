//! A clock that only moves when it is told to.

use std::time::{Duration, Instant, SystemTime};

use gnezdo_core::{HttpDate, Now};

/// Virtual time: it starts on Sun, 06 Nov 1994 08:49:37 GMT, the example of RFC 9110 §5.6.7.
///
/// ```
/// use std::time::Duration;
///
/// let mut clock = gnezdo_testkit::Clock::new();
/// let start = clock.now().instant;
/// clock.advance(Duration::from_secs(1));
/// assert_eq!(clock.now().instant - start, Duration::from_secs(1));
/// assert_eq!(clock.now().date.as_bytes(), b"Sun, 06 Nov 1994 08:49:38 GMT");
/// ```
#[derive(Clone, Debug)]
pub struct Clock {
    start: Instant,
    now: Now,
}

const CALENDAR_START_SECONDS: u64 = 784_111_777;

impl Clock {
    /// A clock at the start of its time.
    pub fn new() -> Self {
        let now = Now::read();
        let mut clock = Self { start: now.instant, now };
        clock.set(clock.start);
        clock
    }

    /// The moment, as a machine is told it.
    pub const fn now(&self) -> &Now {
        &self.now
    }

    /// Moves forward.
    pub fn advance(&mut self, duration: Duration) {
        self.set(self.now.instant + duration);
    }

    /// Moves forward to a moment; a moment that has passed changes nothing.
    pub fn advance_to(&mut self, instant: Instant) {
        if instant > self.now.instant {
            self.set(instant);
        }
    }

    fn set(&mut self, instant: Instant) {
        let calendar = Duration::from_secs(CALENDAR_START_SECONDS) + (instant - self.start);
        self.now.instant = instant;
        self.now.date = HttpDate::from(SystemTime::UNIX_EPOCH + calendar);
    }
}

impl Default for Clock {
    fn default() -> Self {
        Self::new()
    }
}
