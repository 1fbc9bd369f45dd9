//! What stands around handlers: it sees each request before them and each answer after them.
//!
//! ```text
//! request ──► middleware of the app ──► routing ──► middleware of the route ──► handler
//! answer  ◄── middleware of the app ◄────────────── middleware of the route ◄──────┘
//! ```
//!
//! A middleware is a function of a request and of what comes [`Next`]. Those of an app see every
//! request, also those without a route; those of a nested app or of a route see what was routed
//! there.
//!
//! # What comes with the framework
//!
//! | | |
//! |---|---|
//! | [`TrustedProxies`] | who the client is, behind proxies |
//! | [`RequestId`] | a name for each request, in the log and the answer |
//! | [`AllowDeny`] | who may ask, by network |
//! | [`RateLimit`] | how often |
//! | [`Cors`] | pages of which origins may read answers |
//! | [`SecurityHeaders`] | fields by which browsers guard a site |
//! | `Compression` | answers in fewer octets (feature `files`) |
//! | [`Timeout`] | how long a handler may take |
//! | [`BodyLimit`] | how much content a request may have |
//!
//! A middleware that is added later stands outside of those before. What others build on belongs
//! outside: proxies before everything that asks for the client, CORS before what refuses, so that a
//! page can read the refusal.
//!
//! ```
//! use std::time::Duration;
//!
//! use gnezdo_web::App;
//! use gnezdo_web::middleware::{Cors, RateLimit, RequestId, SecurityHeaders, TrustedProxies};
//!
//! let app = App::new()
//!     .get("/", || "Hello")
//!     .wrap(RateLimit::new(100, Duration::from_secs(60)))
//!     .wrap(Cors::any())
//!     .wrap(SecurityHeaders::new())
//!     .wrap(RequestId::new())
//!     .wrap(TrustedProxies::new(["10.0.0.0/8".parse()?]));
//! # Ok::<(), gnezdo_socket::NetworkError>(())
//! ```

mod allow_deny;
mod body_limit;
#[cfg(feature = "files")]
mod compression;
mod cors;
#[cfg(feature = "sessions")]
mod csrf;
mod rate_limit;
mod request_id;
mod security_headers;
mod timeout;
mod trusted_proxies;

use std::any::TypeId;
use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;

use gnezdo_core::{Reply, Request};

use crate::demands::Demands;
use crate::response::{IntoReply, Memo};
use crate::routing::Captures;
use crate::site::Site;

pub use allow_deny::AllowDeny;
pub use body_limit::BodyLimit;
#[cfg(feature = "files")]
pub use compression::Compression;
pub use cors::{AnyOrigin, Cors, CorsError, NamedOrigins};
#[cfg(feature = "sessions")]
pub use csrf::{Csrf, CsrfToken, OriginError};
pub use rate_limit::RateLimit;
pub use request_id::RequestId;
pub use security_headers::{SecurityHeaders, Subdomains};
pub use timeout::Timeout;
pub use trusted_proxies::TrustedProxies;

pub use gnezdo_socket::{AccessRules, Network};

pub(crate) use request_id::Given;

/// Something that stands around handlers.
///
/// Every function `fn(Request, Next) -> Reply`, and every `async fn(Request, Next)` with an answer,
/// is one by [`App::wrap`](crate::App::wrap):
///
/// ```
/// use gnezdo_core::{Reply, Request, Response};
/// use gnezdo_web::{App, Next};
///
/// fn signed(request: Request, next: Next) -> Reply {
///     next.call(request).map(|mut response| {
///         response.headers_mut().insert("x-built-by", "gnezdo".parse().unwrap());
///         response
///     })
/// }
///
/// async fn timed(request: Request, next: Next) -> Response {
///     let start = std::time::Instant::now();
///     let response = next.call(request).await;
///     eprintln!("{:?}", start.elapsed());
///     response
/// }
///
/// let app = App::new().get("/", || "Hello").wrap(signed).wrap(timed);
/// ```
pub trait Middleware: Send + Sync + 'static {
    /// Answers a request, by itself or by what comes next.
    fn handle(&self, request: Request, next: Next) -> Reply;

    /// Whether it, or what it lets through, has to know where requests come from
    /// ([`ConnectionInfo`](gnezdo_core::ConnectionInfo)).
    fn wants_connection_info(&self) -> bool {
        false
    }

    /// Says what it needs, before any request comes: another middleware that has to stand outside
    /// of it, or a value of the app. By default nothing.
    ///
    /// ```
    /// use gnezdo_core::{Reply, Request};
    /// use gnezdo_web::middleware::RequestId;
    /// use gnezdo_web::{Demands, Middleware, Next};
    ///
    /// /// Notes who asked for what, by the id of the request.
    /// struct Journal;
    ///
    /// impl Middleware for Journal {
    ///     fn handle(&self, request: Request, next: Next) -> Reply {
    ///         eprintln!("{:?}", request.headers().get("x-request-id"));
    ///         next.call(request)
    ///     }
    ///
    ///     fn demands(&self, demands: &mut Demands) {
    ///         demands.middleware::<RequestId>();
    ///     }
    /// }
    /// ```
    fn demands(&self, demands: &mut Demands) {
        let _ = demands;
    }
}

