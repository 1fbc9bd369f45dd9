//! What a handler is called with, and where it comes from.
//!
//! All arguments but the last look at the request ([`FromHead`]); the last may take it
//! ([`FromRequest`]), and wait for its content. Each says beforehand what it will need
//! ([`Demands`]), so that a route whose handler cannot be called is found when the app starts, and
//! so that a request of which nobody wants more than the path is never made.

mod body;
mod head;
mod pieces;
pub(crate) mod state;

use std::borrow::Cow;
use std::cell::OnceCell;
use std::convert::Infallible;
use std::mem;
use std::pin::Pin;
use std::sync::Arc;

use gnezdo_core::{Glance, Request};

pub use head::{ClientAddress, OriginalUri};
pub use state::State;

use crate::asked::Asked;
use crate::demands::Demands;
use crate::percent;
use crate::rejection::Rejection;
use crate::response::{IntoResponse, Memo};
use crate::routing::Captures;
use crate::site::{Finisher, Live, Place, Site};

pub(crate) use body::{collect, media_type};
pub(crate) use pieces::Pieces;

/// A request that found its route.
pub struct Routed<'r> {
    source: Source<'r>,
    captures: Captures,
    site: &'r Arc<Site>,
    route: &'r Live,
    /// What is remembered of a request that is taken.
    asked: &'r OnceCell<Asked>,
}

pub(crate) enum Source<'r> {
    /// Lent, because it is large and most handlers do not take it.
    Request(&'r mut Request),
    /// A request that has not been made, for a handler that needs no more than its path.
    Glance(Glance<'r>, OnceCell<Box<Request>>),
}

impl<'r> Routed<'r> {
    pub(crate) fn new(
        source: Source<'r>,
        captures: Captures,
        site: &'r Arc<Site>,
        route: &'r Live,
        asked: &'r OnceCell<Asked>,
    ) -> Self {
        Self { source, captures, site, route, asked }
    }

    /// The request; one that says nothing, if no argument of the handler
    /// [demands it](Demands::request).
    pub fn request(&self) -> &Request {
        match &self.source {
            Source::Request(request) => request,
            Source::Glance(_, none) => none.get_or_init(Box::default),
        }
    }

    /// The request itself, for those who need no more than that.
    pub fn into_request(self) -> Request {
        match self.source {
            Source::Request(request) => {
                self.asked.get_or_init(|| Asked::of(request));
                mem::take(request)
            }
            Source::Glance(..) => Request::default(),
        }
    }

    /// The pattern of the route, as it was declared, with the prefixes of the apps around it.
    pub fn pattern(&self) -> &'r str {
        self.route.pattern.text()
    }

    /// The decoded value of a path parameter, counted from the left and from 0.
    pub fn parameter(&self, index: usize) -> Option<Cow<'_, str>> {
        let path = match &self.source {
            Source::Request(request) => request.uri().path(),
            Source::Glance(glance, _) => glance.path(),
        };
        let raw = self.captures.raw(path, index)?;
        percent::decode(raw)
    }

    /// A value that was given to the app by [`App::state`](crate::App::state).
    pub fn state<T: Send + Sync + 'static>(&self) -> Option<&'r T> {
        self.route.states.get()
    }

    /// How many bytes of content a handler takes at most: see
    /// [`App::content_bytes_max`](crate::App::content_bytes_max).
    pub fn content_bytes_max(&self) -> u64 {
        let own = self.request().extensions().get::<ContentBytesMax>();
        own.map_or(self.site.content_bytes_max, |max| max.0)
    }

    pub(crate) fn captures(&self) -> &Captures {
        &self.captures
    }

    pub(crate) fn route(&self) -> &'r Live {
        self.route
    }

    pub(crate) fn site(&self) -> &'r Arc<Site> {
        self.site
    }

    pub(crate) fn memo(&self) -> &'r Memo {
        &self.route.memo
    }

    /// What will be needed if the content has to be waited for.
    pub(crate) fn if_it_waits(&self) -> IfItWaits<'r> {
        IfItWaits { site: self.site, route: self.route, asked: self.asked }
    }

    /// What ends an answer that comes later.
    pub(crate) fn finisher(&self) -> Finisher {
        let asked = self.asked.get_or_init(|| match &self.source {
            Source::Request(request) => Asked::of(request),
            Source::Glance(glance, _) => Asked::of_glance(glance),
        });
        Finisher::new(Arc::clone(self.site), Place::Route(self.route.index), asked.clone())
    }
}

/// Makes a [`Finisher`] after the request was taken.
pub(crate) struct IfItWaits<'r> {
    site: &'r Arc<Site>,
    route: &'r Live,
    asked: &'r OnceCell<Asked>,
}

impl IfItWaits<'_> {
    pub(crate) fn finisher(self) -> Finisher {
        // Who waits for content has taken the request.
        let asked = self.asked.get().cloned().unwrap_or_default();
        Finisher::new(Arc::clone(self.site), Place::Route(self.route.index), asked)
    }
}

/// Another limit on the size of content than the app's, put in by a middleware.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ContentBytesMax(pub(crate) u64);

/// An argument that is there, or one that has to be waited for, because content has not come yet.
pub enum Taken<T, E> {
    /// The argument, or the answer that refuses the request.
    Now(Result<T, E>),
    /// The same, later.
    Later(Pin<Box<dyn Future<Output = Result<T, E>> + Send>>),
}

impl<T: 'static, E: 'static> Taken<T, E> {
    /// Waits for an argument.
    pub fn later(future: impl Future<Output = Result<T, E>> + Send + 'static) -> Self {
        Self::Later(Box::pin(future))
    }

