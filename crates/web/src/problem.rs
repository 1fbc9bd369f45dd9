//! What went wrong with a request, on its way to becoming an answer.
//!
//! Every rejection of an argument, every error of a handler and every refusal of the app itself
//! becomes a [`Problem`]. It travels inside the response that it will be, so that middleware sees
//! a status as of any other, and the app writes it out at the end: by the app's own hook, or as
//! `application/problem+json` (RFC 9457), or as a page, by what the request accepts. What is
//! behind a fault of ours (`source`) is shown in debug mode only.

mod causes;
mod page;
mod write;

use std::any::Any;
use std::borrow::Cow;
use std::error::Error;
use std::fmt;
use std::sync::Arc;

use gnezdo_core::{Body, Response};
use http::header::{HeaderName, HeaderValue};
use http::{HeaderMap, StatusCode};

#[cfg(feature = "auth")]
use crate::auth::PasswordError;
use crate::fields::InvalidField;
use crate::rejection::Rejection;
use crate::response::IntoResponse;

pub(crate) use causes::causes;
pub(crate) use write::write;

/// What went wrong with a request: a problem of RFC 9457.
///
/// Any error becomes one by `?`, with the status 500 and its text for the log only:
///
/// ```
/// use gnezdo_web::{Path, Problem};
/// use http::StatusCode;
///
/// fn page(Path(name): Path<String>) -> Result<String, Problem> {
///     if name.starts_with('.') {
///         return Err(Problem::new(StatusCode::FORBIDDEN).detail("hidden pages are not shown"));
///     }
///     Ok(std::fs::read_to_string("/nowhere/page.html")?)
/// }
///
/// let problem = page(Path("index".into())).unwrap_err();
/// assert_eq!(problem.status(), 500);
/// let problem = page(Path(".git".into())).unwrap_err();
/// assert_eq!(problem.status(), 403);
/// ```
pub struct Problem(Box<Inner>);

struct Inner {
    status: StatusCode,
    kind: Cow<'static, str>,
    title: Option<Cow<'static, str>>,
    detail: Option<Cow<'static, str>>,
    invalid: Vec<InvalidField>,
    headers: HeaderMap,
    source: Option<Box<dyn Error + Send + Sync>>,
    request_id: Option<String>,
}

impl Problem {
    /// A problem with this status, and the name of the status as its title.
    pub fn new(status: StatusCode) -> Self {
        Self(Box::new(Inner {
            status,
            kind: Cow::Borrowed("about:blank"),
            title: None,
            detail: None,
            invalid: Vec::new(),
            headers: HeaderMap::new(),
            source: None,
            request_id: None,
        }))
    }

    /// 404: there is nothing at this address, or nothing that this client may know of.
    pub fn not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND)
    }

    /// A fault of ours, 500: the error goes to the log, and to the client in debug mode only.
    pub fn internal(error: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        let mut problem = Self::new(StatusCode::INTERNAL_SERVER_ERROR);
        problem.0.source = Some(error.into());
        problem
    }

    /// The URI that names this kind of problem, `about:blank` by default (RFC 9457 §3.1.1).
    #[must_use]
    pub fn kind(mut self, uri: impl Into<Cow<'static, str>>) -> Self {
        self.0.kind = uri.into();
        self
    }

    /// What this kind of problem is, in a few words: the name of the status by default.
    #[must_use]
    pub fn title(mut self, title: impl Into<Cow<'static, str>>) -> Self {
        self.0.title = Some(title.into());
        self
    }

    /// What is wrong this time, for the person at the other end.
    #[must_use]
    pub fn detail(mut self, detail: impl Into<Cow<'static, str>>) -> Self {
        self.0.detail = Some(detail.into());
        self
    }

    /// The fields of the content that are wrong; more are added to those before.
    #[must_use]
    pub fn invalid(mut self, fields: impl IntoIterator<Item = InvalidField>) -> Self {
        self.0.invalid.extend(fields);
        self
    }

    /// A field of the response, such as `Retry-After`.
    #[must_use]
    pub fn header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.0.headers.append(name, value);
        self
    }

    /// The status code of the answer.
    pub fn status(&self) -> StatusCode {
        self.0.status
    }

    /// The few words that name it.
    pub fn title_text(&self) -> &str {
        let name = || self.0.status.canonical_reason().unwrap_or("Unknown");
        self.0.title.as_deref().unwrap_or_else(name)
    }

    /// What is wrong this time, if it was said.
    pub fn detail_text(&self) -> Option<&str> {
        self.0.detail.as_deref()
    }

    /// The fields of the content that are wrong.
    pub fn invalid_fields(&self) -> &[InvalidField] {
        &self.0.invalid
    }

    /// The URI that names this kind of problem.
    pub fn kind_uri(&self) -> &str {
        &self.0.kind
    }

    /// What is behind a fault of ours. Not for clients.
    pub fn source(&self) -> Option<&(dyn Error + Send + Sync + 'static)> {
        self.0.source.as_deref()
    }

    /// The id of the request, which the log has too: of faults of ours.
    pub fn request_id(&self) -> Option<&str> {
        self.0.request_id.as_deref()
    }

    pub(crate) fn set_request_id(&mut self, id: String) {
        self.0.request_id = Some(id);
    }

    /// What is behind a fault of ours, the nearest first, up to 16 errors.
    fn causes(&self) -> impl Iterator<Item = &(dyn Error + 'static)> {
        self.source().into_iter().flat_map(|error| causes(error))
    }

    /// Writes all causes but those that the ones before them quote.
    fn write_causes(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut said = String::new();
        for cause in self.causes() {
            let text = cause.to_string();
            if !said.contains(&text) {
                write!(f, ": {text}")?;
                said = text;
            }
        }
        Ok(())
    }
}

