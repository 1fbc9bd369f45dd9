//! The name of a session: what the cookie has, and what the store knows it by.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

use crate::random::random;

/// How long a name is, in bytes: 256 bits of the system's randomness, twice the least that OWASP's
/// Session Management Cheat Sheet takes for safe.
const ID_BYTES: usize = 32;

/// The random name of a session. Who knows it is taken for the visitor.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Id([u8; ID_BYTES]);

impl Id {
    pub(super) fn new() -> Self {
        Self(random())
    }

    /// The name in a cookie, if it is one.
    pub(super) fn read(value: &str) -> Option<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(value).ok()?;
        bytes.try_into().ok().map(Self)
    }

    /// What the cookie has.
    pub(super) fn to_value(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.0)
    }

    /// What the store knows it by: its SHA-256 in 64 hexadecimal digits. Who reads the store cannot
    /// take a session over.
    pub(super) fn to_key(&self) -> String {
        let hash = Sha256::digest(self.0);
        hash.iter().map(|octet| format!("{octet:02x}")).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_comes_back_from_its_cookie() {
        let id = Id::new();
        let value = id.to_value();
        assert_eq!(value.len(), 43);
        assert!(Id::read(&value) == Some(id.clone()));
        assert_eq!(id.to_key().len(), 64);
        assert_ne!(id.to_key(), Id::new().to_key());
    }

    #[test]
    fn garbage_is_no_name() {
        let id = Id::new().to_value();
        for garbage in ["", "a", "\u{e9}", &id[1..], &format!("{id}A"), &"A".repeat(100_000)] {
            assert!(Id::read(garbage).is_none(), "{garbage:?}");
        }
    }
}
