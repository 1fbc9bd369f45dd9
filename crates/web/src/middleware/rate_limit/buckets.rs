//! Token buckets for many keys, in bounded memory.
//!
//! A bucket is a single moment: the one at which it will be full again (the generic cell rate
//! algorithm, ITU-T I.371). A token taken moves it further away; where it would get further than
//! a whole window, there is no token. A bucket that is full is like one that is not there, so it
//! can be forgotten.
//!
//! Forgetting goes by [`Generations`], which turn when a window has gone by, too. What is dropped
//! after a window was full; what is dropped for want of room has not been touched for the longest.

use std::hash::BuildHasherDefault;
use std::time::Duration;

use crate::generations::Generations;

/// So many requests in so much time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Quota {
    pub(super) requests: u32,
    pub(super) window: Duration,
}

impl Quota {
    /// At least one request, and a window of a millisecond to a year, so that all sums are numbers.
    pub(super) fn new(requests: u32, window: Duration) -> Self {
        const SHORTEST: Duration = Duration::from_millis(1);
        const LONGEST: Duration = Duration::from_secs(365 * 24 * 60 * 60);
        Self { requests: requests.max(1), window: window.clamp(SHORTEST, LONGEST) }
    }

    /// The time in which a token comes.
    fn interval(self) -> Duration {
        let interval = self.window / self.requests;
        interval.max(Duration::from_nanos(1))
    }
}

/// What is said to a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// It got a token.
    Granted {
        /// How many tokens are left.
        remaining: u32,
        /// When there will be more: all of them, or one, if none is left.
        reset: Duration,
    },
    /// There is none, before this time has gone by.
    Refused { retry_after: Duration },
}

/// A key, as a number.
pub(super) type Key = u64;

/// A moment, as time since some other.
type Moment = Duration;

/// The buckets of all keys.
#[derive(Debug)]
pub(super) struct Buckets {
    quota: Quota,
    /// When each will be full again.
    full_at: Generations<Key, Moment, BuildHasherDefault<Hashed>>,
    turned_at: Moment,
}

impl Buckets {
    /// Buckets for `keys_max` keys, at least two.
    pub(super) fn new(quota: Quota, keys_max: usize) -> Self {
        Self { quota, full_at: Generations::new(keys_max), turned_at: Moment::ZERO }
    }

    /// Takes a token for a key.
    pub(super) fn take(&mut self, key: Key, now: Moment) -> Verdict {
        self.turn(now);
        let full_at = self.full_at.get(&key).map_or(now, |&full_at| full_at.max(now));
        let missing = full_at - now + self.quota.interval();
        if missing > self.quota.window {
            return Verdict::Refused { retry_after: missing - self.quota.window };
        }
        self.full_at.insert(key, now + missing);
        self.granted(missing)
    }

    fn granted(&self, missing: Duration) -> Verdict {
        let interval = self.quota.interval();
        let left = (self.quota.window - missing).as_nanos() / interval.as_nanos();
        let remaining = u32::try_from(left).unwrap_or(u32::MAX);
        let reset = match remaining {
            0 => missing + interval - self.quota.window,
            _ => missing,
        };
        Verdict::Granted { remaining, reset }
    }

    fn turn(&mut self, now: Moment) {
        let is_over = now.saturating_sub(self.turned_at) >= self.quota.window;
        if is_over || self.full_at.is_full() {
            self.full_at.turn();
            self.turned_at = now;
        }
    }

    #[cfg(test)]
    fn len(&self) -> usize {
        self.full_at.len()
    }
}

/// Keys come hashed; they are not hashed again.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Hashed(u64);

