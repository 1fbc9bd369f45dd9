//! A body that is coded as it is taken.
//!
//! Nothing is read ahead: a piece is asked for when the one before has gone out. Where the next one
//! has to be waited for, what has come so far is flushed, so that the client has all of it.

use std::io;
use std::mem;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use gnezdo_core::{Body, BodyError};
use gnezdo_files::coding::{Coding, Encoder};
use http_body::{Body as HttpBody, Frame};

/// How much is coded at a time, in bytes: others wait meanwhile.
const PIECE_BYTES_MAX: usize = 64 * 1024;

/// How much has to come out to be sent, in bytes, unless the next piece has to be waited for.
const CODED_BYTES_MIN: usize = 4 * 1024;

/// After how many bytes something has to come out, however well they pack: one turn takes no more.
const UNFLUSHED_BYTES_MAX: usize = 1024 * 1024;

/// A body in a content coding.
pub(super) struct Coded {
    body: Body,
    /// What came and has not been coded.
    rest: Bytes,
    coder: Coder,
    /// How many bytes went in since the last flush.
    unflushed: usize,
}

enum Coder {
    /// Nobody has asked yet: for `HEAD`, nobody will.
    Unbegun(Coding),
    At(Encoder),
    /// The content has ended; fields may follow.
    Ended(Option<Frame<Bytes>>),
}

impl Coded {
    pub(super) fn new(coding: Coding, body: Body) -> Self {
        Self { body, rest: Bytes::new(), coder: Coder::Unbegun(coding), unflushed: 0 }
    }

    /// Codes some of what came; what comes out may be nothing yet.
    fn encode(&mut self) -> io::Result<Vec<u8>> {
        let piece = self.rest.split_to(self.rest.len().min(PIECE_BYTES_MAX));
        let is_much = self.unflushed + piece.len() >= UNFLUSHED_BYTES_MAX;
        let Some(encoder) = self.coder.encoder()? else { return Ok(Vec::new()) };
        encoder.write(&piece)?;
        self.unflushed += piece.len();
        match encoder.coded_bytes() {
            CODED_BYTES_MIN.. => Ok(encoder.take()),
            _ if is_much => self.flush(),
            _ => Ok(Vec::new()),
        }
    }

    fn flush(&mut self) -> io::Result<Vec<u8>> {
        if mem::take(&mut self.unflushed) == 0 {
            return Ok(Vec::new());
        }
        let Some(encoder) = self.coder.encoder()? else { return Ok(Vec::new()) };
        encoder.flush()?;
        Ok(encoder.take())
    }

    fn finish(&mut self, trailers: Option<Frame<Bytes>>) -> io::Result<Vec<u8>> {
        match mem::replace(&mut self.coder, Coder::Ended(trailers)) {
            Coder::Unbegun(coding) => Encoder::new(coding)?.finish(),
            Coder::At(encoder) => encoder.finish(),
            Coder::Ended(_) => Ok(Vec::new()),
        }
    }

    /// One step: what comes out of it, or that the next piece has to be waited for.
    fn step(&mut self, cx: &mut Context<'_>) -> Poll<Result<Vec<u8>, BodyError>> {
        if !self.rest.is_empty() {
            return Poll::Ready(Ok(self.encode()?));
        }
        match Pin::new(&mut self.body).poll_frame(cx) {
            Poll::Pending => {
                let flushed = self.flush()?;
                if flushed.is_empty() { Poll::Pending } else { Poll::Ready(Ok(flushed)) }
            }
            Poll::Ready(None) => Poll::Ready(Ok(self.finish(None)?)),
            Poll::Ready(Some(frame)) => match frame?.into_data() {
                Ok(piece) => {
                    self.rest = piece;
                    Poll::Ready(Ok(Vec::new()))
                }
                Err(trailers) => Poll::Ready(Ok(self.finish(Some(trailers))?)),
            },
        }
    }
}

impl Coder {
    /// None after the end.
    fn encoder(&mut self) -> io::Result<Option<&mut Encoder>> {
        if let Self::Unbegun(coding) = *self {
            *self = Self::At(Encoder::new(coding)?);
        }
        match self {
            Self::At(encoder) => Ok(Some(encoder)),
            Self::Unbegun(_) | Self::Ended(_) => Ok(None),
        }
    }
}

impl HttpBody for Coded {
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        loop {
            if let Coder::Ended(trailers) = &mut self.coder {
                return Poll::Ready(trailers.take().map(Ok));
            }
            match ready!(self.step(cx)) {
                Ok(coded) if coded.is_empty() => {}
                Ok(coded) => return Poll::Ready(Some(Ok(Frame::data(coded.into())))),
                Err(error) => {
                    self.coder = Coder::Ended(None);
                    return Poll::Ready(Some(Err(error)));
                }
            }
        }
    }
}
