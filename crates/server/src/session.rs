//! One client connection without a socket.
//!
//! ```text
//!   octets ──► (TLS) ──► HTTP/1 or HTTP/2 ──► service
//!   octets ◄── (TLS) ◄── HTTP/1 or HTTP/2 ◄── answers
//! ```
//!
//! Octets go in, octets and ranges of files come out, and it names its next deadline. It makes no
//! system call: content of files that has to pass through here is asked of the desk.
//!
//! Every connection speaks HTTP/1 until it turns out to be another: by ALPN, when TLS is agreed
//! upon, or by the first octets, with which HTTP/2 begins and no request of HTTP/1 can. What
//! speaks is changed then, and the driver does not notice. Each way of speaking implements
//! [`Speak`]; neither knows of the other, nor of TLS.

use std::ops::{Deref, DerefMut};
use std::sync::Arc;
use std::task::Context as TaskContext;
use std::time::Instant;

use gnezdo_core::{Limits, Wants};
use gnezdo_h2::PREFACE;
use gnezdo_socket::Peer;

use self::http1::Http1;
use self::http2::Http2;
use self::speak::Speak;
#[cfg(feature = "tls")]
use self::tls::{Heard, Tls};
#[cfg(not(feature = "tls"))]
use self::tls_absent::{Heard, Tls};
use crate::context::{Context, Desk};
use crate::guard::guarded;
use crate::output::Output;

mod held;
mod http1;
mod http2;
mod speak;
#[cfg(feature = "tls")]
mod tls;
#[cfg(not(feature = "tls"))]
mod tls_absent;

/// One client connection without a socket.
pub(crate) struct Session {
    speech: Speech,
    tls: Option<Box<Tls>>,
    opening: Opening,
    is_finishing: bool,
}

/// What is spoken.
enum Speech {
    Http1(Http1),
    Http2(Box<Http2>),
}

/// Whether it is settled what is spoken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Opening {
    /// The first octets decide.
    Undecided,
    Decided,
}

impl Session {
    pub(crate) fn new(context: Arc<Context>, peer: Peer, desk: &Desk) -> Self {
        let opening = if context.http2 { Opening::Undecided } else { Opening::Decided };
        let tls = Tls::begin(&context);
        let speech = Speech::Http1(Http1::new(context, peer, desk));
        Self { speech, tls, opening, is_finishing: false }
    }

    /// Takes octets from the peer. All of them: what cannot be used yet is held.
    pub(crate) fn handle_input(&mut self, desk: &mut Desk, input: &[u8]) {
        if self.tls.is_none() {
            return self.hear(desk, input);
        }
        if !self.is_plain_http(input) {
            return self.decrypt(desk, input);
        }
        self.tls = None;
        self.speak_plainly(desk);
        self.hear(desk, input);
    }

    /// Takes octets from the peer that came without being asked for, and only keeps them.
    pub(crate) fn hold_input(&mut self, input: &[u8]) {
        match &mut self.tls {
            Some(tls) => tls.hold_input(input),
            None => self.speech.hold_input(input),
        }
    }

    /// The peer will send nothing more.
    pub(crate) fn handle_eof(&mut self, desk: &mut Desk) {
        self.speak(desk, |speech, desk| speech.handle_eof(desk));
    }

    /// Somebody has something new for the session: a handler, a body, or its reader.
    pub(crate) fn handle_wake(&mut self) {
        self.speech.handle_wake();
    }

    /// The session's deadline may have passed.
    pub(crate) fn handle_timeout(&mut self, desk: &mut Desk) {
        if self.tls.as_ref().is_none_or(|tls| !tls.has_more()) {
            self.speak(desk, |speech, desk| speech.handle_timeout(desk));
        }
    }

    /// All output has left.
    pub(crate) fn handle_flushed(&mut self, desk: &mut Desk) {
        if self.tls.as_ref().is_none_or(|tls| !tls.has_more()) {
            self.speech.handle_flushed(desk);
        }
    }

    /// The connection ends, with `unsent` octets that never left.
    pub(crate) fn handle_closed(&mut self, desk: &mut Desk, unsent: u64) {
        let behind = self.tls.as_ref().map_or(0, |tls| tls.left());
        self.speech.handle_closed(desk, unsent + behind);
    }

