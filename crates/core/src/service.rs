//! The one trait that everything servable implements, and its answer.

use std::error::Error;
use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use crate::{Body, Command, Glance, Ready};

/// A request: the type of the crate `http`, with our [`Body`].
pub type Request = http::Request<Body>;

/// A response: the type of the crate `http`, with our [`Body`].
pub type Response = http::Response<Body>;

/// A response that is still being made.
type Later = Pin<Box<dyn Future<Output = Response> + Send>>;

/// Answers requests. Everything that can be served is one of these.
///
/// `call` runs on the thread that read the request, so that an answer which is at hand costs
/// no task and no wake-up. What has to wait returns [`Reply::Later`].
pub trait Service: Send + Sync + 'static {
    /// Answers one request.
    ///
    /// A service answers `HEAD` as it would `GET`, body included: the machine leaves the body
    /// out. Fields that frame the message or manage the connection (`content-length`,
    /// `transfer-encoding`, `connection`) are the machine's business.
    fn call(&self, request: Request) -> Reply;

    /// Answers a request before it is made, if its method and path and a look at its fields are
    /// all that the answer needs: the same as [`call`](Self::call) would, only sooner. `None`
    /// asks for the request to be made and given to `call`.
    ///
    /// No service has to: by default the answer is `None`. A middleware that does more than
    /// hand requests on must not hand this on.
    fn glance(&self, request: Glance<'_>) -> Option<Reply> {
        let _ = request;
        None
    }

    /// Whether [`glance`](Self::glance) answers anything at all; otherwise it is never called.
    fn can_glance(&self) -> bool {
        false
    }

    /// Whether its requests carry a [`ConnectionInfo`](crate::ConnectionInfo) among their
    /// extensions, which costs each an allocation. Asked once.
    fn wants_connection_info(&self) -> bool {
        true
    }

    /// Says what would keep it from serving, once, before anything is served: a server that is
    /// told so does not start.
    ///
    /// # Errors
    /// What is wrong, in words for whoever starts the program.
    fn check(&self) -> Result<(), Box<dyn Error + Send + Sync>> {
        Ok(())
    }

    /// The words that it adds to the command line of its program, beside the one that serves.
    fn commands(&self) -> Vec<Command> {
        Vec::new()
    }
}

macro_rules! service_behind {
    ($($pointer:ident)+) => {$(
        impl<S: Service + ?Sized> Service for $pointer<S> {
            fn call(&self, request: Request) -> Reply {
                (**self).call(request)
            }

            fn glance(&self, request: Glance<'_>) -> Option<Reply> {
                (**self).glance(request)
            }

            fn can_glance(&self) -> bool {
                (**self).can_glance()
            }

            fn wants_connection_info(&self) -> bool {
                (**self).wants_connection_info()
            }

            fn check(&self) -> Result<(), Box<dyn Error + Send + Sync>> {
                (**self).check()
            }

            fn commands(&self) -> Vec<Command> {
                (**self).commands()
            }
        }
    )+};
}

service_behind!(Arc Box);

/// An answer that is here, one that was prepared before, or one that will be.
pub enum Reply {
    /// The answer.
    Now(Response),
    /// The answer, prepared ahead for all requests of its kind: see [`Ready`].
    Ready(Ready),
    /// The answer when the future ends. It is polled where the request was read.
    Later(Later),
}

impl Reply {
    /// Wraps a future, which may borrow nothing.
    pub fn later(future: impl Future<Output = Response> + Send + 'static) -> Self {
        Self::Later(Box::pin(future))
    }

    /// Waits for the answer: what awaiting the reply does, for those who need a future.
    pub async fn into_response(self) -> Response {
        self.await
    }

    /// Changes the answer, when it is there.
    ///
    /// ```
    /// # use gnezdo_core::{Body, Reply, Response};
    /// let reply = Reply::Now(Response::new(Body::from("now")));
    /// let reply = reply.map(|mut response| {
    ///     response.headers_mut().insert("x-frame-options", "DENY".parse().unwrap());
    ///     response
    /// });
    /// let Reply::Now(response) = reply else { unreachable!() };
    /// assert_eq!(response.headers()["x-frame-options"], "DENY");
    /// ```
    #[must_use]
    pub fn map(self, change: impl FnOnce(Response) -> Response + Send + 'static) -> Self {
        match self {
            Self::Now(response) => Self::Now(change(response)),
            Self::Ready(ready) => Self::Now(change(ready.to_response())),
            Self::Later(future) => Self::later(async { change(future.await) }),
        }
    }
}

/// A reply can be awaited: `next.call(request).await`.
///
/// ```
/// # use gnezdo_core::{Body, Reply, Response};
/// # fn block_on<F: Future>(f: F) -> F::Output {
/// #     let mut f = std::pin::pin!(f);
/// #     let mut cx = std::task::Context::from_waker(std::task::Waker::noop());
/// #     loop { if let std::task::Poll::Ready(v) = f.as_mut().poll(&mut cx) { return v } }
/// # }
/// let reply = Reply::later(async { Response::new(Body::from("later")) });
/// let status = block_on(async { reply.await.status() });
/// assert_eq!(status, 200);
/// ```
impl IntoFuture for Reply {
    type Output = Response;
    type IntoFuture = Awaited;

    fn into_future(self) -> Awaited {
        Awaited(Some(self))
    }
}

/// The answer of a [`Reply`], awaited.
#[must_use = "a future does nothing until it is awaited"]
pub struct Awaited(Option<Reply>);

impl Future for Awaited {
    type Output = Response;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Response> {
        match self.0.take() {
            Some(Reply::Now(response)) => Poll::Ready(response),
            Some(Reply::Ready(ready)) => Poll::Ready(ready.to_response()),
            Some(Reply::Later(mut future)) => {
                let polled = future.as_mut().poll(cx);
                if polled.is_pending() {
                    self.0 = Some(Reply::Later(future));
                }
                polled
            }
            None => panic!("a reply was polled after its answer"),
        }
    }
}

impl fmt::Debug for Awaited {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Awaited").field(&self.0).finish()
    }
}

impl From<Response> for Reply {
    fn from(response: Response) -> Self {
        Self::Now(response)
    }
}

impl fmt::Debug for Reply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Now(response) => f.debug_tuple("Now").field(response).finish(),
            Self::Ready(ready) => f.debug_tuple("Ready").field(ready).finish(),
            Self::Later(_) => f.write_str("Later"),
        }
    }
}
