//! HTML as an answer.

use gnezdo_core::{Body, Reply, Response};
use http::header::HeaderValue;

use crate::response::{IntoResponse, Memo, typed};

const HTML: HeaderValue = HeaderValue::from_static("text/html; charset=utf-8");

/// A text as a page: `text/html; charset=utf-8`.
///
/// What comes from others has to be [escaped](gnezdo_core::escape) before it stands in a page;
/// templates do so by themselves.
///
/// ```
/// use gnezdo_core::escape;
/// use gnezdo_web::{App, Html, Path};
///
/// let app = App::new().get("/user/{name}", |Path(name): Path<String>| {
///     Html(format!("<h1>{}</h1>", escape(&name)))
/// });
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Html<T>(pub T);

impl<T: HtmlText> IntoResponse for Html<T> {
    fn into_response(self) -> Response {
        typed(self.0, HTML)
    }

    fn into_kept_reply(self, memo: &Memo) -> Reply {
        match self.0.constant() {
            Some(text) => memo.reply(text.as_bytes(), HTML),
            None => Reply::Now(self.into_response()),
        }
    }
}

/// What can be a page.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no text of a page",
    label = "cannot be sent as a page",
    note = "a page is made of text: `&'static str` or `String`, or of octets"
)]
pub trait HtmlText: Into<Body> {
    /// The text, if it is a constant of the program.
    #[doc(hidden)]
    fn constant(&self) -> Option<&'static str> {
        None
    }
}

impl HtmlText for &'static str {
    fn constant(&self) -> Option<&'static str> {
        Some(self)
    }
}

impl HtmlText for String {}
impl HtmlText for Vec<u8> {}
impl HtmlText for bytes::Bytes {}
impl HtmlText for Body {}