    /// Whether [`advance`](Self::advance) can do anything now.
    pub(crate) fn can_advance(&self, desk: &Desk) -> bool {
        match &self.tls {
            None => self.speech.can_advance(desk),
            Some(_) if desk.out.is_full() => false,
            Some(tls) if tls.has_more() => true,
            Some(tls) => tls.owes_goodbye(self.speech.wants()) || self.speech.can_advance(desk),
        }
    }

    /// Goes on with what needs no new input: handlers, bodies, input that was held.
    pub(crate) fn advance(&mut self, desk: &mut Desk, cx: &mut TaskContext<'_>) {
        match &mut self.tls {
            Some(tls) if tls.has_more() => {
                if let Some(held) = tls.take_held() {
                    return self.decrypt(desk, &held);
                }
                contained(tls, |tls| tls.seal_more(desk));
            }
            // What is spoken may have last words of its own.
            Some(tls)
                if tls.owes_goodbye(self.speech.wants()) && !self.speech.can_advance(desk) =>
            {
                contained(tls, |tls| tls.say_goodbye(desk));
            }
            Some(_) => self.speak(desk, |speech, desk| speech.advance(desk, cx)),
            None => self.speech.advance(desk, cx),
        }
    }

    /// What the connection waits for, once all output has left.
    pub(crate) fn wants(&self) -> Wants {
        let wants = self.speech.wants();
        self.tls.as_ref().map_or(wants, |tls| tls.wants(wants))
    }

    /// When [`handle_timeout`](Self::handle_timeout) is due. A pause that is ours has none.
    pub(crate) fn deadline(&self) -> Option<Instant> {
        self.speech.deadline()
    }

    pub(crate) fn limits(&self) -> &Limits {
        self.speech.limits()
    }

    /// Since when nothing at all is in progress.
    pub(crate) fn idle_since(&self) -> Option<Instant> {
        if self.tls.as_ref().is_some_and(|tls| tls.has_more()) {
            return None;
        }
        self.speech.idle_since()
    }

    /// Comes to an end when what is in progress is done. With a second call, some time later,
    /// nothing new is begun any more.
    pub(crate) fn finish_soon(&mut self) {
        self.is_finishing = true;
        self.speech.finish_soon();
    }

    /// Ends a session in which nothing is in progress: with its last words, if it has any.
    pub(crate) fn leave(&mut self) {
        self.speech.leave();
    }

    /// Lets what speaks hear something that is not encrypted.
    fn hear(&mut self, desk: &mut Desk, input: &[u8]) {
        if self.opening == Opening::Undecided && !input.is_empty() {
            return self.decide(desk, input);
        }
        self.speech.handle_input(desk, input);
    }

    /// Tells HTTP/2 by its preface, of which no request of HTTP/1 has the first lines.
    fn decide(&mut self, desk: &mut Desk, input: &[u8]) {
        let Speech::Http1(http1) = &mut self.speech else {
            return;
        };
        let before = http1.held_octets().clone();
        let known = PREFACE.len().min(before.len() + input.len());
        let rest = &PREFACE[before.len()..known];
        if !input.starts_with(rest) {
            self.opening = Opening::Decided;
            return self.speech.handle_input(desk, input);
        }
        if known < PREFACE.len() {
            return http1.hold_beginning(input);
        }
        let octets = [&before, input].concat();
        self.speak_http2(desk);
        self.speech.handle_input(desk, &octets);
    }

    fn speak_http2(&mut self, desk: &Desk) {
        self.opening = Opening::Decided;
        if let Speech::Http1(http1) = &self.speech {
            let http2 = Http2::new(http1.context().clone(), http1.peer(), desk);
            self.speech = Speech::Http2(Box::new(http2));
            if self.is_finishing {
                self.speech.finish_soon();
            }
        }
    }

    /// Whether somebody speaks HTTP where TLS was expected.
    fn is_plain_http(&self, input: &[u8]) -> bool {
        let is_first = self.tls.as_ref().is_some_and(|tls| tls.has_heard_nothing());
        is_first && input.first().is_some_and(u8::is_ascii_uppercase)
    }