/// What [`App::wrap`](crate::App::wrap) takes: a [`Middleware`], or a function that is one.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no middleware",
    label = "not a middleware",
    note = "a middleware is a `fn(Request, Next) -> Reply`, an `async fn(Request, Next) -> Response`, \
            or a type that implements `Middleware`; tower layers go to `App::layer`"
)]
pub trait IntoMiddleware<How> {
    /// The middleware that it is.
    type Middleware: Middleware;

    /// Makes a middleware of it.
    fn into_middleware(self) -> Self::Middleware;
}

/// It is a middleware already.
#[derive(Debug)]
pub enum AsItIs {}

/// It is a function that answers at once.
#[derive(Debug)]
pub enum ByFunction {}

/// It is an async function.
#[derive(Debug)]
pub enum ByFuture {}

impl<M: Middleware> IntoMiddleware<AsItIs> for M {
    type Middleware = M;

    fn into_middleware(self) -> M {
        self
    }
}

impl<F, R> IntoMiddleware<(ByFunction, R)> for F
where
    F: Fn(Request, Next) -> R + Send + Sync + 'static,
    R: IntoReply + 'static,
{
    type Middleware = Answering<F, R>;

    fn into_middleware(self) -> Self::Middleware {
        Answering(self, PhantomData)
    }
}

impl<F, R> IntoMiddleware<(ByFuture, R)> for F
where
    F: Fn(Request, Next) -> R + Send + Sync + 'static,
    R: Future<Output: IntoReply> + Send + 'static,
{
    type Middleware = Awaiting<F, R>;

    fn into_middleware(self) -> Self::Middleware {
        Awaiting(self, PhantomData)
    }
}

/// A function that answers at once.
#[derive(Debug)]
pub struct Answering<F, R>(F, PhantomData<fn() -> R>);

/// A function that returns a future.
#[derive(Debug)]
pub struct Awaiting<F, R>(F, PhantomData<fn() -> R>);

impl<F, R> Middleware for Answering<F, R>
where
    F: Fn(Request, Next) -> R + Send + Sync + 'static,
    R: IntoReply + 'static,
{
    fn handle(&self, request: Request, next: Next) -> Reply {
        (self.0)(request, next).into_reply(&Memo::default())
    }

    /// It may look.
    fn wants_connection_info(&self) -> bool {
        true
    }
}

impl<F, R> Middleware for Awaiting<F, R>
where
    F: Fn(Request, Next) -> R + Send + Sync + 'static,
    R: Future<Output: IntoReply> + Send + 'static,
{
    fn handle(&self, request: Request, next: Next) -> Reply {
        let answer = (self.0)(request, next);
        Reply::later(async {
            let reply = answer.await.into_reply(&Memo::default());
            reply.await
        })
    }

    /// It may look.
    fn wants_connection_info(&self) -> bool {
        true
    }
}

/// A middleware in its place.
#[derive(Clone)]
pub(crate) struct Layer {
    pub(crate) id: TypeId,
    pub(crate) name: String,
    pub(crate) middleware: Arc<dyn Middleware>,
}

impl Layer {
    pub(crate) fn new<How, I: IntoMiddleware<How> + 'static>(middleware: I) -> Self {
        Self {
            id: TypeId::of::<I::Middleware>(),
            name: short_name(std::any::type_name::<I>()),
            middleware: Arc::new(middleware.into_middleware()),
        }
    }
}

impl fmt::Debug for Layer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}

/// The name of a type or a function without the modules that it is in: `shop::pages::index` is
/// `index`. A closure is `closure`.
pub(crate) fn short_name(full: &'static str) -> String {
    let bare = full.split('<').next().unwrap_or(full);
    match bare.rsplit("::").next() {
        Some("{{closure}}") | None => "closure".into(),
        Some(name) => name.into(),
    }
}

/// What comes after a middleware: the next one, or routing, or the handler.
#[derive(Clone)]
pub struct Next {
    site: Arc<Site>,
    stage: Stage,
    at: usize,
}

/// Between what the middleware stands.
#[derive(Clone)]
pub(crate) enum Stage {
    /// Before routing.
    App,
    /// Between routing and the handler of a route.
    Route { index: usize, captures: Captures },
    /// Between routing and a mounted service.
    Mount { index: usize, rest: usize },
}

impl Next {
    pub(crate) fn first(site: &Arc<Site>, stage: Stage) -> Self {
        Self { site: Arc::clone(site), stage, at: 0 }
    }

    /// Hands the request on. The reply may be awaited, or changed by [`Reply::map`].
    pub fn call(mut self, request: Request) -> Reply {
        let site = Arc::clone(&self.site);
        let layers = match &self.stage {
            Stage::App => &site.layers,
            Stage::Route { index, .. } => &site.routes[*index].layers,
            Stage::Mount { index, .. } => &site.mounts[*index].layers,
        };
        match layers.get(self.at) {
            Some(layer) => {
                self.at += 1;
                layer.middleware.handle(request, self)
            }
            None => site.call_inside(&self.stage, request),
        }
    }
}

impl fmt::Debug for Next {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Next").field("at", &self.at).finish_non_exhaustive()
    }
}
