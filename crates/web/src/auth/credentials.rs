//! What a client says who it is by: the field `Authorization` (RFC 9110 §11.6.2).
//!
//! ```text
//! Authorization: Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==     name ":" password, in base64 and UTF-8
//! Authorization: Bearer mF_9.B5f-4.1JqM                  a token, as it is
//! ```
//!
//! Nothing is judged here, only read. What cannot be read is one thing for all of its reasons: who
//! guesses is told nothing.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use gnezdo_core::grammar;
use http::HeaderMap;
use http::header::AUTHORIZATION;

use crate::demands::Demands;
use crate::extract::{FromHead, Routed};
use crate::rejection::Rejection;

/// How many bytes credentials may have: 8 KiB, as a signed token of claims can be a few thousand.
const CREDENTIALS_BYTES_MAX: usize = 8 * 1_024;

/// The realm of those who ask without a middleware, which would know a better one.
const BASIC: &str = "Basic realm=\"restricted\", charset=\"UTF-8\"";
const BEARER: &str = "Bearer realm=\"restricted\"";
const BEARER_INVALID: &str = "Bearer realm=\"restricted\", error=\"invalid_token\"";

/// Name and password, as a client sends them (RFC 7617).
///
/// As an argument of a handler: what was sent, and nothing has looked whether it is right, unless
/// a [`BasicAuth`](super::BasicAuth) is around the handler. Without any, the answer is 401.
///
/// ```
/// use gnezdo_web::App;
/// use gnezdo_web::auth::BasicCredentials;
///
/// let app = App::new().get("/", |sent: BasicCredentials| format!("{} says hello", sent.name));
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct BasicCredentials {
    /// The `user-id`: no colon, no control characters.
    pub name: String,
    /// The password: no control characters.
    pub password: String,
}

/// A token, as a client sends it (RFC 6750): whoever has it may do what it is for.
///
/// As an argument of a handler: what was sent, and nothing has looked whether it is right, unless
/// a [`BearerAuth`](super::BearerAuth) is around the handler. Without one, the answer is 401.
#[derive(Clone, PartialEq, Eq)]
pub struct BearerToken(pub String);

/// Why there are no credentials.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unread {
    /// None of this scheme were sent.
    Missing,
    /// More than one were sent, and who says which is meant?
    Several,
    /// They break the rules of their scheme.
    Malformed,
}

impl BasicCredentials {
    pub(super) fn of(fields: &HeaderMap) -> Result<Self, Unread> {
        let token68 = sent(fields, "Basic")?;
        let octets = STANDARD.decode(token68).map_err(|_| Unread::Malformed)?;
        let pair = String::from_utf8(octets).map_err(|_| Unread::Malformed)?;
        // RFC 7617 §2: up to the first colon; neither has control characters in it.
        let (name, password) = pair.split_once(':').ok_or(Unread::Malformed)?;
        if pair.bytes().any(|octet| octet.is_ascii_control()) {
            return Err(Unread::Malformed);
        }
        Ok(Self { name: name.into(), password: password.into() })
    }
}

impl BearerToken {
    pub(super) fn of(fields: &HeaderMap) -> Result<Self, Unread> {
        let token = sent(fields, "Bearer")?;
        let token = std::str::from_utf8(token).ok().filter(|token| is_b64token(token));
        token.map(|token| Self(token.into())).ok_or(Unread::Malformed)
    }
}

/// `b64token` of RFC 6750 §2.1, within bounds.
pub(super) fn is_b64token(token: &str) -> bool {
    let unpadded = token.trim_end_matches('=');
    let is_plain = |octet: u8| octet.is_ascii_alphanumeric() || b"-._~+/".contains(&octet);
    !unpadded.is_empty() && token.len() <= CREDENTIALS_BYTES_MAX && unpadded.bytes().all(is_plain)
}

/// What stands behind the name of the scheme.
fn sent<'h>(fields: &'h HeaderMap, scheme: &str) -> Result<&'h [u8], Unread> {
    let mut lines = grammar::lines(fields, &AUTHORIZATION);
    let line = lines.next().ok_or(Unread::Missing)?;
    if lines.next().is_some() {
        return Err(Unread::Several);
    }
    let credentials = after_scheme(line.as_bytes(), scheme).ok_or(Unread::Missing)?;
    if credentials.len() > CREDENTIALS_BYTES_MAX {
        return Err(Unread::Malformed);
    }
    // Two lines that a proxy has made one.
    if credentials.contains(&b',') {
        return Err(Unread::Several);
    }
    Ok(credentials)
}

/// RFC 9110 §11.4: `auth-scheme 1*SP token68`, the scheme in whatever case.
fn after_scheme<'h>(line: &'h [u8], scheme: &str) -> Option<&'h [u8]> {
    let line = grammar::trim_ows(line);
    let (name, rest) = line.split_at_checked(scheme.len())?;
    let is_scheme = name.eq_ignore_ascii_case(scheme.as_bytes());
    (is_scheme && matches!(rest, [] | [b' ', ..])).then(|| grammar::trim_ows(rest))
}

impl FromHead for BasicCredentials {
    type Rejection = Rejection;

    fn from_head(routed: &Routed<'_>) -> Result<Self, Rejection> {
        let sent = Self::of(routed.request().headers());
        sent.map_err(|_| Rejection::Unauthorized { challenge: BASIC })
    }

    fn demands(demands: &mut Demands) {
        demands.request();
    }
}

impl FromHead for BearerToken {
    type Rejection = Rejection;

