//! Answers in fewer octets, for clients that can unpack them.
//!
//! What is at hand is coded at once, what comes in pieces is coded piece by piece
//! ([`body`](self::body)). Negotiation and coders are those of static files. What is coded is
//! another representation than the handler has made: its entity tag becomes a weak one
//! (RFC 9110 §8.8.1), which `If-None-Match` still fits, and parts of it cannot be asked for.

mod body;

use bytes::Bytes;
use gnezdo_core::grammar::list_members;
use gnezdo_core::{Body, Form, Reply, Request, Response};
use gnezdo_files::coding::{Accepted, Coding, compress, is_compressible};
use http::header::{
    ACCEPT_ENCODING, ACCEPT_RANGES, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_RANGE,
    CONTENT_TYPE, ETAG, VARY,
};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};

use self::body::Coded;
use crate::middleware::{Middleware, Next};

/// How many bytes are worth coding: Akamai's figure. With its fields, less than that leaves in one
/// packet anyway (1,460 bytes on Ethernet).
const BYTES_MIN: u64 = 860;

/// How many bytes are coded at once: a millisecond or two. More would hold up the others on the
/// loop, and is coded as it is taken.
const AT_ONCE_BYTES_MAX: usize = 64 * 1024;

/// What is computed from the octets of the content as they were (RFC 9530, RFC 3230, RFC 1864).
static DIGESTS: [HeaderName; 4] = [
    HeaderName::from_static("content-digest"),
    HeaderName::from_static("repr-digest"),
    HeaderName::from_static("digest"),
    HeaderName::from_static("content-md5"),
];

/// Compresses answers with brotli, zstd or gzip, by what the request accepts.
///
/// Coded is what gets smaller by it, by its type, and has at least 860 bytes or an unknown length.
/// Left as they are: ranges and answers without content, what has a `Content-Encoding` already, a
/// digest, or `Cache-Control: no-transform`, event streams, and files on their way from the disk:
/// [`Files`](gnezdo_files::Files) codes those by itself and keeps them so, and a
/// [`SendFile`](crate::SendFile) is never coded.
///
/// Coded pages can be measured: where an answer has both a secret and something that a stranger
/// chose (a search term), its length tells of the secret, octet by octet (BREACH). Mask such
/// secrets, or keep this from those routes.
///
/// ```
/// use gnezdo_web::App;
/// use gnezdo_web::middleware::Compression;
///
/// let app = App::new().get("/", || "long ".repeat(1_000)).wrap(Compression::new());
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Compression {
    bytes_min: u64,
}

/// What is done to an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Treatment {
    /// Nothing.
    None,
    /// Others might get it coded, so caches are told.
    Vary,
    Code(Coding),
}

impl Compression {
    /// Compresses what has 860 bytes or more.
    pub fn new() -> Self {
        Self { bytes_min: BYTES_MIN }
    }

    /// How many bytes an answer must have.
    #[must_use]
    pub fn bytes_min(mut self, min: u64) -> Self {
        self.bytes_min = min;
        self
    }

    fn treatment(
        self,
        accepted: Accepted,
        status: StatusCode,
        fields: &HeaderMap,
        length: Option<u64>,
    ) -> Treatment {
        // §15.4.5: what is said of the content that the client has is said with the same `Vary`.
        if status == StatusCode::NOT_MODIFIED {
            return Treatment::Vary;
        }
        let has_content = !status.is_informational() && status != StatusCode::PARTIAL_CONTENT;
        let is_worth = length.is_none_or(|length| length >= self.bytes_min.max(1));
        if !has_content || !is_worth || !may_be_coded(fields) {
            return Treatment::None;
        }
        accepted.codings().next().map_or(Treatment::Vary, Treatment::Code)
    }

    fn treat(self, accepted: Accepted, mut response: Response) -> Response {
        let (status, length) = (response.status(), response.body().length());
        match self.treatment(accepted, status, response.headers(), length) {
            Treatment::None => response,
            Treatment::Vary => {
                vary(response.headers_mut());
                response
            }
            Treatment::Code(coding) => code(coding, response),
        }
    }
}

