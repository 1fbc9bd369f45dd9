//! What can answer at a route: plain functions and closures, and async ones.
//!
//! Both are functions, and only what they return tells them apart. `How` carries that, and the
//! kinds of the arguments, so that one trait serves them all; it is always inferred.

use gnezdo_core::Reply;

use crate::arguments::{FromHead, FromRequest, Routed};
use crate::response::IntoResponse;

/// A function that answers requests: `fn` or `async fn`, named or a closure.
///
/// | argument | |
/// |---|---|
/// | none | |
/// | [`Path<T>`](crate::Path) | path parameters by position |
/// | [`Params`](crate::Params) | path parameters by name |
/// | [`Request`](gnezdo_core::Request) | the request itself; always the last argument |
///
/// Up to four arguments, and anything that is [`IntoResponse`] comes back. A plain function runs
/// on the thread that read the request and must not wait; an async one is polled there.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no handler",
    label = "not a handler",
    note = "a handler is a function or an async function; its arguments are `Path<…>`, `Params` \
            and, last, the `Request`; what it returns is `IntoResponse`"
)]
pub trait Handler<How>: Send + Sync + 'static {
    /// Answers a request.
    fn call(&self, routed: Routed<'_>) -> Reply;

    /// How many parameters the pattern must have, for each argument that cares.
    fn parameter_counts() -> Vec<usize>;

    /// Whether an argument looks at the request, beyond the parameters of its path.
    fn needs_request() -> bool;
}

/// The function returns its answer.
#[derive(Debug)]
pub enum AtOnce {}

/// The function returns a future.
#[derive(Debug)]
pub enum Awaited {}

impl<F, R> Handler<(AtOnce,)> for F
where
    F: Fn() -> R + Send + Sync + 'static,
    R: IntoResponse,
{
    fn call(&self, routed: Routed<'_>) -> Reply {
        self().into_reply(routed.memo())
    }

    fn parameter_counts() -> Vec<usize> {
        Vec::new()
    }

    fn needs_request() -> bool {
        false
    }
}

impl<F, R> Handler<(Awaited,)> for F
where
    F: Fn() -> R + Send + Sync + 'static,
    R: Future<Output: IntoResponse> + Send + 'static,
{
    fn call(&self, _: Routed<'_>) -> Reply {
        reply_later(self())
    }

    fn parameter_counts() -> Vec<usize> {
        Vec::new()
    }

    fn needs_request() -> bool {
        false
    }
}

fn reply_later(answer: impl Future<Output: IntoResponse> + Send + 'static) -> Reply {
    Reply::later(async { answer.await.into_response() })
}

/// The argument, or the answer that refuses the request.
macro_rules! argument {
    ($result:expr) => {
        match $result {
            Ok(argument) => argument,
            Err(rejection) => return Reply::Now(rejection.into_response()),
        }
    };
}

macro_rules! handler_with_arguments {
    ($($head:ident)* => $last:ident) => {
        #[allow(non_snake_case)]
        impl<F, R, Via, $($head,)* $last> Handler<(AtOnce, Via, $($head,)* $last)> for F
        where
            F: Fn($($head,)* $last) -> R + Send + Sync + 'static,
            R: IntoResponse,
            $($head: FromHead,)*
            $last: FromRequest<Via>,
        {
            fn call(&self, routed: Routed<'_>) -> Reply {
                let memo = routed.memo();
                $(let $head = argument!($head::from_head(&routed));)*
                let last = argument!($last::from_request(routed));
                self($($head,)* last).into_reply(memo)
            }

            fn parameter_counts() -> Vec<usize> {
                let counts = [$($head::parameter_count(),)* $last::parameter_count()];
                counts.into_iter().flatten().collect()
            }

            fn needs_request() -> bool {
                $($head::NEEDS_REQUEST ||)* $last::NEEDS_REQUEST
            }
        }

        #[allow(non_snake_case)]
        impl<F, R, Via, $($head,)* $last> Handler<(Awaited, Via, $($head,)* $last)> for F
        where
            F: Fn($($head,)* $last) -> R + Send + Sync + 'static,
            R: Future<Output: IntoResponse> + Send + 'static,
            $($head: FromHead,)*
            $last: FromRequest<Via>,
        {
            fn call(&self, routed: Routed<'_>) -> Reply {
                $(let $head = argument!($head::from_head(&routed));)*
                let last = argument!($last::from_request(routed));
                reply_later(self($($head,)* last))
            }

            fn parameter_counts() -> Vec<usize> {
                let counts = [$($head::parameter_count(),)* $last::parameter_count()];
                counts.into_iter().flatten().collect()
            }

            fn needs_request() -> bool {
                $($head::NEEDS_REQUEST ||)* $last::NEEDS_REQUEST
            }
        }
    };
}

handler_with_arguments!(=> A);
handler_with_arguments!(A => B);
handler_with_arguments!(A B => C);
handler_with_arguments!(A B C => D);
