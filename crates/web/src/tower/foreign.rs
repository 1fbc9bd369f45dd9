//! A service of tower as one of ours.

use std::fmt;

use gnezdo_core::{Reply, Request, Response, Service};

use super::BoxError;
use super::http_service::HttpService;
use crate::asked::Asked;
use crate::problem::Problem;
use crate::response::IntoResponse;
use crate::site::finish_alone;

/// A `tower::Service` over `http` types, such as an axum `Router`, as a [`Service`] of ours: it can
/// be mounted in an app, be its fallback, or be served by itself.
///
/// An error that it gives is answered with 500, and told to the log.
///
/// ```
/// use gnezdo_web::{App, FromTower, TestClient};
///
/// let router = axum::Router::new().route("/time", axum::routing::get(|| async { "now" }));
/// let app = App::new().get("/", || "ours").mount("/api", FromTower(router));
/// let client = TestClient::new(app);
/// assert_eq!(client.get("/api/time").send().text(), "now");
/// ```
#[derive(Clone, Copy, Default)]
pub struct FromTower<S>(pub S);

impl<S: HttpService> Service for FromTower<S> {
    fn call(&self, request: Request) -> Reply {
        let asked = Asked::of(&request);
        let answer = self.0.clone().answer(request);
        Reply::later(async move {
            let answered = answer.await;
            let mut response = answered.unwrap_or_else(fault);
            // It may stand in a server by itself, where nobody else would write the problem out.
            finish_alone(&mut response, &asked);
            response
        })
    }
}

/// The answer to an error that a service has given.
pub(super) fn fault(error: BoxError) -> Response {
    Problem::internal(error).into_response()
}

impl<S> fmt::Debug for FromTower<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("FromTower")
    }
}
