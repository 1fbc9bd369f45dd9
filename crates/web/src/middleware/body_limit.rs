//! How much content a request may have.
//!
//! What announces too much is refused before any of it is read. A body that says nothing, or less
//! than is true, is counted as it comes, whoever reads it: an argument that collects it, or a
//! handler that takes it piece by piece.

use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use gnezdo_core::{Body, BodyError, Form, Reply, Request};
use http_body::{Body as HttpBody, Frame, SizeHint};

use crate::announced::announced_bytes;
use crate::extract::ContentBytesMax;
use crate::middleware::{Middleware, Next};
use crate::rejection::Rejection;
use crate::response::IntoResponse;

/// Refuses content of more than so many bytes with 413 (RFC 9110 §15.5.14).
///
/// It takes the place of [`App::content_bytes_max`](crate::App::content_bytes_max) for what it
/// stands around, and holds for bodies that are read as they come, too: these break off with
/// [`BodyError::TooLarge`]. Of several around one handler the smallest counts.
///
/// ```
/// use gnezdo_web::middleware::BodyLimit;
/// use gnezdo_web::{App, post};
///
/// let app = App::new()
///     .post("/note", |text: String| text)
///     .route(post("/picture", |picture: Vec<u8>| picture).wrap(BodyLimit::bytes(8 * 1024 * 1024)));
/// ```
#[derive(Clone, Copy, Debug)]
pub struct BodyLimit {
    bytes_max: u64,
}

impl BodyLimit {
    /// Allows so many bytes and no more.
    pub const fn bytes(max: u64) -> Self {
        Self { bytes_max: max }
    }
}

impl Middleware for BodyLimit {
    fn handle(&self, mut request: Request, next: Next) -> Reply {
        if announced_bytes(&request) > self.bytes_max {
            return Reply::Now(too_large(self.bytes_max).into_response());
        }
        let outer = request.extensions().get::<ContentBytesMax>().map(|max| max.0);
        let bytes_max = outer.map_or(self.bytes_max, |outer| outer.min(self.bytes_max));
        request.extensions_mut().insert(ContentBytesMax(bytes_max));
        next.call(request.map(|body| limited(body, self.bytes_max)))
    }
}

fn too_large(max: u64) -> Rejection {
    Rejection::ContentTooLarge { max: Some(max) }
}

/// What is at hand has been measured; all else is counted, because a stream may have more than it
/// says.
fn limited(body: Body, bytes_max: u64) -> Body {
    match body.into_form() {
        Form::Empty => Body::empty(),
        Form::Bytes(bytes) => bytes.into(),
        Form::File(range) => Body::file(range.file, range.offset, range.length),
        Form::Stream(body) => Body::stream(Limited { body, bytes_left: bytes_max }),
    }
}

/// A body that breaks off where it gets too large.
struct Limited {
    body: Pin<Box<dyn HttpBody<Data = Bytes, Error = BodyError> + Send>>,
    bytes_left: u64,
}

impl HttpBody for Limited {
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        let frame = self.body.as_mut().poll_frame(cx);
        frame.map(|frame| frame.map(|frame| frame.and_then(|frame| self.count(frame))))
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

impl Limited {
    fn count(&mut self, frame: Frame<Bytes>) -> Result<Frame<Bytes>, BodyError> {
        let length = frame.data_ref().map_or(0, Bytes::len) as u64;
        match self.bytes_left.checked_sub(length) {
            Some(left) => self.bytes_left = left,
            None => {
                // Nothing more is read, whoever asks.
                self.body = Box::pin(Body::empty());
                self.bytes_left = 0;
                return Err(BodyError::TooLarge);
            }
        }
        Ok(frame)
    }
}
