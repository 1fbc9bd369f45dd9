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
    /// What holds for HTTP/2 in addition.
    pub http2: Http2Limits,
}

/// The bounds that only HTTP/2 needs: on streams, and on frames that cost their sender less than
/// their receiver. Beyond those on frames the connection ends with ENHANCE_YOUR_CALM.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Http2Limits {
    /// Streams that are open at once: 128, as nginx. Further ones are refused
    /// (REFUSED_STREAM), and may be tried again.
    pub streams_max: usize,
    /// Bytes of a request's content that wait for its handler: 256 KiB, which is what a stream
    /// needs to bring 25 MB a second over 10 ms. It is the stream's flow-control window.
    pub stream_window_bytes: u32,
    /// Bytes of content that wait for all handlers of a connection: 1 MiB, so that some that do
    /// not read keep nobody else waiting. It is the connection's flow-control window.
    pub connection_window_bytes: u32,
    /// CONTINUATION frames of one header block: 8, for 144 KiB (CVE-2024-27316).
    pub continuations_max: u32,
    /// Streams that the client resets, or that we have to reset for its faults: 100, and half
    /// of all streams beyond (CVE-2023-44487, CVE-2025-8671).
    pub resets_max: u32,
    /// DATA frames without content, one after another: 100 (CVE-2019-9518).
    pub empty_frames_max: u32,
    /// PING and SETTINGS frames within ten seconds: 1,000 (CVE-2019-9512, CVE-2019-9515).
    pub control_frames_max: u32,
    /// Octets of frames beyond eight times those of fields and content: 8 MiB, as nginx.
    pub overhead_bytes_max: u64,
    /// Until our settings are acknowledged: 10 s. Beyond it SETTINGS_TIMEOUT.
    pub settings_timeout: Duration,
}

impl Default for Http2Limits {
    fn default() -> Self {
        Self {
            streams_max: 128,
            stream_window_bytes: 256 * 1024,
            connection_window_bytes: 1024 * 1024,
            continuations_max: 8,
            resets_max: 100,
            empty_frames_max: 100,
            control_frames_max: 1_000,
            overhead_bytes_max: 8 * 1024 * 1024,
            settings_timeout: Duration::from_secs(10),
        }
    }
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
            http2: Http2Limits::default(),
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
