//! Frames from the peer: each is judged by RFC 9113 §4 to §6, and changes streams and settings.

use gnezdo_core::{Machine as _, Now, Refusal, Step, Wants};

use super::{Connection, Event, Gone, Stage, write_settings_ack};
use crate::Priority;
use crate::error::{ErrorCode, Fault, PeerError};
use crate::frame::{
    self, FrameHead, FrameType, HEAD_OCTETS, PAYLOAD_OCTETS_MAX, PREFACE, flag, number31,
};
use crate::hpack::{Bounds, Decoded, Lines};
use crate::request::IsAll;
use crate::role::{Role, Roles};
use crate::rules::trailers;
use crate::spare::SpareLines;
use crate::stream::{Receiving, Sending, StreamId};
use crate::streams::Absent;

/// Whose turn it is among the octets that come.
#[derive(Debug)]
pub(super) enum Input {
    /// The client's preface.
    Preface,
    /// The first frame, which is SETTINGS.
    FirstFrame,
    /// A frame.
    Frame,
    /// The rest of a DATA frame.
    Data(DataFrame),
    /// The rest of a frame that is of no concern.
    Skipped(usize),
    /// Nothing is read any more.
    Over,
}

impl Input {
    pub(super) fn first(role: Roles) -> Self {
        match role {
            Roles::Server => Self::Preface,
            Roles::Client => Self::FirstFrame,
        }
    }
}

/// A DATA frame of which not all has come.
#[derive(Clone, Copy, Debug)]
pub(super) struct DataFrame {
    stream: StreamId,
    content: usize,
    padding: usize,
    is_last: bool,
}

/// A header block of which not all frames have come. RFC 9113 §4.3.
#[derive(Debug)]
pub(super) struct Block {
    head: BlockHead,
    octets: Vec<u8>,
    continuations: u32,
}

/// What the frame of a header block says about its stream.
#[derive(Clone, Copy, Debug)]
pub(crate) struct BlockHead {
    pub(crate) stream: StreamId,
    pub(crate) is_all: IsAll,
}

/// Pseudo-header fields come in addition to those that the limit counts, which are counted when
/// it is known how many of them there are.
const PSEUDO_FIELDS_MAX: usize = 5;

type Result<T> = std::result::Result<T, Fault>;