    fn from_head(routed: &Routed<'_>) -> Result<Self, Rejection> {
        Self::of(routed.request().headers()).map_err(|unread| match unread {
            Unread::Missing => Rejection::Unauthorized { challenge: BEARER },
            Unread::Malformed => Rejection::Unauthorized { challenge: BEARER_INVALID },
            Unread::Several => Rejection::Field {
                name: "authorization",
                reason: "there are several credentials, where there can be one".into(),
            },
        })
    }

    fn demands(demands: &mut Demands) {
        demands.request();
    }
}

/// Logs are read by others than the one whose password it is.
impl fmt::Debug for BasicCredentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BasicCredentials").field("name", &self.name).finish_non_exhaustive()
    }
}

impl fmt::Debug for BearerToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("BearerToken(..)")
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn fields<V: AsRef<[u8]>>(lines: impl IntoIterator<Item = V>) -> HeaderMap {
        let value = |line: V| HeaderValue::from_bytes(line.as_ref()).unwrap();
        lines.into_iter().map(|line| (AUTHORIZATION, value(line))).collect()
    }

    fn basic(pair: &[u8]) -> Result<(String, String), Unread> {
        let line = format!("Basic {}", STANDARD.encode(pair));
        let sent = BasicCredentials::of(&fields([line]));
        sent.map(|BasicCredentials { name, password }| (name, password))
    }

    #[test]
    fn names_and_passwords() {
        for (pair, name, password) in [
            ("Aladdin:open sesame", "Aladdin", "open sesame"),
            ("анна:пароль", "анна", "пароль"),
            ("a:b:c", "a", "b:c"),
            (":b", "", "b"),
            ("a:", "a", ""),
            (":", "", ""),
        ] {
            assert_eq!(basic(pair.as_bytes()), Ok((name.into(), password.into())), "{pair}");
        }
        for pair in [&b"a"[..], b"", b"a\xff:b", b"a:\xc3", b"a\n:b", b"a:b\0", b"a:\x7f", b"\t:"] {
            assert_eq!(basic(pair), Err(Unread::Malformed), "{pair:?}");
        }
    }

    #[test]
    fn a_field_is_read_by_its_grammar() {
        for (line, expected) in [
            ("Basic YTpi", Ok(())),
            ("bASIC   YTpi", Ok(())),
            ("Basic YTpi ", Ok(())),
            ("Basic YTo=", Ok(())),
            ("Basic YTo", Err(Unread::Malformed)),
            ("Basic YTpi=", Err(Unread::Malformed)),
            ("Basic YTp!", Err(Unread::Malformed)),
            ("Basic YT pi", Err(Unread::Malformed)),
            ("Basic", Err(Unread::Malformed)),
            ("Basic ", Err(Unread::Malformed)),
            ("BasicYTpi", Err(Unread::Missing)),
            ("Basic\tYTpi", Err(Unread::Missing)),
            ("Basically YTpi", Err(Unread::Missing)),
            ("Bearer YTpi", Err(Unread::Missing)),
            ("Digest a=b, c=d", Err(Unread::Missing)),
            ("", Err(Unread::Missing)),
            ("Basic YTpi, Basic YTpi", Err(Unread::Several)),
        ] {
            assert_eq!(BasicCredentials::of(&fields([line])).map(|_| ()), expected, "{line:?}");
        }
        let twice = fields(["Basic YTpi", "Basic YTpi"]);
        assert_eq!(BasicCredentials::of(&twice), Err(Unread::Several));
        assert_eq!(BasicCredentials::of(&HeaderMap::new()), Err(Unread::Missing));
    }

    #[test]
    fn tokens() {
        let token = |line: &[u8]| BearerToken::of(&fields([line])).map(|BearerToken(token)| token);
        assert_eq!(token(b"Bearer mF_9.B5f-4.1JqM"), Ok("mF_9.B5f-4.1JqM".into()));
        assert_eq!(token(b"bearer  a~+/=="), Ok("a~+/==".into()));
        for line in [&b"Bearer"[..], b"Bearer =", b"Bearer a=b", b"Bearer a b", b"Bearer \xe9"] {
            assert_eq!(token(line), Err(Unread::Malformed), "{line:?}");
        }
        assert_eq!(token(b"Bearer a, Bearer b"), Err(Unread::Several));
        assert_eq!(token(b"Basic YTpi"), Err(Unread::Missing));
    }

    #[test]
    fn credentials_have_an_end() {
        let longest = "a".repeat(CREDENTIALS_BYTES_MAX);
        let sent = |token: &str| BearerToken::of(&fields([format!("Bearer {token}")]));
        assert_eq!(sent(&longest), Ok(BearerToken(longest.clone())));
        assert_eq!(sent(&format!("{longest}a")), Err(Unread::Malformed));
        let pair = |bytes: usize| basic(format!("a:{}", "b".repeat(bytes - 2)).as_bytes());
        let bytes_max = CREDENTIALS_BYTES_MAX / 4 * 3;
        assert!(pair(bytes_max).is_ok());
        assert_eq!(pair(bytes_max + 1), Err(Unread::Malformed));
    }

    #[test]
    fn nothing_secret_is_shown() {
        let sent = BasicCredentials { name: "anna".into(), password: "secret".into() };
        assert_eq!(format!("{sent:?}"), "BasicCredentials { name: \"anna\", .. }");
        assert_eq!(format!("{:?}", BearerToken("secret".into())), "BearerToken(..)");
    }
}
