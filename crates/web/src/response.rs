//! What a handler may return.
//!
//! Constant text is the normal small answer, so it gets a road of its own: the first answer is
//! kept at the route as a [`Ready`], and later ones share it without an allocation.

use std::borrow::Cow;
use std::convert::Infallible;
use std::sync::OnceLock;

use bytes::Bytes;
use gnezdo_core::{Body, Ready, Reply, Response, spare_fields};
use http::StatusCode;
use http::header::{CONTENT_TYPE, HeaderValue};

const TEXT: HeaderValue = HeaderValue::from_static("text/plain; charset=utf-8");
const OCTETS: HeaderValue = HeaderValue::from_static("application/octet-stream");

/// Something that is an answer, or becomes one.
///
/// | | status | content |
/// |---|---|---|
/// | `&'static str`, `String`, `Cow<'static, str>` | 200 | `text/plain; charset=utf-8` |
/// | `&'static [u8]`, `Vec<u8>`, `Bytes`, [`Body`] | 200 | `application/octet-stream` |
/// | [`Html<T>`](crate::Html) | 200 | `text/html; charset=utf-8` |
/// | [`Json<T>`](crate::Json) | 200 | `application/json` |
/// | [`Redirect`](crate::Redirect) | 303, 307 or 308 | none |
/// | `SendFile` (feature `files`) | 200 | a file, with its own type |
/// | [`Chunks<I>`](crate::Chunks) | 200 | piece after piece, as an iterator gives them |
/// | [`StatusCode`] | as it says | none |
/// | `()` | 204 | none |
/// | `(StatusCode, T)`, `(StatusCode, fields, T)`, … | as it says | as of `T`, with [parts](crate::ResponsePart) |
/// | `http::Response<T>` | as it says | `T`, without a type of its own |
/// | [`Problem`](crate::Problem), [`Rejection`](crate::Rejection) | as they say | a problem of RFC 9457, or a page |
/// | `Result<T, E>` | as of `T` or `E` | as of `T` or `E` |
///
/// ```
/// use gnezdo_web::IntoResponse;
/// use http::StatusCode;
///
/// let response = (StatusCode::CREATED, "made").into_response();
/// assert_eq!(response.status(), 201);
/// assert_eq!(response.headers()["content-type"], "text/plain; charset=utf-8");
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no answer",
    label = "cannot be sent as an answer",
    note = "return text, bytes, `Html`, `Json`, a `Redirect`, a `StatusCode`, a tuple `(StatusCode, \
            fields, T)`, an `http::Response`, or a `Result` of them",
    note = "the error of a `Result` has to be an answer, too: take `Problem`, which every error \
            becomes by `?`",
    note = "for a type of your own: return `Json(value)`, or implement `IntoResponse`"
)]
pub trait IntoResponse {
    /// The answer.
    fn into_response(self) -> Response;

    /// The answer of a route, which may be kept there to be given again.
    #[doc(hidden)]
    fn into_kept_reply(self, memo: &Memo) -> Reply
    where
        Self: Sized,
    {
        let _ = memo;
        Reply::Now(self.into_response())
    }
}

/// What a handler may return: whatever is [`IntoResponse`], or a [`Reply`] that is one later.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no answer",
    label = "cannot be sent as an answer",
    note = "return something that is `IntoResponse`: text, bytes, `Html`, `Json`, a `Redirect`, a \
            `StatusCode`, a tuple `(StatusCode, fields, T)`, an `http::Response`, or a `Result` of \
            them",
    note = "the error of a `Result` has to be an answer, too: take `Problem`, which every error \
            becomes by `?`",
    note = "for a type of your own: return `Json(value)`, or implement `IntoResponse`"
)]
pub trait IntoReply {
    /// Whether it may be an answer that somebody else makes later, and that has to be ended then.
    #[doc(hidden)]
    const MAY_WAIT: bool;

    /// The answer of a route, which may be kept there to be given again.
    fn into_reply(self, memo: &Memo) -> Reply;
}

impl<T: IntoResponse> IntoReply for T {
    const MAY_WAIT: bool = false;

    fn into_reply(self, memo: &Memo) -> Reply {
        self.into_kept_reply(memo)
    }
}

impl IntoReply for Reply {
    const MAY_WAIT: bool = true;

    fn into_reply(self, _: &Memo) -> Reply {
        self
    }
}

impl<E: IntoResponse> IntoReply for Result<Reply, E> {
    const MAY_WAIT: bool = true;

    fn into_reply(self, _: &Memo) -> Reply {
        self.unwrap_or_else(|error| Reply::Now(error.into_response()))
    }
}

/// The place at a route where a constant answer is kept.
///
/// Known by its address: octets that live for ever at the same place are the same octets.
#[derive(Debug, Default)]
pub struct Memo(OnceLock<Kept>);

#[derive(Debug)]
struct Kept {
    address: usize,
    content_type: HeaderValue,
    ready: Ready,
}

impl Memo {
    /// The kept answer if it has this content; a fresh one, kept if it is the first, otherwise.
    pub(crate) fn reply(&self, content: &'static [u8], content_type: HeaderValue) -> Reply {
        let kept = self.0.get_or_init(|| Kept {
            address: content.as_ptr().addr(),
            ready: constant(content, content_type.clone()),
            content_type: content_type.clone(),
        });
        let is_same = kept.address == content.as_ptr().addr()
            && kept.ready.body().len() == content.len()
            && kept.content_type == content_type;
        if is_same {
            return Reply::Ready(kept.ready.clone());
        }
        Reply::Now(typed(Body::from(content), content_type))
    }
}

