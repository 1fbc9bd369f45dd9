//! The server's side of an HTTP/1.x connection.
//!
//! Two directions, each with its own state; a cycle is over when both are complete, and only
//! then is the next head read. So at most one request is parsed and unanswered, whatever a
//! pipelining client sends. After a refusal nothing is read as a message again.
//!
//! The machine owns everything that frames messages and manages the connection. It does not
//! hold content: what it is given to send goes straight into the output.

use std::sync::Arc;
use std::time::Instant;

use gnezdo_core::{Closing, FixedField, Limits, Machine, Now, Pace, Step, Wants};
use http::HeaderMap;

use self::due::Due;
use crate::PeerError;
use crate::chunked::Decoded;
use crate::content::{Incoming, Outgoing};
use crate::deadline::Waiting;
use crate::framing::{Framing, request_framing};
use crate::head::{RequestHead, read_request};
use crate::persistence::{Persistence, wanted_by_peer};
use crate::plain::PlainRequest;
use crate::scan::{Scan, Section};

mod answering;
mod due;
mod refusal;

/// What the client said.
#[derive(Debug)]
pub enum Event<'i> {
    /// A request. Unless `body` is [`Framing::None`], its content follows as
    /// [`Data`](Self::Data) and [`End`](Self::End); the latter is an event of its own, which
    /// may need no further octet. Once the answer is complete, the rest of the content is
    /// dropped without events.
    Request {
        /// Method, target, version and fields.
        head: RequestHead,
        /// How the end of the content is found.
        body: Framing,
    },
    /// A request without content whose head has not been made, in place of
    /// [`Request`](Self::Request): only after [`Server::offer_plain`].
    Plain(PlainRequest<'i>),
    /// A piece of content.
    Data(&'i [u8]),
    /// The content is complete; here are its trailer fields, if it had some.
    End(Option<HeaderMap>),
    /// The client broke the protocol or a limit, or left in the middle of a message. If no
    /// answer had begun, the machine gives it itself, and an answer of the service is not
    /// wanted any more.
    Refused(PeerError),
}

/// The server's side of one connection.
#[derive(Debug)]
pub struct Server {
    limits: Arc<Limits>,
    receiving: Receiving,
    sending: Sending,
    waiting: Waiting,
    persistence: Persistence,
    /// How the connection closes, once it does. RFC 9112 §9.6: who has not said that nothing
    /// more comes may have sent something, which would turn a plain close into a reset.
    closing: Closing,
    offers_plain: bool,
    fixed_field: Option<Arc<FixedField>>,
}

#[derive(Debug)]
enum Receiving {
    Head {
        scan: Scan,
        blank_line: BlankLine,
    },
    Content(Incoming),
    /// Content that no answer needs any more; so many octets of it are put up with.
    Discarded {
        content: Incoming,
        left: u64,
    },
    Complete,
    /// Nothing is read any more.
    Over,
}

/// RFC 9112 §2.2: an empty line before the request line is ignored. One.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum BlankLine {
    Allowed,
    Seen,
}

#[derive(Debug)]
enum Sending {
    /// No request has come.
    Idle,
    /// An answer is due.
    Due(Due),
    /// The content of an answer is due.
    Content(Outgoing),
    /// The machine's own answer is due.
    Refusal(PeerError, Due),
    Complete,
}

impl Server {
    /// A connection that has just been accepted.
    pub fn new(now: &Now, limits: Arc<Limits>) -> Self {
        Self {
            limits,
            receiving: Receiving::next_head(),
            sending: Sending::Idle,
            waiting: Waiting::FirstHead { since: now.instant },
            persistence: Persistence::KeepAlive,
            closing: Closing::Linger,
            offers_plain: false,
            fixed_field: None,
        }
    }

    /// From now on requests that are [plain](PlainRequest) come as [`Event::Plain`], for those
    /// who can answer without a head.
    pub fn offer_plain(&mut self) {
        self.offers_plain = true;
    }

