//! What both schemes have in common: a middleware that finds out who asks, and what handlers are
//! told of it.
//!
//! Who asks is a value of any type `T`, found by a function. There is one middleware for each `T`,
//! whatever the scheme, so that a handler that wants to know can demand it without knowing how it
//! is found out.

use std::any::type_name;
use std::fmt;
use std::sync::Arc;

use gnezdo_core::{Reply, Request};
use http::HeaderMap;

use crate::auth::credentials::{BasicCredentials, BearerToken};
use crate::auth::passwords::AT_WORK;
use crate::blocking::within;
use crate::demands::Demands;
use crate::extract::{FromHead, Routed, Taken};
use crate::marker::{ByFunction, ByFuture};
use crate::middleware::{Middleware, Next};
use crate::problem::Problem;
use crate::rejection::Rejection;
use crate::response::IntoResponse;

/// Who asks, as an argument of a handler: what the function of a
/// [`BasicAuth`](super::BasicAuth) or a [`BearerAuth`](super::BearerAuth) around it has found out.
/// That there is one is checked when the app starts; `Option<Identity<T>>` may be missing.
///
/// ```
/// use gnezdo_web::App;
/// use gnezdo_web::auth::{BearerAuth, BearerToken, Identity};
///
/// #[derive(Clone)]
/// struct Account {
///     number: u32,
/// }
///
/// fn find(BearerToken(token): BearerToken) -> Option<Account> {
///     token.parse().ok().map(|number| Account { number })
/// }
///
/// let home = |Identity(account): Identity<Account>| format!("account {}", account.number);
/// let app = App::new().get("/", home).wrap(BearerAuth::with("bank", find)?);
/// assert!(app.check().is_ok());
/// assert!(App::new().get("/", home).check().is_err());
/// # Ok::<(), gnezdo_web::auth::AuthError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Identity<T>(pub T);

/// The name of who asks, as an argument of a handler: where the middleware has a table of users or
/// tokens, or a function that says only yes or no to a name and a password.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct User(pub String);

/// The middleware that a [`BasicAuth`](super::BasicAuth) and a [`BearerAuth`](super::BearerAuth)
/// become where they are put around something: it lets in who is a `T`.
pub struct Authentication<T> {
    judge: Arc<dyn Judge<T>>,
}

/// Finds out who asks, at once or later.
pub(super) trait Judge<T>: Send + Sync + 'static {
    fn judge(self: Arc<Self>, fields: &HeaderMap) -> Taken<T, Problem>;
}

impl<T: Clone + Send + Sync + 'static> Authentication<T> {
    pub(super) fn new(judge: impl Judge<T>) -> Self {
        Self { judge: Arc::new(judge) }
    }
}

impl<T: Clone + Send + Sync + 'static> Middleware for Authentication<T> {
    fn handle(&self, request: Request, next: Next) -> Reply {
        match Arc::clone(&self.judge).judge(request.headers()) {
            Taken::Now(Ok(identity)) => next.call(told(request, identity)),
            Taken::Now(Err(problem)) => Reply::Now(problem.into_response()),
            Taken::Later(judgement) => Reply::later(async move {
                match judgement.await {
                    Ok(identity) => next.call(told(request, identity)).await,
                    Err(problem) => problem.into_response(),
                }
            }),
        }
    }
}

fn told<T: Clone + Send + Sync + 'static>(mut request: Request, identity: T) -> Request {
    request.extensions_mut().insert(Identity(identity));
    request
}

impl<T: Clone + Send + Sync + 'static> FromHead for Identity<T> {
    type Rejection = Rejection;

    fn from_head(routed: &Routed<'_>) -> Result<Self, Rejection> {
        let identity = routed.request().extensions().get::<Self>().cloned();
        identity.ok_or(Rejection::NotProvided { what: type_name::<Authentication<T>>() })
    }

    fn demands(demands: &mut Demands) {
        demands.middleware::<Authentication<T>>();
    }
}

impl FromHead for User {
    type Rejection = Rejection;

    fn from_head(routed: &Routed<'_>) -> Result<Self, Rejection> {
        Identity::from_head(routed).map(|Identity(user)| user)
    }

    fn demands(demands: &mut Demands) {
        Identity::<Self>::demands(demands);
    }
}

/// Credentials that a function may be asked about.
pub trait Credentials: Send + 'static {
    /// Who asks, where the function says only yes.
    type Plain: Clone + Send + Sync + 'static;

    /// Who asks, if these are right.
    fn plain(&self) -> Self::Plain;
}

impl Credentials for BasicCredentials {
    type Plain = User;

    fn plain(&self) -> User {
        User(self.name.clone())
    }
}

