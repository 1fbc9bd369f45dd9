//! One HTTP/2 connection, as far as both roles have it in common: frames, settings, windows,
//! streams, and how it ends.
//!
//! ```text
//!   octets ──► receiving ──► streams ──► events        receiving.rs, blocks.rs, content.rs
//!   octets ◄── own words ◄── streams ◄── send_*        sending.rs, server.rs, client.rs
//! ```
//!
//! What the machine says by itself (SETTINGS, PING, WINDOW_UPDATE, RST_STREAM, GOAWAY, refusals)
//! is kept in `own_words` until somebody offers room. Everything that is said goes through
//! [`Connection::speak`], which puts those words first: header blocks change the state of the
//! peer's decoder, so they have to leave in the order in which they were encoded.

use std::marker::PhantomData;
use std::sync::Arc;
use std::time::Instant;

use gnezdo_core::{Closing, FixedField, Limits, Machine, Now, Pace, Refusal, Step, Wants};
use http::HeaderMap;

use crate::budget::Budget;
use crate::deadline::Waiting;
use crate::error::{ErrorCode, Fault, PeerError};
use crate::frame::{self, FrameType, flag};
use crate::hpack::{Decoder, Encoder};
use crate::role::{Role, Roles};
use crate::settings::{self, PeerSettings, TABLE_BYTES};
use crate::stream::StreamId;
use crate::streams::Streams;
use crate::window::{INITIAL_WINDOW, ReceiveWindow, SendWindow, WINDOW_MAX};

mod blocks;
mod content;
mod heads;
mod receiving;
mod sending;

use self::blocks::Block;
pub(crate) use self::blocks::BlockHead;
pub(crate) use self::heads::{encode_field, encode_fields, prepare};
use self::receiving::Input;
pub use self::sending::{Follows, Grant};

/// What the peer said.
#[derive(Debug)]
pub enum Event<'i, H> {
    /// The head of a message: what it is depends on the role. Unless it says that there is no
    /// content, [`Data`](Self::Data) and [`End`](Self::End) follow.
    Head(StreamId, H),
    /// A piece of content. Its octets count against the windows until
    /// [`Connection::release`] gives them back.
    Data(StreamId, &'i [u8]),
    /// The content is complete; here are its trailer fields, if it had some.
    End(StreamId, Option<HeaderMap>),
    /// The stream is no more. It need not have been there before.
    Gone(StreamId, Gone),
    /// The peer broke the protocol or a limit; all streams are gone, and the machine tells the
    /// peer by itself.
    Refused(PeerError),
}

/// Why a stream is no more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gone {
    /// The peer has reset it.
    Reset(ErrorCode),
    /// The peer has never looked at it: it may be tried again.
    Unprocessed,
    /// The peer has broken the protocol or a limit.
    Fault(PeerError),
    /// The machine has answered the request by itself.
    Refused(Refusal),
    /// The connection ended.
    Ended,
}

/// One connection, in the role of `R`.
#[derive(Debug)]
pub struct Connection<R: Role> {
    pub(crate) limits: Arc<Limits>,
    input: Input,
    block: Option<Box<Block>>,
    decoder: Decoder,
    encoder: Encoder,
    pub(crate) peer: PeerSettings,
    pub(crate) streams: Streams,
    send_window: SendWindow,
    /// Whether content leaves, on whatever stream.
    send_pace: Pace,
    receive_window: ReceiveWindow,
    pub(crate) own_words: Vec<u8>,
    pub(crate) budget: Budget,
    pub(crate) waiting: Waiting,
    pub(crate) stage: Stage,
    closing: Closing,
    pub(crate) fixed_field: Option<Arc<FixedField>>,
    /// Streams that went together with others, and have not been told of.
    lost: Vec<(StreamId, Gone)>,
    role: PhantomData<R>,
}

/// How far a connection has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Stage {
    Open,
    /// The peer has been asked to open no more streams; those on their way are served.
    Warned,
    /// The peer knows which streams are served to their end; others are ignored.
    Leaving,
    /// Nothing is read any more; answers in the making are given.
    Deaf,
    /// Nothing is read or said any more, but for what is left of our own words.
    Over,
}