    /// From now on every answer has this field, unless it has one of that name.
    pub fn say_always(&mut self, field: Arc<FixedField>) {
        self.fixed_field = Some(field);
    }

    /// Whether no request is in progress, not even the start of one.
    pub fn is_idle(&self) -> bool {
        matches!(self.sending, Sending::Idle)
            && matches!(&self.receiving, Receiving::Head { scan, .. } if !scan.has_begun())
    }

    /// Whether an answer has begun and is not complete.
    pub fn is_answering(&self) -> bool {
        matches!(self.sending, Sending::Content(_))
    }

    /// Since when the connection [is idle](Self::is_idle), if it is.
    pub fn idle_since(&self) -> Option<Instant> {
        match self.waiting {
            Waiting::FirstHead { since } | Waiting::NextHead { since } if self.is_idle() => {
                Some(since)
            }
            _ => None,
        }
    }

    /// Whether an answer has been asked for and not begun.
    pub fn is_answer_due(&self) -> bool {
        matches!(self.sending, Sending::Due(_))
    }

    /// Breaks off: what has been sent of an answer stays incomplete. The client can see it by
    /// the framing, except for content that the end of the connection ends (HTTP/1.0).
    pub fn abort(&mut self) {
        self.sending = Sending::Complete;
        self.persistence = Persistence::Close;
        self.stop_reading(Closing::Now);
    }

    /// Makes the current or the next answer the last one.
    pub fn finish_soon(&mut self) {
        self.persistence = Persistence::Close;
    }

    /// All output has left; the time until the next request counts from now.
    pub fn handle_flushed(&mut self, now: &Now) {
        if let Waiting::NextHead { since } | Waiting::Discarded { since } = &mut self.waiting {
            *since = now.instant;
        }
    }

    /// Content is welcome again after a pause that was ours.
    pub fn resume_content(&mut self, now: &Now) {
        if let Waiting::Content(pace) = &mut self.waiting {
            *pace = Pace::new(now.instant);
        }
    }

