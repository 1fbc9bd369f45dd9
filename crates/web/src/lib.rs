//! The framework: routes and handlers, together one [`Service`](gnezdo_core::Service).
//!
//! ```text
//! request ──► middleware ──► router ──► middleware ──► arguments ──► handler ──► reply
//!              of the app     by host,   of the route   from the request
//!                             path and     └──► mount: any other service below a prefix
//!                             method
//!                               └──► fallback: any other service, for paths without a route
//! ```
//!
//! ```
//! use gnezdo_core::{Body, Reply, Service};
//! use gnezdo_web::{App, Json, Path};
//! use http::StatusCode;
//!
//! #[derive(serde::Deserialize, serde::Serialize)]
//! struct Draft {
//!     title: String,
//! }
//!
//! async fn post(Path(id): Path<u64>) -> String {
//!     format!("post {id}")
//! }
//!
//! fn create(Json(draft): Json<Draft>) -> (StatusCode, Json<Draft>) {
//!     (StatusCode::CREATED, Json(draft))
//! }
//!
//! let app = App::new()
//!     .get("/plaintext", || "Hello, World!")
//!     .get("/user/{name}", |Path(name): Path<String>| format!("user {name}"))
//!     .get("/post/{id:int}", post)
//!     .post("/post/", create);
//!
//! let request = http::Request::get("/plaintext").body(Body::empty()).unwrap();
//! let Reply::Ready(answer) = app.call(request) else { unreachable!() };
//! assert_eq!(answer.body(), "Hello, World!");
//! ```
//!
//! [`Handler`] lists what a handler takes, [`IntoResponse`] what it may return, [`Problem`] tells
//! what becomes of errors, [`middleware`] what may stand around handlers.
//!
//! # Patterns
//!
//! A pattern is a path whose segments are text or parameters:
//!
//! | written | takes | for example |
//! |---|---|---|
//! | `{name}`, `{name:str}` | one segment that is not empty | `/user/{name}` |
//! | `{name:int}` | one segment of ASCII digits, up to 2⁶⁴ − 1 | `/post/{id:int}` |
//! | `{name:float}` | a decimal number | `/at/{latitude:float}` |
//! | `{name:uuid}` | a UUID | `/order/{key:uuid}` |
//! | `{name:path}` | one or more segments, to the end of the path | `/files/{rest:path}` |
//!
//! Where several patterns fit, the leftmost segment in which they differ decides: text wins
//! over `int`, `int` over `str`, `str` over `path`, in whatever order they were declared. A
//! pattern that fits the path but lacks the method steps back for one that has it. All rules are
//! in [`routing`].
//!
//! # Paths
//!
//! * A path is split at its slashes first, then each segment is percent-decoded (RFC 3986
//!   §2.4): `/user/a%2Fb` has two segments, and the name is `a/b`.
//! * A slash at the end counts: `/a` and `/a/` are different resources. A client that asks for one
//!   where there is only the other is redirected with 308, unless the app
//!   [wants it otherwise](App::slashes).
//! * A path whose percent-coding is broken, or whose segments are not UTF-8, fits no route. It
//!   goes to the fallback; without one it is answered with 400.
//!
//! # Methods
//!
//! `HEAD` is answered by a `GET` route unless it has a route of its own. `OPTIONS` is answered
//! with 204 and `Allow` unless it has one. Other methods than those of a path's routes get 405
//! with `Allow`, also where there is a [fallback](App::fallback). `OPTIONS *` names the methods
//! of all routes.
#![forbid(unsafe_code)]

mod app;
mod plan;
mod route;
pub mod routing;
mod site;
mod start;
mod urls;

mod announced;
mod blocking;
mod demands;
mod extract;
mod fitting;
mod handler;
mod parameters;
mod query;
mod rejection;
#[cfg(feature = "validate")]
mod valid;

mod chunks;
mod form;
mod html;
mod json;
#[cfg(feature = "multipart")]
mod multipart;
mod parts;
mod redirect;
mod response;
#[cfg(feature = "files")]
mod send_file;

mod asked;
#[cfg(feature = "auth")]
pub mod auth;
mod generations;
mod listing;
pub mod middleware;
mod percent;
mod problem;
#[cfg(any(feature = "auth", feature = "sessions"))]
mod random;

pub mod fields;

#[cfg(feature = "sessions")]
pub mod cookies;
#[cfg(feature = "sessions")]
mod secret;
#[cfg(feature = "sessions")]
pub mod session;
#[cfg(feature = "templates")]
pub mod templates;
#[cfg(feature = "test-client")]
mod test_client;
#[cfg(feature = "tower")]
mod tower;

pub use app::App;
pub use asked::Asked;
pub use blocking::{Block, Blocking};
pub use chunks::Chunks;
#[cfg(feature = "sessions")]
pub use cookies::{Cookies, PrivateCookies, SignedCookies};
pub use demands::Demands;
pub use extract::{ClientAddress, FromHead, FromRequest, OriginalUri, Routed, State, Taken};
pub use fields::{ContentError, InvalidField, QueryLimits};
pub use form::Form;
pub use handler::Handler;
pub use html::Html;
pub use json::Json;
pub use listing::RouteInfo;
#[cfg(feature = "sessions")]
pub use middleware::{Csrf, CsrfToken};
pub use middleware::{IntoMiddleware, Middleware, Next};
#[cfg(feature = "multipart")]
pub use multipart::{Field, Multipart, MultipartLimits, UploadedFile};
pub use parameters::{Params, Path, PathParameter, PathParameters};
pub use parts::ResponsePart;
pub use plan::{Debug, Slashes};
pub use problem::Problem;
pub use query::Query;
pub use redirect::Redirect;
pub use rejection::Rejection;
pub use response::{IntoReply, IntoResponse, Memo};
pub use route::{Declared, Route, delete, get, head, options, patch, path, post, put};
pub use routing::PatternError;
#[cfg(feature = "sessions")]
pub use secret::{Secret, SecretError};
#[cfg(feature = "files")]
pub use send_file::SendFile;
#[cfg(feature = "sessions")]
pub use session::{Session, Sessions};
pub use start::{StartError, StartFault};
#[cfg(feature = "test-client")]
pub use test_client::{TestClient, TestRequest, TestResponse};
#[cfg(feature = "tower")]
pub use tower::{FromTower, HttpService, IntoTower, NextService, ReplyFuture};
pub use urls::{UrlError, UrlValues, Urls};
#[cfg(feature = "validate")]
pub use valid::Valid;

pub use gnezdo_core::escape;

/// Names that only the compiler needs: to tell apart the ways in which a function is a handler, and
/// to say what does not fit.
#[doc(hidden)]
pub mod marker {
    pub use crate::extract::{ViaHead, ViaRequest};
    pub use crate::fitting::{AnswerOrFuture, answers, is_sent, looks, replies, responds, takes};
    pub use crate::handler::{AtOnce, Awaited, OnThread};
    pub use crate::middleware::{AsItIs, ByFunction, ByFuture};
}
