//! Frames from the peer: each is judged by RFC 9113 §4 to §6, and changes streams and settings.
//!
//! Those that carry messages have files of their own: DATA in `content.rs`, HEADERS and
//! CONTINUATION in `blocks.rs`.

use gnezdo_core::{Now, Step};

use super::content::DataFrame;
use super::{Connection, Event, Gone, Stage, write_settings_ack};
use crate::Priority;
use crate::error::{ErrorCode, Fault, PeerError};
use crate::frame::{
    self, FrameHead, FrameType, HEAD_OCTETS, PAYLOAD_OCTETS_MAX, PREFACE, flag, number31,
};
use crate::role::{Role, Roles};
use crate::stream::StreamId;
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

/// What comes of a frame, or the fault that it is.
pub(super) type Result<T> = std::result::Result<T, Fault>;

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
                self.receive(now, input)
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
        let block = self.block.as_ref().map(|block| block.stream());
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

pub(super) fn on_stream(head: FrameHead) -> Result<()> {
    if head.stream == StreamId::CONNECTION { Err(PeerError::WrongStream.into()) } else { Ok(()) }
}

fn on_connection(head: FrameHead) -> Result<()> {
    if head.stream == StreamId::CONNECTION { Ok(()) } else { Err(PeerError::WrongStream.into()) }
}

/// A payload of a fixed size.
fn exactly<const N: usize>(payload: &[u8]) -> std::result::Result<[u8; N], PeerError> {
    payload.try_into().map_err(|_| PeerError::FrameSize)
}

/// RFC 7540 §5.3.1: a stream cannot depend on itself.
pub(super) fn judge_dependency(id: StreamId, octets: &[u8]) -> std::result::Result<(), PeerError> {
    let on = octets.first_chunk().map(|on| StreamId::read(*on));
    if on == Some(id) { Err(PeerError::SelfDependency) } else { Ok(()) }
}
