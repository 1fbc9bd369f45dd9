//! How much a peer may ask for that costs it less than us.
//!
//! Each of these attacks is within the letter of RFC 9113 and has brought servers down; §10.5
//! allows to close such connections with ENHANCE_YOUR_CALM. Ordinary peers stay far below the
//! figures, which grow with what is really transferred.

use std::time::{Duration, Instant};

use gnezdo_core::Http2Limits;

use crate::error::PeerError;

/// In how much time control frames are counted.
const CONTROL_WINDOW: Duration = Duration::from_secs(10);

/// How many PRIORITY frames a stream is good for, as Envoy.
const PRIORITIES_PER_STREAM: u64 = 100;

/// How many WINDOW_UPDATE frames are free, and what else they go with, as Envoy.
const WINDOW_UPDATES_FREE: u64 = 5;
const WINDOW_UPDATES_PER_STREAM: u64 = 2;
const WINDOW_UPDATES_PER_DATA_FRAME: u64 = 20;

/// How many octets of frames go with one of fields and content, as nginx.
const OVERHEAD_FACTOR: u64 = 8;

/// What has been spent.
#[derive(Debug)]
pub(crate) struct Budget {
    resets: u64,
    empty_frames: u32,
    control_frames: u32,
    control_since: Instant,
    priorities: u64,
    window_updates: u64,
    data_frames_sent: u64,
    /// Octets of frames that came, and those of them, and of answers, that were of use.
    wire: u64,
    useful: u64,
}

impl Budget {
    pub(crate) fn new(now: Instant) -> Self {
        Self {
            resets: 0,
            empty_frames: 0,
            control_frames: 0,
            control_since: now,
            priorities: 0,
            window_updates: 0,
            data_frames_sent: 0,
            wire: 0,
            useful: 0,
        }
    }

    /// A frame came, with so many octets.
    pub(crate) fn frame(&mut self, octets: usize, limits: &Http2Limits) -> Result<(), PeerError> {
        self.wire += octets as u64;
        let allowed = self.useful.saturating_mul(OVERHEAD_FACTOR);
        if self.wire > allowed.saturating_add(limits.overhead_bytes_max) {
            return Err(PeerError::TooMuchOverhead);
        }
        Ok(())
    }

    /// So many octets of fields or content were of use, either way.
    pub(crate) fn useful(&mut self, octets: usize) {
        self.useful += octets as u64;
    }

    /// We have sent a DATA frame, which the peer may answer with a WINDOW_UPDATE.
    pub(crate) fn data_sent(&mut self, octets: usize) {
        self.data_frames_sent += 1;
        self.useful(octets);
    }

    /// A stream was reset before its end: by the peer, or by us for the peer's fault.
    pub(crate) fn reset(&mut self, streams: u64, limits: &Http2Limits) -> Result<(), PeerError> {
        self.resets += 1;
        let allowed = u64::from(limits.resets_max) + streams / 2;
        if self.resets > allowed { Err(PeerError::TooManyResets) } else { Ok(()) }
    }

    /// A DATA frame came, with or without content.
    pub(crate) fn data(&mut self, content: u32, limits: &Http2Limits) -> Result<(), PeerError> {
        self.empty_frames = if content == 0 { self.empty_frames + 1 } else { 0 };
        if self.empty_frames > limits.empty_frames_max {
            return Err(PeerError::TooManyEmptyFrames);
        }
        Ok(())
    }

    /// A PING or SETTINGS came, which is to be answered.
    pub(crate) fn control(&mut self, now: Instant, limits: &Http2Limits) -> Result<(), PeerError> {
        if now.saturating_duration_since(self.control_since) >= CONTROL_WINDOW {
            (self.control_frames, self.control_since) = (0, now);
        }
        self.control_frames += 1;
        if self.control_frames > limits.control_frames_max {
            return Err(PeerError::TooManyControlFrames);
        }
        Ok(())
    }

    /// A PRIORITY or PRIORITY_UPDATE came.
    pub(crate) fn priority(&mut self, streams: u64) -> Result<(), PeerError> {
        self.priorities += 1;
        let allowed = PRIORITIES_PER_STREAM * (1 + streams);
        if self.priorities > allowed { Err(PeerError::TooManyPriorities) } else { Ok(()) }
    }

    /// A WINDOW_UPDATE came.
    pub(crate) fn window_update(&mut self, streams: u64) -> Result<(), PeerError> {
        self.window_updates += 1;
        let allowed = WINDOW_UPDATES_FREE
            + WINDOW_UPDATES_PER_STREAM * streams
            + WINDOW_UPDATES_PER_DATA_FRAME * self.data_frames_sent;
        if self.window_updates > allowed { Err(PeerError::TooManyWindowUpdates) } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limits() -> Http2Limits {
        Http2Limits {
            resets_max: 10,
            empty_frames_max: 10,
            control_frames_max: 10,
            overhead_bytes_max: 100,
            ..Http2Limits::default()
        }
    }

    /// How often something may be done before it is too much.
    fn allowed(mut act: impl FnMut(&mut Budget) -> Result<(), PeerError>) -> usize {
        let mut budget = Budget::new(Instant::now());
        (0..10_000).take_while(|_| act(&mut budget).is_ok()).count()
    }

    #[test]
    fn each_figure_is_the_last_that_is_allowed() {
        let (limits, now) = (limits(), Instant::now());
        assert_eq!(allowed(|budget| budget.reset(0, &limits)), 10);
        assert_eq!(allowed(|budget| budget.reset(20, &limits)), 20);
        assert_eq!(allowed(|budget| budget.data(0, &limits)), 10);
        assert_eq!(allowed(|budget| budget.control(now, &limits)), 10);
        assert_eq!(allowed(|budget| budget.priority(0)), 100);
        assert_eq!(allowed(|budget| budget.priority(2)), 300);
        assert_eq!(allowed(|budget| budget.window_update(0)), 5);
        assert_eq!(allowed(|budget| budget.window_update(2)), 9);
        assert_eq!(allowed(|budget| budget.frame(9, &limits)), 100 / 9);
    }

    #[test]
    fn what_is_of_use_pays_for_the_rest() {
        let limits = limits();
        let paid = allowed(|budget| {
            budget.useful(2);
            budget.frame(9, &limits)
        });
        assert_eq!(paid, 10_000);
        let paid = allowed(|budget| {
            budget.data_sent(1);
            budget.window_update(0)
        });
        assert_eq!(paid, 10_000);
        let mut budget = Budget::new(Instant::now());
        for _ in 0..1_000 {
            for _ in 0..10 {
                assert_eq!(budget.data(0, &limits), Ok(()));
            }
            assert_eq!(budget.data(1, &limits), Ok(()));
        }
    }

    #[test]
    fn control_frames_are_forgotten_in_time() {
        let limits = limits();
        let start = Instant::now();
        let mut budget = Budget::new(start);
        for second in 0..100 {
            let now = start + Duration::from_secs(second);
            assert_eq!(budget.control(now, &limits), Ok(()));
        }
    }
}
