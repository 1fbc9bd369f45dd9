//! Somebody who answers requests, as their paths say.

use std::collections::BTreeMap;
use std::sync::Arc;

use gnezdo_core::{Limits, Machine, Now, Ready};
use gnezdo_h2::{Content, ErrorCode, Event, Follows, Gone, Request, Server, StreamId};
use gnezdo_testkit::{Clock, Subject, Transcript};
use http::response::Parts;
use http::{HeaderMap, Response, StatusCode};

use super::frames::{Narrator, text};
use super::{Pieces, note_content, note_fields, pattern};

/// When the room that content took is given back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Releases {
    /// With the end of the content: however it was cut.
    AtEnd,
    /// With each piece.
    AtOnce,
    Never,
}

/// Content of an answer on its way.
struct Outgoing {
    at: usize,
    length: usize,
    trailers: Option<HeaderMap>,
}

/// A server, and a service that answers by the path.
pub(crate) struct ServerUser {
    server: Server,
    releases: Releases,
    asked: BTreeMap<StreamId, String>,
    outgoing: BTreeMap<StreamId, Outgoing>,
    unreleased: BTreeMap<StreamId, usize>,
    pieces: Pieces,
    narrator: Narrator,
    has_begun: bool,
    was_refused: bool,
    /// How many requests came.
    pub(crate) requests: usize,
    /// How many events came after the connection was refused: none, if all is well.
    pub(crate) events_after_refusal: usize,
    /// Which streams were sent on, in their order.
    pub(crate) order: Vec<StreamId>,
}

impl ServerUser {
    pub(crate) fn new(limits: Limits) -> Self {
        Self {
            server: Server::new(Clock::new().now(), Arc::new(limits)),
            releases: Releases::AtEnd,
            asked: BTreeMap::new(),
            outgoing: BTreeMap::new(),
            unreleased: BTreeMap::new(),
            pieces: Pieces::default(),
            narrator: Narrator::new(),
            has_begun: false,
            was_refused: false,
            requests: 0,
            events_after_refusal: 0,
            order: Vec::new(),
        }
    }

    pub(crate) fn releasing(mut self, releases: Releases) -> Self {
        self.releases = releases;
        self
    }

    pub(crate) fn server(&mut self) -> &mut Server {
        &mut self.server
    }

    pub(crate) fn is_idle(&self) -> bool {
        self.server.is_idle()
    }

    fn begin(&mut self, now: &Now, id: StreamId, request: &Request, out: &mut Vec<u8>) {
        let head = request.to_head().expect("judged before");
        let path = head.uri().path_and_query().map_or("", |path| path.as_str()).to_owned();
        match path.as_str() {
            "/reset" => return self.server.reset(now, id, ErrorCode::CANCEL),
            "/hints" => {
                let link = [("link", "</a>; rel=preload")];
                let fields = link.map(|(n, v)| (n.parse().unwrap(), v.parse().unwrap()));
                let fields = HeaderMap::from_iter(fields);
                self.server.send_interim(id, StatusCode::EARLY_HINTS, &fields, out);
            }
            _ => {}
        }
        let is_early = path.starts_with("/early") || head.method() == http::Method::CONNECT;
        self.asked.insert(id, path);
        if is_early || request.content() == Content::None {
            self.answer(now, id, out);
        } else {
            self.server.send_continue(now, id, out);
        }
    }

    fn answer(&mut self, now: &Now, id: StreamId, out: &mut Vec<u8>) {
        let Some(path) = self.asked.remove(&id) else { return };
        let status = match path.as_str() {
            "/never" => return,
            "/204" => StatusCode::NO_CONTENT,
            "/304" => StatusCode::NOT_MODIFIED,
            "/100" => StatusCode::CONTINUE,
            _ => StatusCode::OK,
        };
        let size = path.rsplit('/').next().and_then(|size| size.parse::<usize>().ok());
        let (length, trailers) = match size {
            Some(size) if path.contains("size/") => (size, None),
            _ if path == "/trailers" => {
                let sum = [("x-sum".parse().unwrap(), "1".parse().unwrap())];
                (5, Some(HeaderMap::from_iter(sum)))
            }
            _ if path.is_empty() => (0, None),
            _ => {
                let ready = Ready::new(head(status), "Hello".into());
                let follows = self.server.send_ready(now, id, &ready, usize::MAX, out);
                if follows == Follows::Nothing {
                    return;
                }
                self.outgoing.insert(id, Outgoing { at: 0, length: 5, trailers: None });
                return self.server.set_ready(now, id, true);
            }
        };
        let known = trailers.is_none() && !path.starts_with("/unknown") && !path.is_empty();
        let announced = known.then_some(length as u64);
        let follows = self.server.send_response(now, id, &head(status), announced, out);
        // A tunnel says nothing by itself.
        if follows == Follows::Content && !path.is_empty() {
            self.outgoing.insert(id, Outgoing { at: 0, length, trailers });
            self.server.set_ready(now, id, true);
        }
    }

