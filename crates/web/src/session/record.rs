//! What is kept of a session, how it is written, and when it is over.
//!
//! Times are seconds since 1970 by the clock of the system, because several machines may write the
//! same session. A clock that is set back makes sessions live longer by as much.

use std::collections::BTreeMap;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::flash::Flash;

/// A session that is only read is written again when this part of its idle timeout is over.
const REFRESHES: u64 = 10;

/// What is kept of a session. The names are short because it may live in a cookie.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
pub(super) struct Record {
    #[serde(rename = "c")]
    created: u64,
    #[serde(rename = "s")]
    saved: u64,
    #[serde(rename = "v", default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) values: BTreeMap<String, Value>,
    #[serde(rename = "f", default, skip_serializing_if = "Vec::is_empty")]
    pub(super) flashes: Vec<Flash>,
    /// What tokens in forms are made of.
    #[serde(rename = "t", default, skip_serializing_if = "Option::is_none")]
    pub(super) token: Option<String>,
}

/// How long sessions live.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Timeouts {
    pub(super) idle: Duration,
    pub(super) absolute: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self { idle: Duration::from_secs(30 * 60), absolute: Duration::from_secs(8 * 60 * 60) }
    }
}

/// Now, in seconds since 1970.
pub(super) fn seconds_now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}

impl Record {
    /// A session that begins.
    pub(super) fn new(now: u64) -> Self {
        Self { created: now, saved: now, ..Self::default() }
    }

    /// Reads what was written, if it is not over.
    pub(super) fn read(bytes: &[u8], now: u64, timeouts: Timeouts) -> Option<Self> {
        let record: Self = serde_json::from_slice(bytes).ok()?;
        (!record.time_to_live(record.saved, now, timeouts).is_zero()).then_some(record)
    }

    /// What is written now, and how long it is worth keeping.
    pub(super) fn write(&mut self, now: u64, timeouts: Timeouts) -> (Vec<u8>, Duration) {
        self.saved = now;
        // Maps with keys of text and values of JSON can always be written.
        let content = serde_json::to_vec(self).unwrap_or_default();
        (content, self.time_to_live(now, now, timeouts))
    }

    /// Begins anew, with the same values.
    pub(super) fn restart(&mut self, now: u64) {
        self.created = now;
        self.token = None;
    }

    /// Forgets everything but when it began.
    pub(super) fn clear(&mut self) {
        *self = Self { created: self.created, saved: self.saved, ..Self::default() };
    }

    pub(super) fn is_empty(&self) -> bool {
        self.values.is_empty() && self.flashes.is_empty() && self.token.is_none()
    }

    /// Whether it has to be written again to stay alive.
    pub(super) fn is_stale(&self, now: u64, timeouts: Timeouts) -> bool {
        now.saturating_sub(self.saved) > timeouts.idle.as_secs() / REFRESHES
    }

    /// How long it lives on after it was last saved.
    fn time_to_live(&self, saved: u64, now: u64, timeouts: Timeouts) -> Duration {
        let idle = timeouts.idle.saturating_sub(since(saved, now));
        let absolute = timeouts.absolute.saturating_sub(since(self.created, now));
        idle.min(absolute)
    }
}

fn since(then: u64, now: u64) -> Duration {
    Duration::from_secs(now.saturating_sub(then))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TIMEOUTS: Timeouts =
        Timeouts { idle: Duration::from_secs(100), absolute: Duration::from_secs(300) };

    fn written(created: u64, saved: u64) -> Vec<u8> {
        let mut record = Record::new(created);
        record.values.insert("a".into(), 1.into());
        record.write(saved, TIMEOUTS).0
    }

    #[test]
    fn a_session_ends_when_it_is_not_used_or_old() {
        for (created, saved, now, is_alive) in [
            (1000, 1000, 1000, true),
            (1000, 1000, 1099, true),
            (1000, 1000, 1100, false),
            (1000, 1250, 1299, true),
            (1000, 1250, 1300, false),
            // A clock that was set back.
            (1000, 1000, 900, true),
        ] {
            let read = Record::read(&written(created, saved), now, TIMEOUTS);
            assert_eq!(read.is_some(), is_alive, "{created} {saved} {now}");
        }
    }

    #[test]
    fn a_record_is_kept_no_longer_than_it_is_worth() {
        let mut record = Record::new(1000);
        assert_eq!(record.write(1000, TIMEOUTS).1, Duration::from_secs(100));
        assert_eq!(record.write(1250, TIMEOUTS).1, Duration::from_secs(50));
        record.restart(1250);
        assert_eq!(record.write(1250, TIMEOUTS).1, Duration::from_secs(100));
    }

    #[test]
    fn a_record_that_is_cleared_is_as_old_as_before() {
        let mut record = Record::read(&written(1000, 1250), 1260, TIMEOUTS).unwrap();
        record.clear();
        assert!(record.is_empty());
        assert_eq!(record.write(1260, TIMEOUTS).1, Duration::from_secs(40));
    }

    #[test]
    fn a_record_is_stale_after_a_tenth() {
        let record = Record::new(1000);
        assert!(!record.is_stale(1010, TIMEOUTS));
        assert!(record.is_stale(1011, TIMEOUTS));
    }

    #[test]
    fn garbage_is_no_record() {
        let deep = "[".repeat(100_000);
        for garbage in ["", "{}", "null", "{\"c\":-1,\"s\":0}", "{\"c\":0,\"s\":\"x\"}", &deep] {
            assert_eq!(Record::read(garbage.as_bytes(), 0, TIMEOUTS), None);
        }
    }
}
