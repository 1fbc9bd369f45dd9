//! What a handler is called with, and where it comes from.
//!
//! All arguments but the last look at the request; the last may take it.

use std::borrow::Cow;
use std::cell::OnceCell;
use std::convert::Infallible;
use std::mem;

use gnezdo_core::Request;

use crate::percent;
use crate::resource::Route;
use crate::response::{IntoResponse, Memo};
use crate::routing::Captures;

/// A request that found its route.
pub struct Routed<'r> {
    source: Source<'r>,
    captures: Captures,
    route: &'r Route,
}

enum Source<'r> {
    /// Lent, because it is large and most handlers do not take it.
    Request(&'r mut Request),
    /// Of a request that has not been made, for a handler that needs no more.
    Path(&'r str, OnceCell<Box<Request>>),
}

impl<'r> Routed<'r> {
    pub(crate) fn new(request: &'r mut Request, captures: Captures, route: &'r Route) -> Self {
        Self { source: Source::Request(request), captures, route }
    }

    /// A request of which only the path is known, for a handler that does not need more.
    pub(crate) fn at_path(path: &'r str, captures: Captures, route: &'r Route) -> Self {
        Self { source: Source::Path(path, OnceCell::new()), captures, route }
    }

    /// The request; one that says nothing, if no argument of the handler said that it
    /// [needs it](FromHead::NEEDS_REQUEST).
    pub fn request(&self) -> &Request {
        match &self.source {
            Source::Request(request) => request,
            Source::Path(_, none) => none.get_or_init(Box::default),
        }
    }

    /// The request itself, for those who need no more than that.
    pub fn into_request(self) -> Request {
        match self.source {
            Source::Request(request) => mem::take(request),
            Source::Path(..) => Request::default(),
        }
    }

    /// The pattern of the route, as it was declared.
    pub fn pattern(&self) -> &'r str {
        &self.route.pattern.text
    }

    /// The decoded value of a path parameter, counted from the left and from 0.
    pub fn parameter(&self, index: usize) -> Option<Cow<'_, str>> {
        let path = match &self.source {
            Source::Request(request) => request.uri().path(),
            Source::Path(path, _) => path,
        };
        let raw = self.captures.raw(path, index)?;
        percent::decode(raw)
    }

    pub(crate) fn route(&self) -> &'r Route {
        self.route
    }

    pub(crate) fn captures(&self) -> &Captures {
        &self.captures
    }

    pub(crate) fn memo(&self) -> &'r Memo {
        &self.route.memo
    }
}

/// An argument that is read from the request without taking it.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no argument that looks at a request",
    note = "only the last argument of a handler may take the request itself"
)]
pub trait FromHead: Sized {
    /// The answer where the argument cannot be had.
    type Rejection: IntoResponse;

    /// Whether [`Routed::request`] is looked at: yes, unless an argument says otherwise. Where no
    /// argument of a handler does, the request need not be made.
    const NEEDS_REQUEST: bool = true;

    /// Reads the argument.
    ///
    /// # Errors
    /// The answer to a request that does not have it.
    fn from_head(routed: &Routed<'_>) -> Result<Self, Self::Rejection>;

    /// How many parameters the pattern must have for this argument; `None` if any number will
    /// do. Checked when the route is declared.
    fn parameter_count() -> Option<usize> {
        None
    }
}

/// The last argument of a handler, which may take the request. What is [`FromHead`] can be last,
/// too; `Via` tells the two apart.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no argument of a handler",
    note = "a handler takes nothing, or `Path<…>`, `Params` and, last, the `Request`"
)]
pub trait FromRequest<Via = ViaRequest>: Sized {
    /// The answer where the argument cannot be had.
    type Rejection: IntoResponse;

    /// As in [`FromHead::NEEDS_REQUEST`].
    const NEEDS_REQUEST: bool = true;

    /// Takes the argument.
    ///
    /// # Errors
    /// The answer to a request that does not have it.
    fn from_request(routed: Routed<'_>) -> Result<Self, Self::Rejection>;

    /// As in [`FromHead::parameter_count`].
    fn parameter_count() -> Option<usize> {
        None
    }
}

/// The argument takes the request.
#[derive(Debug)]
pub enum ViaRequest {}

/// The argument looks at the request.
#[derive(Debug)]
pub enum ViaHead {}

impl FromRequest for Request {
    type Rejection = Infallible;

    fn from_request(routed: Routed<'_>) -> Result<Self, Infallible> {
        Ok(routed.into_request())
    }
}

impl<A: FromHead> FromRequest<ViaHead> for A {
    type Rejection = A::Rejection;

    const NEEDS_REQUEST: bool = A::NEEDS_REQUEST;

    fn from_request(routed: Routed<'_>) -> Result<Self, Self::Rejection> {
        A::from_head(&routed)
    }

    fn parameter_count() -> Option<usize> {
        A::parameter_count()
    }
}