    fn speak_plainly(&mut self, desk: &Desk) {
        self.opening = Opening::Decided;
        if let Speech::Http1(http1) = &self.speech
            && let Some(context) = &http1.context().plain
        {
            self.speech = Speech::Http1(Http1::new(context.clone(), http1.peer(), desk));
        }
    }

    fn decrypt(&mut self, desk: &mut Desk, input: &[u8]) {
        let Some(mut tls) = self.tls.take() else {
            return;
        };
        let mut wire = desk.begin_plain();
        let mut scratch = std::mem::take(&mut desk.scratch);
        let mut hear = |heard: Heard<'_>| match heard {
            Heard::Http2 => self.speak_http2(desk),
            Heard::Http11 => self.opening = Opening::Decided,
            Heard::Octets(octets) => self.hear(desk, octets),
            Heard::End => self.speech.handle_eof(desk),
        };
        contained(&mut tls, |tls| {
            tls.receive(input, &mut scratch, &mut wire.bytes, &mut hear);
        });
        desk.scratch = scratch;
        seal(&mut tls, desk, wire);
        self.tls = Some(tls);
    }

    /// Lets what speaks say something, which leaves encrypted if TLS is spoken.
    fn speak(&mut self, desk: &mut Desk, say: impl FnOnce(&mut dyn Speak, &mut Desk)) {
        let Some(tls) = &mut self.tls else {
            return say(&mut *self.speech, desk);
        };
        let wire = desk.begin_plain();
        say(&mut *self.speech, desk);
        seal(tls, desk, wire);
    }
}

/// Encrypts what was said on the desk, onto the sheet for the wire.
fn seal(tls: &mut Tls, desk: &mut Desk, wire: Output) {
    desk.end_plain(wire, |plain, wire| contained(tls, |tls| tls.seal(plain, wire)));
    contained(tls, |tls| tls.seal_more(desk));
}

/// A fault of the library that encrypts ends its own connection, and nobody else's.
fn contained(tls: &mut Tls, act: impl FnOnce(&mut Tls)) {
    if guarded(|| act(tls)).is_none() {
        tls.fail();
    }
}

/// What every request needs: without a table of functions, so that it can be inlined.
impl Speech {
    fn handle_input(&mut self, desk: &mut Desk, input: &[u8]) {
        match self {
            Self::Http1(http1) => http1.handle_input(desk, input),
            Self::Http2(http2) => http2.handle_input(desk, input),
        }
    }

    fn handle_flushed(&mut self, desk: &mut Desk) {
        match self {
            Self::Http1(http1) => http1.handle_flushed(desk),
            Self::Http2(http2) => http2.handle_flushed(desk),
        }
    }

    fn can_advance(&self, desk: &Desk) -> bool {
        match self {
            Self::Http1(http1) => http1.can_advance(desk),
            Self::Http2(http2) => http2.can_advance(desk),
        }
    }

    fn advance(&mut self, desk: &mut Desk, cx: &mut TaskContext<'_>) {
        match self {
            Self::Http1(http1) => http1.advance(desk, cx),
            Self::Http2(http2) => http2.advance(desk, cx),
        }
    }

    fn wants(&self) -> Wants {
        match self {
            Self::Http1(http1) => http1.wants(),
            Self::Http2(http2) => http2.wants(),
        }
    }

    fn deadline(&self) -> Option<Instant> {
        match self {
            Self::Http1(http1) => http1.deadline(),
            Self::Http2(http2) => http2.deadline(),
        }
    }
}

/// All the rest.
impl Deref for Speech {
    type Target = dyn Speak;

    fn deref(&self) -> &(dyn Speak + 'static) {
        match self {
            Self::Http1(http1) => http1,
            Self::Http2(http2) => &**http2,
        }
    }
}

impl DerefMut for Speech {
    fn deref_mut(&mut self) -> &mut (dyn Speak + 'static) {
        match self {
            Self::Http1(http1) => http1,
            Self::Http2(http2) => &mut **http2,
        }
    }
}

#[cfg(test)]
mod tests;
