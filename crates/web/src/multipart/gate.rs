//! What lets content through to the parser, piece by piece.
//!
//! The parser takes in all that its source gives, and would hold a whole upload that comes faster
//! than it is read. So its source says "not yet" after each piece, and only when the parser has
//! tried in vain with what it has, the gate opens for one more. Bytes are counted here, before the
//! parser sees them.

use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};

use bytes::Bytes;
use futures_core::Stream;
use gnezdo_core::Body;
use http_body::Body as _;

use super::limits::{CONTENT_BYTES, PART_HEAD_BYTES};
use crate::rejection::Rejection;

/// What may stand around the head of a part, in bytes: a boundary of up to 70 characters with its
/// hyphens, spaces and line breaks.
const BOUNDARY_LINES_BYTES: u64 = 128;

/// The side of the gate that reads.
#[derive(Clone)]
pub(super) struct Gate(Arc<Mutex<State>>);

struct State {
    passage: Passage,
    bytes: u64,
    bytes_max: u64,
    head: Option<HeadBytes>,
}

/// Whether the next piece may pass.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Passage {
    Open,
    Closed,
    /// Closed, and the parser has asked.
    AskedFor,
}

/// How much may pass until the head of a part is complete.
struct HeadBytes {
    left: u64,
    max: u64,
}

impl Gate {
    pub(super) fn new(bytes_max: u64) -> Self {
        Self(Arc::new(Mutex::new(State {
            passage: Passage::Closed,
            bytes: 0,
            bytes_max,
            head: None,
        })))
    }

    /// Polls the parser, and lets a piece through whenever it cannot go on with what it has.
    pub(super) fn poll<T>(
        &self,
        cx: &mut Context<'_>,
        mut parse: impl FnMut(&mut Context<'_>) -> Poll<T>,
    ) -> Poll<T> {
        loop {
            let polled = parse(cx);
            if polled.is_ready() || !self.open_if_asked() {
                return polled;
            }
        }
    }

    /// From here on a head is read.
    pub(super) fn begin_head(&self, max: u64) {
        let left = max.saturating_add(BOUNDARY_LINES_BYTES);
        self.state().head = Some(HeadBytes { left, max });
    }

    pub(super) fn end_head(&self) {
        self.state().head = None;
    }

    /// Why the parser gave up.
    pub(super) fn rejection(&self, error: multer::Error) -> Rejection {
        use multer::Error as E;
        match error {
            E::StreamReadFailed(error) => match error.downcast::<Rejection>() {
                Ok(rejection) => *rejection,
                Err(_) => Rejection::ContentTruncated,
            },
            // The parser says the same of content that ends and of a boundary with text behind it.
            E::IncompleteStream | E::IncompleteFieldData { .. } | E::IncompleteHeaders => {
                Rejection::Malformed { reason: "a part has no proper boundary behind it" }
            }
            _ => Rejection::Malformed { reason: "the head of a part cannot be read" },
        }
    }

    fn open_if_asked(&self) -> bool {
        let mut state = self.state();
        let is_asked_for = state.passage == Passage::AskedFor;
        if is_asked_for {
            state.passage = Passage::Open;
        }
        is_asked_for
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Counts a piece; the limit that it exceeds.
    fn count(&mut self, piece: &Bytes) -> Result<(), Rejection> {
        let bytes = piece.len() as u64;
        self.bytes += bytes;
        if self.bytes > self.bytes_max {
            return Err(Rejection::ContentLimit { limit: CONTENT_BYTES, max: self.bytes_max });
        }
        let Some(head) = &mut self.head else { return Ok(()) };
        // So much has passed, and the parser has not found the end of the head in it.
        if head.left == 0 {
            return Err(Rejection::ContentLimit { limit: PART_HEAD_BYTES, max: head.max });
        }
        head.left = head.left.saturating_sub(bytes);
        Ok(())
    }
}

/// The side of the gate that the parser reads from.
pub(super) struct Source {
    body: Body,
    gate: Gate,
}

impl Source {
    pub(super) fn new(body: Body, gate: &Gate) -> Self {
        Self { body, gate: gate.clone() }
    }
}

impl Stream for Source {
    type Item = Result<Bytes, Rejection>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let Self { body, gate } = &mut *self;
        let mut state = gate.state();
        if state.passage != Passage::Open {
            state.passage = Passage::AskedFor;
            return Poll::Pending;
        }
        loop {
            let Poll::Ready(frame) = Pin::new(&mut *body).poll_frame(cx) else {
                return Poll::Pending;
            };
            let piece = match frame.map(|frame| frame.map(http_body::Frame::into_data)) {
                None => return Poll::Ready(None),
                // Trailers are no content.
                Some(Ok(Err(_))) => continue,
                Some(Ok(Ok(piece))) => piece,
                Some(Err(error)) => return Poll::Ready(Some(Err(error.into()))),
            };
            state.passage = Passage::Closed;
            return Poll::Ready(Some(state.count(&piece).map(|()| piece)));
        }
    }
}