    fn receive_head<'i>(&mut self, now: &Now, input: &'i [u8]) -> Step<Event<'i>> {
        let Receiving::Head { scan, blank_line } = &mut self.receiving else {
            return Step::nothing();
        };
        if input.is_empty() {
            return Step::nothing();
        }
        if *blank_line == BlankLine::Allowed && !scan.has_begun() {
            match input {
                [b'\r'] => return Step::nothing(),
                [b'\r', b'\n', ..] => {
                    *blank_line = BlankLine::Seen;
                    return Step::skip(2);
                }
                _ => {}
            }
        }
        if self.offers_plain
            && !scan.has_begun()
            && let Some(request) = PlainRequest::read(input, &self.limits)
        {
            self.sending = Sending::Due(Due::plain(request.is_head()));
            (self.receiving, self.waiting) = (Receiving::Complete, Waiting::Nobody);
            return Step::event(request.octets().len(), Event::Plain(request));
        }
        if let Waiting::NextHead { .. } = self.waiting {
            self.waiting = Waiting::RestOfHead { since: now.instant };
        }
        match scan.find_end(Section::Request, input, &self.limits) {
            Ok(None) => Step::nothing(),
            Ok(Some(end)) => match self.begin_request(now, &input[..end]) {
                Ok(event) => Step::event(end, event),
                Err(error) => Step::event(end, self.refuse(error)),
            },
            Err(error) => Step::event(input.len(), self.refuse(error)),
        }
    }

    fn begin_request(&mut self, now: &Now, octets: &[u8]) -> Result<Event<'static>, PeerError> {
        let head = read_request(octets, &self.limits)?;
        let body = request_framing(head.headers(), head.version())?;
        let due = Due::new(&head, body)?;
        if matches!(body, Framing::Length(length) if length > self.limits.body_bytes_max) {
            return Err(PeerError::ContentTooLarge);
        }
        if wanted_by_peer(head.headers(), head.version()) == Persistence::Close {
            self.persistence = Persistence::Close;
            self.closing = Closing::Now;
        }
        self.sending = Sending::Due(due);
        (self.receiving, self.waiting) = match Incoming::new(body, self.limits.body_bytes_max) {
            None => (Receiving::Complete, Waiting::Nobody),
            Some(content) if due.expects_continue => (Receiving::Content(content), Waiting::Nobody),
            Some(content) => {
                (Receiving::Content(content), Waiting::Content(Pace::new(now.instant)))
            }
        };
        Ok(Event::Request { head, body })
    }

    fn receive_content<'i>(&mut self, now: &Now, input: &'i [u8]) -> Step<Event<'i>> {
        let Receiving::Content(content) = &mut self.receiving else {
            return Step::nothing();
        };
        match content.receive(input, &self.limits) {
            Err(error) => Step::event(input.len(), self.refuse(error)),
            Ok(Step { used, event: None }) => Step::skip(used),
            Ok(Step { used, event: Some(Decoded::Data(piece)) }) => {
                self.note_content(now, piece.len());
                Step::event(used, Event::Data(piece))
            }
            Ok(Step { used, event: Some(Decoded::End(trailers)) }) => {
                self.complete_request(now.instant);
                Step::event(used, Event::End(trailers))
            }
        }
    }

    fn note_content(&mut self, now: &Now, length: usize) {
        if let Sending::Due(due) = &mut self.sending {
            // §10.1.1: who has begun to send does not wait.
            due.expects_continue = false;
        }
        match &mut self.waiting {
            Waiting::Content(pace) => pace.advance(now.instant, length as u64, &self.limits),
            waiting => *waiting = Waiting::Content(Pace::new(now.instant)),
        }
    }

    fn discard_content<'i>(&mut self, now: &Now, input: &'i [u8]) -> Step<Event<'i>> {
        let Receiving::Discarded { content, left } = &mut self.receiving else {
            return Step::nothing();
        };
        match content.receive(input, &self.limits) {
            Ok(Step { used, event }) if used as u64 <= *left => {
                *left -= used as u64;
                if content.is_complete() || matches!(event, Some(Decoded::End(_))) {
                    self.complete_request(now.instant);
                }
                Step::skip(used)
            }
            Ok(_) | Err(_) => {
                self.stop_reading(Closing::Linger);
                Step::skip(input.len())
            }
        }
    }

    fn refuse(&mut self, error: PeerError) -> Event<'static> {
        self.persistence = Persistence::Close;
        self.sending = match self.sending {
            Sending::Idle => Sending::Refusal(error, Due::UNKNOWN),
            Sending::Due(due) => Sending::Refusal(error, due),
            Sending::Content(outgoing) => Sending::Content(outgoing),
            Sending::Refusal(..) | Sending::Complete => Sending::Complete,
        };
        self.stop_reading(Closing::Linger);
        Event::Refused(error)
    }

    fn stop_reading(&mut self, closing: Closing) {
        self.receiving = Receiving::Over;
        self.waiting = Waiting::Nobody;
        self.closing = closing;
    }

    fn complete_request(&mut self, now: Instant) {
        self.receiving = Receiving::Complete;
        self.waiting = Waiting::Nobody;
        self.start_next_cycle(now);
    }

    fn complete_answer(&mut self, now: Instant) {
        self.sending = Sending::Complete;
        self.start_next_cycle(now);
    }

    /// Both directions complete: the next request, or the end.
    fn start_next_cycle(&mut self, now: Instant) {
        if !matches!(self.sending, Sending::Complete) {
            return;
        }
        let receiving = match std::mem::replace(&mut self.receiving, Receiving::Complete) {
            Receiving::Content(content) if content.is_complete() => Receiving::Complete,
            receiving => receiving,
        };
        match (receiving, self.persistence) {
            (Receiving::Complete, Persistence::KeepAlive) => {
                self.receiving = Receiving::next_head();
                self.sending = Sending::Idle;
                self.waiting = Waiting::NextHead { since: now };
            }
            (Receiving::Content(content), Persistence::KeepAlive) => {
                let left = self.limits.discard_bytes_max;
                self.receiving = Receiving::Discarded { content, left };
                self.waiting = Waiting::Discarded { since: now };
            }
            (Receiving::Complete, Persistence::Close) => self.stop_reading(self.closing),
            (Receiving::Content(_), Persistence::Close) => self.stop_reading(Closing::Linger),
            (receiving, _) => self.receiving = receiving,
        }
    }
}