impl Credentials for BearerToken {
    type Plain = ();

    fn plain(&self) {}
}

/// What a function says of credentials.
///
/// | | |
/// |---|---|
/// | `bool` | whether they are right; who asks is the [`User`], or for a token nobody: `()` |
/// | `Option<T>` | who asks, if they are right |
/// | `Result<V, E>` | one of these, or a [`Problem`]: that the database does not answer |
#[diagnostic::on_unimplemented(
    message = "`{Self}` says nothing about credentials",
    note = "return `bool`, `Option<T>` with who asks, or a `Result` of them whose error is a \
            `Problem`, or becomes one"
)]
pub trait Verdict<Plain> {
    /// Who asks.
    type Identity: Clone + Send + Sync + 'static;

    /// Who asks, if the credentials are right; `plain` if nothing more is known.
    ///
    /// # Errors
    /// The answer, where it cannot be found out.
    fn identity(self, plain: Plain) -> Result<Option<Self::Identity>, Problem>;
}

impl<Plain: Clone + Send + Sync + 'static> Verdict<Plain> for bool {
    type Identity = Plain;

    fn identity(self, plain: Plain) -> Result<Option<Plain>, Problem> {
        Ok(self.then_some(plain))
    }
}

impl<Plain, T: Clone + Send + Sync + 'static> Verdict<Plain> for Option<T> {
    type Identity = T;

    fn identity(self, _: Plain) -> Result<Self, Problem> {
        Ok(self)
    }
}

impl<Plain, V: Verdict<Plain>, E: Into<Problem>> Verdict<Plain> for Result<V, E> {
    type Identity = V::Identity;

    fn identity(self, plain: Plain) -> Result<Option<V::Identity>, Problem> {
        self.map_err(Into::into)?.identity(plain)
    }
}

/// A function that says whether credentials are right: `fn(C) -> V` or `async fn(C) -> V`, where
/// `V` is a [`Verdict`].
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no function that checks `{C}`",
    note = "take a `fn({C}) -> V` or an `async fn({C}) -> V`, where `V` is `bool`, `Option<T>` with \
            who asks, or a `Result` of them"
)]
pub trait Check<C, How>: Send + Sync + 'static {
    /// Who asks.
    type Identity: Clone + Send + Sync + 'static;

    /// Asks the function where the request was read.
    #[doc(hidden)]
    fn here(self: Arc<Self>, credentials: C) -> Taken<Option<Self::Identity>, Problem>;

    /// Asks the function where it may take its time.
    #[doc(hidden)]
    fn aside(self: Arc<Self>, credentials: C) -> Taken<Option<Self::Identity>, Problem>;
}

impl<C, F, V> Check<C, (ByFunction, V)> for F
where
    C: Credentials,
    F: Fn(C) -> V + Send + Sync + 'static,
    V: Verdict<C::Plain>,
{
    type Identity = V::Identity;

    fn here(self: Arc<Self>, credentials: C) -> Taken<Option<V::Identity>, Problem> {
        let plain = credentials.plain();
        Taken::Now(self(credentials).identity(plain))
    }

    fn aside(self: Arc<Self>, credentials: C) -> Taken<Option<V::Identity>, Problem> {
        Taken::later(async move {
            let plain = credentials.plain();
            within(&AT_WORK, move || self(credentials).identity(plain)).await?
        })
    }
}

impl<C, F, V> Check<C, (ByFuture, V)> for F
where
    C: Credentials,
    F: Fn(C) -> V + Send + Sync + 'static,
    V: Future<Output: Verdict<C::Plain>> + Send + 'static,
{
    type Identity = <V::Output as Verdict<C::Plain>>::Identity;

    fn here(self: Arc<Self>, credentials: C) -> Taken<Option<Self::Identity>, Problem> {
        let plain = credentials.plain();
        let verdict = self(credentials);
        Taken::later(async move { verdict.await.identity(plain) })
    }

    fn aside(self: Arc<Self>, credentials: C) -> Taken<Option<Self::Identity>, Problem> {
        Check::<C, (ByFuture, V)>::here(self, credentials)
    }
}

/// Credentials are checked by a function.
pub struct By<C, T>(pub(super) Asking<C, T>);

pub(super) type Asking<C, T> = Arc<dyn Fn(C) -> Taken<Option<T>, Problem> + Send + Sync>;

/// It becomes an [`Authentication`].
#[derive(Debug)]
pub enum AsAuthentication {}

impl<C, T> Clone for By<C, T> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<C, T> fmt::Debug for By<C, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "By<{}>", type_name::<T>())
    }
}

impl<T> fmt::Debug for Authentication<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Authentication<{}>", type_name::<T>())
    }
}
