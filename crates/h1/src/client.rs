//! The client's side of an HTTP/1.x connection.
//!
//! One request at a time: its head and content go out, interim responses and the response
//! come in. A connection whose framing left any doubt is never used for another request.

use std::sync::Arc;
use std::time::Instant;

use gnezdo_core::{Closing, Limits, Machine, Now, Pace, Step, Wants};
use http::header::HOST;
use http::request::Parts;
use http::{HeaderMap, Method, Uri, Version};

use crate::PeerError;
use crate::chunked::Decoded;
use crate::content::{Incoming, Outgoing};
use crate::deadline::Waiting;
use crate::encode::{self, Announcement, ConnectionOption};
use crate::framing::{Framing, response_framing};
use crate::head::{ResponseHead, read_response};
use crate::persistence::{Persistence, wanted_by_peer};
use crate::scan::{Scan, Section};

/// RFC 9110 §15.2 sets no bound on interim responses; somebody must.
const INTERIM_MAX: u8 = 10;

/// What the server said.
#[derive(Debug)]
pub enum ClientEvent<'i> {
    /// An interim (1xx) response; the final one is still to come.
    Interim(ResponseHead),
    /// The response. Unless `body` is [`Framing::None`], its content follows.
    Response {
        /// Status, version and fields.
        head: ResponseHead,
        /// How the end of the content is found.
        body: Framing,
    },
    /// A piece of content.
    Data(&'i [u8]),
    /// The content is complete; here are its trailer fields, if it had some.
    End(Option<HeaderMap>),
    /// The server broke the protocol or a limit; the connection is of no more use.
    Refused(PeerError),
}

/// The client's side of one connection.
#[derive(Debug)]
pub struct Client {
    limits: Arc<Limits>,
    sending: Sending,
    receiving: Receiving,
    waiting: Waiting,
    persistence: Persistence,
}

#[derive(Debug)]
enum Sending {
    Idle,
    Content(Outgoing),
    Complete,
}

#[derive(Debug)]
enum Receiving {
    /// No request has been sent.
    Nothing,
    Head {
        scan: Scan,
        method: Method,
        interim: u8,
    },
    Content(Incoming),
    Complete,
    Over,
}

impl Client {
    /// A connection that has just been made.
    pub fn new(limits: Arc<Limits>) -> Self {
        Self {
            limits,
            sending: Sending::Idle,
            receiving: Receiving::Nothing,
            waiting: Waiting::Nobody,
            persistence: Persistence::KeepAlive,
        }
    }

    /// Whether another request may be sent.
    pub fn is_idle(&self) -> bool {
        matches!(self.sending, Sending::Idle) && matches!(self.receiving, Receiving::Nothing)
    }

    /// Appends the head of a request. `length` is the length of its content, if known.
    ///
    /// The fields are sent as they are, but for those that frame the message; Host is taken
    /// from the target if it is missing. Returns how the content is to follow. Does nothing
    /// unless the connection [is idle](Self::is_idle).
    pub fn send_request(
        &mut self,
        now: &Now,
        head: &Parts,
        length: Option<u64>,
        out: &mut Vec<u8>,
    ) -> Outgoing {
        if !self.is_idle() {
            return Outgoing::None;
        }
        let (announcement, outgoing) = request_content(&head.method, length);
        request_line(head, out);
        missing_host(head, out);
        encode::announcement(announcement, out);
        encode::fields(&head.headers, out);
        self.persistence = wanted_by_peer(&head.headers, Version::HTTP_11);
        encode::head_end(None, self.option(), out);
        self.sending = Sending::Content(outgoing);
        self.receiving =
            Receiving::Head { scan: Scan::default(), method: head.method.clone(), interim: 0 };
        if outgoing == Outgoing::None {
            self.complete_request(now);
        }
        outgoing
    }

    /// Appends a piece of content.
    pub fn send_data(&mut self, piece: &[u8], out: &mut Vec<u8>) {
        if let Sending::Content(outgoing) = &mut self.sending
            && outgoing.send(piece, out).is_err()
        {
            self.abort();
        }
    }

