//! Services of ours as services of tower.

use std::convert::Infallible;
use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use gnezdo_core::{Awaited, Reply, Response, Service};

use super::BoxError;
use super::body::ours;
use crate::app::App;

/// Any [`Service`] of ours as a `tower::Service`. An [`App`] is one as it is:
///
/// ```
/// use gnezdo_web::{App, IntoTower};
///
/// let app = App::new().get("/time", || "now");
/// # struct Folder;
/// # impl gnezdo_core::Service for Folder {
/// #     fn call(&self, _: gnezdo_core::Request) -> gnezdo_core::Reply {
/// #         gnezdo_core::Response::default().into()
/// #     }
/// # }
/// let router: axum::Router = axum::Router::new()
///     .nest_service("/api", app)
///     .fallback_service(IntoTower::new(Folder));
/// ```
///
/// It is always ready. What only a server of ours does is missing: nobody calls
/// [`check`](Service::check), and requests carry no
/// [`ConnectionInfo`](gnezdo_core::ConnectionInfo) unless a layer puts it among their extensions.
pub struct IntoTower<S>(Arc<S>);

impl<S: Service> IntoTower<S> {
    /// Wraps a service.
    pub fn new(service: S) -> Self {
        Self(Arc::new(service))
    }
}

impl<S> Clone for IntoTower<S> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<S> fmt::Debug for IntoTower<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("IntoTower")
    }
}

/// The answer of a service of ours, as tower awaits it.
#[derive(Debug)]
#[must_use = "a future does nothing until it is awaited"]
pub struct ReplyFuture(Awaited);

impl From<Reply> for ReplyFuture {
    fn from(reply: Reply) -> Self {
        Self(reply.into_future())
    }
}

impl Future for ReplyFuture {
    type Output = Result<Response, Infallible>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        Pin::new(&mut self.0).poll(cx).map(Ok)
    }
}

macro_rules! tower_service_by_call {
    ($([$($generic:tt)*] $service:ty, $this:ident => $inner:expr;)+) => {$(
        impl<$($generic)* B> tower_service::Service<http::Request<B>> for $service
        where
            B: http_body::Body<Data = Bytes, Error: Into<BoxError>> + Send + 'static,
        {
            type Response = Response;
            type Error = Infallible;
            type Future = ReplyFuture;

            fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
                Poll::Ready(Ok(()))
            }

            fn call(&mut self, request: http::Request<B>) -> ReplyFuture {
                let $this = self;
                Service::call($inner, request.map(ours)).into()
            }
        }
    )+};
}

tower_service_by_call! {
    [S: Service,] IntoTower<S>, this => &*this.0;
    [] App, this => &*this;
}
