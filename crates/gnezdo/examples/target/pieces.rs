//! A body in equal pieces, as it is made by hand.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use gnezdo::http::{HeaderMap, HeaderValue};
use gnezdo::{Body, Response};
use http_body::{Body as HttpBody, Frame, SizeHint};

use crate::promise::Promise;

/// Octets of each piece.
pub(crate) const PIECE_BYTES: u64 = 1_000;

/// A body in equal pieces, of the letters in turn.
pub(crate) struct Pieces {
    made: u64,
    count: u64,
    length: Option<u64>,
    maker: Maker,
}

/// How the pieces are made.
pub(crate) enum Maker {
    /// At once.
    Nobody,
    /// Each by a thread.
    Thread(Option<Promise<()>>),
    /// At once, and instead of the end it panics.
    Fool,
    /// At once, and the end has a trailer section.
    Signer,
}

impl Pieces {
    pub(crate) fn new(count: u64) -> Self {
        Self { made: 0, count, length: None, maker: Maker::Nobody }
    }

    pub(crate) fn announce(self, length: u64) -> Self {
        Self { length: Some(length), ..self }
    }

    pub(crate) fn made_by(self, maker: Maker) -> Self {
        Self { maker, ..self }
    }

    pub(crate) fn into_response(self) -> Response {
        Response::new(Body::stream(self))
    }

    fn next(&mut self) -> Option<Frame<Bytes>> {
        if self.made > self.count {
            return None;
        }
        self.made += 1;
        if self.made > self.count {
            return self.end();
        }
        let letter = b'a' + ((self.made - 1) % 26) as u8;
        Some(Frame::data(vec![letter; PIECE_BYTES as usize].into()))
    }

    fn end(&self) -> Option<Frame<Bytes>> {
        match self.maker {
            Maker::Nobody | Maker::Thread(_) => None,
            Maker::Fool => panic!("asked for"),
            Maker::Signer => {
                let fields = [("x-signature", "nest")].map(|(name, value)| {
                    (name.parse().expect("a name"), HeaderValue::from_static(value))
                });
                Some(Frame::trailers(HeaderMap::from_iter(fields)))
            }
        }
    }
}

impl HttpBody for Pieces {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        if let Maker::Thread(promise) = &mut self.maker {
            let promise = promise.get_or_insert_with(|| Promise::pause(0));
            if Pin::new(promise).poll(cx).is_pending() {
                return Poll::Pending;
            }
            self.maker = Maker::Thread(None);
        }
        Poll::Ready(self.next().map(Ok))
    }

    fn size_hint(&self) -> SizeHint {
        self.length.map_or_else(SizeHint::default, SizeHint::with_exact)
    }
}