    /// Appends the end of the content.
    pub fn send_end(&mut self, now: &Now, trailers: Option<&HeaderMap>, out: &mut Vec<u8>) {
        let Sending::Content(outgoing) = self.sending else {
            return;
        };
        match outgoing.end(trailers, out) {
            Ok(()) => self.complete_request(now),
            Err(_) => self.abort(),
        }
    }

    /// Gives the connection up.
    pub fn abort(&mut self) {
        self.sending = Sending::Complete;
        self.receiving = Receiving::Over;
        self.waiting = Waiting::Nobody;
        self.persistence = Persistence::Close;
    }

    fn option(&self) -> ConnectionOption {
        match self.persistence {
            Persistence::KeepAlive => ConnectionOption::Default,
            Persistence::Close => ConnectionOption::Close,
        }
    }

    fn complete_request(&mut self, now: &Now) {
        self.sending = Sending::Complete;
        if let Receiving::Head { .. } = self.receiving {
            self.waiting = Waiting::RestOfHead { since: now.instant };
        }
        self.start_next_cycle();
    }

    fn receive_head<'i>(&mut self, now: &Now, input: &'i [u8]) -> Step<ClientEvent<'i>> {
        let Receiving::Head { scan, .. } = &mut self.receiving else {
            return Step::nothing();
        };
        match scan.find_end(Section::Response, input, &self.limits) {
            _ if input.is_empty() => Step::nothing(),
            Ok(None) => Step::nothing(),
            Ok(Some(end)) => match self.begin_response(now, &input[..end]) {
                Ok(event) => Step::event(end, event),
                Err(error) => Step::event(end, self.refuse(error)),
            },
            Err(error) => Step::event(input.len(), self.refuse(error)),
        }
    }

    fn begin_response(
        &mut self,
        now: &Now,
        octets: &[u8],
    ) -> Result<ClientEvent<'static>, PeerError> {
        let head = read_response(octets, &self.limits)?;
        let Receiving::Head { method, interim, .. } = &mut self.receiving else {
            return Err(PeerError::UnexpectedMessage);
        };
        if head.status().is_informational() {
            *interim += 1;
            if *interim > INTERIM_MAX {
                return Err(PeerError::TooManyInterim);
            }
            return Ok(ClientEvent::Interim(head));
        }
        let body = response_framing(method, head.status(), head.headers(), head.version())?;
        let closes = wanted_by_peer(head.headers(), head.version()) == Persistence::Close;
        if closes || body == Framing::UntilClose {
            self.persistence = Persistence::Close;
        }
        // The limit is about requests; whoever reads a response holds back what is too much.
        match Incoming::new(body, u64::MAX) {
            Some(content) => {
                self.receiving = Receiving::Content(content);
                self.waiting = Waiting::Content(Pace::new(now.instant));
            }
            None => self.complete_response(),
        }
        Ok(ClientEvent::Response { head, body })
    }

    fn receive_content<'i>(&mut self, now: &Now, input: &'i [u8]) -> Step<ClientEvent<'i>> {
        let Receiving::Content(content) = &mut self.receiving else {
            return Step::nothing();
        };
        match content.receive(input, &self.limits) {
            Err(error) => Step::event(input.len(), self.refuse(error)),
            Ok(Step { used, event: None }) => Step::skip(used),
            Ok(Step { used, event: Some(Decoded::Data(piece)) }) => {
                if let Waiting::Content(pace) = &mut self.waiting {
                    pace.advance(now.instant, piece.len() as u64, &self.limits);
                }
                Step::event(used, ClientEvent::Data(piece))
            }
            Ok(Step { used, event: Some(Decoded::End(trailers)) }) => {
                self.complete_response();
                Step::event(used, ClientEvent::End(trailers))
            }
        }
    }

    fn complete_response(&mut self) {
        self.receiving = Receiving::Complete;
        self.waiting = Waiting::Nobody;
        self.start_next_cycle();
    }

    fn start_next_cycle(&mut self) {
        if !matches!(self.receiving, Receiving::Complete) {
            return;
        }
        match (&self.sending, self.persistence) {
            (Sending::Complete, Persistence::KeepAlive) => {
                self.sending = Sending::Idle;
                self.receiving = Receiving::Nothing;
            }
            (Sending::Complete, Persistence::Close) => self.receiving = Receiving::Over,
            // An answer before the end of the request: the request may still be finished.
            (Sending::Idle | Sending::Content(_), _) => {}
        }
    }

    fn refuse(&mut self, error: PeerError) -> ClientEvent<'static> {
        self.abort();
        ClientEvent::Refused(error)
    }
}

