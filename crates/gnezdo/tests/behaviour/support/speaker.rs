//! A client with one face for all versions: a request is begun, its content sent piece by piece,
//! and the answer is heard as far as it has come.
//!
//! It does something only when it is asked to: who does not wait for an answer does not read.

mod http1;
mod http2;

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use self::http1::Http1;
use self::http2::Http2;
use super::BOUND;
use super::frames::GoAway;
use super::wire::{End, Wire};

/// Fields, by names in lower case.
pub(crate) type Fields = Vec<(String, String)>;

/// A request that was begun, by its number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Asked(u32);

/// What a request consists of before its content.
#[derive(Clone, Debug)]
pub(crate) struct Ask<'a> {
    pub(crate) method: &'a str,
    pub(crate) target: &'a str,
    pub(crate) fields: Vec<(&'a str, &'a str)>,
    pub(crate) content: Content,
}

/// What is said about the content beforehand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Content {
    None,
    Length(usize),
    Unknown,
}

/// The head of an answer, final or interim.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Head {
    pub(crate) status: u16,
    pub(crate) fields: Fields,
}

/// As much of an answer as has come.
#[derive(Clone, Debug, Default)]
pub(crate) struct Heard {
    pub(crate) interim: Vec<Head>,
    pub(crate) head: Option<Head>,
    pub(crate) body: Vec<u8>,
    pub(crate) trailers: Fields,
    pub(crate) ending: Option<Ending>,
}

/// How an answer has ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Ending {
    Whole,
    /// It was broken off.
    Broken(String),
}

/// A client on one connection.
pub(crate) struct Speaker {
    wire: Wire,
    language: Language,
    heard: BTreeMap<Asked, Heard>,
}

enum Language {
    Http1(Http1),
    Http2(Box<Http2>),
}

impl<'a> Ask<'a> {
    pub(crate) fn new(method: &'a str, target: &'a str) -> Self {
        Self { method, target, fields: Vec::new(), content: Content::None }
    }

    pub(crate) fn with(mut self, name: &'a str, value: &'a str) -> Self {
        self.fields.push((name, value));
        self
    }

    pub(crate) fn content(self, content: Content) -> Self {
        Self { content, ..self }
    }
}

impl Speaker {
    pub(crate) fn http1(wire: Wire) -> Self {
        Self { wire, language: Language::Http1(Http1::default()), heard: BTreeMap::new() }
    }

    pub(crate) fn http2(mut wire: Wire) -> Self {
        let http2 = Box::new(Http2::open(&mut wire));
        Self { wire, language: Language::Http2(http2), heard: BTreeMap::new() }
    }

    /// Sends the head of a request.
    #[track_caller]
    pub(crate) fn begin(&mut self, ask: &Ask<'_>) -> Asked {
        let asked = self.prepare(ask);
        self.wire.send_now([]);
        asked
    }

    fn prepare(&mut self, ask: &Ask<'_>) -> Asked {
        let asked = match &mut self.language {
            Language::Http1(http1) => http1.begin(ask, &mut self.wire),
            Language::Http2(http2) => http2.begin(ask, &mut self.wire),
        };
        self.heard.insert(asked, Heard::default());
        asked
    }

    /// Begins a whole request, and keeps its octets until they are sent by others.
    #[track_caller]
    pub(crate) fn compose(&mut self, ask: &Ask<'_>, content: &[u8]) -> (Asked, Vec<u8>) {
        self.wire.send_now([]);
        let asked = self.prepare(ask);
        self.send(asked, content);
        self.finish(asked);
        (asked, self.wire.take_unsent())
    }

    /// Gives a piece of content; it leaves when the server has room for it.
    pub(crate) fn send(&mut self, asked: Asked, piece: impl AsRef<[u8]>) {
        match &mut self.language {
            Language::Http1(http1) => http1.send(piece.as_ref(), &mut self.wire),
            Language::Http2(http2) => http2.send(asked, piece.as_ref(), &mut self.wire),
        }
    }

