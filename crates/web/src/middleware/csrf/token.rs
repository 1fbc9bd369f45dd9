//! The token that only pages of this app have.
//!
//! The session keeps 32 random bytes. Each token is these bytes under a mask of its own, with the
//! mask before them: an answer that is compressed together with what an attacker has chosen never
//! has the same token twice, and its length says nothing about it (BREACH).

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use subtle::ConstantTimeEq;

use super::Csrf;
use crate::demands::Demands;
use crate::extract::{FromHead, Routed};
use crate::random::random;
use crate::rejection::Rejection;
use crate::session::Session;

/// How long the secret of a session is, in bytes: too long to be guessed.
const SECRET_BYTES: usize = 32;

/// The name of the field of forms.
pub(super) const FIELD_NAME: &str = "csrf_token";

/// What a form sends back to show that it is a form of this app: an argument of handlers behind
/// [`Csrf`].
///
/// It is sent in the field `X-CSRF-Token` of the request, or in the form as `csrf_token`, be it
/// urlencoded or multipart. In a form it has to be among the first 64 KiB: put it before files. It
/// holds for one session, until that is [renewed](Session::renew).
///
/// ```
/// use gnezdo_web::{App, CsrfToken, Html, Secret, Sessions};
/// use gnezdo_web::middleware::Csrf;
///
/// fn form(token: CsrfToken) -> Html<String> {
///     Html(format!("<form method=\"post\">{} <button>Delete</button></form>", token.field()))
/// }
///
/// let app = App::new()
///     .get("/", form)
///     .wrap(Csrf::new())
///     .wrap(Sessions::in_cookie(Secret::generate()));
/// assert!(app.check().is_ok());
/// ```
#[derive(Clone)]
pub struct CsrfToken(Session);

impl CsrfToken {
    pub(super) fn new(session: Session) -> Self {
        Self(session)
    }

    /// The token, another one each time. The first begins a session.
    pub fn value(&self) -> String {
        let secret = self.0.token(|| URL_SAFE_NO_PAD.encode(random::<SECRET_BYTES>()));
        masked(&secret, random())
    }

    /// The token as a field of a form: `<input type="hidden" name="csrf_token" value="…">`.
    pub fn field(&self) -> String {
        let value = self.value();
        format!("<input type=\"hidden\" name=\"{FIELD_NAME}\" value=\"{value}\">")
    }
}

fn masked(secret: &str, mask: [u8; SECRET_BYTES]) -> String {
    let mut token = mask.to_vec();
    let secret = bytes::<SECRET_BYTES>(secret).unwrap_or_default();
    token.extend(mask.iter().zip(secret).map(|(mask, octet)| mask ^ octet));
    URL_SAFE_NO_PAD.encode(token)
}

/// A token came that was made of the secret of the session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Checked;

/// Looks whether a token was made of this secret; it takes as long wherever they differ.
pub(super) fn checked(token: &str, secret: &str) -> Option<Checked> {
    let token = bytes::<{ 2 * SECRET_BYTES }>(token)?;
    let secret = bytes::<SECRET_BYTES>(secret)?;
    let (mask, hidden) = token.split_at(SECRET_BYTES);
    let shown: Vec<u8> = mask.iter().zip(hidden).map(|(mask, octet)| mask ^ octet).collect();
    bool::from(shown.as_slice().ct_eq(&secret)).then_some(Checked)
}

fn bytes<const COUNT: usize>(text: &str) -> Option<[u8; COUNT]> {
    URL_SAFE_NO_PAD.decode(text).ok()?.try_into().ok()
}

impl FromHead for CsrfToken {
    type Rejection = Rejection;

    fn from_head(routed: &Routed<'_>) -> Result<Self, Rejection> {
        let token = routed.request().extensions().get::<Self>().cloned();
        token.ok_or(Rejection::NotProvided { what: "middleware Csrf" })
    }

    fn demands(demands: &mut Demands) {
        demands.middleware::<Csrf>();
    }
}

/// Shows nothing.
impl fmt::Debug for CsrfToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CsrfToken(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_fits_its_secret_only() {
        let secret = URL_SAFE_NO_PAD.encode([7; SECRET_BYTES]);
        let other = URL_SAFE_NO_PAD.encode([8; SECRET_BYTES]);
        let (one, two) = (masked(&secret, [1; 32]), masked(&secret, [2; 32]));
        assert_ne!(one, two);
        assert_eq!([&one, &two].map(|token| checked(token, &secret)), [Some(Checked); 2]);
        assert_eq!(checked(&one, &other), None);
        for garbage in ["", "=", &one[1..], &format!("{one}A"), &secret, &"A".repeat(100_000)] {
            assert_eq!(checked(garbage, &secret), None, "{garbage:?}");
        }
        // A mask of the same octets would show zeros.
        assert_eq!(checked(&URL_SAFE_NO_PAD.encode([1; 64]), &secret), None);
        assert_eq!(checked(&one, "garbage"), None);
    }
}
