//! What a client is told that has to say who it is: `WWW-Authenticate` (RFC 9110 §11.6.1).

use http::StatusCode;
use http::header::{HeaderValue, WWW_AUTHENTICATE};

use crate::auth::error::AuthError;
use crate::problem::Problem;

/// What credentials are for, as browsers show it: printable ASCII, as what else may stand in a
/// quoted string is read differently by each of them.
#[derive(Clone, Debug)]
pub(super) struct Realm {
    /// With its quotes.
    quoted: String,
}

impl Realm {
    /// # Errors
    /// [`AuthError::Realm`]
    pub(super) fn new(realm: &str) -> Result<Self, AuthError> {
        if !realm.bytes().all(|octet| matches!(octet, b' '..=b'~')) {
            return Err(AuthError::Realm { realm: realm.into() });
        }
        // RFC 9110 §5.6.4: these two are escaped, and no others need to be.
        let escaped = realm.replace('\\', "\\\\").replace('"', "\\\"");
        Ok(Self { quoted: format!("\"{escaped}\"") })
    }

    /// RFC 7617 §2.1: the one value of `charset` is `UTF-8`.
    pub(super) fn basic(&self) -> Challenge {
        Challenge(format!("Basic realm={}, charset=\"UTF-8\"", self.quoted))
    }

    /// RFC 6750 §3: no word of an error if nothing was sent.
    pub(super) fn bearer(&self, error: Option<BearerError>) -> Challenge {
        let realm = &self.quoted;
        Challenge(match error {
            None => format!("Bearer realm={realm}"),
            Some(BearerError::InvalidRequest) => {
                format!("Bearer realm={realm}, error=\"invalid_request\"")
            }
            Some(BearerError::InvalidToken) => {
                format!("Bearer realm={realm}, error=\"invalid_token\"")
            }
        })
    }
}

/// What is wrong with a token, RFC 6750 §3.1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum BearerError {
    InvalidRequest,
    InvalidToken,
}

/// The value of `WWW-Authenticate`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Challenge(String);

impl Challenge {
    /// The answer that asks for credentials.
    pub(super) fn problem(&self, status: StatusCode, detail: &'static str) -> Problem {
        let problem = Problem::new(status).detail(detail);
        // A realm is printable, so there is always a value.
        match HeaderValue::try_from(self.0.as_str()) {
            Ok(value) => problem.header(WWW_AUTHENTICATE, value),
            Err(_) => problem,
        }
    }

    /// 401 with this challenge.
    pub(super) fn unauthorized(&self, detail: &'static str) -> Problem {
        self.problem(StatusCode::UNAUTHORIZED, detail)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::response::IntoResponse;

    #[test]
    fn a_realm_stays_in_its_quotes() {
        for (realm, challenge) in [
            ("the nest", r#"Basic realm="the nest", charset="UTF-8""#),
            ("", r#"Basic realm="", charset="UTF-8""#),
            (r#"a", b="c"#, r#"Basic realm="a\", b=\"c", charset="UTF-8""#),
            (r"a\", r#"Basic realm="a\\", charset="UTF-8""#),
        ] {
            let problem = Realm::new(realm).unwrap().basic().unauthorized("no");
            let response = problem.into_response();
            assert_eq!(response.status(), 401);
            assert_eq!(response.headers()[WWW_AUTHENTICATE], challenge);
        }
    }

    #[test]
    fn a_realm_is_printable() {
        for realm in ["a\r\nset-cookie: b", "a\nb", "a\tb", "a\0", "a\x7f", "гнездо", "é"] {
            assert_eq!(Realm::new(realm).unwrap_err(), AuthError::Realm { realm: realm.into() });
        }
    }

    #[test]
    fn a_token_is_told_what_is_wrong_with_it() {
        let realm = Realm::new("a").unwrap();
        for (error, challenge) in [
            (None, r#"Bearer realm="a""#),
            (Some(BearerError::InvalidToken), r#"Bearer realm="a", error="invalid_token""#),
            (Some(BearerError::InvalidRequest), r#"Bearer realm="a", error="invalid_request""#),
        ] {
            assert_eq!(realm.bearer(error).0, challenge);
        }
    }
}
