//! Looks for the token at the start of a form, and puts back what was read.
//!
//! No more than the first 64 KiB are looked at, once, however they come. Where a token was found is
//! not proved to be a field of a form: whoever can write the token anywhere knows it.

use std::collections::VecDeque;
use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::{Bytes, BytesMut};
use gnezdo_core::{Body, BodyError, Form};
use http::HeaderMap;
use http_body::{Body as HttpBody, Frame, SizeHint};
use memchr::memmem;

use super::token::FIELD_NAME;
use crate::extract::media_type;

/// How much of a form is looked at, in bytes.
const LOOK_BYTES_MAX: usize = 64 * 1024;

/// What stands before the token in a form with files (RFC 7578 §4.2), as clients write it.
const PART_OF_TOKEN: &[u8] = b"form-data; name=\"csrf_token\"";

/// How a form is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FormKind {
    UrlEncoded,
    Multipart,
}

impl FormKind {
    pub(super) fn of(headers: &HeaderMap) -> Option<Self> {
        let kind = media_type(headers)?;
        let is = |name: &str| kind.eq_ignore_ascii_case(name);
        if is("application/x-www-form-urlencoded") {
            return Some(Self::UrlEncoded);
        }
        is("multipart/form-data").then_some(Self::Multipart)
    }

    /// The token in the start of a form.
    pub(super) fn token(self, start: &[u8]) -> Option<String> {
        match self {
            Self::UrlEncoded => url_encoded_token(start),
            Self::Multipart => multipart_token(start),
        }
    }
}

/// A field that is cut off has a token that does not fit.
fn url_encoded_token(start: &[u8]) -> Option<String> {
    let mut fields = form_urlencoded::parse(start);
    fields.find(|(name, _)| name == FIELD_NAME).map(|(_, value)| value.into_owned())
}

fn multipart_token(start: &[u8]) -> Option<String> {
    let (_, rest) = split(start, PART_OF_TOKEN)?;
    let (_, rest) = split(rest, b"\r\n\r\n")?;
    let (value, _) = split(rest, b"\r\n")?;
    String::from_utf8(value.to_vec()).ok()
}

fn split<'o>(octets: &'o [u8], at: &[u8]) -> Option<(&'o [u8], &'o [u8])> {
    let found = memmem::find(octets, at)?;
    Some((&octets[..found], &octets[found + at.len()..]))
}

type Content = Pin<Box<dyn HttpBody<Data = Bytes, Error = BodyError> + Send>>;

/// The start of a body, and the body as it was.
pub(super) enum Peeked {
    Now(Bytes, Body),
    Later(Pin<Box<dyn Future<Output = (Bytes, Body)> + Send>>),
}

pub(super) fn peek(body: Body) -> Peeked {
    match body.into_form() {
        Form::Empty => Peeked::Now(Bytes::new(), Body::empty()),
        Form::Bytes(bytes) => Peeked::Now(start_of(&bytes), bytes.into()),
        Form::File(range) => {
            let body = Body::file(range.file, range.offset, range.length);
            Peeked::Later(Box::pin(read(Box::pin(body))))
        }
        Form::Stream(stream) => Peeked::Later(Box::pin(read(stream))),
    }
}

fn start_of(content: &Bytes) -> Bytes {
    content.slice(..content.len().min(LOOK_BYTES_MAX))
}

async fn read(mut content: Content) -> (Bytes, Body) {
    let mut gathered = BytesMut::new();
    let mut after = VecDeque::new();
    let mut has_ended = false;
    while gathered.len() < LOOK_BYTES_MAX {
        match poll_fn(|cx| content.as_mut().poll_frame(cx)).await {
            None => {
                has_ended = true;
                break;
            }
            Some(Ok(frame)) => match frame.into_data() {
                Ok(piece) => gathered.extend_from_slice(&piece),
                Err(trailers) => {
                    after.push_back(Ok(trailers));
                    break;
                }
            },
            Some(Err(error)) => {
                after.push_back(Err(error));
                break;
            }
        }
    }
    let gathered = gathered.freeze();
    let start = start_of(&gathered);
    if has_ended {
        return (start, gathered.into());
    }
    after.push_front(Ok(Frame::data(gathered)));
    (start, Body::stream(PutBack { before: after, content }))
}

/// What was read, and then the rest.
struct PutBack {
    before: VecDeque<Result<Frame<Bytes>, BodyError>>,
    content: Content,
}

impl HttpBody for PutBack {
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        match self.before.pop_front() {
            Some(frame) => Poll::Ready(Some(frame)),
            None => self.content.as_mut().poll_frame(cx),
        }
    }

    fn is_end_stream(&self) -> bool {
        self.before.is_empty() && self.content.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        let frames = self.before.iter().filter_map(|frame| frame.as_ref().ok()?.data_ref());
        let read: usize = frames.map(Bytes::len).sum();
        let rest = self.content.size_hint();
        let mut hint = SizeHint::new();
        hint.set_lower(rest.lower().saturating_add(read as u64));
        if let Some(upper) = rest.upper() {
            hint.set_upper(upper.saturating_add(read as u64));
        }
        hint
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_found_where_forms_have_it() {
        let part = |name: &str| {
            format!("--x\r\nContent-Disposition: form-data; {name}\r\n\r\nabc\r\n--x--\r\n")
        };
        for (kind, text, token) in [
            (FormKind::UrlEncoded, "csrf_token=abc", Some("abc")),
            (FormKind::UrlEncoded, "a=1&csrf_token=a%2Dbc&b=2", Some("a-bc")),
            (FormKind::UrlEncoded, "a=csrf_token", None),
            (FormKind::UrlEncoded, "", None),
            (FormKind::Multipart, &part("name=\"csrf_token\""), Some("abc")),
            (FormKind::Multipart, &part("name=\"a\"; filename=\"csrf_token\""), None),
            (FormKind::Multipart, "form-data; name=\"csrf_token\"", None),
            (FormKind::Multipart, "form-data; name=\"csrf_token\"\r\n\r\nabc", None),
            (FormKind::Multipart, "csrf_token=abc", None),
        ] {
            assert_eq!(kind.token(text.as_bytes()).as_deref(), token, "{text:?}");
        }
    }

    #[test]
    fn so_much_of_a_form_is_looked_at() {
        for (length, looked_at) in
            [(LOOK_BYTES_MAX, LOOK_BYTES_MAX), (LOOK_BYTES_MAX + 1, LOOK_BYTES_MAX)]
        {
            let Peeked::Now(start, body) = peek(vec![b'a'; length].into()) else { panic!("later") };
            assert_eq!((start.len(), body.length()), (looked_at, Some(length as u64)));
        }
    }
}