impl<R: Role> Connection<R> {
    /// Takes octets from the peer; see [`gnezdo_core::Machine::handle_input`].
    pub(super) fn receive<'i>(&mut self, now: &Now, input: &'i [u8]) -> Step<Event<'i, R::Head>> {
        if let Some((id, gone)) = self.poll_lost() {
            return Step::event(0, Event::Gone(id, gone));
        }
        match self.input {
            Input::Preface => self.receive_preface(now, input),
            Input::FirstFrame | Input::Frame => self.receive_frame(now, input),
            Input::Data(frame) => self.receive_data(now, frame, input),
            Input::Skipped(0) => {
                self.input = Input::Frame;
                // Without an octet used, nobody would ask again.
                self.receive_frame(now, input)
            }
            Input::Skipped(left) => {
                let used = left.min(input.len());
                self.input = if used == left { Input::Frame } else { Input::Skipped(left - used) };
                Step::skip(used)
            }
            Input::Over => Step::skip(input.len()),
        }
    }

    fn receive_preface(&mut self, _: &Now, input: &[u8]) -> Step<Event<'static, R::Head>> {
        let known = input.len().min(PREFACE.len());
        if input[..known] != PREFACE[..known] {
            return Step::event(input.len(), self.refuse(PeerError::Preface));
        }
        if known < PREFACE.len() {
            return Step::nothing();
        }
        self.input = Input::FirstFrame;
        Step::skip(PREFACE.len())
    }

    fn receive_frame<'i>(&mut self, now: &Now, input: &'i [u8]) -> Step<Event<'i, R::Head>> {
        let Some(head) = FrameHead::read(input) else {
            return self.wait_for_rest(now, input);
        };
        if let Err(error) = self.judge_head(head) {
            return Step::event(input.len(), self.refuse(error));
        }
        let length = head.length as usize;
        let result = match head.kind {
            FrameType::DATA => match self.begin_data(now, head, &input[HEAD_OCTETS..]) {
                Ok(None) => return self.wait_for_rest(now, input),
                Ok(Some(used)) => Ok((HEAD_OCTETS + used, None)),
                Err(fault) => Err((HEAD_OCTETS, fault)),
            },
            FrameType(0x0..=0x9) | FrameType::PRIORITY_UPDATE => {
                let end = HEAD_OCTETS + length;
                let Some(payload) = input.get(HEAD_OCTETS..end) else {
                    return self.wait_for_rest(now, input);
                };
                match self.handle_frame(now, head, payload) {
                    Ok(event) => Ok((end, event)),
                    Err(fault) => Err((end, fault)),
                }
            }
            // RFC 9113 §4.1: unknown frames are ignored.
            _ => {
                self.input = Input::Skipped(length);
                let judged = self.budget.frame(HEAD_OCTETS + length, &self.limits.http2);
                judged.map(|()| (HEAD_OCTETS, None)).map_err(|error| (HEAD_OCTETS, error.into()))
            }
        };
        self.note_whole(head);
        match result {
            Ok((used, event)) => Step { used, event },
            Err((used, fault)) => {
                if head.kind == FrameType::DATA && matches!(fault, Fault::Stream(..)) {
                    self.input = Input::Skipped(length);
                }
                Step::event(used, self.settle_fault(now, fault))
            }
        }
    }

    fn wait_for_rest<'i>(&mut self, now: &Now, input: &[u8]) -> Step<Event<'i, R::Head>> {
        if !input.is_empty() {
            self.waiting.head_since.get_or_insert(now.instant);
        }
        Step::nothing()
    }

    /// A frame has come that was waited for, or as much of it as matters.
    fn note_whole(&mut self, head: FrameHead) {
        if let Input::FirstFrame = self.input {
            self.input = Input::Frame;
        }
        if self.block.is_none() {
            self.waiting.head_since = None;
        }
        let is_ack = head.kind == FrameType::SETTINGS && head.has(flag::ACK);
        if is_ack {
            self.waiting.settings_since = None;
        }
    }

    /// What is wrong with a frame whatever its type. RFC 9113 §3.4, §4.2, §4.3.
    fn judge_head(&mut self, head: FrameHead) -> std::result::Result<(), PeerError> {
        let length = head.length as usize;
        if let Input::FirstFrame = self.input
            && (head.kind != FrameType::SETTINGS || head.has(flag::ACK))
        {
            return Err(PeerError::SettingsMissing);
        }
        if length > PAYLOAD_OCTETS_MAX {
            return Err(PeerError::FrameSize);
        }
        let block = self.block.as_ref().map(|block| block.head.stream);
        let goes_on = head.kind == FrameType::CONTINUATION;
        if goes_on && block != Some(head.stream) || !goes_on && block.is_some() {
            return Err(PeerError::Continuation);
        }
        Ok(())
    }

    fn handle_frame(
        &mut self,
        now: &Now,
        head: FrameHead,
        payload: &[u8],
    ) -> Result<Option<Event<'static, R::Head>>> {
        self.budget.frame(HEAD_OCTETS + payload.len(), &self.limits.http2)?;
        match head.kind {
            FrameType::HEADERS => self.receive_headers(now, head, payload),
            FrameType::CONTINUATION => self.receive_continuation(now, head, payload),
            FrameType::RST_STREAM => self.receive_reset(now, head, payload),
            FrameType::WINDOW_UPDATE => self.receive_window_update(head, payload).map(|()| None),
            FrameType::SETTINGS => self.receive_settings(now, head, payload).map(|()| None),
            FrameType::PING => self.receive_ping(now, head, payload).map(|()| None),
            FrameType::GOAWAY => self.receive_goaway(now, head, payload),
            FrameType::PRIORITY => self.receive_priority(head, payload).map(|()| None),
            FrameType::PRIORITY_UPDATE => {
                self.receive_priority_update(head, payload).map(|()| None)
            }
            // RFC 9113 §8.4: a client cannot push, and a server is told not to.
            _ => Err(PeerError::Push.into()),
        }
    }

    /// RFC 9113 §6.2.
    fn receive_headers(
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
        let is_all = if head.has(flag::END_STREAM) { IsAll::Yes } else { IsAll::No };
        let block = BlockHead { stream: head.stream, is_all };
        if head.has(flag::END_HEADERS) {
            return self.receive_block(now, block, fragment);
        }
        self.waiting.head_since.get_or_insert(now.instant);
        let octets = fragment.to_vec();
        self.block = Some(Box::new(Block { head: block, octets, continuations: 0 }));
        Ok(None)
    }

    /// RFC 9113 §6.10.
    fn receive_continuation(
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
            Some(Receiving::Content { .. }) => {
                Bounds { list_bytes_max: limits.trailer_bytes_max, lines_max: limits.fields_max }
            }
            _ => Bounds {
                list_bytes_max: limits.head_bytes_max,
                lines_max: limits.fields_max.saturating_add(PSEUDO_FIELDS_MAX),
            },
        }
    }

    /// RFC 9113 §6.1. Says how many octets behind the head were used; `None` asks for more.
    fn begin_data(&mut self, now: &Now, head: FrameHead, rest: &[u8]) -> Result<Option<usize>> {
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
    fn complete_receiving(&mut self, now: &Now, id: StreamId) -> bool {
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
    fn is_ignored(&self, id: StreamId) -> Result<bool> {
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

    fn receive_data<'i>(
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
        self.receive_next(now, input)
    }

    fn receive_next<'i>(&mut self, now: &Now, input: &'i [u8]) -> Step<Event<'i, R::Head>> {
        if self.wants() == Wants::Read { self.receive_frame(now, input) } else { Step::nothing() }
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

    /// RFC 9113 §6.4.
    fn receive_reset(
        &mut self,
        now: &Now,
        head: FrameHead,
        payload: &[u8],
    ) -> Result<Option<Event<'static, R::Head>>> {
        on_stream(head)?;
        let code = ErrorCode(u32::from_be_bytes(exactly(payload)?));
        if self.streams.get(head.stream).is_none() {
            return match self.absent(head.stream) {
                Absent::Idle => Err(PeerError::IdleStream.into()),
                _ => Ok(None),
            };
        }
        if R::SELF == Roles::Server {
            self.budget.reset(self.streams.opened(), &self.limits.http2)?;
        }
        if let Some(stream) = self.streams.close_by_peer(head.stream) {
            self.give_back(stream.receive_window.outstanding());
        }
        self.note_closed(now);
        let gone =
            if code == ErrorCode::REFUSED_STREAM { Gone::Unprocessed } else { Gone::Reset(code) };
        Ok(Some(Event::Gone(head.stream, gone)))
    }

    /// RFC 9113 §6.9.
    fn receive_window_update(&mut self, head: FrameHead, payload: &[u8]) -> Result<()> {
        let increment = number31(exactly(payload)?);
        if R::SELF == Roles::Server {
            self.budget.window_update(self.streams.opened())?;
        }
        if head.stream == StreamId::CONNECTION {
            if increment == 0 {
                return Err(PeerError::WindowIncrement.into());
            }
            self.send_window.grow(i64::from(increment))?;
            return Ok(());
        }
        let Some(stream) = self.streams.get_mut(head.stream) else {
            return match self.absent(head.stream) {
                Absent::Idle => Err(PeerError::IdleStream.into()),
                _ => Ok(()),
            };
        };
        let fault = |error| Fault::Stream(head.stream, error);
        if increment == 0 {
            return Err(fault(PeerError::WindowIncrement));
        }
        stream.send_window.grow(i64::from(increment)).map_err(fault)
    }

    /// RFC 9113 §6.5.
    fn receive_settings(&mut self, now: &Now, head: FrameHead, payload: &[u8]) -> Result<()> {
        on_connection(head)?;
        self.budget.control(now.instant, &self.limits.http2)?;
        if head.has(flag::ACK) {
            return if payload.is_empty() { Ok(()) } else { Err(PeerError::FrameSize.into()) };
        }
        let before = self.peer;
        self.peer.read(payload, R::SELF.other())?;
        let smallest = self.peer.header_table_size_min;
        if smallest < before.header_table_size {
            self.encoder.set_table_bytes_max(smallest as usize);
        }
        if self.peer.header_table_size != smallest {
            self.encoder.set_table_bytes_max(self.peer.header_table_size as usize);
        }
        let growth =
            i64::from(self.peer.initial_window_size) - i64::from(before.initial_window_size);
        if growth != 0 {
            // RFC 9113 §6.9.2: an overflow is a fault of the connection.
            self.streams.iter_mut().try_for_each(|stream| stream.send_window.grow(growth))?;
        }
        write_settings_ack(&mut self.own_words);
        Ok(())
    }

    /// RFC 9113 §6.7.
    fn receive_ping(&mut self, now: &Now, head: FrameHead, payload: &[u8]) -> Result<()> {
        on_connection(head)?;
        let octets: [u8; 8] = exactly(payload)?;
        if head.has(flag::ACK) {
            return Ok(());
        }
        self.budget.control(now.instant, &self.limits.http2)?;
        frame::write(FrameType::PING, flag::ACK, head.stream, &octets, &mut self.own_words);
        Ok(())
    }

    /// RFC 9113 §6.8. A server that goes says which of our streams it has never looked at. A
    /// client that goes takes no streams of ours, and we have none; its own it may still open.
    fn receive_goaway(
        &mut self,
        now: &Now,
        head: FrameHead,
        payload: &[u8],
    ) -> Result<Option<Event<'static, R::Head>>> {
        on_connection(head)?;
        let (last, _) = payload.split_first_chunk::<4>().ok_or(PeerError::FrameSize)?;
        if payload.len() < 8 {
            return Err(PeerError::FrameSize.into());
        }
        if R::SELF == Roles::Client {
            self.stage = self.stage.max(Stage::Leaving);
            self.lose_above(StreamId::read(*last));
            self.note_closed(now);
        }
        Ok(self.poll_lost().map(|(id, gone)| Event::Gone(id, gone)))
    }

    /// Streams that the peer has never looked at are no more.
    fn lose_above(&mut self, last: StreamId) {
        let lost = self.streams.iter().map(|stream| stream.id).filter(|id| *id > last);
        for id in lost.collect::<Vec<_>>() {
            if let Some(stream) = self.streams.close_by_peer(id) {
                self.give_back(stream.receive_window.outstanding());
            }
            self.lost.push((id, Gone::Unprocessed));
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
        if block.is_all == IsAll::No {
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

    /// RFC 9113 §5.3.2: of no meaning any more, but of a form.
    fn receive_priority(&mut self, head: FrameHead, payload: &[u8]) -> Result<()> {
        on_stream(head)?;
        let octets: [u8; 5] =
            exactly(payload).map_err(|_| match self.streams.get(head.stream) {
                Some(_) => Fault::Stream(head.stream, PeerError::FrameSize),
                None => Fault::Connection(PeerError::FrameSize),
            })?;
        judge_dependency(head.stream, &octets)?;
        self.budget.priority(self.streams.opened())?;
        Ok(())
    }

    /// RFC 9218 §7.1.
    fn receive_priority_update(&mut self, head: FrameHead, payload: &[u8]) -> Result<()> {
        on_connection(head)?;
        let (id, value) = payload.split_first_chunk::<4>().ok_or(PeerError::FrameSize)?;
        let id = StreamId::read(*id);
        // We push nothing: only a client's streams have priorities.
        if R::SELF == Roles::Client || !id.is_client_s() {
            return Err(PeerError::WrongStream.into());
        }
        self.budget.priority(self.streams.opened())?;
        if let Some(stream) = self.streams.get_mut(id) {
            stream.priority = Priority::read(value);
        } else if self.absent(id) == Absent::Idle {
            self.streams.prefer(id, Priority::read(value));
        }
        Ok(())
    }
}

fn on_stream(head: FrameHead) -> Result<()> {
    if head.stream == StreamId::CONNECTION { Err(PeerError::WrongStream.into()) } else { Ok(()) }
}

fn on_connection(head: FrameHead) -> Result<()> {
    if head.stream == StreamId::CONNECTION { Ok(()) } else { Err(PeerError::WrongStream.into()) }
}

/// A payload of a fixed size.
fn exactly<const N: usize>(payload: &[u8]) -> std::result::Result<[u8; N], PeerError> {
    payload.try_into().map_err(|_| PeerError::FrameSize)
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

/// RFC 7540 §5.3.1: a stream cannot depend on itself.
fn judge_dependency(id: StreamId, octets: &[u8]) -> std::result::Result<(), PeerError> {
    let on = octets.first_chunk().map(|on| StreamId::read(*on));
    if on == Some(id) { Err(PeerError::SelfDependency) } else { Ok(()) }
}
