//! What is no origin.

use std::error::Error;
use std::fmt;

/// An origin that is not written as browsers write it: see [`Csrf::trust`](super::Csrf::trust).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OriginError {
    pub(super) origin: String,
}

impl fmt::Display for OriginError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{:?} is not an origin as browsers write it; write \"https://shop.example\": in lower \
             case, without path, slash at the end, and the scheme's own port",
            self.origin
        )
    }
}

impl Error for OriginError {}
