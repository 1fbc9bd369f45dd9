//! Sessions: what an app remembers of a visitor from one request to the next.
//!
//! ```text
//! Cookie ──► open ──► Record ──► Session ──► handler ──► Session ──► Ending ──► Set-Cookie
//!              └── cookie, or store ──────────────────────────────────┘ └── cookie, or store
//! ```
//!
//! The middleware [`Sessions`] reads the record of a session before the handler, and writes it after
//! the handler if something has changed. It lives in an encrypted cookie or in a [`Store`]. What
//! cannot be opened, or is over, is an empty session and never an error: it comes from outside.
//!
//! Requests of one visitor may run at the same time. Each works on a record of its own, and the one
//! that ends last is kept whole. What a handler changes after its answer has begun, in a body that
//! is still being made, is lost.

mod ending;
mod flash;
mod handle;
mod home;
mod id;
mod memory;
mod record;
mod store;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use cookie::Cookie;
use gnezdo_core::{Reply, Request};

pub use flash::Flash;
pub use handle::{Session, SessionError};
pub use memory::MemoryStore;
pub use store::{Save, Store, StoreError, Stored};

use self::ending::Ending;
use self::home::{Home, Loaded};
use self::record::{Record, Timeouts, seconds_now};
use crate::cookies::{CookieLimits, Cookies, way};
use crate::middleware::{Middleware, Next};
use crate::problem::Problem;
use crate::response::IntoResponse;
use crate::secret::Secret;

/// The name of the cookie, unless the app says otherwise.
const COOKIE_NAME: &str = "session";

/// Gives handlers the [`Session`] of their visitor: a middleware for [`App::wrap`](crate::App::wrap).
///
/// | | the record of a session | |
/// |---|---|---|
/// | [`in_cookie`](Self::in_cookie) | in an encrypted cookie, up to 4,096 bytes | nothing to run; what was destroyed can be sent again by who has kept a copy, until it times out |
/// | [`in_memory`](Self::in_memory) | in this process | for tests and for apps of one process; ends with it |
/// | [`with_store`](Self::with_store) | in a [`Store`] | for everything else |
///
/// ```
/// use gnezdo_web::{App, Secret, Session, Sessions};
/// use gnezdo_web::session::SessionError;
///
/// fn count(session: Session) -> Result<String, SessionError> {
///     let visits = session.get::<u64>("visits").unwrap_or(0) + 1;
///     session.insert("visits", visits)?;
///     Ok(format!("visit {visits}"))
/// }
///
/// let app = App::new().get("/", count).wrap(Sessions::in_cookie(Secret::generate()));
/// assert!(app.check().is_ok());
/// assert!(App::new().get("/", count).check().is_err());
/// ```
///
/// An answer of a handler that has looked at its session gets `Vary: cookie`, and
/// `Cache-Control: no-store` unless it says otherwise itself. The cookie is
/// `session=…; Path=/; HttpOnly; SameSite=Lax`, `Secure` where the request came by https, and ends
/// when the browser is closed: see [`cookie`](Self::cookie).
#[derive(Clone)]
pub struct Sessions(Arc<Shared>);

#[derive(Clone)]
pub(crate) struct Shared {
    home: Home,
    /// Its name and attributes.
    cookie: Cookie<'static>,
    timeouts: Timeouts,
}

impl Sessions {
    /// Keeps each session in a cookie of its own, encrypted and authenticated. Storing more than
    /// fits into 4,096 bytes, which is some 2,900 bytes of JSON, is answered with 500.
    // It is handed over, as everything that an app is given.
    #[allow(clippy::needless_pass_by_value)]
    pub fn in_cookie(secret: Secret) -> Self {
        Self::at(Home::cookie(&secret))
    }

    /// Keeps sessions in the memory of this process, which no other process shares: a
    /// [`MemoryStore`] with its defaults. One with other bounds goes to
    /// [`with_store`](Self::with_store).
    pub fn in_memory() -> Self {
        Self::with_store(MemoryStore::new())
    }