    /// The content ends after what was given.
    pub(crate) fn finish(&mut self, asked: Asked) {
        self.finish_with(asked, &[]);
    }

    /// The content ends after what was given, with trailers.
    pub(crate) fn finish_with(&mut self, asked: Asked, trailers: &[(&str, &str)]) {
        match &mut self.language {
            Language::Http1(http1) => http1.finish(trailers, &mut self.wire),
            Language::Http2(http2) => http2.finish(asked, trailers, &mut self.wire),
        }
    }

    /// Wants no answer any more: under HTTP/1 that is the end of the connection.
    pub(crate) fn cancel(mut self, asked: Asked) {
        match &mut self.language {
            Language::Http1(_) => self.wire.reset(),
            Language::Http2(_) => {
                self.cancel_stream(asked);
                // It is not the end of the connection that cancels.
                self.turn_until("a ping is answered", Self::has_settled);
            }
        }
    }

    /// Wants no answer any more, under HTTP/2.
    pub(crate) fn cancel_stream(&mut self, asked: Asked) {
        if let Language::Http2(http2) = &mut self.language {
            http2.cancel(asked, &mut self.wire);
        }
        self.wire.send_now([]);
    }

    /// The connection, without what was spoken on it.
    pub(crate) fn into_wire(self) -> Wire {
        self.wire
    }

    /// Opens no more windows for this answer; HTTP/1 has none.
    pub(crate) fn hold(&mut self, asked: Asked) {
        if let Language::Http2(http2) = &mut self.language {
            http2.hold(asked);
        }
    }

    /// Opens the windows for this answer again.
    pub(crate) fn unhold(&mut self, asked: Asked) {
        if let Language::Http2(http2) = &mut self.language {
            http2.unhold(asked, &mut self.wire);
        }
    }

    /// Begins a request without content.
    #[track_caller]
    pub(crate) fn request(&mut self, method: &str, target: &str) -> Asked {
        self.begin(&Ask::new(method, target))
    }

    #[track_caller]
    pub(crate) fn get(&mut self, target: &str) -> Heard {
        let asked = self.request("GET", target);
        self.answer(asked)
    }

    #[track_caller]
    pub(crate) fn post(&mut self, target: &str, body: impl AsRef<[u8]>) -> Heard {
        let body = body.as_ref();
        let asked = self.begin(&Ask::new("POST", target).content(Content::Length(body.len())));
        self.send(asked, body);
        self.finish(asked);
        self.answer(asked)
    }

    /// Waits for a whole answer.
    #[track_caller]
    pub(crate) fn answer(&mut self, asked: Asked) -> Heard {
        let heard = self.outcome(asked);
        assert_eq!(heard.ending, Some(Ending::Whole), "{:?}", heard.head);
        heard
    }

    /// Waits for the end of an answer, of whatever kind.
    #[track_caller]
    pub(crate) fn outcome(&mut self, asked: Asked) -> Heard {
        self.wait(asked, "the answer ends", |heard| heard.ending.is_some());
        self.heard.remove(&asked).expect("it was begun")
    }

    /// Reads until the condition holds.
    #[track_caller]
    pub(crate) fn wait(&mut self, asked: Asked, what: &str, condition: impl Fn(&Heard) -> bool) {
        self.turn_until(what, |speaker| condition(speaker.heard(asked)));
    }

    /// Reads, and sends what is left to be sent, until the condition holds.
    #[track_caller]
    pub(crate) fn turn_until(&mut self, what: &str, condition: impl Fn(&Self) -> bool) {
        let end = Instant::now() + BOUND;
        self.hear();
        while !condition(self) {
            assert!(Instant::now() < end, "in vain: waited until {what}: {:?}", self.wire.end());
            let is_over = self.wire.end().is_some();
            assert!(!is_over, "the connection ended before {what}: {:?}", self.wire.end());
            self.turn(Duration::from_millis(50));
        }
    }

