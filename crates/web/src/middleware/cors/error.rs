//! Why origins cannot be allowed.

use std::error::Error;
use std::fmt;

/// Why [`Cors`](super::Cors) refuses an origin.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CorsError {
    /// `*` among named origins.
    Wildcard,
    /// `null`, which every page can make itself by a sandboxed frame.
    Null,
    /// Not written as browsers write it, so it would never fit.
    Invalid {
        /// What was written.
        origin: String,
    },
}

impl fmt::Display for CorsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Wildcard => f.write_str("\"*\" is no origin; take Cors::any() for all of them"),
            Self::Null => f.write_str(
                "the origin \"null\" can be had by any page; take Cors::any() for all of them",
            ),
            Self::Invalid { origin } => write!(
                f,
                "{origin:?} is not an origin as browsers write it; write \"https://shop.example\" \
                 or \"http://localhost:5173\": in lower case, without path, slash at the end, and \
                 the scheme's own port"
            ),
        }
    }
}

impl Error for CorsError {}
