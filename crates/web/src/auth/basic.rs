//! Name and password with each request: the scheme `Basic` (RFC 7617).
//!
//! A browser asks its user once and then sends both with every request, so what was found right is
//! remembered for a while; guessers pay for each guess. Checks run on threads, off the loop.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use http::HeaderMap;

use crate::auth::authentication::{
    AsAuthentication, Asking, Authentication, By, Check, Judge, User,
};
use crate::auth::challenge::{Challenge, Realm};
use crate::auth::credentials::{BasicCredentials, Unread};
use crate::auth::error::AuthError;
use crate::auth::fingerprint::{Fingerprint, Fingerprints};
use crate::auth::passwords::{is_hash, verify_decoy, verify_password};
use crate::auth::remembered::Remembered;
use crate::extract::Taken;
use crate::middleware::IntoMiddleware;
use crate::problem::Problem;

/// For how many names and passwords it is remembered that they are right: 1,000, about 100 KiB
/// with short names, and more people than use one site by `Basic` within a minute.
const REMEMBERED_MAX: usize = 1_000;

/// For how long: a minute. A page asks for its parts within seconds; one whose password was changed
/// is out soon.
const REMEMBERED_TIME: Duration = Duration::from_secs(60);

/// Lets in who has a name and a password, and answers all others with 401.
///
/// Either by a table of names and [hashes](super::hash_password), or [by a function](Self::with).
/// The handler learns the name by [`User`], or what the function found out by
/// [`Identity`](super::Identity).
///
/// ```
/// use gnezdo_web::App;
/// use gnezdo_web::auth::{BasicAuth, BasicCredentials, Identity, User, hash_password};
///
/// let hash = hash_password("open sesame")?;
/// let table = BasicAuth::new("cave")?.user("ali", &hash)?;
/// let app = App::new().get("/", |User(name): User| format!("Hello, {name}")).wrap(table);
///
/// async fn find(sent: BasicCredentials) -> Option<u32> {
///     (sent.name == "ali" && sent.password == "open sesame").then_some(7)
/// }
///
/// let app = App::new()
///     .get("/", |Identity(number): Identity<u32>| format!("Hello, number {number}"))
///     .wrap(BasicAuth::with("cave", find)?);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// What was found right holds for a minute, for up to 1,000 names: see
/// [`remembered_time`](Self::remembered_time), [`remembered_max`](Self::remembered_max). All else is
/// checked, on a thread unless by an `async` function; where
/// [32 are busy](super::set_passwords_at_once_max) with that, the answer is 503. Put a
/// [`RateLimit`](crate::middleware::RateLimit) around it, so that one guesser does not keep all of
/// them busy.
#[derive(Clone, Debug)]
pub struct BasicAuth<S = Users> {
    challenge: Challenge,
    fingerprints: Fingerprints,
    remembered_max: usize,
    remembered_time: Duration,
    source: S,
}

/// Names and hashes of passwords.
#[derive(Clone, Default)]
pub struct Users(HashMap<String, String>);

impl BasicAuth {
    /// A table of users, with nobody in it. The realm says what the password is for.
    ///
    /// # Errors
    /// A realm that is not printable ASCII.
    ///
    /// # Panics
    /// The system has no random numbers.
    pub fn new(realm: &str) -> Result<Self, AuthError> {
        Self::from_source(realm, Users::default())
    }

    /// Lets in a user by the hash of a password. A later hash takes the place of one before.
    ///
    /// Names that are not in the table take as long as those that are, if all hashes have the same
    /// parameters.
    ///
    /// # Errors
    /// A name or a hash that nobody could log in with.
    pub fn user(mut self, name: &str, hash: &str) -> Result<Self, AuthError> {
        if name.bytes().any(|octet| octet == b':' || octet.is_ascii_control()) {
            return Err(AuthError::UserName { name: name.into() });
        }
        if !is_hash(hash) {
            return Err(AuthError::Hash { name: name.into() });
        }
        self.source.0.insert(name.into(), hash.into());
        Ok(self)
    }

    /// Lets in whom a function lets in: `fn(BasicCredentials) -> V` or `async fn(BasicCredentials)
    /// -> V`, where `V` is `bool`, `Option<T>` with who asks, or a `Result` of them.
    ///
    /// A plain function runs on a thread for work that takes long. An `async` one takes
    /// [`verify_password_later`](super::verify_password_later). To be told nothing by the time that
    /// an answer takes, verify some hash for unknown names, too.
    ///
    /// # Errors
    /// As for [`new`](Self::new).
    pub fn with<How, F: Check<BasicCredentials, How>>(
        realm: &str,
        check: F,
    ) -> Result<BasicAuth<By<BasicCredentials, F::Identity>>, AuthError> {
        let check = Arc::new(check);
        let asking: Asking<_, _> = Arc::new(move |sent| Arc::clone(&check).aside(sent));
        BasicAuth::from_source(realm, By(asking))
    }
}

