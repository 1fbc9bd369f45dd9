//! The client's side: requests go out, responses come in, many at a time.

use gnezdo_core::{Now, Refusal};
use http::header::{CONTENT_LENGTH, HOST};
use http::request::Parts;
use http::{HeaderName, Method};

use crate::connection::{BlockHead, Connection, Event, Stage, encode_fields};
use crate::error::{Fault, PeerError};
use crate::hpack::{Decoded, Encoder, Indexing};
use crate::request::{Content, Protocol};
use crate::response::Response;
use crate::role::{Role, Roles};
use crate::spare::SpareLines;
use crate::stream::{Asked, Ends, Receiving, Sending, Stream, StreamId};
use crate::streams::Absent;
use crate::window::SendWindow;

/// RFC 9110 §15.2 sets no bound on interim responses; somebody must.
const INTERIM_MAX: u8 = 10;

/// The client's side of one connection.
///
/// ```
/// use gnezdo_core::{Machine, Now};
/// use gnezdo_h2::{Client, Content, PREFACE};
///
/// let now = Now::read();
/// let mut client = Client::new(&now, Default::default());
/// let (head, ()) = http::Request::get("https://example.org/").body(()).unwrap().into_parts();
/// let mut out = Vec::new();
/// let stream = client.send_request(&now, &head, Content::None, &mut out);
/// assert!(stream.is_some() && out.starts_with(PREFACE));
/// ```
pub type Client = Connection<ClientRole>;

/// The role of a client.
#[derive(Debug)]
pub enum ClientRole {}

#[expect(private_interfaces, reason = "nobody outside can have a role of their own")]
impl Role for ClientRole {
    type Head = Response;

    const SELF: Roles = Roles::Client;

    fn receive_lines(
        client: &mut Client,
        now: &Now,
        block: BlockHead,
        decoded: Decoded,
        lines: SpareLines,
    ) -> Result<Option<Event<'static, Response>>, Fault> {
        let Some(stream) = client.streams.get(block.stream) else {
            return match client.absent(block.stream) {
                Absent::Idle => Err(PeerError::IdleStream.into()),
                Absent::ClosedByUs => Ok(None),
                Absent::ClosedByPeer | Absent::Closed => Err(PeerError::StreamClosed.into()),
            };
        };
        let Receiving::Head { interim, asked } = stream.receiving else {
            return client.receive_trailers(now, block, decoded, &lines);
        };
        let fault = |error| Fault::Stream(block.stream, error);
        if decoded != Decoded::Complete {
            return Err(fault(PeerError::FieldsTooLarge));
        }
        let response = Response::judge(&lines, block.ends, asked, &client.limits);
        let response = response.map_err(fault)?;
        let receiving = match &response {
            Response::Interim(_) if interim == INTERIM_MAX => {
                return Err(fault(PeerError::TooManyInterim));
            }
            Response::Interim(_) => Receiving::Head { interim: interim + 1, asked },
            Response::Final { content, .. } => match content {
                Content::None => Receiving::Complete,
                Content::Length(length) => Receiving::Content { come: 0, left: Some(*length) },
                Content::Unknown => Receiving::Content { come: 0, left: None },
            },
        };
        if let Some(stream) = client.streams.get_mut(block.stream) {
            stream.receiving = receiving;
        }
        client.close_if_complete(now, block.stream);
        Ok(Some(Event::Head(block.stream, response)))
    }

    /// A server has no use for answers: its stream is reset.
    fn answer_refusal(_: &mut Client, _: &Now, _: StreamId, _: Refusal) {}
}

impl Client {
    /// Whether another request may be sent now.
    pub fn can_request(&self) -> bool {
        let has_room = self.streams.len() < self.peer.max_concurrent_streams as usize;
        self.stage == Stage::Open && has_room && self.next_id().is_some()
    }

    /// Whether the server takes an extended CONNECT. RFC 8441 §3.
    pub fn can_connect_protocol(&self) -> bool {
        self.peer.enable_connect_protocol
    }

    /// Appends the head of a request, whose URI has a scheme and an authority; what follows is
    /// `content`. Gives its stream; `None` if [no request can be sent](Self::can_request).
    pub fn send_request(
        &mut self,
        _: &Now,
        head: &Parts,
        content: Content,
        out: &mut Vec<u8>,
    ) -> Option<StreamId> {
        if !self.can_request() {
            return None;
        }
        let id = self.next_id()?;
        self.streams.note_own(id);
        let receive_window = self.new_receive_window();
        let (sending, ends) = match content {
            Content::None => (Sending::Complete, Ends::Yes),
            Content::Length(length) => (Sending::Content { left: Some(length) }, Ends::No),
            Content::Unknown => (Sending::Content { left: None }, Ends::No),
        };
        self.streams.insert(Stream {
            id,
            receiving: Receiving::Head { interim: 0, asked: Asked::of(&head.method) },
            sending,
            receive_window,
            send_window: SendWindow::new(self.peer.initial_window_size),
            priority: crate::Priority::default(),
            is_ready: false,
            is_tunnel: head.method == Method::CONNECT,
            receive_pace: None,
            send_pace: None,
        });
        self.write_head(id, ends, out, |encoder, out| {
            encode_pseudo(head, encoder, out);
            if let Content::Length(length) = content {
                let digits = itoa::Buffer::new().format(length).to_owned();
                encoder.encode(b"content-length", digits.as_bytes(), Indexing::Without, out);
            }
            let is_said = |name: &HeaderName| *name == CONTENT_LENGTH || *name == HOST;
            encode_fields(&head.headers, is_said, encoder, out);
        });
        Some(id)
    }

    /// The next identifier; `None` when they are used up. RFC 9113 §5.1.1.
    fn next_id(&self) -> Option<StreamId> {
        let last = self.streams.last_own().0;
        let next = if last == 0 { 1 } else { last + 2 };
        (next <= StreamId::MAX.0).then_some(StreamId(next))
    }
}

/// RFC 9113 §8.3.1, §8.5.
fn encode_pseudo(head: &Parts, encoder: &mut Encoder, out: &mut Vec<u8>) {
    let mut say = |name: &[u8], value: &[u8], indexing| encoder.encode(name, value, indexing, out);
    let host = head.headers.get(HOST).map(http::HeaderValue::as_bytes);
    let authority = head.uri.authority().map(|authority| authority.as_str().as_bytes());
    let authority = authority.or(host).unwrap_or_default();
    // RFC 9113 §8.3.1: without user information.
    let authority = authority.rsplit(|&octet| octet == b'@').next().unwrap_or_default();
    let protocol = head.extensions.get::<Protocol>();
    say(b":method", head.method.as_str().as_bytes(), Indexing::Incremental);
    if head.method != Method::CONNECT || protocol.is_some() {
        let scheme = head.uri.scheme_str().unwrap_or("https");
        let path = head.uri.path_and_query().map_or("/", |path| path.as_str());
        say(b":scheme", scheme.as_bytes(), Indexing::Incremental);
        say(b":path", path.as_bytes(), Indexing::Without);
    }
    if let Some(Protocol(protocol)) = protocol {
        say(b":protocol", protocol.as_bytes(), Indexing::Incremental);
    }
    say(b":authority", authority, Indexing::Incremental);
}

#[cfg(test)]
mod tests;
