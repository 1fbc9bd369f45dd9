//! What attributes on functions ask the compiler, so that its errors point to the argument or the
//! answer that does not fit.
//!
//! Nothing here is called while a program runs.

use crate::extract::{FromHead, FromRequest};
use crate::handler::{AtOnce, Awaited};
use crate::response::{IntoReply, IntoResponse};

/// Asks for an argument that is not the last.
pub fn looks<A: FromHead>() {}

/// Asks for the last argument.
pub fn takes<A: FromRequest<Via>, Via>() {}

/// Asks for the answer of a plain function, which may be a future.
pub fn answers<R: AnswerOrFuture<How>, How>() {}

/// Asks for an answer that is no future.
pub fn replies<R: IntoReply>() {}

/// Asks for the answer of a function that waits.
pub fn responds<R: IntoResponse>() {}

/// Asks for the future of an async function.
pub fn is_sent<F: Future + Send>(_: &F) {}

/// What a plain function may return.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no answer",
    label = "cannot be sent as an answer",
    note = "return text, bytes, `Html`, `Json`, a `Redirect`, a `StatusCode`, a tuple `(StatusCode, \
            fields, T)`, an `http::Response`, or a `Result` of them",
    note = "for a type of your own: return `Json(value)`, or implement `IntoResponse`"
)]
pub trait AnswerOrFuture<How> {}

impl<R: IntoReply> AnswerOrFuture<AtOnce> for R {}

impl<R: Future<Output: IntoReply> + Send + 'static> AnswerOrFuture<Awaited> for R {}