impl<S> BasicAuth<S> {
    fn from_source(realm: &str, source: S) -> Result<Self, AuthError> {
        Ok(Self {
            challenge: Realm::new(realm)?.basic(),
            fingerprints: Fingerprints::new(),
            remembered_max: REMEMBERED_MAX,
            remembered_time: REMEMBERED_TIME,
            source,
        })
    }

    /// For how many names and passwords it is remembered that they are right, at least 2: 1,000 by
    /// default. Each takes about 100 bytes and what was found out. Nothing but a keyed hash of them
    /// is kept.
    #[must_use]
    pub fn remembered_max(mut self, max: usize) -> Self {
        self.remembered_max = max;
        self
    }

    /// For how long it is remembered: a minute by default. So long those stay in whom a function
    /// would not let in any more. With [`Duration::ZERO`] each request is checked.
    #[must_use]
    pub fn remembered_time(mut self, time: Duration) -> Self {
        self.remembered_time = time;
        self
    }

    fn judge<T: Clone + Send + Sync + 'static>(
        self,
        asking: impl FnOnce(S) -> Asking<BasicCredentials, T>,
    ) -> Authentication<T> {
        Authentication::new(BasicJudge {
            challenge: self.challenge,
            fingerprints: self.fingerprints,
            remembered: Mutex::new(Remembered::new(self.remembered_max, self.remembered_time)),
            asking: asking(self.source),
        })
    }
}

impl Users {
    /// On a thread.
    fn verify(&self, sent: &BasicCredentials) -> bool {
        match (self.0.get(&sent.name), self.0.values().next()) {
            (Some(hash), _) => verify_password(&sent.password, hash),
            (None, Some(other)) => {
                verify_password(&sent.password, other);
                false
            }
            (None, None) => {
                verify_decoy(&sent.password);
                false
            }
        }
    }
}

impl IntoMiddleware<AsAuthentication> for BasicAuth {
    type Middleware = Authentication<User>;

    fn into_middleware(self) -> Authentication<User> {
        self.judge(|users| {
            let check = Arc::new(move |sent: BasicCredentials| users.verify(&sent));
            Arc::new(move |sent| Arc::clone(&check).aside(sent))
        })
    }
}

impl<T: Clone + Send + Sync + 'static> IntoMiddleware<AsAuthentication>
    for BasicAuth<By<BasicCredentials, T>>
{
    type Middleware = Authentication<T>;

    fn into_middleware(self) -> Authentication<T> {
        self.judge(|By(asking)| asking)
    }
}

struct BasicJudge<T> {
    challenge: Challenge,
    fingerprints: Fingerprints,
    remembered: Mutex<Remembered<T>>,
    asking: Asking<BasicCredentials, T>,
}

impl<T: Clone + Send + Sync + 'static> Judge<T> for BasicJudge<T> {
    fn judge(self: Arc<Self>, fields: &HeaderMap) -> Taken<T, Problem> {
        let sent = match BasicCredentials::of(fields) {
            Ok(sent) => sent,
            Err(unread) => return Taken::Now(Err(self.challenge.unauthorized(detail(unread)))),
        };
        let key = self.key(&sent);
        if let Some(identity) = self.remembered(|all| all.get(&key, Instant::now())) {
            return Taken::Now(Ok(identity));
        }
        (self.asking)(sent).and_then(move |found| self.judged(key, found))
    }
}

impl<T: Clone> BasicJudge<T> {
    /// A name has no colon in it, so no other pair is the same text.
    fn key(&self, sent: &BasicCredentials) -> Fingerprint {
        self.fingerprints.of(format!("{}:{}", sent.name, sent.password).as_bytes())
    }

    fn judged(&self, key: Fingerprint, found: Option<T>) -> Result<T, Problem> {
        let Some(identity) = found else {
            return Err(self.challenge.unauthorized("the name or the password is wrong"));
        };
        self.remembered(|all| all.insert(key, identity.clone(), Instant::now()));
        Ok(identity)
    }

    fn remembered<R>(&self, look: impl FnOnce(&mut Remembered<T>) -> R) -> R {
        look(&mut self.remembered.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

fn detail(unread: Unread) -> &'static str {
    match unread {
        Unread::Missing => "a name and a password are needed",
        Unread::Several => "there are several credentials, where there can be one",
        Unread::Malformed => "the name and the password cannot be read",
    }
}

/// Who the users are is nobody's business.
impl std::fmt::Debug for Users {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Users({})", self.0.len())
    }
}
