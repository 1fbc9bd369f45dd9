//! Deadlines of many connections: a hashed timing wheel (Varghese and Lauck, 1987).
//!
//! Each connection stands in the wheel at most once, at its deadline or before it. A deadline
//! that moves away, as an idle connection's does with each request, costs nothing: the entry
//! comes up early, and is put back. So arming is O(1), and the hot path does not even arm.

use std::time::{Duration, Instant};

/// The resolution, in milliseconds: no deadline of a connection is finer than a tenth of a
/// second. A power of two, because every request asks for the tick of its deadline.
const TICK_MILLIS: u64 = 64;

/// About 65 s in one round; what is further away goes round again.
const SLOTS: u64 = 1024;

/// When a key is to come up, in ticks since the start of the wheel. Zero: not at all.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Armed(u32);

#[derive(Debug)]
pub(crate) struct Timers<K> {
    start: Instant,
    slots: Vec<Vec<(u32, K)>>,
    /// All ticks up to this one have come up.
    current: u64,
    /// No entry comes up before this tick, if there is one at all.
    next: Option<u64>,
}

impl<K: Copy> Timers<K> {
    pub(crate) fn new(start: Instant) -> Self {
        let slots = (0..SLOTS).map(|_| Vec::new()).collect();
        Self { start, slots, current: 0, next: None }
    }

    /// Makes sure that `key` comes up at `deadline` or before. `armed` is kept beside the key.
    pub(crate) fn arm(&mut self, key: K, deadline: Instant, armed: &mut Armed) {
        let due = self.tick_of(deadline) + 1;
        // Within one round of the wheel, and after the ticks that have come up.
        let tick = due.clamp(self.current + 1, self.current + SLOTS - 1);
        let Ok(tick32) = u32::try_from(tick) else {
            return;
        };
        if armed.0 != 0 && armed.0 <= tick32 {
            return;
        }
        armed.0 = tick32;
        self.slots[(tick % SLOTS) as usize].push((tick32, key));
        self.next = Some(self.next.map_or(tick, |next| next.min(tick)));
    }

    /// Until when nothing comes up.
    pub(crate) fn next(&self) -> Option<Instant> {
        let tick = u32::try_from(self.next?).ok()?;
        Some(self.start + Duration::from_millis(TICK_MILLIS) * tick)
    }

    /// The keys that come up, with the tick at which each was armed.
    pub(crate) fn expire(&mut self, now: Instant, expired: &mut Vec<(K, Armed)>) {
        let now_tick = self.tick_of(now);
        let Some(next) = self.next else {
            self.current = now_tick;
            return;
        };
        if now_tick < next {
            return;
        }
        for tick in next..=now_tick.min(next + SLOTS - 1) {
            let slot = &mut self.slots[(tick % SLOTS) as usize];
            expired.extend(slot.drain(..).map(|(armed, key)| (key, Armed(armed))));
        }
        self.current = now_tick;
        self.next = self.first_tick_after(now_tick);
    }

    fn tick_of(&self, moment: Instant) -> u64 {
        let since_start = moment.saturating_duration_since(self.start);
        // In 64 bits for any moment of this age of the universe, unlike `as_millis`.
        let millis = since_start
            .as_secs()
            .saturating_mul(1_000)
            .saturating_add(u64::from(since_start.subsec_millis()));
        millis / TICK_MILLIS
    }

    fn first_tick_after(&self, tick: u64) -> Option<u64> {
        (tick + 1..tick + SLOTS).find(|t| !self.slots[(t % SLOTS) as usize].is_empty())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn expire(timers: &mut Timers<u8>, at: Instant) -> Vec<u8> {
        let mut expired = Vec::new();
        timers.expire(at, &mut expired);
        expired.into_iter().map(|(key, _)| key).collect()
    }

    #[test]
    fn come_up_at_their_time_and_once() {
        let start = Instant::now();
        let mut timers = Timers::new(start);
        let after = |ms| start + Duration::from_millis(ms);
        timers.arm(1, after(1_000), &mut Armed::default());
        timers.arm(2, after(10_000), &mut Armed::default());
        assert!(expire(&mut timers, after(900)).is_empty());
        assert_eq!(expire(&mut timers, after(1_100)), [1]);
        assert!(timers.next().unwrap() > after(9_900));
        assert_eq!(expire(&mut timers, after(20_000)), [2]);
        assert_eq!(timers.next(), None);
    }

    #[test]
    fn a_later_deadline_is_not_armed_again_an_earlier_one_is() {
        let start = Instant::now();
        let mut timers = Timers::new(start);
        let mut armed = Armed::default();
        timers.arm(1, start + Duration::from_secs(5), &mut armed);
        timers.arm(1, start + Duration::from_secs(9), &mut armed);
        timers.arm(1, start + Duration::from_secs(2), &mut armed);
        assert_eq!(expire(&mut timers, start + Duration::from_secs(60)), [1, 1]);
    }

    #[test]
    fn far_deadlines_come_up_early_within_one_round() {
        let start = Instant::now();
        let mut timers = Timers::new(start);
        timers.arm(1, start + Duration::from_secs(3_600), &mut Armed::default());
        assert!(timers.next().unwrap() < start + Duration::from_secs(66));
    }

    #[test]
    fn a_long_sleep_misses_nothing() {
        let start = Instant::now();
        let mut timers = Timers::new(start);
        for seconds in [1, 30, 60] {
            timers.arm(seconds, start + Duration::from_secs(seconds.into()), &mut Armed::default());
        }
        let mut expired = expire(&mut timers, start + Duration::from_secs(1_000));
        expired.sort_unstable();
        assert_eq!(expired, [1, 30, 60]);
        timers.arm(9, start + Duration::from_secs(1), &mut Armed::default());
        assert_eq!(expire(&mut timers, start + Duration::from_secs(1_001)), [9]);
    }
}
