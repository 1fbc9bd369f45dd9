//! What tower calls a service, as far as it can answer our requests.

use std::future::poll_fn;

use bytes::Bytes;
use gnezdo_core::{Request, Response};

use super::BoxError;
use super::body::ours;

/// A `tower::Service` that can answer our requests: it takes `http::Request<Body>`, gives an
/// `http::Response` with any body of bytes, and can be cloned and shared.
///
/// Every such service is one: there is nothing to implement.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot answer our requests",
    label = "not a service of tower that fits here",
    note = "it has to be a `tower::Service<http::Request<gnezdo::Body>>` whose response is an \
            `http::Response` with a body of `Bytes`, whose errors are `Into<Box<dyn Error + Send + \
            Sync>>`, whose future is `Send`, and which is `Clone + Send + Sync + 'static`"
)]
pub trait HttpService: Clone + Send + Sync + 'static {
    /// Answers a request when it is ready.
    #[doc(hidden)]
    fn answer(
        self,
        request: Request,
    ) -> impl Future<Output = Result<Response, BoxError>> + Send + 'static;
}

impl<S, B> HttpService for S
where
    S: tower_service::Service<
            Request,
            Response = http::Response<B>,
            Error: Into<BoxError>,
            Future: Send,
        > + Clone
        + Send
        + Sync
        + 'static,
    B: http_body::Body<Data = Bytes, Error: Into<BoxError>> + Send + 'static,
{
    async fn answer(mut self, request: Request) -> Result<Response, BoxError> {
        poll_fn(|cx| self.poll_ready(cx).map_err(Into::into)).await?;
        let answered = self.call(request).await;
        answered.map(|response| response.map(ours)).map_err(Into::into)
    }
}