impl<R: Role> Connection<R> {
    /// A connection that has just come about.
    pub fn new(now: &Now, limits: Arc<Limits>) -> Self {
        let http2 = &limits.http2;
        // What the peer takes for granted before it has read our settings.
        let receive_window = http2.connection_window_bytes.clamp(INITIAL_WINDOW, WINDOW_MAX);
        let mut own_words = Vec::with_capacity(128);
        if R::SELF == Roles::Client {
            own_words.extend_from_slice(frame::PREFACE);
        }
        settings::write(R::SELF, &limits, &mut own_words);
        if receive_window > INITIAL_WINDOW {
            let increment = receive_window - INITIAL_WINDOW;
            frame::write_window_update(StreamId::CONNECTION, increment, &mut own_words);
        }
        Self {
            input: Input::first(R::SELF),
            block: None,
            decoder: Decoder::new(TABLE_BYTES),
            encoder: Encoder::new(),
            peer: PeerSettings::default(),
            streams: Streams::default(),
            send_window: SendWindow::new(INITIAL_WINDOW),
            send_pace: Pace::new(now.instant),
            receive_window: ReceiveWindow::new(receive_window),
            own_words,
            budget: Budget::new(now.instant),
            waiting: Waiting::new(now.instant),
            stage: Stage::Open,
            closing: Closing::Linger,
            fixed_field: None,
            lost: Vec::new(),
            role: PhantomData,
            limits,
        }
    }

    /// Whether no stream is open, and none is about to be.
    pub fn is_idle(&self) -> bool {
        self.streams.is_empty() && self.block.is_none()
    }

    /// Since when the connection [is idle](Self::is_idle), if it is.
    pub fn idle_since(&self) -> Option<Instant> {
        self.is_idle().then_some(self.waiting.idle_since)
    }

    /// Whether the machine has something to say by itself.
    pub fn has_words(&self) -> bool {
        !self.own_words.is_empty()
    }

    /// All output has left; the time until the next request counts from now.
    pub fn handle_flushed(&mut self, now: &Now) {
        if self.is_idle() {
            self.waiting.idle_since = now.instant;
        }
    }

    /// Comes to an end in two steps, RFC 9113 §6.8. The first call asks the peer for no more
    /// streams, and serves those that are on their way; the second, some time later, settles
    /// which streams are served. When these are complete the connection is over.
    pub fn finish_soon(&mut self) {
        match self.stage {
            Stage::Open => {
                self.stage = Stage::Warned;
                let last = if R::SELF == Roles::Server { StreamId::MAX } else { StreamId(0) };
                frame::write_goaway(last, ErrorCode::NO_ERROR, "", &mut self.own_words);
            }
            Stage::Warned => self.leave(),
            Stage::Leaving | Stage::Deaf | Stage::Over => {}
        }
    }

    /// Ends a connection that is idle, saying so; one that is not ends with its streams.
    pub fn leave(&mut self) {
        if self.stage < Stage::Leaving {
            self.stage = Stage::Leaving;
            let last = self.streams.last_peer_s();
            frame::write_goaway(last, ErrorCode::NO_ERROR, "", &mut self.own_words);
        }
        self.end_if_done();
    }

    /// A stream that went together with others: after the end of the input, or a GOAWAY.
    pub fn poll_lost(&mut self) -> Option<(StreamId, Gone)> {
        self.lost.pop()
    }

    /// The window that a stream begins with. RFC 9113 §6.9.2.
    pub(crate) fn new_receive_window(&self) -> ReceiveWindow {
        let size = self.limits.http2.stream_window_bytes.min(WINDOW_MAX);
        match self.waiting.settings_since {
            None => ReceiveWindow::new(size),
            Some(_) => ReceiveWindow::unsettled(size),
        }
    }

    /// Puts the machine's own words into the output: before anything else is said.
    pub(crate) fn speak(&mut self, out: &mut Vec<u8>) {
        if !self.own_words.is_empty() {
            out.append(&mut self.own_words);
            if self.own_words.capacity() > 256 {
                self.own_words = Vec::new();
            }
        }
    }

