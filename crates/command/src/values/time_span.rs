//! Time spans as people write them: `10s`, `500ms`, `2m`, and a plain number of seconds.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use super::split_unit;

/// The units, the largest first, in milliseconds.
const UNITS: [(&str, u64); 5] =
    [("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1_000), ("ms", 1)];

/// A year: more than anybody waits, and little enough to be added to any moment.
const MILLISECONDS_MAX: u64 = 365 * 86_400_000;

/// A time span, to the millisecond.
///
/// Displayed it is what it can be parsed from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TimeSpan(Duration);

impl TimeSpan {
    pub(crate) fn duration(self) -> Duration {
        self.0
    }
}

impl From<Duration> for TimeSpan {
    fn from(duration: Duration) -> Self {
        Self(duration)
    }
}

impl FromStr for TimeSpan {
    type Err = TimeSpanError;

    fn from_str(text: &str) -> Result<Self, TimeSpanError> {
        let (digits, unit) = split_unit(text);
        let unit = if unit.is_empty() { "s" } else { unit };
        let (_, scale) =
            UNITS.iter().find(|(name, _)| *name == unit).ok_or(TimeSpanError::Malformed)?;
        if digits.is_empty() {
            return Err(TimeSpanError::Malformed);
        }
        // Only digits are left, so that the one thing that can be wrong is too many of them.
        let count: u64 = digits.parse().map_err(|_| TimeSpanError::TooLong)?;
        match count.checked_mul(*scale) {
            Some(ms) if ms <= MILLISECONDS_MAX => Ok(Self(Duration::from_millis(ms))),
            _ => Err(TimeSpanError::TooLong),
        }
    }
}

/// Reads a time span that is longer than nothing, for what nobody can do in no time.
pub(crate) fn lasting(text: &str) -> Result<TimeSpan, TimeSpanError> {
    let span: TimeSpan = text.parse()?;
    if span.0.is_zero() { Err(TimeSpanError::Zero) } else { Ok(span) }
}

impl fmt::Display for TimeSpan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ms = u64::try_from(self.0.as_millis()).unwrap_or(u64::MAX);
        // Two minutes and less are seconds, as in the manuals of other servers: 75s.
        let fits = |name: &str, scale: u64| ms % scale == 0 && (name == "s" || ms > 120_000);
        match UNITS.into_iter().find(|(name, scale)| fits(name, *scale)) {
            Some((name, scale)) => write!(f, "{}{name}", ms / scale),
            None => write!(f, "{ms}ms"),
        }
    }
}

/// Why a text is no [`TimeSpan`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TimeSpanError {
    /// It is not a number with a unit.
    Malformed,
    /// It is longer than a year.
    TooLong,
    /// It is nothing, where something is needed.
    Zero,
}

impl fmt::Display for TimeSpanError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Malformed => "write a whole number and a unit, such as 10s, 500ms or 2m",
            Self::TooLong => "a year (365d) is the most",
            Self::Zero => "write a time longer than 0",
        })
    }
}

impl std::error::Error for TimeSpanError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_write() {
        let cases = [
            ("10s", 10_000, "10s"),
            ("10", 10_000, "10s"),
            ("0", 0, "0s"),
            ("500ms", 500, "500ms"),
            ("1500ms", 1_500, "1500ms"),
            ("75s", 75_000, "75s"),
            ("120s", 120_000, "120s"),
            ("5m", 300_000, "5m"),
            ("2h", 7_200_000, "2h"),
            ("365d", MILLISECONDS_MAX, "365d"),
        ];
        for (text, ms, displayed) in cases {
            let span: TimeSpan = text.parse().unwrap();
            assert_eq!(span.duration(), Duration::from_millis(ms), "{text}");
            assert_eq!(span.to_string(), displayed, "{text}");
            assert_eq!(displayed.parse(), Ok(span), "{text} and back");
        }
    }

    #[test]
    fn what_is_no_time_span() {
        for text in ["", "s", "-1s", "+1s", "1.5s", "1 s", "1S", "1w", "１s", "1s1", "ms"] {
            assert_eq!(text.parse::<TimeSpan>(), Err(TimeSpanError::Malformed), "{text:?}");
        }
        for text in ["366d", "99999999999999999999s", "18446744073709551615d"] {
            assert_eq!(text.parse::<TimeSpan>(), Err(TimeSpanError::TooLong), "{text:?}");
        }
        assert_eq!(lasting("0ms"), Err(TimeSpanError::Zero));
        assert_eq!(lasting("1ms"), Ok(Duration::from_millis(1).into()));
    }
}
