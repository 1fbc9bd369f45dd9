//! Secrets, as they are compared and remembered: as keyed hashes.
//!
//! The key is random and of this process, so that a fingerprint tells nobody anything, neither in
//! memory nor by the time that a comparison takes.

use std::fmt;

use blake2::Blake2sMac256;
use blake2::digest::{CtOutput, KeyInit, Mac};

use crate::random::random;

/// How long the key is, in bytes: as long as BLAKE2s takes it (RFC 7693 §2.1).
const KEY_BYTES: usize = 32;

/// What a secret becomes.
pub(super) type Fingerprint = [u8; 32];

/// Makes fingerprints.
#[derive(Clone)]
pub(super) struct Fingerprints(Blake2sMac256);

impl Fingerprints {
    /// With a key of its own.
    ///
    /// # Panics
    /// The system has no random numbers.
    pub(super) fn new() -> Self {
        Self(Blake2sMac256::new(&random::<KEY_BYTES>().into()))
    }

    pub(super) fn of(&self, secret: &[u8]) -> Fingerprint {
        let mut mac = self.0.clone();
        mac.update(secret);
        mac.finalize().into_bytes().into()
    }
}

/// Compares every octet, whatever the first ones are.
pub(super) fn are_equal(a: &Fingerprint, b: &Fingerprint) -> bool {
    CtOutput::<Blake2sMac256>::new((*a).into()) == CtOutput::new((*b).into())
}

impl fmt::Debug for Fingerprints {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Fingerprints")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_has_one_fingerprint_with_each_key() {
        let (a, b) = (Fingerprints::new(), Fingerprints::new());
        assert!(are_equal(&a.of(b"secret"), &a.of(b"secret")));
        assert!(!are_equal(&a.of(b"secret"), &a.of(b"secreT")));
        assert!(!are_equal(&a.of(b"secret"), &b.of(b"secret")));
    }

    #[test]
    fn every_bit_counts() {
        for bit in 0..256 {
            let mut other = [7; 32];
            other[bit / 8] ^= 1 << (bit % 8);
            assert!(!are_equal(&[7; 32], &other), "{bit}");
        }
    }
}
