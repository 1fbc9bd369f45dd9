//! Somebody who asks, on many streams at a time.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use gnezdo_core::{Limits, Machine, Now, Wants};
use gnezdo_h2::{Client, Content, ErrorCode, Event, Response, StreamId};
use gnezdo_testkit::{Clock, Subject, Transcript};
use http::{HeaderMap, HeaderValue, Method, Request, StatusCode};

use super::frames::Narrator;
use super::server_user::{Releases, tell_gone};
use super::{Pieces, note_content, note_fields, pattern};

/// A request to send.
#[derive(Clone, Debug)]
pub(crate) struct Ask {
    pub(crate) method: Method,
    pub(crate) target: String,
    pub(crate) fields: HeaderMap,
    pub(crate) content: Option<usize>,
    pub(crate) trailers: Option<HeaderMap>,
    /// Whether the content waits for `100 (Continue)`.
    pub(crate) waits: bool,
    /// Reset after so many octets of the response.
    pub(crate) gives_up_after: Option<usize>,
}

impl Ask {
    pub(crate) fn new(method: Method, path: &str) -> Self {
        let target =
            if method == Method::CONNECT { path.into() } else { format!("http://x{path}") };
        Self {
            method,
            target,
            fields: HeaderMap::new(),
            content: None,
            trailers: None,
            waits: false,
            gives_up_after: None,
        }
    }

    pub(crate) fn get(path: &str) -> Self {
        Self::new(Method::GET, path)
    }

    pub(crate) fn post(path: &str, content: usize) -> Self {
        Self { content: Some(content), ..Self::new(Method::POST, path) }
    }

    pub(crate) fn field(mut self, name: &'static str, value: &'static str) -> Self {
        self.fields.append(name, HeaderValue::from_static(value));
        self
    }

    pub(crate) fn waits_for_continue(mut self) -> Self {
        self.waits = true;
        self.field("expect", "100-continue")
    }
}

/// What has become of a request.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Outcome {
    pub(crate) interim: Vec<StatusCode>,
    pub(crate) status: Option<StatusCode>,
    pub(crate) content: Vec<u8>,
    pub(crate) trailers: Option<HeaderMap>,
    pub(crate) is_complete: bool,
    pub(crate) gone: Option<String>,
}

/// A client that sends its requests as soon as it may.
pub(crate) struct ClientUser {
    client: Client,
    releases: Releases,
    asks: VecDeque<Ask>,
    sending: BTreeMap<StreamId, (Ask, usize)>,
    unreleased: BTreeMap<StreamId, usize>,
    pub(crate) outcomes: BTreeMap<StreamId, Outcome>,
    pieces: Pieces,
    narrator: Narrator,
    asked: BTreeMap<StreamId, Ask>,
}

impl ClientUser {
    pub(crate) fn new(limits: Limits, asks: impl IntoIterator<Item = Ask>) -> Self {
        Self {
            client: Client::new(Clock::new().now(), Arc::new(limits)),
            releases: Releases::AtEnd,
            asks: asks.into_iter().collect(),
            sending: BTreeMap::new(),
            unreleased: BTreeMap::new(),
            outcomes: BTreeMap::new(),
            pieces: Pieces::default(),
            narrator: Narrator::new(),
            asked: BTreeMap::new(),
        }
    }

    pub(crate) fn releasing(mut self, releases: Releases) -> Self {
        self.releases = releases;
        self
    }

    pub(crate) fn ask(&mut self, ask: Ask) {
        self.asks.push_back(ask);
    }

    fn send_request(&mut self, now: &Now, ask: Ask, out: &mut Vec<u8>, log: &mut Transcript) {
        let mut request = Request::new(());
        *request.method_mut() = ask.method.clone();
        *request.uri_mut() = ask.target.parse().expect("a target");
        *request.headers_mut() = ask.fields.clone();
        let content = match ask.content {
            Some(_) if ask.trailers.is_some() => Content::Unknown,
            Some(length) => Content::Length(length as u64),
            None if ask.method == Method::CONNECT => Content::Unknown,
            None => Content::None,
        };
        let head = request.into_parts().0;
        let id = self.client.send_request(now, &head, content, out).expect("room for a request");
        log.line(format!("sent {id} {} {}", ask.method, ask.target));
        self.outcomes.insert(id, Outcome::default());
        self.asked.insert(id, ask.clone());
        if ask.content.is_some() {
            let waits = ask.waits;
            self.sending.insert(id, (ask, 0));
            if !waits {
                self.client.set_ready(now, id, true);
            }
        }
    }

