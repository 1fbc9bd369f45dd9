//! The server's side: requests come in, answers go out.
//!
//! The service decides about status, fields and content; the machine about everything that
//! frames the message or manages the connection. Server push is not sent, because browsers have
//! removed it; what takes its place is `103 (Early Hints)`: [`Server::send_interim`].

use std::sync::Arc;

use gnezdo_core::grammar::{contains, digits};
use gnezdo_core::{FixedField, Now, Ready, Refusal};
use http::header::{CONNECTION, CONTENT_LENGTH, DATE};
use http::response::Parts;
use http::{HeaderMap, StatusCode};

use crate::connection::{
    BlockHead, Connection, Event, Follows, encode_field, encode_fields, prepare,
};
use crate::error::{ErrorCode, Fault, PeerError};
use crate::hpack::{Decoded, Encoder, Indexing, Prepared};
use crate::request::{Content, Request, Unfit, asked};
use crate::role::{Role, Roles};
use crate::spare::SpareLines;
use crate::stream::{Asked, Due, Ends, Receiving, Sending, Stream, StreamId};
use crate::streams::Absent;
use crate::window::SendWindow;

/// The server's side of one connection.
///
/// ```
/// use gnezdo_core::{Machine, Now, Ready};
/// use gnezdo_h2::{Event, PREFACE, Server};
///
/// let now = Now::read();
/// let mut server = Server::new(&now, Default::default());
/// let mut input = PREFACE.to_vec();
/// input.extend(b"\0\0\0\x04\0\0\0\0\0"); // SETTINGS, none
/// input.extend(b"\0\0\x06\x01\x05\0\0\0\x01"); // HEADERS with END_STREAM and END_HEADERS
/// input.extend(b"\x82\x86\x84\x41\x01x"); // GET, http, /, x
///
/// let (mut at, mut out) = (0, Vec::new());
/// while at < input.len() {
///     let step = server.handle_input(&now, &input[at..]);
///     at += step.used;
///     if let Some(Event::Head(stream, request)) = step.event {
///         assert_eq!(request.target(), b"/");
///         let (answer, ()) = http::Response::new(()).into_parts();
///         server.send_ready(&now, stream, &Ready::new(answer, "Hello".into()), 1024, &mut out);
///     }
/// }
/// assert!(out.ends_with(b"\0\0\x05\0\x01\0\0\0\x01Hello")); // DATA with END_STREAM
/// ```
pub type Server = Connection<ServerRole>;

/// The role of a server.
#[derive(Debug)]
pub enum ServerRole {}

#[expect(private_interfaces, reason = "nobody outside can have a role of their own")]
impl Role for ServerRole {
    type Head = Request;

    const SELF: Roles = Roles::Server;

    fn receive_lines(
        server: &mut Server,
        now: &Now,
        block: BlockHead,
        decoded: Decoded,
        lines: SpareLines,
    ) -> Result<Option<Event<'static, Request>>, Fault> {
        if server.streams.get(block.stream).is_some() {
            return server.receive_trailers(now, block, decoded, &lines);
        }
        if !server.admits(block.stream)? {
            return Ok(None);
        }
        server.begin(now, block, decoded, lines)
    }

    fn answer_refusal(server: &mut Server, now: &Now, id: StreamId, refusal: Refusal) {
        let mut response = http::Response::new(());
        *response.status_mut() = refusal.status();
        let plain = http::HeaderValue::from_static("text/plain; charset=utf-8");
        response.headers_mut().insert(http::header::CONTENT_TYPE, plain);
        let ready = Ready::new(response.into_parts().0, refusal.text().into());
        let mut words = std::mem::take(&mut server.own_words);
        if server.send_ready(now, id, &ready, usize::MAX, &mut words) == Follows::Content {
            // The client has no window for a sentence: it has to do with the status.
            server.reset(now, id, ErrorCode::CANCEL);
        }
        words.append(&mut server.own_words);
        server.own_words = words;
    }
}

impl Server {
    /// Whether a header block opens a new stream. RFC 9113 §5.1.1.
    fn admits(&mut self, id: StreamId) -> Result<bool, Fault> {
        if !id.is_client_s() {
            return Err(PeerError::StreamIdentifier.into());
        }
        match self.absent(id) {
            Absent::Idle => {}
            Absent::ClosedByUs => return Ok(false),
            Absent::ClosedByPeer => return Err(PeerError::StreamClosed.into()),
            Absent::Closed => return Err(PeerError::StreamIdentifier.into()),
        }
        self.streams.note_peer_s(id);
        if self.streams.len() >= self.limits.http2.streams_max {
            return Err(Fault::Stream(id, PeerError::TooManyStreams));
        }
        Ok(true)
    }