    /// Reads and sends as far as that goes now; if nothing moves, waits for a moment.
    pub(crate) fn turn(&mut self, moment: Duration) {
        self.wire.turn(moment);
        self.hear();
    }

    /// As much as has come of an answer.
    pub(crate) fn heard(&self, asked: Asked) -> &Heard {
        &self.heard[&asked]
    }

    /// Takes what has come of the content.
    pub(crate) fn take_body(&mut self, asked: Asked) -> Vec<u8> {
        self.heard.get_mut(&asked).map(|heard| std::mem::take(&mut heard.body)).unwrap_or_default()
    }

    /// Sends all that was given, reading meanwhile.
    #[track_caller]
    pub(crate) fn send_all(&mut self) {
        self.turn_until("all is sent", |speaker| speaker.unsent() == 0);
    }

    /// How much content was given and has not left.
    pub(crate) fn unsent(&self) -> usize {
        let waiting = match &self.language {
            Language::Http1(_) => 0,
            Language::Http2(http2) => http2.unsent(),
        };
        waiting + self.wire.unsent()
    }

    /// Says, under HTTP/2, that it wants an answer to a ping, and whether that has come.
    fn has_settled(&self) -> bool {
        match &self.language {
            Language::Http1(_) => true,
            Language::Http2(http2) => http2.is_ping_answered(),
        }
    }

    /// Waits for the end of the connection; what it was, and what was said before.
    #[track_caller]
    pub(crate) fn read_to_end(&mut self) -> (End, Vec<GoAway>) {
        let end = Instant::now() + BOUND;
        while self.wire.end().is_none() {
            assert!(Instant::now() < end, "the connection does not end");
            self.turn(Duration::from_millis(50));
        }
        (self.wire.end().expect("just seen").clone(), self.goaways().to_vec())
    }

    /// Waits for the orderly end of the connection: under TLS and HTTP/2 it is announced.
    #[track_caller]
    pub(crate) fn expect_end(&mut self) {
        let (end, goaways) = self.read_to_end();
        assert_eq!(end, End::Orderly);
        if matches!(self.language, Language::Http2(_)) {
            let codes: Vec<_> = goaways.iter().map(|goaway| goaway.code.0).collect();
            assert!(codes.last() == Some(&0), "{goaways:?}");
        }
    }

    /// What was said about the end of the connection under HTTP/2.
    pub(crate) fn goaways(&self) -> &[GoAway] {
        match &self.language {
            Language::Http1(_) => &[],
            Language::Http2(http2) => &http2.goaways,
        }
    }

    pub(crate) fn wire(&mut self) -> &mut Wire {
        &mut self.wire
    }

    fn hear(&mut self) {
        match &mut self.language {
            Language::Http1(http1) => http1.hear(&mut self.wire, &mut self.heard),
            Language::Http2(http2) => http2.hear(&mut self.wire, &mut self.heard),
        }
        if let Some(end) = self.wire.end() {
            let unended = self.heard.values_mut().filter(|heard| heard.ending.is_none());
            unended.for_each(|heard| heard.ending = Some(Ending::Broken(format!("{end:?}"))));
        }
    }
}

impl Heard {
    #[track_caller]
    pub(crate) fn status(&self) -> u16 {
        self.head.as_ref().expect("an answer").status
    }

    pub(crate) fn field(&self, name: &str) -> Option<&str> {
        self.head.as_ref()?.field(name)
    }

    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.body).expect("text")
    }

    pub(crate) fn is_whole(&self) -> bool {
        self.ending == Some(Ending::Whole)
    }
}

impl Head {
    pub(crate) fn field(&self, name: &str) -> Option<&str> {
        let mut fields = self.fields.iter();
        fields.find(|(this, _)| this == name).map(|(_, value)| value.as_str())
    }
}