/// A problem on its way, among the extensions of its response.
///
/// Extensions have to be `Clone`, and a problem is written out once.
#[derive(Clone)]
pub(crate) struct Underway(Arc<std::sync::Mutex<Option<Problem>>>);

/// Takes the problem out of a response that carries one.
pub(crate) fn underway(response: &mut Response) -> Option<Problem> {
    let underway: Underway = response.extensions_mut().remove()?;
    underway.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner).take()
}

/// Whether a response is a problem that has not been written out.
pub(crate) fn is_underway(response: &Response) -> bool {
    response.extensions().get::<Underway>().is_some()
}

impl IntoResponse for Problem {
    fn into_response(mut self) -> Response {
        let mut response = Response::new(Body::empty());
        *response.status_mut() = self.0.status;
        *response.headers_mut() = std::mem::take(&mut self.0.headers);
        response.extensions_mut().insert(Underway(Arc::new(Some(self).into())));
        response
    }
}

impl<E: Error + Send + Sync + 'static> From<E> for Problem {
    /// 500, unless the error is one of the framework that knows its status: a [`Rejection`], or a
    /// `PasswordError`.
    fn from(error: E) -> Self {
        let any: &dyn Any = &error;
        #[cfg(feature = "auth")]
        if let Some(error) = any.downcast_ref::<PasswordError>() {
            return error.to_problem();
        }
        match any.downcast_ref::<Rejection>() {
            Some(rejection) => rejection.clone().into_problem(),
            None => Self::internal(error),
        }
    }
}

/// For the log: with all that is behind it.
impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.0.status.as_str(), self.title_text())?;
        if let Some(detail) = &self.0.detail {
            write!(f, ": {detail}")?;
        }
        for field in &self.0.invalid {
            write!(f, "; {field}")?;
        }
        self.write_causes(f)
    }
}

impl fmt::Debug for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Problem({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An error with so many others behind it.
    #[derive(Debug)]
    struct Nested(u32, Option<Box<Nested>>);

    impl Nested {
        fn new(depth: u32) -> Self {
            (1..depth).fold(Self(1, None), |inner, depth| Self(depth + 1, Some(inner.into())))
        }
    }

    impl fmt::Display for Nested {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            write!(f, "<{}>", self.0)
        }
    }

    impl Error for Nested {
        fn source(&self) -> Option<&(dyn Error + 'static)> {
            self.1.as_ref().map(|inner| inner as &dyn Error)
        }
    }

    #[test]
    fn the_log_has_the_causes_of_a_fault() {
        let text = Problem::internal(Nested::new(3)).to_string();
        assert_eq!(text, "500 Internal Server Error: <3>: <2>: <1>");
    }

    #[test]
    fn a_chain_of_causes_is_followed_so_far() {
        let causes = |depth| Problem::internal(Nested::new(depth)).to_string().matches('<').count();
        assert_eq!((causes(16), causes(17)), (16, 16));
    }

    /// Says what is behind it itself.
    #[derive(Debug)]
    struct Quoting(Nested);

    impl fmt::Display for Quoting {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            write!(f, "no table: {}", self.0)
        }
    }

    impl Error for Quoting {
        fn source(&self) -> Option<&(dyn Error + 'static)> {
            Some(&self.0)
        }
    }

    #[test]
    fn a_cause_that_was_quoted_is_not_repeated() {
        let text = Problem::internal(Quoting(Nested::new(2))).to_string();
        assert_eq!(text, "500 Internal Server Error: no table: <2>: <1>");
    }
}
