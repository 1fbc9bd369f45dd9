//! Cookies that only the app can have written: signed, or encrypted as well.
//!
//! The seal is made by the crate `cookie`: HMAC-SHA-256, or AES-256-GCM. Each name of a cookie has
//! a key of its own, so that a value cannot be moved to another name. A cookie whose seal does not
//! hold counts as not there. A seal does not grow old: put a date into the value where that
//! matters, or use a [`Session`](crate::Session). Nonces are random, so that a key of AES-GCM is good
//! for 2³² cookies (NIST SP 800-38D §8.3); change the secret of a busy app once in a while.

use std::any::type_name;
use std::fmt;
use std::marker::PhantomData;

use cookie::{Cookie, CookieJar, Key};
use gnezdo_core::Response;

use super::Cookies;
use crate::demands::Demands;
use crate::extract::{FromHead, Routed};
use crate::parts::ResponsePart;
use crate::problem::Problem;
use crate::rejection::Rejection;
use crate::secret::{Purpose, Secret};

/// Cookies that everybody can read, and only the app can write.
pub type SignedCookies = Sealed<Signed>;

/// Cookies that only the app can read and write. A value takes a third more room than it has
/// bytes, and 38 bytes.
pub type PrivateCookies = Sealed<Private>;

/// Cookies under a seal, with the [`Secret`] of the app: [`SignedCookies`] or [`PrivateCookies`].
///
/// As with [`Cookies`], what was added is a part of the answer.
///
/// ```
/// use gnezdo_web::{App, PrivateCookies, Secret};
///
/// fn count(cookies: PrivateCookies) -> (PrivateCookies, String) {
///     let count = cookies.get("count").and_then(|count| count.parse().ok()).unwrap_or(0u64);
///     (cookies.add(("count", (count + 1).to_string())), format!("visit {count}"))
/// }
///
/// let app = App::new().state(Secret::generate()).get("/", count);
/// assert!(app.check().is_ok());
/// assert!(App::new().get("/", count).check().is_err());
/// ```
#[derive(Clone)]
pub struct Sealed<S> {
    cookies: Cookies,
    secret: Secret,
    seal: PhantomData<fn() -> S>,
}

/// How cookies are sealed: [`Signed`] or [`Private`].
pub trait Seal: sealing::Seal + 'static {}

/// Signed with HMAC-SHA-256.
#[derive(Debug)]
pub enum Signed {}

/// Encrypted with AES-256-GCM.
#[derive(Debug)]
pub enum Private {}

impl Seal for Signed {}
impl Seal for Private {}

/// Not to be implemented elsewhere.
mod sealing {
    use super::{Cookie, CookieJar, Key, Private, Purpose, Secret, Signed};

