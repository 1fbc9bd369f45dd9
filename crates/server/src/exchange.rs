//! One request and its answer, as far as they take longer than one call.
//!
//! Most exchanges never need one of these: the answer is there when the service returns.

use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::{Bytes, BytesMut};
use gnezdo_core::{BodyError, Response, Sender, with_early_hints};
use http::{HeaderMap, StatusCode};
use http_body::{Body as HttpBody, Frame};

use crate::access_log::Record;
use crate::guard::{Foreign, text_response};

/// From this size on pieces of content share memory.
const LARGE_PIECE_BYTES: usize = 8 * 1024;

/// How much memory pieces of content share.
const ROOM_BYTES: usize = 128 * 1024;

type Handler = Pin<Box<dyn Future<Output = Response> + Send>>;
type Answer = Pin<Box<dyn HttpBody<Data = Bytes, Error = BodyError> + Send>>;

pub(crate) struct Exchange {
    /// The service's answer, in the making.
    handler: Option<Foreign<Handler>>,
    /// The rest of the answer's content.
    answer: Option<Foreign<Answer>>,
    /// Where the request's content goes.
    pub(crate) content: Option<Sender>,
    /// What the access log will say.
    pub(crate) record: Option<Box<Record>>,
    /// Whether there may be something new for us since we last looked.
    pub(crate) is_ready: bool,
    /// Whether the reader of the content has no room for more.
    pub(crate) is_paused: bool,
}

impl Default for Exchange {
    fn default() -> Self {
        Self {
            handler: None,
            answer: None,
            content: None,
            record: None,
            is_ready: true,
            is_paused: false,
        }
    }
}

/// Copies a piece of content. Large pieces go into memory that is used again as soon as nobody
/// holds on to what lies there; a small piece would keep too much of it from being used.
fn copied(piece: &[u8], room: &mut BytesMut) -> Bytes {
    if piece.len() < LARGE_PIECE_BYTES {
        return Bytes::copy_from_slice(piece);
    }
    if room.capacity() < piece.len() {
        room.reserve(ROOM_BYTES.max(piece.len()));
    }
    room.extend_from_slice(piece);
    room.split().freeze()
}

impl Exchange {
    pub(crate) fn begin(&mut self, handler: Handler) {
        self.handler = Some(Foreign::new(handler));
    }

    pub(crate) fn begin_answer(&mut self, answer: Answer) {
        self.answer = Some(Foreign::new(answer));
        self.is_ready = true;
    }

    /// Forgets everything but the record.
    pub(crate) fn finish(&mut self) {
        *self = Self { record: self.record.take(), is_ready: false, ..Self::default() };
    }

    pub(crate) fn is_finished(&self) -> bool {
        self.handler.is_none() && self.answer.is_none() && self.content.is_none()
    }

    /// Hands a piece of content on; `room` is memory that may be used for it.
    pub(crate) fn receive_content(&mut self, piece: &[u8], room: &mut BytesMut) {
        let Some(content) = &self.content else {
            return;
        };
        if !content.is_abandoned() {
            content.send(copied(piece, room));
            self.is_paused = !content.has_room();
        }
    }

    /// The answer, once it is made; until then what the handler hints. A handler that panics
    /// makes 500.
    pub(crate) fn poll_handler(
        &mut self,
        cx: &mut Context<'_>,
    ) -> Result<Response, Vec<HeaderMap>> {
        let Some(handler) = &mut self.handler else {
            return Err(Vec::new());
        };
        // What it reads now is looked at afterwards.
        if let Some(content) = &self.content {
            content.unregister();
        }
        let polled = handler.with(|handler| with_early_hints(|| handler.as_mut().poll(cx)));
        let (polled, hints) = polled.unwrap_or_else(|| {
            (Poll::Ready(text_response(StatusCode::INTERNAL_SERVER_ERROR)), Vec::new())
        });
        if polled.is_ready() {
            self.handler = None;
        }
        match polled {
            Poll::Ready(response) => Ok(response),
            Poll::Pending => Err(hints),
        }
    }

    /// The next piece of the answer. A body that panics ends with an error.
    pub(crate) fn poll_answer(
        &mut self,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        let Some(answer) = &mut self.answer else {
            return Poll::Pending;
        };
        let panicked = || Poll::Ready(Some(Err(BodyError::Other("the body panicked".into()))));
        answer.with(|answer| answer.as_mut().poll_frame(cx)).unwrap_or_else(panicked)
    }
}
