//! What can answer at a route: plain functions and closures, and async ones.
//!
//! Both are functions, and only what they return tells them apart. `How` carries that, and the
//! kinds of the arguments, so that one trait serves them all; it is always inferred.

use std::any::type_name;
use std::sync::Arc;

use gnezdo_core::Reply;

use crate::blocking::Blocking;
use crate::demands::Demands;
use crate::extract::{FromHead, FromRequest, Routed, Taken};
use crate::response::{IntoReply, IntoResponse};

/// A function that answers requests: `fn` or `async fn`, named or a closure.
///
/// It takes up to twelve arguments, of which all but the last are [`FromHead`] and the last is
/// [`FromRequest`]:
///
/// | argument | is | needs |
/// |---|---|---|
/// | [`Path<T>`](crate::Path), [`Params`](crate::Params) | the parameters of the path, by position or by name | |
/// | [`Query<T>`](crate::Query) | the query, as nested as it comes | |
/// | [`State<T>`](crate::State) | a value of the app | [`App::state`](crate::App::state) |
/// | `Method`, `Uri`, `Version`, `HeaderMap`, `Extensions` | a part of the head | |
/// | [`OriginalUri`](crate::OriginalUri) | the target as it was before mounts took their prefixes | |
/// | [`ClientAddress`](crate::ClientAddress) | who asks, by address | |
/// | [`ConnectionInfo`](gnezdo_core::ConnectionInfo) | who is at the other end, and whether by https | |
/// | [`Urls`](crate::Urls) | the addresses of other routes | |
/// | `Page` | the templates | `App::templates` (feature `templates`) |
/// | `Cookies` | what the browser keeps | feature `sessions` |
/// | `SignedCookies`, `PrivateCookies` | the same, under a seal | a `Secret` as state (`sessions`) |
/// | `Session` | what the app remembers of a visitor | the middleware `Sessions` (`sessions`) |
/// | `CsrfToken` | the token of forms | the middleware `Csrf` (`sessions`) |
/// | `auth::BasicCredentials`, `auth::BearerToken` | name and password, or a token, as sent | feature `auth` |
/// | `auth::Identity<T>`, `auth::User` | who asks, as found out | the middleware `BasicAuth` or `BearerAuth` (`auth`) |
/// | `Valid<Query<T>>`; last: `Valid<Json<T>>`, `Valid<Form<T>>` | a value that keeps its rules | feature `validate` |
/// | last: [`Json<T>`](crate::Json), [`Form<T>`](crate::Form), `Bytes`, `Vec<u8>`, `String` | the whole content | |
/// | last: `Multipart` | a form with files, part by part | feature `multipart` |
/// | last: `Body`, [`Request`](gnezdo_core::Request) | the content as it comes; the request itself | |
///
/// The value that an argument needs is looked for when the app starts, not when a request comes.
///
/// `Option<A>` is `None` where `A` cannot be had, `Result<A, Rejection>` tells why.
///
/// Anything that is [`IntoResponse`] comes back, or a [`Reply`]. A plain function runs on the
/// thread that read the request and must not wait, unless it is
/// [`.blocking()`](crate::Block::blocking); an async one is polled there.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no handler",
    label = "not a handler",
    note = "a handler is a function or an async function of up to 12 arguments: all but the last \
            implement `FromHead`, the last implements `FromRequest`, and what it returns is \
            `IntoResponse`",
    note = "arguments that take the content (`Json`, `Form`, `Multipart`, `Bytes`, `String`, `Body`, \
            `Request`) can only be the last",
    note = "`.blocking()` is for plain functions: an `async fn` waits by `.await`",
    note = "with an attribute such as `#[get(\"/\")]` above the function, an error of its own points \
            to what does not fit"
)]
pub trait Handler<How>: Send + Sync + 'static {
    /// Answers a request.
    fn call(this: &Arc<Self>, routed: Routed<'_>) -> Reply;

    /// What has to be there, so that it can be called.
    fn demands(demands: &mut Demands);

    /// The name of the function, with its modules.
    #[doc(hidden)]
    fn function_name() -> &'static str {
        type_name::<Self>()
    }
}

/// The function returns its answer.
#[derive(Debug)]
pub enum AtOnce {}

/// The function returns a future.
#[derive(Debug)]
pub enum Awaited {}

/// The function waits, on a thread for such functions.
#[derive(Debug)]
pub enum OnThread {}

impl<F, R> Handler<(AtOnce,)> for F
where
    F: Fn() -> R + Send + Sync + 'static,
    R: IntoReply,
{
    fn call(this: &Arc<Self>, routed: Routed<'_>) -> Reply {
        let reply = this().into_reply(routed.memo());
        if R::MAY_WAIT { routed.finisher().reply(reply) } else { reply }
    }

    fn demands(_: &mut Demands) {}
}

