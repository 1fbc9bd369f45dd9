//! Forms with files (`multipart/form-data`, RFC 7578) as an argument, read part by part.
//!
//! ```text
//! body ──► gate ──► parser (multer) ──► Field ──► handler
//!           └ one piece at a time, and only when the parser has no use for what it has
//! ```
//!
//! Nothing is kept but the piece at hand: what a handler does not read stays with the peer. Every
//! limit acts when the octet beyond it is seen, before it is handed to anybody.
//!
//! A part that a handler skips is read over, within the same limits.

mod field;
mod file_name;
mod gate;
mod limits;
mod saving;
mod whole;

use std::fmt;
use std::future::poll_fn;
use std::pin::Pin;

use bytes::Bytes;
use futures_core::Stream;
use http::HeaderMap;
use http::header::CONTENT_TYPE;

pub use field::Field;
pub use limits::MultipartLimits;
pub use whole::UploadedFile;

use self::gate::{Gate, Source};
use crate::announced::announced_bytes;
use crate::demands::Demands;
use crate::extract::{FromRequest, Routed, Taken};
use crate::fields::QueryLimits;
use crate::query;
use crate::rejection::Rejection;

/// RFC 2046 §5.1.1: a boundary has 1 to 70 characters.
const BOUNDARY_BYTES_MAX: usize = 70;

/// A form with files (`multipart/form-data`), read part by part as it comes: the last argument of
/// a handler.
///
/// Another type than `multipart/form-data`, or one without a boundary, is 415; content that breaks
/// off, or that cannot be read, is 400; what exceeds one of the [`MultipartLimits`] is 413.
///
/// ```
/// use gnezdo_web::{App, Multipart, Problem, TestClient};
///
/// async fn upload(mut form: Multipart) -> Result<String, Problem> {
///     let mut seen = String::new();
///     while let Some(mut field) = form.next_field().await? {
///         let mut bytes = 0;
///         while let Some(piece) = field.chunk().await? {
///             bytes += piece.len();
///         }
///         seen += &format!("{} {:?} {bytes}\n", field.name(), field.file_name());
///     }
///     Ok(seen)
/// }
///
/// let client = TestClient::new(App::new().post("/", upload));
/// let form = client.post("/").field("title", "Nest").file("photo", "a.png", "image/png", "…");
/// assert_eq!(form.send().text(), "title None 4\nphoto Some(\"a.png\") 3\n");
/// ```
pub struct Multipart {
    parser: multer::Multipart<'static>,
    gate: Gate,
    limits: MultipartLimits,
    /// Of the fields, if they are read as a whole.
    query_limits: QueryLimits,
    parts: usize,
    part: Option<Part>,
    /// After a refusal nothing is read as a part.
    refused: Option<Rejection>,
}

/// The part that is being read.
struct Part {
    source: multer::Field<'static>,
    bytes: u64,
    bytes_max: u64,
    limit: &'static str,
}