impl Default for Compression {
    fn default() -> Self {
        Self::new()
    }
}

fn may_be_coded(fields: &HeaderMap) -> bool {
    let content_type = fields.get(CONTENT_TYPE);
    content_type.is_some_and(|value| is_compressible(value) && !is_event_stream(value))
        && !fields.contains_key(CONTENT_ENCODING)
        && !fields.contains_key(CONTENT_RANGE)
        && !DIGESTS.iter().any(|name| fields.contains_key(name))
        // RFC 9111 §5.2.2.6.
        && !list_members(fields, &CACHE_CONTROL).any(|m| m.eq_ignore_ascii_case(b"no-transform"))
}

fn is_event_stream(content_type: &HeaderValue) -> bool {
    content_type.as_bytes().starts_with(b"text/event-stream")
}

/// Codes the content, unless it is a file, or gets no smaller.
fn code(coding: Coding, response: Response) -> Response {
    let (mut parts, body) = response.into_parts();
    let coded = match body.into_form() {
        Form::File(range) => {
            let body = Body::file(range.file, range.offset, range.length);
            return Response::from_parts(parts, body);
        }
        Form::Empty => Ok(Body::empty()),
        Form::Bytes(bytes) if bytes.len() <= AT_ONCE_BYTES_MAX => at_once(coding, bytes),
        Form::Bytes(bytes) => Ok(Body::stream(Coded::new(coding, bytes.into()))),
        Form::Stream(body) => Ok(Body::stream(Coded::new(coding, Body::stream(body)))),
    };
    vary(&mut parts.headers);
    if coded.is_ok() {
        describe(coding, &mut parts.headers);
    }
    let (Ok(body) | Err(body)) = coded;
    Response::from_parts(parts, body)
}

/// The coded content, or the content as it was.
fn at_once(coding: Coding, content: Bytes) -> Result<Body, Body> {
    match compress(coding, &content) {
        Ok(Some(coded)) => Ok(coded.into()),
        Ok(None) | Err(_) => Err(content.into()),
    }
}

/// Says that the answer depends on what is accepted, if that is not said.
fn vary(fields: &mut HeaderMap) {
    let is_said = list_members(fields, &VARY).any(|member| {
        member == b"*" || member.eq_ignore_ascii_case(ACCEPT_ENCODING.as_str().as_bytes())
    });
    if !is_said {
        fields.append(VARY, HeaderValue::from_static("accept-encoding"));
    }
}

/// Says what the content is now.
fn describe(coding: Coding, fields: &mut HeaderMap) {
    fields.insert(CONTENT_ENCODING, HeaderValue::from_static(coding.name()));
    fields.remove(CONTENT_LENGTH);
    fields.remove(ACCEPT_RANGES);
    if let Some(etag) = fields.remove(ETAG).and_then(weak) {
        fields.insert(ETAG, etag);
    }
}

/// RFC 9110 §8.8.3.3: a strong tag would have to differ between codings. A weak one says that the
/// content means the same, and so the handler's own tag fits when it comes back.
fn weak(etag: HeaderValue) -> Option<HeaderValue> {
    if etag.as_bytes().starts_with(b"W/") {
        return Some(etag);
    }
    HeaderValue::from_bytes(&[b"W/", etag.as_bytes()].concat()).ok()
}

impl Middleware for Compression {
    fn handle(&self, request: Request, next: Next) -> Reply {
        let compression = *self;
        let accepted = Accepted::read(request.headers());
        match next.call(request) {
            // What is prepared stays so, where nothing is to be done to it.
            Reply::Ready(ready)
                if Treatment::None
                    == compression.treatment(
                        accepted,
                        ready.status(),
                        ready.headers(),
                        Some(ready.body().len() as u64),
                    ) =>
            {
                Reply::Ready(ready)
            }
            reply => reply.map(move |response| compression.treat(accepted, response)),
        }
    }
}

#[cfg(test)]
mod tests;
