//! Layers of tower as middleware.
//!
//! A layer is put around one service, once, because what it shares between requests (permits, a
//! count) begins there. What comes next differs from request to request, so it travels with the
//! request, among its extensions.

use std::any::{TypeId, type_name};
use std::convert::Infallible;
use std::panic::Location;
use std::sync::Arc;
use std::task::{Context, Poll};

use gnezdo_core::{Reply, Request, Response};

use super::foreign::fault;
use super::http_service::HttpService;
use super::into_tower::ReplyFuture;
use crate::app::App;
use crate::middleware::{Layer, Middleware, Next, short_name};
use crate::problem::Problem;
use crate::response::IntoResponse;
use crate::route::Route;

/// What a layer of tower is put around: all that comes after it.
#[derive(Clone, Copy, Debug, Default)]
pub struct NextService(());

impl tower_service::Service<Request> for NextService {
    type Response = Response;
    type Error = Infallible;
    type Future = ReplyFuture;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, mut request: Request) -> ReplyFuture {
        let reply = match request.extensions_mut().remove::<Next>() {
            Some(next) => next.call(request),
            None => {
                let fault = "a layer of tower has thrown the extensions of the request away";
                Reply::Now(Problem::internal(fault).into_response())
            }
        };
        reply.into()
    }
}

/// A layer in its place, around what comes next.
struct Layered<S>(S);

impl<S: HttpService> Middleware for Layered<S> {
    fn handle(&self, mut request: Request, next: Next) -> Reply {
        request.extensions_mut().insert(next);
        let answer = self.0.clone().answer(request);
        Reply::later(async { answer.await.unwrap_or_else(fault) })
    }

    /// It may look.
    fn wants_connection_info(&self) -> bool {
        true
    }
}

#[track_caller]
fn layered<L>(layer: &L) -> Layer
where
    L: tower_layer::Layer<NextService, Service: HttpService> + 'static,
{
    Layer {
        declared_at: Location::caller(),
        id: TypeId::of::<L>(),
        name: short_name(type_name::<L>()),
        middleware: Arc::new(Layered(layer.layer(NextService::default()))),
    }
}

impl App {
    /// Puts a layer of tower around the app; what is added later stands outside of it, as with
    /// [`wrap`](Self::wrap).
    ///
    /// An error that it gives becomes a problem, 500, which passes the app's
    /// [hook](Self::on_problem).
    ///
    /// ```
    /// use gnezdo_web::{App, TestClient};
    /// use http::header::{HeaderName, HeaderValue};
    /// use tower_http::set_header::SetResponseHeaderLayer;
    ///
    /// let name = HeaderName::from_static("x-built-by");
    /// let built_by = SetResponseHeaderLayer::overriding(name, HeaderValue::from_static("birds"));
    /// let app = App::new().get("/", || "nest").layer(built_by);
    /// let answer = TestClient::new(app).get("/").send();
    /// assert_eq!(answer.header("x-built-by"), Some("birds"));
    /// ```
    #[must_use]
    #[track_caller]
    pub fn layer<L>(self, layer: L) -> Self
    where
        L: tower_layer::Layer<NextService, Service: HttpService> + 'static,
    {
        let layer = layered(&layer);
        self.with(|plan| plan.layers.insert(0, layer))
    }
}

impl Route {
    /// Puts a layer of tower around the handler: see [`App::layer`].
    #[track_caller]
    pub fn layer<L>(self, layer: L) -> Self
    where
        L: tower_layer::Layer<NextService, Service: HttpService> + 'static,
    {
        self.with_layer(layered(&layer))
    }
}
