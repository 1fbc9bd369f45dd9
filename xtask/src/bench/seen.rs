//! What a program that puts load on a server saw.

use std::time::Duration;

/// What a load program saw of a server.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Seen {
    /// Answers that arrived.
    pub(crate) requests: u64,
    /// Answers in a second.
    pub(crate) requests_per_second: f64,
    /// How long the answers took, unless that means nothing.
    pub(crate) times: Option<Times>,
    /// Connections refused or broken, timeouts, and answers other than 2xx and 3xx.
    pub(crate) errors: u64,
}

/// How long answers took.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Times {
    /// Half of them came within this time.
    pub(crate) p50: Duration,
    /// 99 of 100 came within this time.
    pub(crate) p99: Duration,
}

impl Times {
    /// Of single answers, in microseconds; nothing of none.
    pub(crate) fn of(mut microseconds: Vec<u64>) -> Option<Self> {
        microseconds.sort_unstable();
        let rank = |percent: usize| (microseconds.len() * percent).div_ceil(100);
        let at = |percent| Some(*microseconds.get(rank(percent).checked_sub(1)?)?);
        Some(Self { p50: Duration::from_micros(at(50)?), p99: Duration::from_micros(at(99)?) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_hundred_answers_one_may_be_slower_than_p99() {
        let times = Times::of((1..=100).rev().collect()).unwrap();
        assert_eq!((times.p50.as_micros(), times.p99.as_micros()), (50, 99));
        let one = Times::of(vec![7]).unwrap();
        assert_eq!((one.p50, one.p99), (Duration::from_micros(7), Duration::from_micros(7)));
        assert_eq!(Times::of(Vec::new()), None);
    }
}
