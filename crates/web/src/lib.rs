//! The framework: routes and handlers, together one [`Service`](gnezdo_core::Service).
//!
//! ```text
//! request ──► App ──► router ──► resource ──► route ──► arguments ──► handler ──► reply
//!                     by path    by method              from the request
//!                       └──► fallback: any other service, for paths without a route
//! ```
//!
//! ```
//! use gnezdo_core::{Body, Reply, Request, Service};
//! use gnezdo_web::{App, Path};
//! use http::StatusCode;
//!
//! async fn post(Path(id): Path<u64>) -> String {
//!     format!("post {id}")
//! }
//!
//! fn create(request: Request) -> (StatusCode, String) {
//!     (StatusCode::CREATED, format!("made by {}\n", request.method()))
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
//! * A slash at the end counts: `/a` and `/a/` are different resources, and one is not
//!   redirected to the other.
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
mod percent;
mod resource;
pub mod routing;

mod arguments;
mod handler;
mod json;
mod parameters;
mod response;

pub use app::{App, RouteError};
pub use arguments::{FromHead, FromRequest, Routed};
pub use handler::Handler;
pub use json::Json;
pub use parameters::{ParameterError, Params, Path, PathParameter, PathParameters};
pub use response::{IntoResponse, Memo};
pub use routing::PatternError;

/// Names that only the compiler needs, to tell apart the ways in which a function is a handler.
#[doc(hidden)]
pub mod marker {
    pub use crate::arguments::{ViaHead, ViaRequest};
    pub use crate::handler::{AtOnce, Awaited};
}
