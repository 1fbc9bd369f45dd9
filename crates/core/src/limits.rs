//! Every bound on what a peer can make us keep or wait for, with its default and the reason.

use std::time::{Duration, Instant};

/// The bounds of one connection.
///
/// ```
/// let limits = gnezdo_core::Limits { head_bytes_max: 8 * 1024, ..Default::default() };
/// assert_eq!(limits.fields_max, 100);
/// ```
#[derive(Clone, Debug)]
pub struct Limits {
    /// Bytes of a message's head, start line included: 32 KiB, four times what browsers send
    /// at worst. Beyond it 431 (RFC 6585 §5).
    pub head_bytes_max: usize,
    /// Bytes of a request target: 8 KiB, as RFC 9112 §3 recommends to support at least 8000.
    /// Beyond it 414.
    pub target_bytes_max: usize,
    /// Field lines of a head or a trailer section: 100, as hyper and h2o. Beyond it 431.
    pub fields_max: usize,
    /// Bytes of all chunk extensions of one body: 16 KiB, as hyper. Beyond it 400
    /// (RFC 9112 §7.1.1).
    pub chunk_extension_bytes_max: usize,
    /// Bytes of a trailer section: 16 KiB, as hyper. Beyond it 431.
    pub trailer_bytes_max: usize,
    /// Bytes of a request's content: 1 GiB. Beyond it 413.
    pub body_bytes_max: u64,
    /// Bytes of content that are read and dropped after an answer that did not want them, to
    /// keep the connection: 64 KiB. Beyond it the connection is closed in stages.
    pub discard_bytes_max: u64,
    /// From the first byte of a head, or the start of the connection, to the end of the head:
    /// 10 s, as h2o. Beyond it 408.
    pub header_timeout: Duration,
    /// From an answer to the first byte of the next request: 75 s, as nginx.
    pub idle_timeout: Duration,
    /// The window in which content must make progress, either way: 30 s.
    pub progress_timeout: Duration,
    /// How many bytes make progress within one [`progress_timeout`](Self::progress_timeout):
    /// 7,200, which is 240 bytes a second, as Kestrel.
    pub progress_bytes_min: u64,
    /// How long a connection that closes in stages waits for its peer: 5 s, as nginx.
    pub linger_timeout: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            head_bytes_max: 32 * 1024,
            target_bytes_max: 8 * 1024,
            fields_max: 100,
            chunk_extension_bytes_max: 16 * 1024,
            trailer_bytes_max: 16 * 1024,
            body_bytes_max: 1 << 30,
            discard_bytes_max: 64 * 1024,
            header_timeout: Duration::from_secs(10),
            idle_timeout: Duration::from_secs(75),
            progress_timeout: Duration::from_secs(30),
            progress_bytes_min: 7_200,
            linger_timeout: Duration::from_secs(5),
        }
    }
}

/// Whether content moves fast enough: at least so many bytes in every window of time.
///
/// A bound on the pause between two bytes alone would let a peer hold a connection for ever
/// with one byte in each pause.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pace {
    window_start: Instant,
    window_bytes: u64,
}

impl Pace {
    /// Starts the first window.
    pub fn new(now: Instant) -> Self {
        Self { window_start: now, window_bytes: 0 }
    }

    /// Counts bytes that moved; enough of them start the next window.
    pub fn advance(&mut self, now: Instant, bytes: u64, limits: &Limits) {
        self.window_bytes = self.window_bytes.saturating_add(bytes);
        if self.window_bytes >= limits.progress_bytes_min {
            *self = Self::new(now);
        }
    }

    /// When the current window ends; `None` if that is beyond all time.
    pub fn deadline(&self, limits: &Limits) -> Option<Instant> {
        self.window_start.checked_add(limits.progress_timeout)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_byte_now_and_then_is_not_progress() {
        let limits = Limits::default();
        let start = Instant::now();
        let mut pace = Pace::new(start);
        let later = start + Duration::from_secs(20);
        pace.advance(later, limits.progress_bytes_min - 1, &limits);
        assert_eq!(pace.deadline(&limits), Some(start + limits.progress_timeout));
        pace.advance(later, 1, &limits);
        assert_eq!(pace.deadline(&limits), Some(later + limits.progress_timeout));
    }
}