    /// What a fault means for the connection, and for its user.
    fn settle_fault(&mut self, now: &Now, fault: Fault) -> Event<'static, R::Head> {
        match fault {
            Fault::Connection(error) => self.refuse(error),
            Fault::Stream(id, error) => {
                frame::write_reset(id, error.code(), &mut self.own_words);
                let stream = self.streams.close_by_us(id);
                if let Some(stream) = stream {
                    self.give_back(stream.receive_window.outstanding());
                }
                if let Err(error) = self.budget.reset(self.streams.opened(), &self.limits.http2) {
                    return self.refuse(error);
                }
                self.note_closed(now);
                Event::Gone(id, Gone::Fault(error))
            }
        }
    }

    /// Ends the connection because of the peer.
    pub(crate) fn refuse(&mut self, error: PeerError) -> Event<'static, R::Head> {
        let last = self.streams.last_peer_s();
        // What has not been said yet may be what a flood has piled up.
        self.own_words.truncate(WORDS_AT_END_MAX);
        self.own_words.truncate(whole_frames(&self.own_words));
        frame::write_goaway(last, error.code(), error.reason(), &mut self.own_words);
        self.end(Closing::Linger);
        Event::Refused(error)
    }

    /// Nothing is read or said any more.
    pub(crate) fn end(&mut self, closing: Closing) {
        self.stage = Stage::Over;
        self.closing = closing;
        self.input = Input::Over;
        self.block = None;
        self.streams = Streams::default();
    }

    /// A stream has been closed.
    pub(crate) fn note_closed(&mut self, now: &Now) {
        if self.is_idle() {
            self.waiting.idle_since = now.instant;
            self.waiting.streams_due = None;
        }
        self.end_if_done();
    }

    fn end_if_done(&mut self) {
        if !self.streams.is_empty() {
            return;
        }
        match self.stage {
            Stage::Leaving => self.end(Closing::Linger),
            Stage::Deaf => self.end(Closing::Now),
            Stage::Open | Stage::Warned | Stage::Over => {}
        }
    }
}

/// How much of our own words is said when a connection ends for a fault.
const WORDS_AT_END_MAX: usize = 4 * 1024;

/// How many of the octets are whole frames.
fn whole_frames(octets: &[u8]) -> usize {
    let mut end = if octets.starts_with(frame::PREFACE) { frame::PREFACE.len() } else { 0 };
    while let Some(head) = octets.get(end..).and_then(frame::FrameHead::read) {
        let next = end + frame::HEAD_OCTETS + head.length as usize;
        if next > octets.len() {
            break;
        }
        end = next;
    }
    end
}

impl<R: Role> Machine for Connection<R> {
    type Event<'i> = Event<'i, R::Head>;

    fn handle_input<'i>(&mut self, now: &Now, input: &'i [u8]) -> Step<Event<'i, R::Head>> {
        self.receive(now, input)
    }

    /// Streams whose request is whole still get their answer, as far as their windows go.
    fn handle_eof(&mut self, now: &Now) -> Option<Event<'static, R::Head>> {
        if self.stage == Stage::Over {
            return None;
        }
        self.stage = Stage::Deaf;
        self.input = Input::Over;
        self.block = None;
        self.closing = Closing::Now;
        (self.waiting.head_since, self.waiting.settings_since) = (None, None);
        self.drop_unfinished(now);
        self.note_blocked(now);
        self.poll_lost().map(|(id, gone)| Event::Gone(id, gone))
    }

    fn handle_timeout(&mut self, now: &Now) -> Option<Event<'static, R::Head>> {
        if self.poll_timeout().is_none_or(|deadline| now.instant < deadline) {
            return None;
        }
        if let Some(error) = self.waiting.overdue(now.instant, &self.limits) {
            return Some(self.refuse(error));
        }
        if let Some(event) = self.end_blocked(now).or_else(|| self.find_stalled(now)) {
            return Some(event);
        }
        if self.is_idle() && self.waiting.is_idle_over(now.instant, &self.limits) {
            self.leave();
            self.end(Closing::Now);
        }
        None
    }

    fn poll_output(&mut self, _: &Now, out: &mut Vec<u8>) {
        self.speak(out);
    }

    fn poll_timeout(&self) -> Option<Instant> {
        match self.stage {
            Stage::Over => None,
            _ => self.waiting.deadline(self.is_idle(), &self.limits),
        }
    }

    fn wants(&self) -> Wants {
        match self.stage {
            Stage::Over => Wants::Close(self.closing),
            Stage::Deaf => Wants::Nothing,
            Stage::Open | Stage::Warned | Stage::Leaving => Wants::Read,
        }
    }
}

/// An acknowledgement of settings. RFC 9113 §6.5.3.
fn write_settings_ack(out: &mut Vec<u8>) {
    frame::write(FrameType::SETTINGS, flag::ACK, StreamId::CONNECTION, &[], out);
}
