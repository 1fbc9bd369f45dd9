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
//!     .get("/user/<name>", |Path(name): Path<String>| format!("user {name}"))
//!     .get("/post/<int:id>", post)
//!     .post("/post/", create);
//!
//! let request = http::Request::get("/plaintext").body(Body::empty()).unwrap();
//! let Reply::Ready(answer) = app.call(request) else { unreachable!() };
//! assert_eq!(answer.body(), "Hello, World!");
//! ```
//!
//! # Patterns
//!
//! A pattern is a path whose segments are text or parameters. A parameter fills its segment:
//!
//! | written | takes | for example |
//! |---|---|---|
//! | `<name>`, `<string:name>` | one segment that is not empty | `/user/<name>` |
//! | `<int:name>` | one segment of ASCII digits, up to 2⁶⁴ − 1 | `/post/<int:id>` |
//! | `<path:name>` | one or more segments, to the end of the path | `/files/<path:rest>` |
//!
//! Where several patterns fit, the leftmost segment in which they differ decides: text wins
//! over `int`, `int` over `string`, `string` over `path`, in whatever order they were declared.
//! A pattern that fits the path but lacks the method steps back for one that has it.
//!
//! # Paths
//!
//! * A path is split at its slashes first, then each segment is percent-decoded (RFC 3986
//!   §2.4): `/user/a%2Fb` has two segments, and the name is `a/b`. Patterns are written
//!   decoded.
//! * `path` refuses an encoded slash, which its value could not tell from a real one. The
//!   value may contain `..`: it is text, not a safe name of a file.
//! * A slash at the end counts: `/a` and `/a/` are different resources, and one is not
//!   redirected to the other. Empty segments within a path fit no parameter but `path`.
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
mod pattern;
mod percent;
mod resource;
mod router;

pub mod fields;

mod arguments;
mod handler;
mod json;
mod parameters;
mod response;

pub use app::{App, RouteError};
pub use arguments::{FromHead, FromRequest, Routed};
pub use fields::{ContentError, InvalidField, QueryLimits};
pub use handler::Handler;
pub use json::Json;
pub use parameters::{ParameterError, Params, Path, PathParameter, PathParameters};
pub use pattern::PatternError;
pub use response::{IntoResponse, Memo};

/// Names that only the compiler needs, to tell apart the ways in which a function is a handler.
#[doc(hidden)]
pub mod marker {
    pub use crate::arguments::{ViaHead, ViaRequest};
    pub use crate::handler::{AtOnce, Awaited};
}