    fn send(&mut self, now: &Now, out: &mut Vec<u8>) {
        while let Some(grant) = self.client.poll_send() {
            let id = grant.stream;
            let (ask, at) = self.sending.get_mut(&id).expect("a grant for somebody");
            let length = ask.content.unwrap_or(0);
            let size = grant.bytes_max.min(length - *at);
            let piece = pattern(*at, size);
            *at += size;
            if *at < length {
                self.client.send_data(now, id, &piece, out);
                continue;
            }
            match ask.trailers.take() {
                None => self.client.send_last(now, id, &piece, out),
                Some(trailers) => {
                    self.client.send_data(now, id, &piece, out);
                    self.client.send_trailers(now, id, &trailers, out);
                }
            }
            self.sending.remove(&id);
        }
    }

    fn release(&mut self, id: StreamId) {
        if let Some(bytes) = self.unreleased.remove(&id) {
            self.client.release(id, bytes);
        }
    }

    fn tell(&mut self, said: &[u8], log: &mut Transcript) {
        // What a client says is known; only what it says about faults is not.
        for line in self.narrator.tell(said) {
            if line.starts_with("< RST_STREAM") || line.starts_with("< GOAWAY") {
                self.pieces.end();
                log.line(line);
            }
        }
    }

    fn outcome(&mut self, id: StreamId) -> &mut Outcome {
        self.outcomes.get_mut(&id).expect("an event on a stream of ours")
    }

    fn note_response(&mut self, now: &Now, id: StreamId, head: Response, log: &mut Transcript) {
        match head {
            Response::Interim(head) => {
                log.line(format!("interim {id} {}", head.status().as_str()));
                note_fields("field", head.headers(), log);
                self.outcome(id).interim.push(head.status());
                // A server may say it to somebody who has nothing to go on with.
                if head.status() == StatusCode::CONTINUE && self.sending.contains_key(&id) {
                    self.client.set_ready(now, id, true);
                }
            }
            Response::Final { head, content } => {
                log.line(format!("response {id} {}", head.status().as_str()));
                note_fields("field", head.headers(), log);
                note_content(content, log);
                self.outcome(id).status = Some(head.status());
                self.outcome(id).is_complete = content == Content::None;
            }
        }
    }
}

impl Subject for ClientUser {
    type Machine = Client;

    fn machine(&self) -> &Client {
        &self.client
    }

    fn machine_mut(&mut self) -> &mut Client {
        &mut self.client
    }

    fn act(&mut self, now: &Now, out: &mut Vec<u8>, log: &mut Transcript) {
        while let Some((id, gone)) = self.client.poll_lost() {
            self.note(now, Event::Gone(id, gone), out, log);
        }
        let start = out.len();
        while self.client.can_request() {
            let Some(ask) = self.asks.pop_front() else { break };
            self.send_request(now, ask, out, log);
        }
        self.send(now, out);
        let said = out[start..].to_vec();
        self.tell(&said, log);
    }

    fn note(
        &mut self,
        now: &Now,
        event: Event<'_, Response>,
        out: &mut Vec<u8>,
        log: &mut Transcript,
    ) {
        let start = out.len();
        if !matches!(event, Event::Data(..)) {
            self.pieces.end();
        }
        match event {
            Event::Head(id, head) => self.note_response(now, id, head, log),
            Event::Data(id, piece) => {
                self.pieces.note(id, piece, log);
                self.outcome(id).content.extend_from_slice(piece);
                *self.unreleased.entry(id).or_default() += piece.len();
                if self.releases == Releases::AtOnce {
                    self.release(id);
                }
                let come = self.outcomes[&id].content.len();
                let limit = self.asked.get(&id).and_then(|ask| ask.gives_up_after);
                if limit.is_some_and(|limit| come >= limit) {
                    self.client.reset(now, id, ErrorCode::CANCEL);
                }
            }
            Event::End(id, trailers) => {
                log.line(format!("end {id}"));
                note_fields("trailer", &trailers.clone().unwrap_or_default(), log);
                if self.releases == Releases::AtEnd {
                    self.release(id);
                }
                self.outcome(id).trailers = trailers;
                self.outcome(id).is_complete = true;
            }
            Event::Gone(id, gone) => {
                log.line(format!("gone {id} {}", tell_gone(gone)));
                self.outcome(id).gone = Some(tell_gone(gone));
                self.sending.remove(&id);
            }
            Event::Refused(error) => {
                log.line(format!("refused {error:?}"));
                self.sending.clear();
            }
        }
        let said = out[start..].to_vec();
        self.tell(&said, log);
    }

    fn note_own_words(&mut self, words: &[u8], log: &mut Transcript) {
        self.tell(words, log);
    }

    fn is_at_boundary(&self) -> bool {
        self.client.is_idle() || matches!(self.client.wants(), Wants::Close(_))
    }
}