impl Receiving {
    fn next_head() -> Self {
        Self::Head { scan: Scan::default(), blank_line: BlankLine::Allowed }
    }
}

impl Machine for Server {
    type Event<'i> = Event<'i>;

    fn handle_input<'i>(&mut self, now: &Now, input: &'i [u8]) -> Step<Event<'i>> {
        match self.receiving {
            Receiving::Head { .. } => self.receive_head(now, input),
            Receiving::Content(_) => self.receive_content(now, input),
            Receiving::Discarded { .. } => self.discard_content(now, input),
            Receiving::Complete => Step::nothing(),
            Receiving::Over => Step::skip(input.len()),
        }
    }

    /// RFC 9112 §9.6: a client that closes its sending side still gets its answer. To be
    /// called once the machine has used all octets that came before, or cannot use more of
    /// them: those behind a request that waits for its answer are requests themselves.
    fn handle_eof(&mut self, now: &Now) -> Option<Event<'static>> {
        self.persistence = Persistence::Close;
        self.closing = Closing::Now;
        let has_begun = match &self.receiving {
            Receiving::Head { scan, .. } => scan.has_begun(),
            Receiving::Content(content) if content.is_complete() => {
                self.complete_request(now.instant);
                return Some(Event::End(None));
            }
            Receiving::Content(_) => true,
            Receiving::Discarded { .. } => false,
            Receiving::Complete | Receiving::Over => return None,
        };
        let event = has_begun.then(|| self.refuse(PeerError::Truncated));
        self.stop_reading(Closing::Now);
        event
    }

    fn handle_timeout(&mut self, now: &Now) -> Option<Event<'static>> {
        if self.poll_timeout().is_none_or(|deadline| now.instant < deadline) {
            return None;
        }
        match self.waiting {
            Waiting::RestOfHead { .. } => Some(self.refuse(PeerError::HeadTimeout)),
            // Who never said a word is not waiting for an answer.
            Waiting::FirstHead { .. } if !self.is_idle() => {
                Some(self.refuse(PeerError::HeadTimeout))
            }
            Waiting::Content(_) => Some(self.refuse(PeerError::ContentTimeout)),
            Waiting::FirstHead { .. } | Waiting::NextHead { .. } | Waiting::Discarded { .. } => {
                self.stop_reading(Closing::Now);
                None
            }
            Waiting::Nobody => None,
        }
    }

    fn poll_output(&mut self, now: &Now, out: &mut Vec<u8>) {
        if let Sending::Refusal(error, due) = self.sending {
            self.sending = Sending::Complete;
            refusal::send(error, due, now, self.fixed_field.as_deref(), out);
        }
    }

    fn poll_timeout(&self) -> Option<Instant> {
        self.waiting.deadline(&self.limits)
    }

    fn wants(&self) -> Wants {
        match (&self.receiving, &self.sending) {
            (Receiving::Over, Sending::Idle | Sending::Complete) => Wants::Close(self.closing),
            (Receiving::Over | Receiving::Complete, _) => Wants::Nothing,
            (Receiving::Head { .. } | Receiving::Content(_) | Receiving::Discarded { .. }, _) => {
                Wants::Read
            }
        }
    }
}

#[cfg(test)]
mod tests;