    /// Makes something else of what was taken.
    pub fn and_then<U: 'static>(
        self,
        make: impl FnOnce(T) -> Result<U, E> + Send + 'static,
    ) -> Taken<U, E> {
        match self {
            Self::Now(result) => Taken::Now(result.and_then(make)),
            Self::Later(future) => Taken::later(async { make(future.await?) }),
        }
    }
}

/// An argument that is read from the request without taking it.
///
/// ```
/// use gnezdo_web::{App, Demands, FromHead, Rejection, Routed};
///
/// struct UserAgent(String);
///
/// impl FromHead for UserAgent {
///     type Rejection = Rejection;
///
///     fn from_head(routed: &Routed<'_>) -> Result<Self, Rejection> {
///         let field = routed.request().headers().get("user-agent");
///         let text = field.and_then(|value| value.to_str().ok()).unwrap_or("nobody");
///         Ok(Self(text.to_owned()))
///     }
///
///     fn demands(demands: &mut Demands) {
///         demands.request();
///     }
/// }
///
/// let app = App::new().get("/", |UserAgent(name): UserAgent| format!("Hello, {name}"));
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no argument of a handler, or can only be its last",
    label = "not an argument that others can follow",
    note = "arguments that take the content can only be the last: `Json<…>`, `Form<…>`, `Multipart`, \
            `Bytes`, `String`, `Body`, `Request`; move it to the end",
    note = "arguments that others can follow: `Path<…>`, `Params`, `Query<…>`, `State<…>`, \
            `HeaderMap`, `Method`, `Uri`, `Cookies`, `Session`, `ClientAddress`, …; implement \
            `FromHead` for your own"
)]
pub trait FromHead: Sized {
    /// The answer where the argument cannot be had: a [`Rejection`], or one of your own.
    type Rejection: IntoResponse + Send + 'static;

    /// Reads the argument.
    ///
    /// # Errors
    /// The answer to a request that does not have it.
    fn from_head(routed: &Routed<'_>) -> Result<Self, Self::Rejection>;

    /// Says what will be looked at. By default everything that a request may carry.
    fn demands(demands: &mut Demands) {
        demands.everything();
    }
}

/// The last argument of a handler, which may take the request and wait for its content. What is
/// [`FromHead`] can be last, too; `Via` tells the two apart.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no argument of a handler",
    label = "not an argument of a handler",
    note = "a handler takes `Path<…>`, `Params`, `Query<…>`, `State<…>`, `HeaderMap`, `Cookies`, \
            `Session`, `ClientAddress`, … and, last, one of `Json<…>`, `Form<…>`, `Multipart`, \
            `Bytes`, `String`, `Body`, `Request`",
    note = "`Json<T>` and `Form<T>` need a `T` that can be read: `#[derive(serde::Deserialize)]`",
    note = "implement `FromHead` or `FromRequest` for arguments of your own"
)]
pub trait FromRequest<Via = ViaRequest>: Sized {
    /// The answer where the argument cannot be had.
    type Rejection: IntoResponse + Send + 'static;

    /// Takes the argument. One that has to wait takes the request first
    /// ([`Routed::into_request`]): else nothing is remembered of it for those who write problems.
    fn from_request(routed: Routed<'_>) -> Taken<Self, Self::Rejection>;

    /// As in [`FromHead::demands`].
    fn demands(demands: &mut Demands) {
        demands.everything();
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

    fn from_request(routed: Routed<'_>) -> Taken<Self, Infallible> {
        Taken::Now(Ok(routed.into_request()))
    }
}

impl<A: FromHead> FromRequest<ViaHead> for A {
    type Rejection = A::Rejection;

    fn from_request(routed: Routed<'_>) -> Taken<Self, Self::Rejection> {
        Taken::Now(A::from_head(&routed))
    }

    fn demands(demands: &mut Demands) {
        A::demands(demands);
    }
}

/// `None` if the argument cannot be had, for whatever reason.
impl<A: FromHead> FromHead for Option<A> {
    type Rejection = Infallible;

    fn from_head(routed: &Routed<'_>) -> Result<Self, Infallible> {
        Ok(A::from_head(routed).ok())
    }

    fn demands(demands: &mut Demands) {
        demands.optional(A::demands);
    }
}

/// The reason, if the argument cannot be had: the handler decides what to do about it.
impl<A: FromHead> FromHead for Result<A, A::Rejection> {
    type Rejection = Infallible;

    fn from_head(routed: &Routed<'_>) -> Result<Self, Infallible> {
        Ok(A::from_head(routed))
    }

    fn demands(demands: &mut Demands) {
        demands.optional(A::demands);
    }
}

impl<A: FromRequest + 'static> FromRequest for Option<A> {
    type Rejection = Infallible;

    fn from_request(routed: Routed<'_>) -> Taken<Self, Infallible> {
        match A::from_request(routed) {
            Taken::Now(result) => Taken::Now(Ok(result.ok())),
            Taken::Later(future) => Taken::later(async { Ok(future.await.ok()) }),
        }
    }

    fn demands(demands: &mut Demands) {
        demands.optional(A::demands);
    }
}

impl<A: FromRequest<Rejection = Rejection> + 'static> FromRequest for Result<A, Rejection> {
    type Rejection = Infallible;

    fn from_request(routed: Routed<'_>) -> Taken<Self, Infallible> {
        match A::from_request(routed) {
            Taken::Now(result) => Taken::Now(Ok(result)),
            Taken::Later(future) => Taken::later(async { Ok(future.await) }),
        }
    }

    fn demands(demands: &mut Demands) {
        demands.optional(A::demands);
    }
}
