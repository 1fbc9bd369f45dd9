//! One direction of a connection: it delays, throttles, cuts and breaks.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use crate::Chance;

/// How a wire cuts what is sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cuts {
    /// Not at all.
    Whole,
    /// Into pieces of so many octets.
    Every(usize),
    /// Into random pieces of at most so many octets.
    Random(Chance, usize),
}

/// One direction of a connection. By default octets arrive whole and at once.
#[derive(Clone, Debug)]
pub struct Wire {
    cuts: Cuts,
    delay: Duration,
    octets_per_second: Option<u64>,
    breaks_after: Option<usize>,
    free_from: Option<Instant>,
    in_flight: VecDeque<(Instant, Vec<u8>)>,
}

impl Wire {
    /// A wire that only cuts.
    pub const fn new(cuts: Cuts) -> Self {
        Self {
            cuts,
            delay: Duration::ZERO,
            octets_per_second: None,
            breaks_after: None,
            free_from: None,
            in_flight: VecDeque::new(),
        }
    }

    /// Each piece arrives so much later.
    pub const fn delay(mut self, delay: Duration) -> Self {
        self.delay = delay;
        self
    }

    /// No more than so many octets pass in a second.
    pub const fn throttle(mut self, octets_per_second: u64) -> Self {
        self.octets_per_second = Some(octets_per_second);
        self
    }

    /// After so many octets the wire breaks: the rest is lost.
    pub const fn break_after(mut self, octets: usize) -> Self {
        self.breaks_after = Some(octets);
        self
    }

    /// Whether the wire has broken and delivered what it had.
    pub fn is_broken(&self) -> bool {
        self.breaks_after == Some(0) && self.in_flight.is_empty()
    }

    /// Takes octets.
    pub fn send(&mut self, now: Instant, mut octets: &[u8]) {
        if let Some(left) = &mut self.breaks_after {
            octets = &octets[..octets.len().min(*left)];
            *left -= octets.len();
        }
        while !octets.is_empty() {
            let (piece, rest) = octets.split_at(self.piece_length(octets.len()));
            let arrival = self.arrival(now, piece.len());
            self.in_flight.push_back((arrival, piece.to_vec()));
            octets = rest;
        }
    }

    /// Gives the next piece that has arrived.
    pub fn receive(&mut self, now: Instant) -> Option<Vec<u8>> {
        let (arrival, _) = self.in_flight.front()?;
        if *arrival > now {
            return None;
        }
        self.in_flight.pop_front().map(|(_, piece)| piece)
    }

    /// When the next piece arrives.
    pub fn next_arrival(&self) -> Option<Instant> {
        self.in_flight.front().map(|(arrival, _)| *arrival)
    }

    fn piece_length(&mut self, length: usize) -> usize {
        let wanted = match &mut self.cuts {
            Cuts::Whole => length,
            Cuts::Every(octets) => *octets,
            Cuts::Random(chance, octets) => 1 + chance.below(*octets),
        };
        wanted.clamp(1, length)
    }

    fn arrival(&mut self, now: Instant, length: usize) -> Instant {
        let Some(rate) = self.octets_per_second else {
            return now + self.delay;
        };
        let start = self.free_from.unwrap_or(now).max(now);
        let end = start + Duration::from_secs_f64(length as f64 / rate.max(1) as f64);
        self.free_from = Some(end);
        end + self.delay
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cuts_delays_throttles_and_breaks() {
        let start = Instant::now();
        let second = Duration::from_secs(1);
        let mut wire = Wire::new(Cuts::Every(2)).delay(second).throttle(1).break_after(3);
        wire.send(start, b"abcdef");
        assert_eq!(wire.receive(start), None);
        assert_eq!(wire.next_arrival(), Some(start + 3 * second));
        assert_eq!(wire.receive(start + 3 * second).as_deref(), Some(&b"ab"[..]));
        assert!(!wire.is_broken());
        assert_eq!(wire.receive(start + 4 * second).as_deref(), Some(&b"c"[..]));
        assert!(wire.is_broken());
    }
}
