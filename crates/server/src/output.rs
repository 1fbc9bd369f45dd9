//! What a session has to say: octets, then at most one large piece that need not be copied.
//!
//! The octets lie in a buffer that belongs to the thread and serves all its connections. What
//! the kernel does not take at once moves into an [`Unsent`] of the connection's own.

use std::ops::Range;
use std::time::Instant;

use bytes::Bytes;
use gnezdo_core::{FileRange, Limits, Pace};

/// How many octets a session writes before it waits for them to leave: what one `send` takes
/// into a socket's buffer at its default size.
const FULL_BYTES: usize = 64 * 1024;

/// Output of one session in one turn.
#[derive(Debug, Default)]
pub(crate) struct Output {
    pub(crate) bytes: Vec<u8>,
    /// How many of the bytes are not this session's: their driver sends them later.
    sealed: usize,
    /// How many of the bytes have left, or are sealed.
    pub(crate) sent: usize,
    pub(crate) tail: Option<Tail>,
}

/// A large piece at the end of the output, sent from where it lies.
#[derive(Debug)]
pub(crate) enum Tail {
    Bytes(Bytes),
    File(FileRange),
}

impl Tail {
    /// How many octets have not left.
    pub(crate) fn left(&self) -> u64 {
        match self {
            Self::Bytes(bytes) => bytes.len() as u64,
            Self::File(range) => range.length,
        }
    }
}

impl Output {
    pub(crate) fn is_empty(&self) -> bool {
        self.bytes.len() == self.sent && self.tail.is_none()
    }

    /// Whether a session should wait until this has left.
    pub(crate) fn is_full(&self) -> bool {
        self.tail.is_some() || self.bytes.len() - self.sent >= FULL_BYTES
    }

    /// How many octets have not left.
    pub(crate) fn left(&self) -> u64 {
        let tail = self.tail.as_ref().map_or(0, Tail::left);
        (self.bytes.len() - self.sent) as u64 + tail
    }

    /// Makes the buffer ready for the next session.
    pub(crate) fn clear(&mut self) {
        self.bytes.truncate(self.sealed);
        self.sent = self.sealed;
        self.tail = None;
    }

    /// Takes the session's bytes from its hands, to be sent later with those of other sessions;
    /// says where they lie.
    pub(crate) fn seal(&mut self) -> Range<usize> {
        let range = self.sent..self.bytes.len();
        self.sealed = range.end;
        self.sent = range.end;
        range
    }

    /// Gives all sealed bytes away, for another buffer.
    pub(crate) fn exchange(&mut self, buffer: Vec<u8>) -> Vec<u8> {
        (self.sealed, self.sent) = (0, 0);
        std::mem::replace(&mut self.bytes, buffer)
    }
}

/// Output that a connection waits to send.
#[derive(Debug)]
pub(crate) struct Unsent {
    pub(crate) output: Output,
    pub(crate) pace: Pace,
}

impl Unsent {
    /// Takes over what has not left, in memory no larger than needed.
    pub(crate) fn take(output: &mut Output, now: Instant) -> Box<Self> {
        let rest = Self::new(output.bytes[output.sent..].to_vec(), output.tail.take(), now);
        output.clear();
        rest
    }

    pub(crate) fn new(bytes: Vec<u8>, tail: Option<Tail>, now: Instant) -> Box<Self> {
        let output = Output { bytes, tail, ..Output::default() };
        Box::new(Self { output, pace: Pace::new(now) })
    }

    pub(crate) fn deadline(&self, limits: &Limits) -> Option<Instant> {
        self.pace.deadline(limits)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rest_moves_and_the_buffer_stays() {
        let mut output = Output { bytes: b"abcdef".to_vec(), sent: 2, ..Output::default() };
        assert_eq!(output.left(), 4);
        let unsent = Unsent::take(&mut output, Instant::now());
        assert_eq!(unsent.output.bytes, b"cdef");
        assert!(output.is_empty() && output.bytes.capacity() >= 6);
    }

    #[test]
    fn sealed_bytes_are_not_the_next_session_s() {
        let mut output = Output { bytes: b"abc".to_vec(), ..Output::default() };
        assert_eq!(output.seal(), 0..3);
        assert!(output.is_empty() && output.left() == 0);
        output.bytes.extend_from_slice(b"defg");
        assert_eq!(output.left(), 4);
        output.clear();
        assert_eq!(output.bytes, b"abc");
        output.bytes.extend_from_slice(b"de");
        assert_eq!(output.seal(), 3..5);
        assert_eq!(output.exchange(Vec::new()), b"abcde");
        assert!(output.is_empty() && output.seal() == (0..0));
    }

    #[test]
    fn a_tail_fills_it() {
        let tail = Some(Tail::Bytes(Bytes::from_static(b"x")));
        let output = Output { tail, ..Output::default() };
        assert!(output.is_full() && !output.is_empty());
    }
}