fn constant(content: &'static [u8], content_type: HeaderValue) -> Ready {
    let mut response = http::Response::new(());
    response.headers_mut().insert(CONTENT_TYPE, content_type);
    Ready::new(response.into_parts().0, Bytes::from_static(content))
}

pub(crate) fn typed(body: impl Into<Body>, content_type: HeaderValue) -> Response {
    let mut response = Response::new(body.into());
    if let Ok(fields) = spare_fields(1) {
        *response.headers_mut() = fields;
    }
    response.headers_mut().insert(CONTENT_TYPE, content_type);
    response
}

fn empty(status: StatusCode) -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = status;
    response
}

impl IntoResponse for &'static str {
    fn into_response(self) -> Response {
        typed(self, TEXT)
    }

    fn into_kept_reply(self, memo: &Memo) -> Reply {
        memo.reply(self.as_bytes(), TEXT)
    }
}

impl IntoResponse for &'static [u8] {
    fn into_response(self) -> Response {
        typed(self, OCTETS)
    }

    fn into_kept_reply(self, memo: &Memo) -> Reply {
        memo.reply(self, OCTETS)
    }
}

impl IntoResponse for String {
    fn into_response(self) -> Response {
        typed(self, TEXT)
    }
}

impl IntoResponse for Cow<'static, str> {
    fn into_response(self) -> Response {
        match self {
            Cow::Borrowed(text) => text.into_response(),
            Cow::Owned(text) => text.into_response(),
        }
    }
}

impl IntoResponse for Vec<u8> {
    fn into_response(self) -> Response {
        typed(self, OCTETS)
    }
}

impl IntoResponse for Bytes {
    fn into_response(self) -> Response {
        typed(self, OCTETS)
    }
}

impl IntoResponse for Body {
    fn into_response(self) -> Response {
        typed(self, OCTETS)
    }
}

impl IntoResponse for StatusCode {
    fn into_response(self) -> Response {
        empty(self)
    }
}

impl IntoResponse for () {
    fn into_response(self) -> Response {
        empty(StatusCode::NO_CONTENT)
    }
}

impl<T: Into<Body>> IntoResponse for http::Response<T> {
    fn into_response(self) -> Response {
        self.map(Into::into)
    }
}

impl<T: IntoResponse, E: IntoResponse> IntoResponse for Result<T, E> {
    fn into_response(self) -> Response {
        match self {
            Ok(answer) => answer.into_response(),
            Err(error) => error.into_response(),
        }
    }

    fn into_kept_reply(self, memo: &Memo) -> Reply {
        match self {
            Ok(answer) => answer.into_kept_reply(memo),
            Err(error) => Reply::Now(error.into_response()),
        }
    }
}

impl IntoResponse for Infallible {
    fn into_response(self) -> Response {
        match self {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ready(reply: Reply) -> Option<Ready> {
        match reply {
            Reply::Ready(ready) => Some(ready),
            Reply::Now(_) | Reply::Later(_) => None,
        }
    }

    #[test]
    fn a_constant_is_kept_and_another_text_is_not_mistaken_for_it() {
        const TEXTS: &str = "constant";
        let memo = Memo::default();
        let whole = ready(TEXTS.into_kept_reply(&memo)).unwrap();
        assert_eq!(whole.body(), "constant");
        assert!(ready(TEXTS.into_kept_reply(&memo)).is_some());
        assert!(ready(TEXTS[..3].into_kept_reply(&memo)).is_none());
        assert!(ready(TEXTS[3..].into_kept_reply(&memo)).is_none());
        assert!(ready(TEXTS.as_bytes().into_kept_reply(&memo)).is_none());
    }

    #[test]
    fn an_error_is_never_kept() {
        let memo = Memo::default();
        assert!(ready(Err::<&str, &str>("no").into_kept_reply(&memo)).is_none());
        assert_eq!(ready(Ok::<&str, &str>("yes").into_kept_reply(&memo)).unwrap().body(), "yes");
    }

    #[test]
    fn statuses_and_types() {
        let type_of = |response: &Response| {
            response.headers().get(CONTENT_TYPE).map(|v| v.to_str().unwrap().to_owned())
        };
        let cases = [
            ("a".into_response(), 200, Some("text/plain; charset=utf-8")),
            (String::from("a").into_response(), 200, Some("text/plain; charset=utf-8")),
            (Cow::Borrowed("a").into_response(), 200, Some("text/plain; charset=utf-8")),
            (vec![1_u8].into_response(), 200, Some("application/octet-stream")),
            (Bytes::from_static(b"a").into_response(), 200, Some("application/octet-stream")),
            (Body::from("a").into_response(), 200, Some("application/octet-stream")),
            (StatusCode::IM_A_TEAPOT.into_response(), 418, None),
            (().into_response(), 204, None),
            ((StatusCode::CREATED, "a").into_response(), 201, Some("text/plain; charset=utf-8")),
            (http::Response::new("a").into_response(), 200, None),
            (Err::<(), _>((StatusCode::CONFLICT, ())).into_response(), 409, None),
        ];
        for (response, status, content_type) in cases {
            assert_eq!(response.status(), status);
            assert_eq!(type_of(&response).as_deref(), content_type);
        }
    }
}
