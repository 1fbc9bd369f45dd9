//! Somebody who answers requests.

use std::sync::Arc;

use gnezdo_core::{Limits, Now, Ready};
use gnezdo_h1::{Event, Framing, Outgoing, RequestHead, Server};
use gnezdo_testkit::{Clock, Subject, Transcript};
use http::{HeaderMap, Response, StatusCode};

use super::{note_body, note_fields, text, version_name};

/// When the answer is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Moment {
    /// With the end of the request, as most services do.
    AtEnd,
    /// Right after the head, whatever follows.
    AtHead,
    /// Not at all: the service is stuck.
    Never,
}

/// An answer of the service.
#[derive(Clone, Debug, Default)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) fields: HeaderMap,
    pub(crate) content: Content,
}

/// Its content.
#[derive(Clone, Debug)]
pub(crate) enum Content {
    /// Prepared, with everything in it.
    Ready(&'static str),
    /// Of a known length; given in pieces, which may break the promise.
    Length(u64, Vec<Vec<u8>>),
    /// Of unknown length.
    Unknown(Vec<Vec<u8>>, Option<HeaderMap>),
}

impl Default for Content {
    fn default() -> Self {
        Self::Ready("Hello")
    }
}

/// A server, and a service that answers by the request's head.
pub(crate) struct ServerUser {
    server: Server,
    moment: Moment,
    service: fn(&RequestHead) -> Answer,
    pending: Option<RequestHead>,
    /// How many requests came.
    pub(crate) requests: usize,
    /// How many requests came after a refusal: none, if all is well.
    pub(crate) requests_after_refusal: usize,
    was_refused: bool,
    limits: Arc<Limits>,
}

impl ServerUser {
    /// Takes plain requests as such, which must make no difference.
    pub(crate) fn taking_plain(mut self) -> Self {
        self.server.offer_plain();
        self
    }

    pub(crate) fn new(limits: Limits, moment: Moment) -> Self {
        let limits = Arc::new(limits);
        Self {
            server: Server::new(Clock::new().now(), limits.clone()),
            limits,
            moment,
            service: |_| Answer::default(),
            pending: None,
            requests: 0,
            requests_after_refusal: 0,
            was_refused: false,
        }
    }

    pub(crate) fn with_service(mut self, service: fn(&RequestHead) -> Answer) -> Self {
        self.service = service;
        self
    }

    pub(crate) fn server(&mut self) -> &mut Server {
        &mut self.server
    }

    fn note_request(&mut self, head: &RequestHead, body: Framing, log: &mut Transcript) {
        self.requests += 1;
        self.requests_after_refusal += usize::from(self.was_refused);
        let (method, target) = (head.method(), text(head.uri().to_string().as_bytes()));
        log.line(format!("request {method} {target} {}", version_name(head.version())));
        note_fields("field", head.headers(), log);
        note_body(body, log);
    }

    fn begin(&mut self, now: &Now, out: &mut Vec<u8>, log: &mut Transcript) {
        let start = out.len();
        self.server.send_continue(now, out);
        if out.len() > start {
            log.line("said 100");
        }
    }

    fn answer(&mut self, now: &Now, out: &mut Vec<u8>, log: &mut Transcript) {
        let Some(head) = self.pending.take_if(|_| self.server.is_answer_due()) else {
            return;
        };
        let Answer { status, fields, content } = (self.service)(&head);
        let mut response = Response::new(());
        *response.status_mut() = status;
        *response.headers_mut() = fields;
        let (parts, ()) = response.into_parts();
        let start = out.len();
        match content {
            Content::Ready(text) => {
                let ready = Ready::new(parts, text.into());
                self.server.send_ready(now, &ready, usize::MAX, out);
            }
            Content::Length(length, pieces) => {
                let outgoing = self.server.send_response(now, &parts, Some(length), out);
                self.send(now, outgoing, &pieces, None, out);
            }
            Content::Unknown(pieces, trailers) => {
                let outgoing = self.server.send_response(now, &parts, None, out);
                self.send(now, outgoing, &pieces, trailers.as_ref(), out);
            }
        }
        log.line(format!("answer {}", describe(&out[start..])));
    }

    fn send(
        &mut self,
        now: &Now,
        outgoing: Outgoing,
        pieces: &[Vec<u8>],
        trailers: Option<&HeaderMap>,
        out: &mut Vec<u8>,
    ) {
        if outgoing == Outgoing::None {
            return;
        }
        for piece in pieces {
            self.server.send_data(piece, out);
        }
        self.server.send_end(now, trailers, out);
    }
}

impl Subject for ServerUser {
    type Machine = Server;

    fn machine(&self) -> &Server {
        &self.server
    }

    fn machine_mut(&mut self) -> &mut Server {
        &mut self.server
    }

    fn note(&mut self, now: &Now, event: Event<'_>, out: &mut Vec<u8>, log: &mut Transcript) {
        match event {
            Event::Plain(request) => {
                let head = request.to_head(&self.limits).expect("judged before");
                self.note(now, Event::Request { head, body: Framing::None }, out, log);
            }
            Event::Request { head, body } => {
                self.note_request(&head, body, log);
                self.pending = Some(head);
                match self.moment {
                    Moment::AtHead => self.answer(now, out, log),
                    Moment::AtEnd if body == Framing::None => self.answer(now, out, log),
                    Moment::AtEnd => self.begin(now, out, log),
                    Moment::Never => {}
                }
            }
            Event::Data(piece) => log.content(piece),
            Event::End(trailers) => {
                log.line("end");
                note_fields("trailer", &trailers.unwrap_or_default(), log);
                if self.moment == Moment::AtEnd {
                    self.answer(now, out, log);
                }
            }
            Event::Refused(error) => {
                self.was_refused = true;
                log.line(format!("refused {error:?}"));
            }
        }
    }

    fn note_own_words(&mut self, words: &[u8], log: &mut Transcript) {
        log.line(format!("said {}", describe(words)));
    }

    fn is_at_boundary(&self) -> bool {
        use gnezdo_core::{Machine, Wants};
        self.server.is_idle() || matches!(self.server.wants(), Wants::Close(_))
    }
}

/// Status code and connection option of an answer.
///
/// # Panics
/// If the answer lacks what every answer must have.
pub(crate) fn describe(answer: &[u8]) -> String {
    let end = answer.windows(4).position(|w| w == b"\r\n\r\n").expect("a complete head");
    let head = std::str::from_utf8(&answer[..end]).expect("a head in ASCII");
    let mut lines = head.split("\r\n");
    let status = lines.next().and_then(|line| line.split(' ').nth(1)).expect("a status");
    let fields: Vec<_> = lines.collect();
    // RFC 9110 §6.6.1: an origin server with a clock sends Date.
    assert!(fields.iter().any(|line| line.starts_with("date: ")), "{head}");
    match fields.iter().find_map(|line| line.strip_prefix("connection: ")) {
        Some(option) => format!("{status}, {option}"),
        None => status.into(),
    }
}
