//! Content of a message in both directions: what is left of it, and how its end is found.

use gnezdo_core::{Limits, Step};
use http::HeaderMap;

use crate::chunked::{Decoded, Decoder};
use crate::encode;
use crate::{Framing, PeerError};

/// Content that is being received.
#[derive(Debug)]
pub(crate) enum Incoming {
    Length { left: u64 },
    Chunked(Box<Chunked>),
    UntilClose,
}

/// Boxed: a decoder is several times the size of a counter, and most bodies have none.
#[derive(Debug)]
pub(crate) struct Chunked {
    decoder: Decoder,
    content_bytes_max: u64,
}

impl Incoming {
    /// Begins to receive, or tells that there is nothing to receive. Chunks may announce
    /// `content_bytes_max` bytes in all; who knows the length beforehand has judged it.
    pub(crate) fn new(framing: Framing, content_bytes_max: u64) -> Option<Self> {
        match framing {
            Framing::None => None,
            Framing::Length(left) => Some(Self::Length { left }),
            Framing::Chunked => {
                let decoder = Decoder::new();
                Some(Self::Chunked(Box::new(Chunked { decoder, content_bytes_max })))
            }
            Framing::UntilClose => Some(Self::UntilClose),
        }
    }

    /// Takes octets up to the next piece of content or the end.
    ///
    /// The end comes with an event of its own, also after the last octet of a known length.
    pub(crate) fn receive<'i>(
        &mut self,
        input: &'i [u8],
        limits: &Limits,
    ) -> Result<Step<Decoded<'i>>, PeerError> {
        match self {
            Self::Length { left: 0 } => Ok(Step::event(0, Decoded::End(None))),
            Self::Length { left } => {
                let length = usize::try_from(*left).unwrap_or(usize::MAX).min(input.len());
                *left -= length as u64;
                Ok(data(&input[..length]))
            }
            Self::Chunked(chunked) => chunked.receive(input, limits),
            Self::UntilClose => Ok(data(input)),
        }
    }

    /// Whether all content has been received, so that only its end has not been told yet.
    pub(crate) fn is_complete(&self) -> bool {
        self.left() == Some(0)
    }

    /// Whether the end of the stream, if it comes now, is the end of the content.
    pub(crate) fn ends_with_stream(&self) -> bool {
        matches!(self, Self::UntilClose) || self.is_complete()
    }

    /// How many octets are left, if that is known.
    pub(crate) fn left(&self) -> Option<u64> {
        match self {
            Self::Length { left } => Some(*left),
            Self::Chunked(_) | Self::UntilClose => None,
        }
    }
}

impl Chunked {
    fn receive<'i>(
        &mut self,
        input: &'i [u8],
        limits: &Limits,
    ) -> Result<Step<Decoded<'i>>, PeerError> {
        let step = self.decoder.decode(input, limits)?;
        // Judged by the sizes, not by the data: so the cuts make no difference.
        if self.decoder.announced_bytes() > self.content_bytes_max {
            return Err(PeerError::ContentTooLarge);
        }
        Ok(step)
    }
}

fn data(piece: &[u8]) -> Step<Decoded<'_>> {
    if piece.is_empty() { Step::nothing() } else { Step::event(piece.len(), Decoded::Data(piece)) }
}

/// Content that is being sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outgoing {
    /// None is due: HEAD, 204, 304, or an empty body.
    None,
    /// So many octets are still due.
    Length(u64),
    /// Pieces, each as a chunk.
    Chunked,
    /// Pieces as they are; the end of the connection is the end of the content.
    UntilClose,
}

/// Content that is not what its head promised.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct BrokenPromise;

impl Outgoing {
    /// Appends a piece of content.
    pub(crate) fn send(&mut self, piece: &[u8], out: &mut Vec<u8>) -> Result<(), BrokenPromise> {
        match self {
            Self::None => {}
            Self::Length(_) => {
                self.promise(piece.len() as u64)?;
                out.extend_from_slice(piece);
            }
            Self::Chunked => encode::chunk(piece, out),
            Self::UntilClose => out.extend_from_slice(piece),
        }
        Ok(())
    }

    /// Counts octets that leave by another way than `out`.
    pub(crate) fn promise(&mut self, length: u64) -> Result<(), BrokenPromise> {
        if let Self::Length(left) = self {
            *left = left.checked_sub(length).ok_or(BrokenPromise)?;
        }
        Ok(())
    }

    /// Appends the end of the content.
    pub(crate) fn end(
        self,
        trailers: Option<&HeaderMap>,
        out: &mut Vec<u8>,
    ) -> Result<(), BrokenPromise> {
        match self {
            Self::None | Self::Length(0) | Self::UntilClose => Ok(()),
            Self::Length(_) => Err(BrokenPromise),
            Self::Chunked => {
                encode::last_chunk(trailers, out);
                Ok(())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_promise_is_kept_to_the_octet() {
        let mut out = Vec::new();
        let mut outgoing = Outgoing::Length(3);
        assert_eq!(outgoing.send(b"ab", &mut out), Ok(()));
        assert_eq!(outgoing.end(None, &mut out), Err(BrokenPromise));
        assert_eq!(outgoing.send(b"cd", &mut out), Err(BrokenPromise));
        assert_eq!(outgoing.send(b"c", &mut out), Ok(()));
        assert_eq!(outgoing.end(None, &mut out), Ok(()));
        assert_eq!(out, b"abc");
    }

    #[test]
    fn chunked_content_has_a_limit() {
        let limits = Limits::default();
        let mut incoming = Incoming::new(Framing::Chunked, 3).unwrap();
        assert!(incoming.receive(b"3\r\nabc\r\n", &limits).is_ok());
        assert!(incoming.receive(b"\r\n", &limits).is_ok());
        assert_eq!(incoming.receive(b"1\r\n", &limits), Err(PeerError::ContentTooLarge));
    }
}