impl Machine for Client {
    type Event<'i> = ClientEvent<'i>;

    fn handle_input<'i>(&mut self, now: &Now, input: &'i [u8]) -> Step<ClientEvent<'i>> {
        match self.receiving {
            Receiving::Head { .. } => self.receive_head(now, input),
            Receiving::Content(_) => self.receive_content(now, input),
            Receiving::Over => Step::skip(input.len()),
            Receiving::Nothing | Receiving::Complete if input.is_empty() => Step::nothing(),
            // Octets that no request asked for: whose answer would they be taken for?
            Receiving::Nothing | Receiving::Complete => {
                Step::event(input.len(), self.refuse(PeerError::UnexpectedMessage))
            }
        }
    }

    fn handle_eof(&mut self, _now: &Now) -> Option<ClientEvent<'static>> {
        self.persistence = Persistence::Close;
        match self.receiving {
            Receiving::Content(ref content) if content.ends_with_stream() => {
                self.complete_response();
                Some(ClientEvent::End(None))
            }
            Receiving::Head { .. } | Receiving::Content(_) => {
                Some(self.refuse(PeerError::Truncated))
            }
            Receiving::Nothing | Receiving::Complete => {
                self.abort();
                None
            }
            Receiving::Over => None,
        }
    }

    fn handle_timeout(&mut self, now: &Now) -> Option<ClientEvent<'static>> {
        if self.poll_timeout().is_none_or(|deadline| now.instant < deadline) {
            return None;
        }
        match self.waiting {
            Waiting::Content(_) => Some(self.refuse(PeerError::ContentTimeout)),
            _ => Some(self.refuse(PeerError::HeadTimeout)),
        }
    }

    /// A client has no words of its own.
    fn poll_output(&mut self, _now: &Now, _out: &mut Vec<u8>) {}

    fn poll_timeout(&self) -> Option<Instant> {
        self.waiting.deadline(&self.limits)
    }

    fn wants(&self) -> Wants {
        match self.receiving {
            Receiving::Over => Wants::Close(Closing::Now),
            _ => Wants::Read,
        }
    }
}

fn request_line(head: &Parts, out: &mut Vec<u8>) {
    out.extend_from_slice(head.method.as_str().as_bytes());
    out.push(b' ');
    let target = match head.uri.path_and_query() {
        // RFC 9112 §3.2.3: CONNECT names host and port only.
        _ if head.method == Method::CONNECT => host_and_port(&head.uri),
        Some(target) => target.as_str(),
        None => "/",
    };
    // §3.2.1: an empty path is sent as a slash.
    if target.starts_with('?') {
        out.push(b'/');
    }
    out.extend_from_slice(target.as_bytes());
    out.extend_from_slice(b" HTTP/1.1\r\n");
}

/// RFC 9112 §3.2: a request has a Host, empty if its target has no authority.
fn missing_host(head: &Parts, out: &mut Vec<u8>) {
    if !head.headers.contains_key(HOST) {
        encode::field(b"host", host_and_port(&head.uri).as_bytes(), out);
    }
}

/// The authority without userinfo, which stays with the client (RFC 9110 §4.2.4).
fn host_and_port(uri: &Uri) -> &str {
    let authority = uri.authority().map_or("", |a| a.as_str());
    authority.rsplit_once('@').map_or(authority, |(_, host)| host)
}

/// RFC 9110 §8.6: a request whose method anticipates content announces even none.
fn request_content(method: &Method, length: Option<u64>) -> (Announcement, Outgoing) {
    let anticipates = matches!(*method, Method::POST | Method::PUT | Method::PATCH);
    match length {
        Some(0) if anticipates => (Announcement::Length(0), Outgoing::None),
        Some(0) => (Announcement::Nothing, Outgoing::None),
        Some(length) => (Announcement::Length(length), Outgoing::Length(length)),
        None => (Announcement::Chunked, Outgoing::Chunked),
    }
}