    /// Keeps sessions in a store; the cookie has only a random name for them.
    pub fn with_store(store: impl Store) -> Self {
        Self::at(Home::Store(Arc::new(store)))
    }

    fn at(home: Home) -> Self {
        let cookie = Cookie::new(COOKIE_NAME, "");
        Self(Arc::new(Shared { home, cookie, timeouts: Timeouts::default() }))
    }

    /// Another name or other attributes of the cookie; its value does not matter. One with `Max-Age`
    /// or `Expires` is sent again whenever the session is written, so that an age counts from the
    /// last use and not from the login.
    ///
    /// ```
    /// use gnezdo_web::Sessions;
    /// use gnezdo_web::cookies::{Cookie, Duration, SameSite};
    ///
    /// let cookie = Cookie::build("__Host-shop").same_site(SameSite::Strict).max_age(Duration::days(14));
    /// let sessions = Sessions::in_memory().cookie(cookie);
    /// ```
    #[must_use]
    pub fn cookie(self, cookie: impl Into<Cookie<'static>>) -> Self {
        self.with(|shared| shared.cookie = cookie.into())
    }

    /// How long a session lives that nobody uses; 30 minutes by default, the longest that OWASP's
    /// Session Management Cheat Sheet advises. Counted in seconds, and to a tenth: a session that is
    /// only read is written again when a tenth of this time is over.
    #[must_use]
    pub fn idle_timeout(self, timeout: Duration) -> Self {
        self.with(|shared| shared.timeouts.idle = timeout)
    }

    /// How long a session lives however much it is used, from its first writing or its last
    /// [renewal](Session::renew); 8 hours by default, a day of work (OWASP as above).
    #[must_use]
    pub fn absolute_timeout(self, timeout: Duration) -> Self {
        self.with(|shared| shared.timeouts.absolute = timeout)
    }

    fn with(mut self, change: impl FnOnce(&mut Shared)) -> Self {
        change(Arc::make_mut(&mut self.0));
        self
    }

    fn run(&self, loaded: Option<Loaded>, mut request: Request, next: Next) -> Reply {
        let way = way(request.extensions());
        let (known, record) = loaded.map_or_else(
            || (None, Record::new(seconds_now())),
            |loaded| (Some(loaded.known), loaded.record),
        );
        let session = Session::new(record);
        request.extensions_mut().insert(session.clone());
        let ending = Ending { shared: Arc::clone(&self.0), session, known, way };
        match next.call(request) {
            Reply::Ready(ready) if ending.is_untouched() => Reply::Ready(ready),
            Reply::Ready(ready) => ending.finish(ready.to_response()),
            Reply::Now(response) => ending.finish(response),
            Reply::Later(future) => Reply::later(async move { ending.finish(future.await).await }),
        }
    }
}

impl Middleware for Sessions {
    fn handle(&self, request: Request, next: Next) -> Reply {
        let way = way(request.extensions());
        let cookies = Cookies::read(request.headers(), CookieLimits::default(), way);
        let values = cookies.sent_values(self.0.cookie.name());
        match self.0.home.load(&self.0, values) {
            Stored::Now(Ok(loaded)) => self.run(loaded, request, next),
            Stored::Now(Err(error)) => Reply::Now(Problem::internal(error).into_response()),
            Stored::Later(future) => {
                let sessions = self.clone();
                Reply::later(async move {
                    match future.await {
                        Ok(loaded) => sessions.run(loaded, request, next).await,
                        Err(error) => Problem::internal(error).into_response(),
                    }
                })
            }
        }
    }

    fn wants_connection_info(&self) -> bool {
        true
    }
}

impl fmt::Debug for Sessions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Shared { home, cookie, timeouts } = &*self.0;
        let mut f = f.debug_struct("Sessions");
        f.field("home", home).field("cookie", cookie).field("timeouts", timeouts).finish()
    }
}
