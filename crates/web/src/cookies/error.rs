//! Why a cookie cannot be set.

use std::error::Error;
use std::fmt;

use super::setting::LINE_BYTES_MAX;

/// Why a cookie cannot be set: browsers would drop it, or take it for more than one line.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CookieError {
    /// Its name is no token (RFC 6265 §4.1.1).
    Name(String),
    /// Its path does not begin with a slash, or ends the attribute.
    Path(String),
    /// Its domain is no name of a host.
    Domain(String),
    /// With its attributes it is longer than browsers take (RFC 6265 §6.1).
    TooLong {
        /// Its name.
        name: String,
        /// How long it is.
        bytes: usize,
    },
    /// It breaks the promise that its name or another attribute makes.
    Rule {
        /// Its name.
        name: String,
        /// What it has to be.
        rule: &'static str,
    },
}

impl fmt::Display for CookieError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name(name) => write!(f, "{name:?} is no name of a cookie"),
            Self::Path(path) => write!(f, "{path:?} is no path of a cookie"),
            Self::Domain(domain) => write!(f, "{domain:?} is no domain of a cookie"),
            Self::TooLong { name, bytes } => write!(
                f,
                "the cookie {name} has {bytes} bytes, and browsers keep no more than \
                 {LINE_BYTES_MAX}"
            ),
            Self::Rule { name, rule } => write!(f, "the cookie {name} must {rule}"),
        }
    }
}

impl Error for CookieError {}