impl<F, R> Handler<(Awaited,)> for F
where
    F: Fn() -> R + Send + Sync + 'static,
    R: Future<Output: IntoReply> + Send + 'static,
{
    fn call(this: &Arc<Self>, routed: Routed<'_>) -> Reply {
        routed.finisher().later(this())
    }

    fn demands(_: &mut Demands) {}
}

#[diagnostic::do_not_recommend]
impl<F, R> Handler<(OnThread,)> for Blocking<F>
where
    F: Fn() -> R + Send + Sync + 'static,
    R: IntoResponse + 'static,
{
    fn call(this: &Arc<Self>, routed: Routed<'_>) -> Reply {
        let this = Arc::clone(this);
        routed.finisher().on_thread(move || (this.0)())
    }

    fn demands(_: &mut Demands) {}

    fn function_name() -> &'static str {
        type_name::<F>()
    }
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
            R: IntoReply,
            $($head: FromHead + Send + 'static,)*
            $last: FromRequest<Via> + 'static,
        {
            fn call(this: &Arc<Self>, routed: Routed<'_>) -> Reply {
                let (memo, finisher) = (routed.memo(), routed.if_it_waits());
                let ending = R::MAY_WAIT.then(|| routed.finisher());
                $(let $head = argument!($head::from_head(&routed));)*
                match $last::from_request(routed) {
                    Taken::Now(last) => {
                        let reply = this($($head,)* argument!(last)).into_reply(memo);
                        match ending {
                            Some(finisher) => finisher.reply(reply),
                            None => reply,
                        }
                    }
                    Taken::Later(last) => {
                        let this = Arc::clone(this);
                        finisher.finisher().later_with(last, move |last| this($($head,)* last))
                    }
                }
            }

            fn demands(demands: &mut Demands) {
                $($head::demands(demands);)*
                $last::demands(demands);
            }
        }

        #[allow(non_snake_case)]
        impl<F, R, Via, $($head,)* $last> Handler<(Awaited, Via, $($head,)* $last)> for F
        where
            F: Fn($($head,)* $last) -> R + Send + Sync + 'static,
            R: Future<Output: IntoReply> + Send + 'static,
            $($head: FromHead + Send + 'static,)*
            $last: FromRequest<Via> + 'static,
        {
            fn call(this: &Arc<Self>, routed: Routed<'_>) -> Reply {
                let finisher = routed.finisher();
                $(let $head = argument!($head::from_head(&routed));)*
                match $last::from_request(routed) {
                    Taken::Now(last) => finisher.later(this($($head,)* argument!(last))),
                    Taken::Later(last) => {
                        let this = Arc::clone(this);
                        finisher.await_with(last, move |last| this($($head,)* last))
                    }
                }
            }

            fn demands(demands: &mut Demands) {
                $($head::demands(demands);)*
                $last::demands(demands);
            }
        }

        #[allow(non_snake_case)]
        #[diagnostic::do_not_recommend]
        impl<F, R, Via, $($head,)* $last> Handler<(OnThread, Via, $($head,)* $last)> for Blocking<F>
        where
            F: Fn($($head,)* $last) -> R + Send + Sync + 'static,
            R: IntoResponse + 'static,
            $($head: FromHead + Send + 'static,)*
            $last: FromRequest<Via> + Send + 'static,
        {
            fn call(this: &Arc<Self>, routed: Routed<'_>) -> Reply {
                let (this, finisher) = (Arc::clone(this), routed.finisher());
                $(let $head = argument!($head::from_head(&routed));)*
                match $last::from_request(routed) {
                    Taken::Now(last) => {
                        let last = argument!(last);
                        finisher.on_thread(move || (this.0)($($head,)* last))
                    }
                    Taken::Later(last) => {
                        finisher.on_thread_with(last, move |last| (this.0)($($head,)* last))
                    }
                }
            }

            fn demands(demands: &mut Demands) {
                $($head::demands(demands);)*
                $last::demands(demands);
            }

            fn function_name() -> &'static str {
                type_name::<F>()
            }
        }
    };
}

handler_with_arguments!(=> A);
handler_with_arguments!(A => B);
handler_with_arguments!(A B => C);
handler_with_arguments!(A B C => D);
handler_with_arguments!(A B C D => E);
handler_with_arguments!(A B C D E => G);
handler_with_arguments!(A B C D E G => H);
handler_with_arguments!(A B C D E G H => I);
handler_with_arguments!(A B C D E G H I => J);
handler_with_arguments!(A B C D E G H I J => K);
handler_with_arguments!(A B C D E G H I J K => L);
handler_with_arguments!(A B C D E G H I J K L => M);
