//! Answers that are made piece by piece.

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use gnezdo_core::{Body, Response};
use http_body::Frame;

use crate::response::IntoResponse;

/// Content that an iterator gives piece by piece, as the client takes it: nothing is made ahead,
/// and nothing is kept.
///
/// For pieces that have to be waited for there is [`Body::stream`].
///
/// ```
/// use gnezdo_web::{App, Chunks};
///
/// let app = App::new().get("/numbers.csv", || {
///     let lines = (0..1_000_000).map(|n| format!("{n},{}\n", n * n));
///     ([("content-type", "text/csv")], Chunks(lines))
/// });
/// ```
#[derive(Clone, Debug)]
pub struct Chunks<I>(pub I);

impl<I, T> IntoResponse for Chunks<I>
where
    I: IntoIterator<Item = T>,
    I::IntoIter: Send + Unpin + 'static,
    T: Into<Bytes>,
{
    fn into_response(self) -> Response {
        Body::stream(Pieces(self.0.into_iter())).into_response()
    }
}

struct Pieces<I>(I);

impl<I, T> http_body::Body for Pieces<I>
where
    I: Iterator<Item = T> + Unpin,
    T: Into<Bytes>,
{
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        Poll::Ready(self.0.next().map(|piece| Ok(Frame::data(piece.into()))))
    }
}
