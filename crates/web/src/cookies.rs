//! Cookies: what a browser keeps for an app (RFC 6265).
//!
//! ```text
//! Cookie: a=1; b=2 ──► reading ──► Cookies ──► get
//!                                     └── add, remove ──► setting ──► Set-Cookie: a=2; Path=/; …
//! ```
//!
//! What comes is read as browsers send it, and what cannot be read is left out: a cookie may stem
//! from another app on the same host, and is no reason to refuse a request. What goes is written
//! strictly, and a cookie that browsers would drop is an error here. Nothing is known of what a
//! browser keeps: it tells names and values only.

mod error;
mod reading;
mod sealed;
mod setting;

use gnezdo_core::Response;
use http::HeaderMap;

pub use cookie::time::Duration;
pub use cookie::{Cookie, SameSite};
pub use error::CookieError;
pub use reading::CookieLimits;
pub use sealed::{Private, PrivateCookies, Seal, Sealed, Signed, SignedCookies};

pub(crate) use sealed::{decrypt, encrypt};
pub(crate) use setting::{Way, set, way};

use crate::demands::Demands;
use crate::extract::{FromHead, Routed};
use crate::parts::ResponsePart;
use crate::problem::Problem;
use crate::rejection::Rejection;

/// The cookies of a request, and those that its answer sets: an argument of handlers, and a part of
/// their answers.
///
/// A cookie that is set has `Path=/; HttpOnly; SameSite=Lax`, and `Secure` if the request came by
/// https; what a [`Cookie`] says itself takes the place of that. Octets that a value must not have
/// (RFC 6265 §4.1.1) are percent-encoded, and decoded when it comes back.
///
/// ```
/// use gnezdo_web::cookies::{Cookie, Duration};
/// use gnezdo_web::{App, Cookies};
///
/// fn theme(cookies: Cookies) -> String {
///     cookies.get("theme").unwrap_or("light").to_owned()
/// }
///
/// fn choose(cookies: Cookies) -> (Cookies, &'static str) {
///     let theme = Cookie::build(("theme", "dark")).max_age(Duration::days(365)).http_only(false);
///     (cookies.add(theme).remove("old"), "Dark it is")
/// }
///
/// let app = App::new().get("/", theme).post("/", choose);
/// ```
///
/// Anybody can write whatever they want into the cookies of their browser: use [`SignedCookies`],
/// [`PrivateCookies`] or a [`Session`](crate::Session) where that matters.
#[derive(Clone, Debug)]
pub struct Cookies {
    /// Names and values, as they came.
    sent: Vec<(String, String)>,
    changes: Vec<Cookie<'static>>,
    way: Way,
}

impl Cookies {
    /// The cookies of these fields, for an answer that goes this way.
    pub(crate) fn read(headers: &HeaderMap, limits: CookieLimits, way: Way) -> Self {
        Self { sent: reading::read(headers, limits), changes: Vec::new(), way }
    }

    /// The value of a cookie: one that was set here, or one that was sent.
    pub fn get(&self, name: &str) -> Option<&str> {
        match self.changed(name) {
            Some(cookie) => (!is_removal(cookie)).then(|| cookie.value()),
            None => self.sent_values(name).next(),
        }
    }

    /// The names and values that were sent. Of several with the same name, [`get`](Self::get) takes
    /// the first.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.sent.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// What was sent under a name, as far as it is tried.
    pub(crate) fn sent_values(&self, name: &str) -> impl Iterator<Item = &str> {
        let same = self.iter().filter(move |(known, _)| *known == name);
        same.map(|(_, value)| value).take(SAME_NAME_MAX)
    }

    /// What was changed here last under a name.
    fn changed(&self, name: &str) -> Option<&Cookie<'static>> {
        self.changes.iter().rfind(|cookie| cookie.name() == name)
    }

    /// Sets a cookie: `("name", "value")`, or whatever [`Cookie::build`] made.
    // As in other jars of cookies; nobody takes it for a sum.
    #[allow(clippy::should_implement_trait)]
    #[must_use]
    pub fn add(mut self, cookie: impl Into<Cookie<'static>>) -> Self {
        let cookie = cookie.into();
        self.changes.retain(|old| !is_same(old, &cookie));
        self.changes.push(cookie);
        self
    }

    /// Makes the browser forget a cookie. One that was set with a path or a domain has to be named
    /// with them: `Cookie::build("name").path("/shop")`.
    #[must_use]
    pub fn remove(self, cookie: impl Into<Cookie<'static>>) -> Self {
        let mut cookie = cookie.into();
        cookie.make_removal();
        self.add(cookie)
    }
}

/// How many cookies of a name are tried, for one that is ours: another host of the domain can set
/// its own, which come first, and opening a seal takes time.
const SAME_NAME_MAX: usize = 8;

/// Whether a browser keeps one in the place of the other (RFC 6265 §5.3).
fn is_same(one: &Cookie<'_>, other: &Cookie<'_>) -> bool {
    let key = |cookie: &Cookie<'_>| {
        let path = cookie.path().unwrap_or("/").to_owned();
        (cookie.name().to_owned(), path, cookie.domain().map(str::to_ascii_lowercase))
    };
    key(one) == key(other)
}

fn is_removal(cookie: &Cookie<'_>) -> bool {
    cookie.max_age() == Some(Duration::ZERO)
}

impl FromHead for Cookies {
    type Rejection = Rejection;

    fn from_head(routed: &Routed<'_>) -> Result<Self, Rejection> {
        let limits = routed.state::<CookieLimits>().copied().unwrap_or_default();
        let request = routed.request();
        Ok(Self::read(request.headers(), limits, way(request.extensions())))
    }

    fn demands(demands: &mut Demands) {
        demands.connection();
    }
}

impl ResponsePart for Cookies {
    fn apply(self, response: &mut Response) -> Result<(), Problem> {
        for cookie in self.changes {
            set(cookie, self.way, response.headers_mut()).map_err(Problem::internal)?;
        }
        Ok(())
    }
}
