//! The time, as a machine is told it.

use std::fmt;
use std::time::{Duration, Instant, SystemTime};

/// A moment by both clocks: one that only goes forward, for deadlines, and the calendar, for
/// the `Date` field.
///
/// Drivers keep one and call [`advance`](Self::advance) once per turn: the calendar is looked
/// at no more than once a second.
///
/// ```
/// let mut now = gnezdo_core::Now::read();
/// now.advance();
/// assert_eq!(now.date.as_bytes().len(), 29);
/// ```
#[derive(Clone, Debug)]
pub struct Now {
    /// By the clock that only goes forward.
    pub instant: Instant,
    /// By the calendar, as `Date` writes it.
    pub date: HttpDate,
    date_expires: Instant,
}

impl Now {
    /// Reads both clocks.
    pub fn read() -> Self {
        let (instant, system) = (Instant::now(), SystemTime::now());
        Self {
            instant,
            date: HttpDate::from(system),
            date_expires: instant + to_next_second(system),
        }
    }

    /// Brings the moment up to date.
    pub fn advance(&mut self) {
        self.instant = Instant::now();
        if self.instant >= self.date_expires {
            *self = Self::read();
        }
    }
}

fn to_next_second(time: SystemTime) -> Duration {
    let since_epoch = time.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    Duration::from_nanos(1_000_000_000 - u64::from(since_epoch.subsec_nanos()))
}

/// A date in the preferred form of RFC 9110 §5.6.7: `Sun, 06 Nov 1994 08:49:37 GMT`.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct HttpDate([u8; 37]);

/// Where the date stands in its field line.
const DATE: std::ops::Range<usize> = 6..35;

impl HttpDate {
    /// The 29 characters, as they stand in a field.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0[DATE]
    }

    /// The whole line of the field `Date`, ready to be sent: it is the same for a second.
    pub fn field_line(&self) -> &[u8; 37] {
        &self.0
    }
}

impl From<SystemTime> for HttpDate {
    fn from(time: SystemTime) -> Self {
        let mut line = *b"date: Thu, 01 Jan 1970 00:00:00 GMT\r\n";
        line[DATE].copy_from_slice(httpdate::fmt_http_date(time).as_bytes());
        Self(line)
    }
}

impl fmt::Debug for HttpDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&String::from_utf8_lossy(self.as_bytes()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_the_preferred_form() {
        let time = SystemTime::UNIX_EPOCH + Duration::from_secs(784_111_777);
        assert_eq!(HttpDate::from(time).as_bytes(), b"Sun, 06 Nov 1994 08:49:37 GMT");
    }

    #[test]
    fn the_date_is_renewed_when_the_second_turns() {
        let time = SystemTime::UNIX_EPOCH + Duration::from_millis(1_250);
        assert_eq!(to_next_second(time), Duration::from_millis(750));
    }
}