    fn begin(
        &mut self,
        now: &Now,
        block: BlockHead,
        decoded: Decoded,
        lines: SpareLines,
    ) -> Result<Option<Event<'static, Request>>, Fault> {
        let BlockHead { stream: id, ends } = block;
        let asked = asked(&lines);
        let judged = match decoded {
            Decoded::Complete => Request::judge(lines, ends, &self.limits),
            Decoded::ListTooLarge => Err(Unfit::Refused(Refusal::HeadTooLarge)),
            Decoded::TooManyLines => Err(Unfit::Refused(Refusal::TooManyFields)),
        };
        match judged {
            Ok(request) => {
                self.open(now, id, &request);
                Ok(Some(Event::Head(id, request)))
            }
            Err(Unfit::Malformed(error)) => Err(Fault::Stream(id, error)),
            Err(Unfit::Refused(refusal)) => {
                let due = Due { asked, expects_continue: false };
                let receiving = match ends {
                    Ends::Yes => Receiving::Complete,
                    Ends::No => Receiving::Content { come: 0, left: None },
                };
                self.insert(id, receiving, due);
                Ok(Some(self.refuse_request(now, id, refusal)))
            }
        }
    }

    fn open(&mut self, now: &Now, id: StreamId, request: &Request) {
        let receiving = match request.content() {
            Content::None => Receiving::Complete,
            Content::Length(length) => Receiving::Content { come: 0, left: Some(length) },
            Content::Unknown => Receiving::Content { come: 0, left: None },
        };
        let due = request.due();
        let preferred = self.streams.take_preferred(id);
        let stream = self.insert(id, receiving, due);
        stream.priority = preferred.unwrap_or(request.priority());
        stream.is_tunnel = due.asked == Asked::Connect;
        if receiving != Receiving::Complete && !due.expects_continue {
            stream.watch_content(now.instant);
            let pace = stream.receive_pace;
            self.waiting.watch(pace.and_then(|pace| pace.deadline(&self.limits)));
        }
    }

    fn insert(&mut self, id: StreamId, receiving: Receiving, due: Due) -> &mut Stream {
        let receive_window = self.new_receive_window();
        self.streams.insert(Stream {
            id,
            receiving,
            sending: Sending::Due(due),
            receive_window,
            send_window: SendWindow::new(self.peer.initial_window_size),
            priority: crate::Priority::default(),
            is_ready: false,
            is_tunnel: false,
            receive_pace: None,
            send_pace: None,
        })
    }

    /// Whether an answer has been asked for on a stream, and not begun.
    pub fn is_answer_due(&self, id: StreamId) -> bool {
        self.due(id).is_some()
    }

    fn due(&self, id: StreamId) -> Option<Due> {
        match self.streams.get(id)?.sending {
            Sending::Due(due) => Some(due),
            Sending::Content { .. } | Sending::Complete => None,
        }
    }

    /// Appends the head of an answer. `length` is the length of its content, if known.
    ///
    /// Says whether the content is to follow; if not, the answer is complete. Does nothing if no
    /// answer is due.
    pub fn send_response(
        &mut self,
        now: &Now,
        id: StreamId,
        head: &Parts,
        length: Option<u64>,
        out: &mut Vec<u8>,
    ) -> Follows {
        let Some(due) = self.due(id) else {
            return Follows::Nothing;
        };
        if head.status.is_informational() {
            // An interim response is no answer: the client would wait for ever.
            self.reset(now, id, ErrorCode::INTERNAL_ERROR);
            return Follows::Nothing;
        }
        let (announced, follows) = framing(due.asked, head.status, length, &head.headers);
        let (status, fields) = (head.status, &head.headers);
        self.write_answer(now, id, fields, (announced, follows), out, |encoder, out| {
            encode_head(status, announced, fields, encoder, out);
        });
        follows
    }

    /// Appends a prepared answer, and its content if that is welcome and there is room for it.
    ///
    /// Says whether the content is to follow as after [`send_response`](Self::send_response): it
    /// does if it is longer than `content_bytes_max` bytes or than the windows. Otherwise the
    /// answer is complete. Does nothing if no answer is due.
    pub fn send_ready(
        &mut self,
        now: &Now,
        id: StreamId,
        ready: &Ready,
        content_bytes_max: usize,
        out: &mut Vec<u8>,
    ) -> Follows {
        let Some(due) = self.due(id) else {
            return Follows::Nothing;
        };
        let content = ready.body();
        let (status, fields) = (ready.status(), ready.headers());
        let length = Some(content.len() as u64);
        let (announced, follows) = framing(due.asked, status, length, fields);
        let prepared = ready.prepared(PreparedHead::of);
        let prepared = prepared.filter(|prepared| prepared.announced == announced);
        let framed = (announced, follows);
        self.write_answer(now, id, fields, framed, out, |encoder, out| match prepared {
            Some(prepared) => encoder.encode_prepared(&prepared.fields, out),
            None => encode_head(status, announced, fields, encoder, out),
        });
        if follows == Follows::Nothing {
            return follows;
        }
        if content.len() > content_bytes_max.min(self.room(id)) {
            return Follows::Content;
        }
        self.send_last(now, id, content, out);
        Follows::Nothing
    }

    /// Appends an interim (1xx) response, such as `103 (Early Hints)`. Does nothing once the
    /// answer has begun.
    pub fn send_interim(
        &mut self,
        id: StreamId,
        status: StatusCode,
        fields: &HeaderMap,
        out: &mut Vec<u8>,
    ) {
        // RFC 9113 §8.6: HTTP/2 has no 101.
        let is_interim = status.is_informational() && status != StatusCode::SWITCHING_PROTOCOLS;
        if is_interim && self.is_answer_due(id) {
            self.write_head(id, Ends::No, out, |encoder, out| {
                encoder.encode_status(status.as_u16(), out);
                encode_fields(fields, |name| *name == CONTENT_LENGTH, encoder, out);
            });
        }
    }

    /// Appends `100 (Continue)` if the client waits for it. RFC 9110 §10.1.1.
    pub fn send_continue(&mut self, now: &Now, id: StreamId, out: &mut Vec<u8>) {
        let Some(stream) = self.streams.get_mut(id) else {
            return;
        };
        if let Sending::Due(due) = &mut stream.sending
            && due.expects_continue
        {
            due.expects_continue = false;
            stream.watch_content(now.instant);
            let deadline = stream.deadline(&self.limits);
            self.waiting.watch(deadline);
            self.send_interim(id, StatusCode::CONTINUE, &HeaderMap::new(), out);
        }
    }

    /// Appends the head of an answer, which `encode` gives to the encoder, with those fields that
    /// every answer has, unless it has them as its own.
    fn write_answer(
        &mut self,
        now: &Now,
        id: StreamId,
        own: &HeaderMap,
        (announced, follows): (Option<u64>, Follows),
        out: &mut Vec<u8>,
        encode: impl FnOnce(&mut Encoder, &mut Vec<u8>),
    ) {
        let ends = if follows == Follows::Nothing { Ends::Yes } else { Ends::No };
        let fixed_field = self.fixed_field.clone();
        self.write_head(id, ends, out, |encoder, out| {
            encode(encoder, out);
            if !contains(own, &DATE) {
                // The same for a second: worth a place in the table.
                encoder.encode(b"date", now.date.as_bytes(), Indexing::Incremental, out);
            }
            if let Some(field) = fixed_field.filter(|field| field.is_missing_in(own)) {
                encode_field(field.name().as_str().as_bytes(), field.value(), encoder, out);
            }
        });
        match ends {
            Ends::Yes => self.complete_sending(now, id),
            Ends::No => {
                if let Some(stream) = self.streams.get_mut(id) {
                    stream.sending = Sending::Content { left: announced };
                }
            }
        }
        if contains(own, &CONNECTION) && says_close(own) {
            self.leave();
        }
    }

    /// From now on every answer has this field, unless it has one of that name.
    pub fn say_always(&mut self, field: Arc<FixedField>) {
        self.fixed_field = Some(field);
    }
}

