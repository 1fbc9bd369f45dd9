//! Why a middleware that asks for credentials cannot be set up.

use std::error::Error;
use std::fmt;

/// Why [`BasicAuth`](super::BasicAuth) or [`BearerAuth`](super::BearerAuth) cannot be set up.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum AuthError {
    /// The realm has something else in it than printable ASCII.
    Realm {
        /// What was written.
        realm: String,
    },
    /// No client could send this name: it has a colon or a control character in it.
    UserName {
        /// What was written.
        name: String,
    },
    /// The hash of a user's password is none that [`verify_password`](super::verify_password)
    /// takes.
    Hash {
        /// Whose it is.
        name: String,
    },
    /// No client could send this token: it is empty, or not a `b64token` (RFC 6750 §2.1).
    Token {
        /// Whose it is.
        name: String,
    },
}

impl fmt::Display for AuthError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Realm { realm } => write!(f, "the realm {realm:?} is not printable ASCII"),
            Self::UserName { name } => {
                write!(f, "the name {name:?} has a colon or a control character in it")
            }
            Self::Hash { name } => {
                write!(f, "the hash for {name:?} is not one of argon2; make it by hash_password")
            }
            Self::Token { name } => write!(
                f,
                "the token for {name:?} has something else in it than letters, digits and \
                 \"-._~+/\", with \"=\" at the end, or too many of them"
            ),
        }
    }
}

impl Error for AuthError {}