    /// Sends as much as is granted.
    pub(crate) fn send(&mut self, now: &Now, out: &mut Vec<u8>) {
        while let Some(grant) = self.server.poll_send() {
            let id = grant.stream;
            self.order.push(id);
            let Some(outgoing) = self.outgoing.get_mut(&id) else {
                panic!("a grant for nobody: {grant:?}");
            };
            let length = grant.bytes_max.min(outgoing.length - outgoing.at);
            assert!(grant.bytes_max > 0);
            let piece = pattern(outgoing.at, length);
            outgoing.at += length;
            if outgoing.at < outgoing.length {
                self.server.send_data(now, id, &piece, out);
                continue;
            }
            match &outgoing.trailers {
                None => self.server.send_last(now, id, &piece, out),
                Some(trailers) => {
                    self.server.send_data(now, id, &piece, out);
                    self.server.send_trailers(now, id, trailers, out);
                }
            }
            self.outgoing.remove(&id);
        }
    }

    fn release(&mut self, id: StreamId) {
        if let Some(bytes) = self.unreleased.remove(&id) {
            self.server.release(id, bytes);
        }
    }

    fn tell(&mut self, said: &[u8], log: &mut Transcript) {
        for line in self.narrator.tell(said) {
            // The same for all: what the machine begins with.
            if !self.has_begun && line.starts_with("< SETTINGS") {
                continue;
            }
            if !self.has_begun && line.starts_with("< WINDOW_UPDATE 0") {
                self.has_begun = true;
                continue;
            }
            self.has_begun = true;
            self.pieces.end();
            log.line(line);
        }
    }
}

fn head(status: StatusCode) -> Parts {
    let mut response = Response::new(());
    *response.status_mut() = status;
    response.into_parts().0
}

impl Subject for ServerUser {
    type Machine = Server;

    fn machine(&self) -> &Server {
        &self.server
    }

    fn machine_mut(&mut self) -> &mut Server {
        &mut self.server
    }

    fn act(&mut self, now: &Now, out: &mut Vec<u8>, log: &mut Transcript) {
        while let Some((id, gone)) = self.server.poll_lost() {
            self.note(now, Event::Gone(id, gone), out, log);
        }
        let start = out.len();
        self.send(now, out);
        let said = out[start..].to_vec();
        self.tell(&said, log);
    }

    fn note(
        &mut self,
        now: &Now,
        event: Event<'_, Request>,
        out: &mut Vec<u8>,
        log: &mut Transcript,
    ) {
        self.events_after_refusal += usize::from(self.was_refused);
        let start = out.len();
        if !matches!(event, Event::Data(..)) {
            self.pieces.end();
        }
        match event {
            Event::Head(id, request) => {
                self.requests += 1;
                let (method, target) = (request.method(), text(request.target()));
                log.line(format!("request {id} {method} {target}"));
                let head = request.to_head().expect("judged before");
                note_fields("field", head.headers(), log);
                note_content(request.content(), log);
                self.begin(now, id, &request, out);
            }
            Event::Data(id, piece) => {
                self.pieces.note(id, piece, log);
                *self.unreleased.entry(id).or_default() += piece.len();
                if self.releases == Releases::AtOnce {
                    self.release(id);
                }
            }
            Event::End(id, trailers) => {
                log.line(format!("end {id}"));
                note_fields("trailer", &trailers.unwrap_or_default(), log);
                if self.releases == Releases::AtEnd {
                    self.release(id);
                }
                self.answer(now, id, out);
            }
            Event::Gone(id, gone) => {
                log.line(format!("gone {id} {}", tell_gone(gone)));
                self.asked.remove(&id);
                self.outgoing.remove(&id);
            }
            Event::Refused(error) => {
                self.was_refused = true;
                self.asked.clear();
                self.outgoing.clear();
                log.line(format!("refused {error:?}"));
            }
        }
        let said = out[start..].to_vec();
        self.tell(&said, log);
    }

    fn note_own_words(&mut self, words: &[u8], log: &mut Transcript) {
        self.tell(words, log);
    }

    fn is_at_boundary(&self) -> bool {
        // What comes next may well be a fault, on a stream that is open.
        self.server.is_idle() || matches!(self.server.wants(), gnezdo_core::Wants::Close(_))
    }
}

pub(crate) fn tell_gone(gone: Gone) -> String {
    match gone {
        Gone::Fault(error) => format!("for {error:?}"),
        Gone::Refused(refusal) => format!("refused {refusal:?}"),
        Gone::Reset(code) => format!("reset {code}"),
        Gone::Unprocessed => "unprocessed".into(),
        Gone::Ended => "ended".into(),
    }
}