impl std::hash::Hasher for Hashed {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, octets: &[u8]) {
        for &octet in octets {
            self.0 = self.0.rotate_left(8) ^ u64::from(octet);
        }
    }

    fn write_u64(&mut self, key: u64) {
        self.0 = key;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn millis(millis: u64) -> Duration {
        Duration::from_millis(millis)
    }

    fn ten_in_ten_seconds() -> Buckets {
        Buckets::new(Quota::new(10, 10 * SECOND), 1_000)
    }

    fn granted(verdict: Verdict) -> bool {
        matches!(verdict, Verdict::Granted { .. })
    }

    #[test]
    fn a_full_bucket_has_its_quota_and_then_a_token_at_a_time() {
        let mut buckets = ten_in_ten_seconds();
        let start = millis(5);
        for left in (1..10).rev() {
            let reset = u32::try_from(10 - left).unwrap() * SECOND;
            let verdict = buckets.take(1, start);
            assert_eq!(verdict, Verdict::Granted { remaining: left as u32, reset });
        }
        assert_eq!(buckets.take(1, start), Verdict::Granted { remaining: 0, reset: SECOND });
        assert_eq!(buckets.take(1, start), Verdict::Refused { retry_after: SECOND });
        // Who asks in vain does not make it worse.
        let later = start + millis(999);
        assert_eq!(buckets.take(1, later), Verdict::Refused { retry_after: millis(1) });
        assert!(granted(buckets.take(1, start + SECOND)));
        assert!(!granted(buckets.take(1, start + SECOND)));
    }

    #[test]
    fn a_bucket_never_has_more_than_its_quota() {
        let mut buckets = ten_in_ten_seconds();
        assert!(granted(buckets.take(1, Duration::ZERO)));
        let much_later = Duration::from_secs(1_000_000);
        let grants = (0..100).filter(|_| granted(buckets.take(1, much_later))).count();
        assert_eq!(grants, 10);
    }

    #[test]
    fn over_any_time_no_more_pass_than_were_promised() {
        let mut buckets = ten_in_ten_seconds();
        let grants = (0..100_000_u64).filter(|&n| granted(buckets.take(1, millis(n)))).count();
        assert_eq!(grants, 10 + 99);
    }

    #[test]
    fn keys_have_buckets_of_their_own() {
        let mut buckets = Buckets::new(Quota::new(1, SECOND), 1_000);
        assert!(granted(buckets.take(1, SECOND)) && granted(buckets.take(2, SECOND)));
        assert!(!granted(buckets.take(1, SECOND)) && !granted(buckets.take(2, SECOND)));
    }

    #[test]
    fn however_many_keys_there_are_few_are_kept() {
        let mut buckets = Buckets::new(Quota::new(1, SECOND), 100);
        for key in 0..100_000 {
            buckets.take(key, SECOND);
            assert!(buckets.len() <= 100, "{}", buckets.len());
        }
        // The last ones are among them; the first were forgotten.
        assert!(!granted(buckets.take(99_999, SECOND)));
        assert!(!granted(buckets.take(99_960, SECOND)));
        assert!(granted(buckets.take(0, SECOND)));
    }

    #[test]
    fn who_keeps_asking_is_not_forgotten_for_those_who_asked_once() {
        let mut buckets = Buckets::new(Quota::new(2, 100 * SECOND), 100);
        assert!(granted(buckets.take(7, SECOND)) && granted(buckets.take(7, SECOND)));
        for key in 1_000..1_049 {
            buckets.take(key, SECOND);
        }
        assert!(!granted(buckets.take(7, SECOND)));
    }

    #[test]
    fn what_is_forgotten_after_a_window_was_full() {
        let mut buckets = ten_in_ten_seconds();
        while granted(buckets.take(1, millis(9_999))) {}
        // A generation turns between the two.
        assert!(granted(buckets.take(2, millis(10_000))));
        assert!(!granted(buckets.take(1, millis(10_000))));
        assert!(granted(buckets.take(2, millis(20_000))));
        let grants = (0..20).filter(|_| granted(buckets.take(1, millis(20_000)))).count();
        assert_eq!(grants, 10);
        assert!(granted(buckets.take(3, millis(40_000))));
        assert_eq!(buckets.len(), 3);
        buckets.take(3, millis(60_000));
        assert_eq!(buckets.len(), 2);
    }

    #[test]
    fn quotas_that_make_no_sense_make_no_trouble() {
        for (requests, window) in [
            (0, Duration::ZERO),
            (0, Duration::MAX),
            (u32::MAX, Duration::ZERO),
            (u32::MAX, Duration::MAX),
        ] {
            let mut buckets = Buckets::new(Quota::new(requests, window), 0);
            assert!(granted(buckets.take(1, Duration::ZERO)));
            buckets.take(1, Duration::from_secs(1 << 40));
            // A clock that goes back.
            buckets.take(1, Duration::ZERO);
            assert!(buckets.len() <= 2);
        }
    }
}
