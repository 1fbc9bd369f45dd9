//! Arguments that take the content: all of it, as octets or text, or as it comes.

use std::convert::Infallible;
use std::future::poll_fn;
use std::pin::Pin;

use bytes::Bytes;
use gnezdo_core::{Body, Form};
use http::HeaderMap;
use http::header::CONTENT_TYPE;
use http_body::Body as _;

use crate::demands::Demands;
use crate::extract::{FromRequest, Pieces, Routed, Taken};
use crate::rejection::Rejection;

/// How much room is made for content before any of it has come, in bytes: a peer may announce
/// much and send nothing.
const ROOM_BYTES_MAX: u64 = 64 * 1024;

impl FromRequest for Bytes {
    type Rejection = Rejection;

    fn from_request(routed: Routed<'_>) -> Taken<Self, Rejection> {
        let max = routed.content_bytes_max();
        collect(routed.into_request().into_body(), max)
    }

    fn demands(demands: &mut Demands) {
        demands.request();
    }
}

impl FromRequest for Vec<u8> {
    type Rejection = Rejection;

    fn from_request(routed: Routed<'_>) -> Taken<Self, Rejection> {
        Bytes::from_request(routed).and_then(|content| Ok(content.into()))
    }

    fn demands(demands: &mut Demands) {
        demands.request();
    }
}

/// Whatever its type: the octets have to be UTF-8.
impl FromRequest for String {
    type Rejection = Rejection;

    fn from_request(routed: Routed<'_>) -> Taken<Self, Rejection> {
        Bytes::from_request(routed)
            .and_then(|content| Self::from_utf8(content.into()).map_err(|_| Rejection::NotUtf8))
    }

    fn demands(demands: &mut Demands) {
        demands.request();
    }
}

/// The content as it comes, without a limit of the app's.
impl FromRequest for Body {
    type Rejection = Infallible;

    fn from_request(routed: Routed<'_>) -> Taken<Self, Infallible> {
        Taken::Now(Ok(routed.into_request().into_body()))
    }

    fn demands(demands: &mut Demands) {
        demands.request();
    }
}

/// All of a content, if it has no more than `max` bytes. One that announces more is refused before
/// any of it is read.
pub(crate) fn collect(body: Body, max: u64) -> Taken<Bytes, Rejection> {
    let too_large = Rejection::ContentTooLarge { max: Some(max) };
    if body.size_hint().lower() > max {
        return Taken::Now(Err(too_large));
    }
    match body.into_form() {
        Form::Empty => Taken::Now(Ok(Bytes::new())),
        Form::Bytes(bytes) => Taken::Now(Ok(bytes)),
        Form::File(range) => {
            Taken::later(collect_pieces(Body::file(range.file, range.offset, range.length), max))
        }
        Form::Stream(stream) => Taken::later(collect_pieces(stream, max)),
    }
}

/// Puts pieces together. A body that has announced its length is held to it: it may come from
/// another server than ours.
async fn collect_pieces<B>(mut body: B, max: u64) -> Result<Bytes, Rejection>
where
    B: http_body::Body<Data = Bytes, Error = gnezdo_core::BodyError> + Unpin,
{
    let announced = body.size_hint().exact();
    let mut pieces = Pieces::with_room(announced.unwrap_or(0).min(ROOM_BYTES_MAX) as usize);
    while let Some(frame) = poll_fn(|cx| Pin::new(&mut body).poll_frame(cx)).await {
        // Trailers are no content.
        let Ok(piece) = frame?.into_data() else { continue };
        let bytes = pieces.len() + piece.len() as u64;
        if bytes > max {
            return Err(Rejection::ContentTooLarge { max: Some(max) });
        }
        if announced.is_some_and(|announced| bytes > announced) {
            return Err(Rejection::Malformed { reason: "it is longer than it says" });
        }
        pieces.push(piece);
    }
    match announced {
        Some(announced) if pieces.len() < announced => Err(Rejection::ContentTruncated),
        _ => Ok(pieces.into_bytes()),
    }
}

/// The media type of a content, without its parameters (RFC 9110 §8.3.1).
pub(crate) fn media_type(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(CONTENT_TYPE)?.to_str().ok()?;
    let essence = value.split(';').next().unwrap_or(value);
    Some(essence.trim_matches([' ', '\t']))
}
