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

use bytes::Bytes;
use gnezdo_core::{Closing, Limits, Machine, Now, Pace, Ready, Step, Wants};
use http::header::EXPECT;
use http::response::Parts;
use http::{HeaderMap, HeaderValue, Method, StatusCode, Version};

use crate::PeerError;
use crate::chunked::Decoded;
use crate::content::{Incoming, Outgoing};
use crate::deadline::Waiting;
use crate::encode::{self, Announcement, ConnectionOption};
use crate::framing::{Framing, allows_content, request_framing};
use crate::head::{RequestHead, parse_request};
use crate::persistence::{Persistence, wanted_by_peer};
use crate::scan::{Scan, Section};
use crate::text::list_members;

/// What the client said.
#[derive(Debug)]
#[non_exhaustive]
pub enum Event<'i> {
    /// A request. Unless `body` is [`Framing::None`], its content follows as
    /// [`Data`](Self::Data) and [`End`](Self::End).
    Request {
        /// Method, target, version and fields.
        head: RequestHead,
        /// How the end of the content is found.
        body: Framing,
    },
    /// A piece of content.
    Data(&'i [u8]),
    /// The content is complete; here are its trailer fields, if it had some.
    End(Option<HeaderMap>),
    /// The client broke the protocol or a limit. If no answer had begun, the machine gives it
    /// itself, and an answer of the service is not wanted any more.
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
    closing: Closing,
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

/// What an answer must know of its request.
#[derive(Clone, Copy, Debug)]
struct Due {
    is_head: bool,
    version: Version,
    expects_continue: bool,
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
            closing: Closing::Now,
        }
    }

    /// Whether no request is in progress, not even the start of one.
    pub fn is_idle(&self) -> bool {
        matches!(self.sending, Sending::Idle)
            && matches!(&self.receiving, Receiving::Head { scan, .. } if !scan.has_begun())
    }

    /// Whether an answer has been asked for and not begun.
    pub fn is_answer_due(&self) -> bool {
        matches!(self.sending, Sending::Due(_))
    }

    /// Appends the head of an answer. `length` is the length of its content, if known.
    ///
    /// Returns how the content is to follow, which is [`Outgoing::None`] where none may: then
    /// the answer is complete. Does nothing if no answer is due.
    pub fn send_response(
        &mut self,
        now: &Now,
        head: &Parts,
        length: Option<u64>,
        out: &mut Vec<u8>,
    ) -> Outgoing {
        let Some(due) = self.take_due(&head.headers) else {
            return Outgoing::None;
        };
        let length = if due.is_head { head_length(length, &head.headers) } else { length };
        let (announcement, outgoing) = self.frame(due, head.status, length);
        encode::status_line(head.status, out);
        encode::announcement(announcement, out);
        encode::fields(&head.headers, out);
        encode::head_end(encode::missing_date(&head.headers, &now.date), self.option(due), out);
        self.sending = Sending::Content(outgoing);
        if outgoing == Outgoing::None {
            self.complete_answer(now.instant);
        }
        outgoing
    }

    /// Appends a prepared answer, and its content if that is welcome. Returns whether the
    /// content remains to be sent by [`send_data`](Self::send_data): it does if it is larger
    /// than `content_bytes_max`.
    pub fn send_ready(
        &mut self,
        now: &Now,
        ready: &Ready,
        content_bytes_max: usize,
        out: &mut Vec<u8>,
    ) -> Outgoing {
        let Some(due) = self.take_due(ready.headers()) else {
            return Outgoing::None;
        };
        let length = ready.body().len();
        let (_, outgoing) = self.frame(due, ready.status(), Some(length as u64));
        out.extend_from_slice(ready.encoded(encode::ready_lines));
        encode::head_end(encode::missing_date(ready.headers(), &now.date), self.option(due), out);
        if outgoing != Outgoing::None && length > content_bytes_max {
            self.sending = Sending::Content(outgoing);
            return outgoing;
        }
        if outgoing != Outgoing::None {
            out.extend_from_slice(ready.body());
        }
        self.complete_answer(now.instant);
        Outgoing::None
    }

    /// Appends a piece of content. Content beyond the announced length breaks the answer off.
    pub fn send_data(&mut self, piece: &[u8], out: &mut Vec<u8>) {
        if let Sending::Content(outgoing) = &mut self.sending
            && outgoing.send(piece, out).is_err()
        {
            self.abort();
        }
    }

    /// Counts content that the caller sends by another way, such as a range of a file.
    pub fn send_elsewhere(&mut self, length: u64) {
        if let Sending::Content(outgoing) = &mut self.sending
            && outgoing.promise(length).is_err()
        {
            self.abort();
        }
    }

    /// Appends the end of the content. Content short of the announced length breaks the answer
    /// off instead.
    pub fn send_end(&mut self, now: &Now, trailers: Option<&HeaderMap>, out: &mut Vec<u8>) {
        let Sending::Content(outgoing) = self.sending else {
            return;
        };
        match outgoing.end(trailers, out) {
            Ok(()) => self.complete_answer(now.instant),
            Err(_) => self.abort(),
        }
    }

    /// Appends `100 (Continue)` if the client waits for it. RFC 9110 §10.1.1.
    pub fn send_continue(&mut self, now: &Now, out: &mut Vec<u8>) {
        if let Sending::Due(due) = &mut self.sending
            && due.expects_continue
        {
            due.expects_continue = false;
            self.waiting = Waiting::Content(Pace::new(now.instant));
            out.extend_from_slice(b"HTTP/1.1 100 Continue\r\n\r\n");
        }
    }

    /// Breaks off: what has been sent of an answer stays incomplete, which the client can see.
    pub fn abort(&mut self) {
        self.sending = Sending::Complete;
        self.persistence = Persistence::Close;
        self.stop_reading(Closing::Now);
    }

    /// Makes the current or the next answer the last one.
    pub fn finish_soon(&mut self) {
        self.persistence = Persistence::Close;
    }

    /// Ends a connection on which nothing is in progress.
    pub fn close_idle(&mut self) {
        if self.is_idle() {
            self.stop_reading(Closing::Now);
        }
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
        if let Waiting::NextHead { .. } = self.waiting {
            self.waiting = Waiting::RestOfHead { since: now.instant };
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
        match scan.find_end(Section::Head, input, &self.limits) {
            Ok(None) => Step::nothing(),
            Ok(Some(end)) => match self.begin_request(now, &input[..end]) {
                Ok(event) => Step::event(end, event),
                Err(error) => Step::event(end, self.refuse(error)),
            },
            Err(error) => Step::event(input.len(), self.refuse(error)),
        }
    }

    fn begin_request(&mut self, now: &Now, octets: &[u8]) -> Result<Event<'static>, PeerError> {
        let head = parse_request(&Bytes::copy_from_slice(octets), &self.limits)?;
        let due = Due {
            is_head: *head.method() == Method::HEAD,
            version: head.version(),
            expects_continue: expects_continue(&head)?,
        };
        let body = request_framing(head.headers(), head.version())?;
        if matches!(body, Framing::Length(length) if length > self.limits.body_bytes_max) {
            return Err(PeerError::ContentTooLarge);
        }
        if wanted_by_peer(head.headers(), head.version()) == Persistence::Close {
            self.persistence = Persistence::Close;
        }
        self.sending = Sending::Due(due);
        (self.receiving, self.waiting) = match Incoming::new(body) {
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
            Ok(Step { used, event: Some(Decoded::End(_)) }) => {
                self.complete_request(now.instant);
                Step::skip(used)
            }
            Ok(Step { used, .. }) if used as u64 <= *left => {
                *left -= used as u64;
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

    fn take_due(&mut self, fields: &HeaderMap) -> Option<Due> {
        let Sending::Due(due) = self.sending else {
            return None;
        };
        if let Some(options) = fields.get(http::header::CONNECTION)
            && is_close(options)
        {
            self.persistence = Persistence::Close;
        }
        if let Receiving::Content(content) = &self.receiving {
            let left = content.left();
            // §10.1.1: without 100 the content may come or not; both would be read wrongly.
            if due.expects_continue || left.is_some_and(|l| l > self.limits.discard_bytes_max) {
                self.persistence = Persistence::Close;
            }
        }
        Some(due)
    }

    /// How the answer's end is announced and kept. RFC 9112 §6.
    fn frame(
        &mut self,
        due: Due,
        status: StatusCode,
        length: Option<u64>,
    ) -> (Announcement, Outgoing) {
        if !allows_content(status) {
            return (Announcement::Nothing, Outgoing::None);
        }
        let (announcement, outgoing) = match length {
            Some(0) => (Announcement::Length(0), Outgoing::None),
            Some(length) => (Announcement::Length(length), Outgoing::Length(length)),
            None if due.version == Version::HTTP_11 => (Announcement::Chunked, Outgoing::Chunked),
            None => {
                self.persistence = Persistence::Close;
                (Announcement::Nothing, Outgoing::UntilClose)
            }
        };
        if due.is_head { (announcement, Outgoing::None) } else { (announcement, outgoing) }
    }

    fn option(&self, due: Due) -> ConnectionOption {
        match (self.persistence, due.version) {
            (Persistence::Close, _) => ConnectionOption::Close,
            (Persistence::KeepAlive, Version::HTTP_11) => ConnectionOption::Default,
            (Persistence::KeepAlive, _) => ConnectionOption::KeepAlive,
        }
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
        let receiving = std::mem::replace(&mut self.receiving, Receiving::Complete);
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
            (Receiving::Complete, Persistence::Close) => self.stop_reading(Closing::Now),
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

impl Due {
    /// For the answer to a request that could not be read.
    const UNKNOWN: Self =
        Self { is_head: false, version: Version::HTTP_11, expects_continue: false };
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

    /// RFC 9112 §9.6: a client that closes its sending side still gets its answer.
    fn handle_eof(&mut self, _now: &Now) -> Option<Event<'static>> {
        self.persistence = Persistence::Close;
        let has_begun = match &self.receiving {
            Receiving::Head { scan, .. } => scan.has_begun(),
            Receiving::Content(_) => true,
            Receiving::Discarded { .. } => false,
            Receiving::Complete | Receiving::Over => return None,
        };
        if has_begun {
            return Some(self.refuse(PeerError::Truncated));
        }
        self.stop_reading(Closing::Now);
        None
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
            refusal(error, due, now, out);
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

fn is_close(options: &HeaderValue) -> bool {
    options.as_bytes().split(|&o| o == b',').any(|o| o.trim_ascii().eq_ignore_ascii_case(b"close"))
}

/// A relayed answer to HEAD has no content but may know its length. RFC 9110 §8.6.
fn head_length(length: Option<u64>, fields: &HeaderMap) -> Option<u64> {
    let announced = || crate::text::digits(fields.get(http::header::CONTENT_LENGTH)?.as_bytes());
    if length == Some(0) { announced().or(length) } else { length }
}

/// RFC 9110 §10.1.1; HTTP/1.0 clients cannot mean it.
fn expects_continue(head: &RequestHead) -> Result<bool, PeerError> {
    if head.version() == Version::HTTP_10 || !head.headers().contains_key(EXPECT) {
        return Ok(false);
    }
    let mut members = list_members(head.headers(), &EXPECT);
    if members.all(|member| member.eq_ignore_ascii_case(b"100-continue")) {
        Ok(true)
    } else {
        Err(PeerError::Expectation)
    }
}

fn refusal(error: PeerError, due: Due, now: &Now, out: &mut Vec<u8>) {
    let text = format!("{}: {}.\n", error.status(), error.reason());
    encode::status_line(error.status(), out);
    encode::announcement(Announcement::Length(text.len() as u64), out);
    encode::field(b"content-type", b"text/plain; charset=utf-8", out);
    encode::head_end(Some(&now.date), ConnectionOption::Close, out);
    if !due.is_head {
        out.extend_from_slice(text.as_bytes());
    }
}

#[cfg(test)]
mod tests;
