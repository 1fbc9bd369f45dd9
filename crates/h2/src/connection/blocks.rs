//! Header blocks from the peer: HEADERS with its CONTINUATION, decoded as one. RFC 9113 §4.3.
//!
//! What their lines mean depends on the role; only trailers are the same for both.

use gnezdo_core::Now;

use super::receiving::{Result, judge_dependency, on_stream};
use super::{Connection, Event};
use crate::error::{Fault, PeerError};
use crate::frame::{FrameHead, PAYLOAD_OCTETS_MAX, flag};
use crate::hpack::{Bounds, Decoded, Lines};
use crate::role::Role;
use crate::rules::trailers;
use crate::spare::SpareLines;
use crate::stream::{Ends, Receiving, StreamId};

/// A header block of which not all frames have come. RFC 9113 §4.3.
#[derive(Debug)]
pub(super) struct Block {
    head: BlockHead,
    octets: Vec<u8>,
    continuations: u32,
}

impl Block {
    /// The stream that it is on.
    pub(super) fn stream(&self) -> StreamId {
        self.head.stream
    }
}

/// What the frame of a header block says about its stream.
#[derive(Clone, Copy, Debug)]
pub(crate) struct BlockHead {
    pub(crate) stream: StreamId,
    pub(crate) ends: Ends,
}

/// Pseudo-header fields come in addition to those that the limit counts, which are counted when
/// it is known how many of them there are.
const PSEUDO_FIELDS_MAX: usize = 5;

impl<R: Role> Connection<R> {
    /// RFC 9113 §6.2.
    pub(super) fn receive_headers(
        &mut self,
        now: &Now,
        head: FrameHead,
        payload: &[u8],
    ) -> Result<Option<Event<'static, R::Head>>> {
        on_stream(head)?;
        let mut fragment = unpadded(head, payload)?;
        if head.has(flag::PRIORITY) {
            let (priority, rest) = fragment.split_at_checked(5).ok_or(PeerError::FrameSize)?;
            judge_dependency(head.stream, priority)?;
            fragment = rest;
        }
        let ends = if head.has(flag::END_STREAM) { Ends::Yes } else { Ends::No };
        let block = BlockHead { stream: head.stream, ends };
        if head.has(flag::END_HEADERS) {
            return self.receive_block(now, block, fragment);
        }
        self.waiting.head_since.get_or_insert(now.instant);
        let octets = fragment.to_vec();
        self.block = Some(Box::new(Block { head: block, octets, continuations: 0 }));
        Ok(None)
    }

    /// RFC 9113 §6.10.
    pub(super) fn receive_continuation(
        &mut self,
        now: &Now,
        head: FrameHead,
        payload: &[u8],
    ) -> Result<Option<Event<'static, R::Head>>> {
        let Some(block) = &mut self.block else {
            return Err(PeerError::Continuation.into());
        };
        block.continuations += 1;
        block.octets.extend_from_slice(payload);
        let octets_max = self.limits.head_bytes_max / 4 * 5;
        let is_too_much = block.continuations > self.limits.http2.continuations_max
            || block.octets.len() > octets_max.max(PAYLOAD_OCTETS_MAX);
        if is_too_much {
            return Err(PeerError::TooManyContinuations.into());
        }
        if !head.has(flag::END_HEADERS) {
            return Ok(None);
        }
        match self.block.take() {
            Some(block) => self.receive_block(now, block.head, &block.octets),
            None => Ok(None),
        }
    }

    fn receive_block(
        &mut self,
        now: &Now,
        block: BlockHead,
        octets: &[u8],
    ) -> Result<Option<Event<'static, R::Head>>> {
        let bounds = self.block_bounds(block.stream);
        let mut lines = SpareLines::take();
        let decoded = self.decoder.decode(octets, &bounds, &mut lines).map_err(PeerError::from)?;
        self.budget.useful(octets.len());
        R::receive_lines(self, now, block, decoded, lines)
    }

    /// Behind content come trailers, which have bounds of their own.
    fn block_bounds(&self, id: StreamId) -> Bounds {
        let limits = &self.limits;
        match self.streams.get(id).map(|stream| stream.receiving) {
            Some(Receiving::Content { .. } | Receiving::Discarded { .. }) => {
                Bounds { list_bytes_max: limits.trailer_bytes_max, lines_max: limits.fields_max }
            }
            _ => Bounds {
                list_bytes_max: limits.head_bytes_max,
                lines_max: limits.fields_max.saturating_add(PSEUDO_FIELDS_MAX),
            },
        }
    }

    /// A field section behind the content. RFC 9113 §8.1.
    pub(crate) fn receive_trailers(
        &mut self,
        now: &Now,
        block: BlockHead,
        decoded: Decoded,
        lines: &Lines,
    ) -> Result<Option<Event<'static, R::Head>>> {
        let fault = |error| Fault::Stream(block.stream, error);
        let Some(stream) = self.streams.get_mut(block.stream) else {
            return Ok(None);
        };
        let left = match stream.receiving {
            Receiving::Content { left, .. } => left,
            Receiving::Discarded { .. } => None,
            Receiving::Head { .. } | Receiving::Complete => {
                return Err(fault(PeerError::StreamClosed));
            }
        };
        if block.ends == Ends::No {
            return Err(fault(PeerError::TrailersOpen));
        }
        if left.is_some_and(|left| left > 0) {
            return Err(fault(PeerError::ContentLengthWrong));
        }
        if decoded != Decoded::Complete {
            return Err(fault(PeerError::FieldsTooLarge));
        }
        let trailers = trailers(lines).map_err(fault)?;
        let is_wanted = self.complete_receiving(now, block.stream);
        Ok(is_wanted.then_some(Event::End(block.stream, Some(trailers))))
    }
}

/// A payload without its padding. RFC 9113 §6.1, §6.2.
fn unpadded(head: FrameHead, payload: &[u8]) -> std::result::Result<&[u8], PeerError> {
    if !head.has(flag::PADDED) {
        return Ok(payload);
    }
    let (&padding, rest) = payload.split_first().ok_or(PeerError::FrameSize)?;
    let end = rest.len().checked_sub(usize::from(padding)).ok_or(PeerError::Padding)?;
    Ok(&rest[..end])
}
