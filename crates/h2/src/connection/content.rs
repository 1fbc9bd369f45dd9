//! Content from the peer: DATA frames, handed on as they come. RFC 9113 §6.1.
//!
//! A frame is judged when its head is there, and counted as a whole against the windows; its
//! octets need not be there. What is left of it is in the state of the input.

use gnezdo_core::{Now, Refusal, Step};

use super::receiving::{Input, Result, on_stream};
use super::{Connection, Event, Stage};
use crate::error::{Fault, PeerError};
use crate::frame::{FrameHead, HEAD_OCTETS, flag};
use crate::role::{Role, Roles};
use crate::stream::{Receiving, Sending, StreamId};
use crate::streams::Absent;

/// A DATA frame of which not all has come.
#[derive(Clone, Copy, Debug)]
pub(super) struct DataFrame {
    stream: StreamId,
    content: usize,
    padding: usize,
    is_last: bool,
}

impl<R: Role> Connection<R> {
    /// RFC 9113 §6.1. Says how many octets behind the head were used; `None` asks for more.
    pub(super) fn begin_data(
        &mut self,
        now: &Now,
        head: FrameHead,
        rest: &[u8],
    ) -> Result<Option<usize>> {
        on_stream(head)?;
        let length = head.length as usize;
        let (prefix, padding) = match rest.first() {
            _ if !head.has(flag::PADDED) => (0, 0),
            _ if length == 0 => return Err(PeerError::FrameSize.into()),
            None => return Ok(None),
            Some(&padding) => (1, usize::from(padding)),
        };
        let content = length.checked_sub(prefix + padding).ok_or(PeerError::Padding)?;
        self.budget.frame(HEAD_OCTETS + length, &self.limits.http2)?;
        let is_last = head.has(flag::END_STREAM);
        // An empty frame that ends its stream is the usual way to do so.
        if content > 0 || !is_last {
            self.budget.data(content as u32, &self.limits.http2)?;
        }
        // Of use or not, content costs its sender as much as us.
        self.budget.useful(content);
        self.receive_window.take(head.length)?;
        let frame = DataFrame { stream: head.stream, content, padding, is_last };
        if self.is_ignored(head.stream)? {
            self.give_back(head.length);
            self.input = Input::Skipped(length - prefix);
            return Ok(Some(prefix));
        }
        if let Some(Receiving::Discarded { .. }) =
            self.streams.get(head.stream).map(|s| s.receiving)
        {
            self.discard_data(now, head, content as u64)?;
            self.input = Input::Skipped(length - prefix);
            return Ok(Some(prefix));
        }
        if let Err(error) = self.admit_data(now, head, content) {
            // What was taken from the connection's window is ours to give back.
            self.give_back(head.length);
            return Err(Fault::Stream(head.stream, error));
        }
        let dealt_with = prefix + padding;
        if dealt_with > 0 {
            self.release(head.stream, dealt_with);
        }
        self.input = Input::Data(frame);
        Ok(Some(prefix))
    }

    /// Content of a request that has its answer.
    fn discard_data(&mut self, now: &Now, head: FrameHead, content: u64) -> Result<()> {
        let Some(stream) = self.streams.get_mut(head.stream) else {
            return Ok(());
        };
        let Receiving::Discarded { left, .. } = &mut stream.receiving else {
            return Ok(());
        };
        let has_patience = content <= *left;
        *left = left.saturating_sub(content);
        if let Err(error) = stream.receive_window.take(head.length) {
            self.give_back(head.length);
            return Err(Fault::Stream(head.stream, error));
        }
        if has_patience {
            self.release(head.stream, head.length as usize);
        } else {
            // The client can send what its window allows, and no more. A reset would reach it
            // together with its answer.
            stream.receive_window.shrink(head.length);
            self.give_back(head.length);
        }
        if head.has(flag::END_STREAM) {
            self.complete_receiving(now, head.stream);
        }
        Ok(())
    }

    /// The peer has said all on a stream. Whether anybody wants to know.
    pub(super) fn complete_receiving(&mut self, now: &Now, id: StreamId) -> bool {
        let Some(stream) = self.streams.get_mut(id) else {
            return false;
        };
        let is_wanted = matches!(stream.receiving, Receiving::Content { .. });
        stream.receiving = Receiving::Complete;
        stream.receive_pace = None;
        self.close_if_complete(now, id);
        is_wanted
    }

