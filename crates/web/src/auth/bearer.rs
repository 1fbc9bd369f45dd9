//! A token with each request: the scheme `Bearer` (RFC 6750).
//!
//! A token is long and random, or signed, so there is nothing to guess and nothing slow to do:
//! those of a list are compared by keyed hashes, in constant time.

use std::sync::Arc;

use http::{HeaderMap, StatusCode};

use crate::auth::authentication::{
    AsAuthentication, Asking, Authentication, By, Check, Judge, User,
};
use crate::auth::challenge::{BearerError, Realm};
use crate::auth::credentials::{BearerToken, Unread, is_b64token};
use crate::auth::error::AuthError;
use crate::auth::fingerprint::{Fingerprint, Fingerprints, are_equal};
use crate::extract::Taken;
use crate::middleware::IntoMiddleware;
use crate::problem::Problem;

/// Lets in who has a token, and answers all others with 401.
///
/// Either one of a list, or [by a function](Self::with). The handler learns whose token it is by
/// [`User`], or what the function found out by [`Identity`](super::Identity).
///
/// ```
/// use gnezdo_web::App;
/// use gnezdo_web::auth::{BearerAuth, User};
///
/// // From `openssl rand -hex 32`, and kept out of the code in the end.
/// let token = "8f0d1b6ae3c94f0c9f0e3c8f1a2b7d65";
/// let auth = BearerAuth::new("api")?.token("deploy", token)?;
/// let app = App::new().get("/", |User(name): User| format!("Hello, {name}")).wrap(auth);
/// # Ok::<(), gnezdo_web::auth::AuthError>(())
/// ```
#[derive(Clone, Debug)]
pub struct BearerAuth<S = Tokens> {
    realm: Realm,
    source: S,
}

/// Tokens, as keyed hashes, and whose they are.
#[derive(Clone, Debug)]
pub struct Tokens {
    fingerprints: Fingerprints,
    list: Vec<(Fingerprint, User)>,
}

impl BearerAuth {
    /// A list of tokens, with none in it. The realm says what they are for.
    ///
    /// # Errors
    /// A realm that is not printable ASCII.
    ///
    /// # Panics
    /// The system has no random numbers.
    pub fn new(realm: &str) -> Result<Self, AuthError> {
        let tokens = Tokens { fingerprints: Fingerprints::new(), list: Vec::new() };
        Ok(Self { realm: Realm::new(realm)?, source: tokens })
    }

    /// Lets in who has this token, under this name. Each request is compared with all of them; for
    /// more than some hundred take a function.
    ///
    /// # Errors
    /// A token that nobody could send.
    pub fn token(mut self, name: &str, token: &str) -> Result<Self, AuthError> {
        if !is_b64token(token) {
            return Err(AuthError::Token { name: name.into() });
        }
        let fingerprint = self.source.fingerprints.of(token.as_bytes());
        self.source.list.push((fingerprint, User(name.into())));
        Ok(self)
    }

    /// Lets in whom a function lets in: `fn(BearerToken) -> V` or `async fn(BearerToken) -> V`,
    /// where `V` is `bool`, `Option<T>` with who asks, or a `Result` of them.
    ///
    /// A plain function runs where the request was read, and must not wait.
    ///
    /// # Errors
    /// A realm that is not printable ASCII.
    pub fn with<How, F: Check<BearerToken, How>>(
        realm: &str,
        check: F,
    ) -> Result<BearerAuth<By<BearerToken, F::Identity>>, AuthError> {
        let check = Arc::new(check);
        let asking: Asking<_, _> = Arc::new(move |sent| Arc::clone(&check).here(sent));
        Ok(BearerAuth { realm: Realm::new(realm)?, source: By(asking) })
    }
}

impl Tokens {
    fn find(&self, BearerToken(token): &BearerToken) -> Option<User> {
        let sent = self.fingerprints.of(token.as_bytes());
        let mut found = None;
        // All of the list, so that the time does not tell how far it went.
        for (token, user) in &self.list {
            if are_equal(token, &sent) {
                found = Some(user);
            }
        }
        found.cloned()
    }
}

impl IntoMiddleware<AsAuthentication> for BearerAuth {
    type Middleware = Authentication<User>;

    fn into_middleware(self) -> Authentication<User> {
        let Self { realm, source } = self;
        let asking: Asking<_, _> = Arc::new(move |sent| Taken::Now(Ok(source.find(&sent))));
        Authentication::new(BearerJudge { realm, asking })
    }
}

impl<T: Clone + Send + Sync + 'static> IntoMiddleware<AsAuthentication>
    for BearerAuth<By<BearerToken, T>>
{
    type Middleware = Authentication<T>;

    fn into_middleware(self) -> Authentication<T> {
        Authentication::new(BearerJudge { realm: self.realm, asking: self.source.0 })
    }
}

struct BearerJudge<T> {
    realm: Realm,
    asking: Asking<BearerToken, T>,
}

impl<T: Clone + Send + Sync + 'static> Judge<T> for BearerJudge<T> {
    fn judge(self: Arc<Self>, fields: &HeaderMap) -> Taken<T, Problem> {
        match BearerToken::of(fields) {
            Ok(sent) => (self.asking)(sent).and_then(move |found| {
                found.ok_or_else(|| refusal(&self.realm, Unread::Malformed))
            }),
            Err(unread) => Taken::Now(Err(refusal(&self.realm, unread))),
        }
    }
}

/// RFC 6750 §3.1. A token that is wrong and one that is malformed are the same error.
fn refusal(realm: &Realm, unread: Unread) -> Problem {
    match unread {
        Unread::Missing => realm.bearer(None).unauthorized("a token is needed"),
        Unread::Malformed => realm
            .bearer(Some(BearerError::InvalidToken))
            .unauthorized("the token is not valid, or not any more"),
        Unread::Several => realm
            .bearer(Some(BearerError::InvalidRequest))
            .problem(StatusCode::BAD_REQUEST, "there are several tokens, where there can be one"),
    }
}