impl Multipart {
    /// The next part; `None` after the last one. What is left of the part before is read over.
    ///
    /// # Errors
    /// Content that breaks off, is malformed, or exceeds a limit; and from then on the same.
    pub async fn next_field(&mut self) -> Result<Option<Field<'_>>, Rejection> {
        while self.next_piece().await?.is_some() {}
        self.part = None;
        self.gate.begin_head(self.limits.part_head_bytes_max);
        let next = poll_fn(|cx| self.gate.poll(cx, |cx| self.parser.poll_next_field(cx))).await;
        self.gate.end_head();
        let begun = match next {
            Ok(None) => return Ok(None),
            Ok(Some(source)) => self.begin(source),
            Err(error) => Err(self.gate.rejection(error)),
        };
        match begun {
            Ok(head) => Ok(Some(Field::new(self, head))),
            Err(rejection) => Err(self.refuse(rejection)),
        }
    }

    /// Judges the head of a part.
    fn begin(&mut self, source: multer::Field<'static>) -> Result<field::Head, Rejection> {
        self.parts += 1;
        let max = self.limits.parts_max;
        if self.parts > max {
            return Err(Rejection::ContentLimit { limit: "parts", max: max as u64 });
        }
        let max = self.limits.part_head_bytes_max;
        if head_bytes(source.headers()) > max {
            return Err(Rejection::ContentLimit { limit: limits::PART_HEAD_BYTES, max });
        }
        let head = field::Head::of(&source)?;
        let (bytes_max, limit) = match head.raw_file_name {
            Some(_) => (self.limits.file_bytes_max, "bytes in a file"),
            None => (self.limits.field_bytes_max, "bytes in a field"),
        };
        self.part = Some(Part { source, bytes: 0, bytes_max, limit });
        Ok(head)
    }

    /// The next piece of the part that is being read; `None` at its end.
    async fn next_piece(&mut self) -> Result<Option<Bytes>, Rejection> {
        if let Some(rejection) = &self.refused {
            return Err(rejection.clone());
        }
        let Some(part) = &mut self.part else { return Ok(None) };
        let gate = &self.gate;
        let next = poll_fn(|cx| gate.poll(cx, |cx| Pin::new(&mut part.source).poll_next(cx))).await;
        let counted = match next {
            None => return Ok(None),
            Some(Ok(piece)) => part.count(piece),
            Some(Err(error)) => Err(gate.rejection(error)),
        };
        counted.map(Some).map_err(|rejection| self.refuse(rejection))
    }

    fn refuse(&mut self, rejection: Rejection) -> Rejection {
        self.refused = Some(rejection.clone());
        rejection
    }
}

impl Part {
    fn count(&mut self, piece: Bytes) -> Result<Bytes, Rejection> {
        self.bytes += piece.len() as u64;
        if self.bytes > self.bytes_max {
            return Err(Rejection::ContentLimit { limit: self.limit, max: self.bytes_max });
        }
        Ok(piece)
    }
}

/// How many bytes the lines of a head have, line breaks included.
fn head_bytes(headers: &HeaderMap) -> u64 {
    let line = |(name, value): (&http::HeaderName, &http::HeaderValue)| {
        name.as_str().len() + ": ".len() + value.len() + "\r\n".len()
    };
    headers.iter().map(line).sum::<usize>() as u64
}

impl FromRequest for Multipart {
    type Rejection = Rejection;

    fn from_request(routed: Routed<'_>) -> Taken<Self, Rejection> {
        let boundary = match boundary(routed.request().headers()) {
            Ok(boundary) => boundary,
            Err(rejection) => return Taken::Now(Err(rejection)),
        };
        let (limits, query_limits) = (MultipartLimits::of(&routed), query::limits(&routed));
        let max = limits.content_bytes_max;
        let request = routed.into_request();
        if announced_bytes(&request) > max {
            let limit = limits::CONTENT_BYTES;
            return Taken::Now(Err(Rejection::ContentLimit { limit, max }));
        }
        let gate = Gate::new(max);
        let parser = multer::Multipart::new(Source::new(request.into_body(), &gate), boundary);
        let (parts, part, refused) = (0, None, None);
        Taken::Now(Ok(Self { parser, gate, limits, query_limits, parts, part, refused }))
    }

    fn demands(demands: &mut Demands) {
        demands.request();
    }
}

/// What stands between the parts, as the type of the content says it.
fn boundary(headers: &HeaderMap) -> Result<String, Rejection> {
    let found = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let refused = |expected| Rejection::ContentType { expected, found: found.map(str::to_owned) };
    match multer::parse_boundary(found.unwrap_or_default()) {
        Ok(boundary) if (1..=BOUNDARY_BYTES_MAX).contains(&boundary.len()) => Ok(boundary),
        Ok(_) | Err(multer::Error::NoBoundary) => {
            Err(refused("multipart/form-data with a boundary of 1 to 70 characters"))
        }
        Err(_) => Err(refused("multipart/form-data")),
    }
}

impl fmt::Debug for Multipart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Multipart").field("parts", &self.parts).finish_non_exhaustive()
    }
}