/// RFC 9113 §8.2.2: the field is not sent. What it says is said with GOAWAY.
fn says_close(fields: &HeaderMap) -> bool {
    let mut options = fields.get_all(CONNECTION).iter();
    options.any(|option| option.as_bytes().eq_ignore_ascii_case(b"close"))
}

/// What of a prepared answer's head is the same each time.
struct PreparedHead {
    announced: Option<u64>,
    fields: Prepared,
}

impl PreparedHead {
    fn of(ready: &Ready) -> Self {
        let (status, fields) = (ready.status(), ready.headers());
        let (announced, _) = framing(Asked::Other, status, Some(ready.body().len() as u64), fields);
        Self { announced, fields: prepare(status, announced, fields) }
    }
}

fn encode_head(
    status: StatusCode,
    announced: Option<u64>,
    fields: &HeaderMap,
    encoder: &mut Encoder,
    out: &mut Vec<u8>,
) {
    encoder.encode_status(status.as_u16(), out);
    if let Some(length) = announced {
        let mut digits = itoa::Buffer::new();
        let digits = digits.format(length).as_bytes();
        encoder.encode(b"content-length", digits, Indexing::Without, out);
    }
    encode_fields(fields, |name| *name == CONTENT_LENGTH, encoder, out);
}

/// The length that is announced, and whether content follows. RFC 9110 §6.4.1, §8.6.
fn framing(
    asked: Asked,
    status: StatusCode,
    length: Option<u64>,
    fields: &HeaderMap,
) -> (Option<u64>, Follows) {
    if matches!(status, StatusCode::NO_CONTENT | StatusCode::NOT_MODIFIED) {
        return (None, Follows::Nothing);
    }
    // RFC 9110 §9.3.6: success of CONNECT is a tunnel.
    if asked == Asked::Connect && status.is_success() {
        return (None, Follows::Content);
    }
    // RFC 9110 §15.3.6: no content, whatever the service gives.
    let length = if status == StatusCode::RESET_CONTENT { Some(0) } else { length };
    match (asked, length) {
        // A relayed answer to HEAD has no content but may know its length. RFC 9110 §8.6.
        (Asked::Head, Some(0)) => {
            let relayed = fields.get(CONTENT_LENGTH).and_then(|value| digits(value.as_bytes()));
            (relayed.or(length), Follows::Nothing)
        }
        (Asked::Head, _) => (length, Follows::Nothing),
        (_, Some(0)) => (Some(0), Follows::Nothing),
        (_, length) => (length, Follows::Content),
    }
}

#[cfg(test)]
mod tests;