    pub trait Seal {
        fn key(secret: &Secret, name: &str) -> Key;
        fn seal(jar: &mut CookieJar, key: &Key, cookie: Cookie<'static>);
        fn open(jar: &CookieJar, key: &Key, cookie: Cookie<'static>) -> Option<Cookie<'static>>;
    }

    impl Seal for Signed {
        fn key(secret: &Secret, name: &str) -> Key {
            secret.key(Purpose::SignedCookie, name)
        }

        fn seal(jar: &mut CookieJar, key: &Key, cookie: Cookie<'static>) {
            jar.signed_mut(key).add(cookie);
        }

        fn open(jar: &CookieJar, key: &Key, cookie: Cookie<'static>) -> Option<Cookie<'static>> {
            jar.signed(key).verify(cookie)
        }
    }

    impl Seal for Private {
        fn key(secret: &Secret, name: &str) -> Key {
            secret.key(Purpose::PrivateCookie, name)
        }

        fn seal(jar: &mut CookieJar, key: &Key, cookie: Cookie<'static>) {
            jar.private_mut(key).add(cookie);
        }

        fn open(jar: &CookieJar, key: &Key, cookie: Cookie<'static>) -> Option<Cookie<'static>> {
            jar.private(key).decrypt(cookie)
        }
    }
}

/// Encrypts a cookie.
pub(crate) fn encrypt(key: &Key, cookie: Cookie<'static>) -> Cookie<'static> {
    sealed::<Private>(key, cookie)
}

/// The value of an encrypted cookie, if its seal holds.
pub(crate) fn decrypt(key: &Key, name: &str, value: &str) -> Option<String> {
    opened::<Private>(key, name, value)
}

fn sealed<S: Seal>(key: &Key, cookie: Cookie<'static>) -> Cookie<'static> {
    let name = cookie.name().to_owned();
    let mut jar = CookieJar::new();
    S::seal(&mut jar, key, cookie);
    jar.get(&name).cloned().unwrap_or_else(|| Cookie::new(name, ""))
}

fn opened<S: Seal>(key: &Key, name: &str, value: &str) -> Option<String> {
    let cookie = Cookie::new(name.to_owned(), value.to_owned());
    let cookie = S::open(&CookieJar::new(), key, cookie)?;
    Some(cookie.value().to_owned())
}

impl<S: Seal> Sealed<S> {
    /// The value of a cookie whose seal holds; of several with the name, the first whose does.
    pub fn get(&self, name: &str) -> Option<String> {
        let key = self.key(name);
        if self.cookies.changed(name).is_some() {
            return opened::<S>(&key, name, self.cookies.get(name)?);
        }
        self.cookies.sent_values(name).find_map(|value| opened::<S>(&key, name, value))
    }

    /// Sets a cookie, sealed: `("name", "value")`, or whatever [`Cookie::build`] made.
    // As in other jars of cookies; nobody takes it for a sum.
    #[allow(clippy::should_implement_trait)]
    #[must_use]
    pub fn add(mut self, cookie: impl Into<Cookie<'static>>) -> Self {
        let cookie = cookie.into();
        let sealed = sealed::<S>(&self.key(cookie.name()), cookie);
        self.cookies = self.cookies.add(sealed);
        self
    }

    /// Makes the browser forget a cookie: see [`Cookies::remove`].
    #[must_use]
    pub fn remove(mut self, cookie: impl Into<Cookie<'static>>) -> Self {
        self.cookies = self.cookies.remove(cookie);
        self
    }

    fn key(&self, name: &str) -> Key {
        S::key(&self.secret, name)
    }
}

impl<S: Seal> FromHead for Sealed<S> {
    type Rejection = Rejection;

    fn from_head(routed: &Routed<'_>) -> Result<Self, Rejection> {
        let secret = routed.state::<Secret>().cloned();
        let secret = secret.ok_or(Rejection::NotProvided { what: type_name::<Secret>() })?;
        Ok(Self { cookies: Cookies::from_head(routed)?, secret, seal: PhantomData })
    }

    fn demands(demands: &mut Demands) {
        demands.state::<Secret>();
        Cookies::demands(demands);
    }
}

impl<S> ResponsePart for Sealed<S> {
    fn apply(self, response: &mut Response) -> Result<(), Problem> {
        self.cookies.apply(response)
    }
}

impl<S> fmt::Debug for Sealed<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sealed").field("cookies", &self.cookies).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seal_holds_for_its_name_and_key_only() {
        let secret = Secret::new([7; 32]).unwrap();
        let key = secret.key(Purpose::SignedCookie, "a");
        let value = sealed::<Signed>(&key, Cookie::new("a", "1")).value().to_owned();
        assert_eq!(opened::<Signed>(&key, "a", &value).as_deref(), Some("1"));
        let other_name = secret.key(Purpose::SignedCookie, "b");
        assert_eq!(opened::<Signed>(&other_name, "b", &value), None);
        let other_secret = Secret::new([8; 32]).unwrap().key(Purpose::SignedCookie, "a");
        assert_eq!(opened::<Signed>(&other_secret, "a", &value), None);
        assert_eq!(opened::<Private>(&key, "a", &value), None);
    }

    #[test]
    fn garbage_has_no_seal() {
        let key = Secret::new([7; 32]).unwrap().key(Purpose::PrivateCookie, "a");
        let value = encrypt(&key, Cookie::new("a", "secret")).value().to_owned();
        assert!(!value.contains("secret"));
        assert_eq!(decrypt(&key, "a", &value).as_deref(), Some("secret"));
        for at in 0..value.len() {
            assert_eq!(decrypt(&key, "a", &value[..at]), None, "cut at {at}");
            let mut changed = value.clone().into_bytes();
            changed[at] = if changed[at] == b'A' { b'B' } else { b'A' };
            let changed = String::from_utf8(changed).unwrap();
            assert_eq!(decrypt(&key, "a", &changed), None, "changed at {at}");
        }
        let cut_in_two = format!("a{}", "\u{e9}".repeat(100));
        for garbage in ["", "=", "%%%", "\u{e9}\u{e9}", &cut_in_two, &"A".repeat(100_000)] {
            assert_eq!(decrypt(&key, "a", garbage), None);
            assert_eq!(opened::<Signed>(&key, "a", garbage), None);
        }
    }
}