    /// Whether content for a stream that is not open has no meaning; if not, it is a fault.
    pub(super) fn is_ignored(&self, id: StreamId) -> Result<bool> {
        if self.streams.get(id).is_some() {
            return Ok(false);
        }
        match self.absent(id) {
            Absent::Idle => Err(PeerError::IdleStream.into()),
            Absent::ClosedByUs => Ok(true),
            Absent::ClosedByPeer | Absent::Closed => Err(PeerError::StreamClosed.into()),
        }
    }

    /// What is known of a stream that is not open.
    pub(crate) fn absent(&self, id: StreamId) -> Absent {
        let is_peer_s = id.is_client_s() == (R::SELF == Roles::Server);
        match self.streams.absent(id, is_peer_s) {
            // RFC 9113 §6.8: what comes on streams after our last word is not looked at.
            Absent::Idle if id.is_client_s() && is_peer_s && self.stage >= Stage::Leaving => {
                Absent::ClosedByUs
            }
            absent => absent,
        }
    }

    fn admit_data(
        &mut self,
        now: &Now,
        head: FrameHead,
        content: usize,
    ) -> std::result::Result<(), PeerError> {
        let Some(stream) = self.streams.get_mut(head.stream) else {
            return Err(PeerError::StreamClosed);
        };
        let Receiving::Content { come, left } = &mut stream.receiving else {
            return Err(match stream.receiving {
                Receiving::Head { .. } => PeerError::UnexpectedContent,
                _ => PeerError::StreamClosed,
            });
        };
        let content = content as u64;
        *come += content;
        if let Some(left) = left {
            *left = left.checked_sub(content).ok_or(PeerError::ContentLengthWrong)?;
            if head.has(flag::END_STREAM) && *left > 0 {
                return Err(PeerError::ContentLengthWrong);
            }
        }
        stream.receive_window.take(head.length)?;
        if let Sending::Due(due) = &mut stream.sending {
            // RFC 9110 §10.1.1: who has begun to send does not wait.
            due.expects_continue = false;
        }
        stream.watch_content(now.instant);
        if let Some(pace) = &mut stream.receive_pace {
            pace.advance(now.instant, content, &self.limits);
        }
        let deadline = stream.deadline(&self.limits);
        self.waiting.watch(deadline);
        Ok(())
    }

    pub(super) fn receive_data<'i>(
        &mut self,
        now: &Now,
        frame: DataFrame,
        input: &'i [u8],
    ) -> Step<Event<'i, R::Head>> {
        let DataFrame { stream: id, content, padding, is_last } = frame;
        if content > 0 {
            let used = content.min(input.len());
            self.input = Input::Data(DataFrame { content: content - used, ..frame });
            return self.hand_on(now, id, &input[..used]);
        }
        if padding > 0 {
            let used = padding.min(input.len());
            self.input = Input::Data(DataFrame { padding: padding - used, ..frame });
            return Step::skip(used);
        }
        self.input = Input::Frame;
        if is_last && self.complete_receiving(now, id) {
            return Step::event(0, Event::End(id, None));
        }
        // Without an octet used, nobody would ask again.
        self.receive(now, input)
    }

    fn hand_on<'i>(
        &mut self,
        now: &Now,
        id: StreamId,
        piece: &'i [u8],
    ) -> Step<Event<'i, R::Head>> {
        if piece.is_empty() {
            return Step::nothing();
        }
        let Some(stream) = self.streams.get(id) else {
            // It went while its frame came; its part of the window was given back then.
            return Step::skip(piece.len());
        };
        let Receiving::Content { come, .. } = stream.receiving else {
            return Step::skip(piece.len());
        };
        if come > self.limits.body_bytes_max && !stream.is_tunnel && R::SELF == Roles::Server {
            let event = self.refuse_request(now, id, Refusal::ContentTooLarge);
            return Step::event(piece.len(), event);
        }
        Step::event(piece.len(), Event::Data(id, piece))
    }
}
