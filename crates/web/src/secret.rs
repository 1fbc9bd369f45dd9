//! The secret of an app, from which all its keys are made.
//!
//! Each purpose has a key of its own (RFC 5869), so that what was sealed for one cannot be used for
//! another. The secret itself encrypts and signs nothing, and is never shown.

use std::error::Error;
use std::fmt;

use cookie::Key;
use hkdf::Hkdf;
use sha2::Sha256;

use crate::random::random;

/// How long a secret must be, in bytes: as long as the keys of HMAC-SHA-256 and AES-256 that are
/// made of it.
const SECRET_BYTES_MIN: usize = 32;

/// How long a [`Key`] is, in bytes: one to sign and one to encrypt.
const KEY_BYTES: usize = 64;

/// The secret of an app: signed and private cookies and sessions are worth as much as this is
/// hard to guess.
///
/// It is given to the app by [`App::state`](crate::App::state), and must be the same after a
/// restart and on all machines that answer for the app; what was sealed with another one counts as
/// not there.
///
/// ```
/// use gnezdo_web::{App, Secret, SignedCookies};
///
/// let app = App::new()
///     .state(Secret::generate())
///     .get("/", |cookies: SignedCookies| (cookies.add(("seen", "yes")), "Hello"));
/// assert!(app.check().is_ok());
/// ```
#[derive(Clone)]
pub struct Secret(Hkdf<Sha256>);

impl Secret {
    /// A secret of these bytes, 32 or more, which must be random: what `openssl rand -hex 32`
    /// writes will do, a sentence will not.
    ///
    /// # Errors
    /// There are fewer than 32 bytes.
    pub fn new(bytes: impl AsRef<[u8]>) -> Result<Self, SecretError> {
        let bytes = bytes.as_ref();
        if bytes.len() < SECRET_BYTES_MIN {
            return Err(SecretError::TooShort { bytes: bytes.len() });
        }
        Ok(Self(Hkdf::new(None, bytes)))
    }

    /// The secret in a variable of the environment, as it stands there: `APP_SECRET` is a good name.
    ///
    /// # Errors
    /// There is no such variable, or it has fewer than 32 bytes.
    pub fn from_env(variable: &'static str) -> Result<Self, SecretError> {
        let value = std::env::var_os(variable).ok_or(SecretError::Missing { variable })?;
        Self::new(value.as_encoded_bytes())
    }

    /// A secret that nobody knows, for tests and for apps whose cookies need not outlive the
    /// program. Processes that are forked share it, programs that are started anew do not.
    ///
    /// # Panics
    /// The system has no random numbers, and nothing could be kept secret.
    pub fn generate() -> Self {
        Self(Hkdf::new(None, &random::<SECRET_BYTES_MIN>()))
    }

    /// The key for a purpose and, within it, a name.
    pub(crate) fn key(&self, purpose: Purpose, name: &str) -> Key {
        let mut key = [0; KEY_BYTES];
        let label = [purpose.label(), name.as_bytes()];
        // RFC 5869 §2.3: only more than 255 hashes are too many.
        self.0.expand_multi_info(&label, &mut key).expect("two hashes can be made");
        Key::from(&key)
    }
}

/// What a key is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    SignedCookie,
    PrivateCookie,
    Session,
}

impl Purpose {
    fn label(self) -> &'static [u8] {
        match self {
            Self::SignedCookie => b"gnezdo signed cookie: ",
            Self::PrivateCookie => b"gnezdo private cookie: ",
            Self::Session => b"gnezdo session: ",
        }
    }
}

/// Shows nothing.
impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// Why there is no [`Secret`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SecretError {
    /// It could be guessed.
    TooShort {
        /// How long it is.
        bytes: usize,
    },
    /// The environment has no such variable.
    Missing {
        /// Its name.
        variable: &'static str,
    },
}

impl fmt::Display for SecretError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooShort { bytes } => write!(
                f,
                "the secret has {bytes} bytes, and needs {SECRET_BYTES_MIN} or more: \
                 `openssl rand -hex 32` writes a good one"
            ),
            Self::Missing { variable } => write!(
                f,
                "the variable {variable} is not set: it has to hold the secret of the app, \
                 such as `openssl rand -hex 32` writes it"
            ),
        }
    }
}

impl Error for SecretError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_has_32_bytes_or_more() {
        assert_eq!(Secret::new([7; 31]).unwrap_err(), SecretError::TooShort { bytes: 31 });
        assert!(Secret::new([7; 32]).is_ok());
        let missing = Secret::from_env("GNEZDO_TEST_NO_SUCH_SECRET").unwrap_err();
        assert!(missing.to_string().contains("GNEZDO_TEST_NO_SUCH_SECRET is not set"));
    }

    #[test]
    fn each_purpose_and_name_has_a_key_of_its_own() {
        let secret = Secret::new([7; 32]).unwrap();
        let key = secret.key(Purpose::SignedCookie, "a");
        assert!(key == Secret::new([7; 32]).unwrap().key(Purpose::SignedCookie, "a"));
        assert!(key != secret.key(Purpose::SignedCookie, "b"));
        assert!(key != secret.key(Purpose::PrivateCookie, "a"));
        assert!(key != secret.key(Purpose::Session, "a"));
        assert!(key != Secret::new([8; 32]).unwrap().key(Purpose::SignedCookie, "a"));
        assert!(key != Secret::generate().key(Purpose::SignedCookie, "a"));
    }

    #[test]
    fn a_secret_is_not_shown() {
        assert_eq!(
            format!("{:?}", Secret::new(*b"0123456789abcdef0123456789abcdef")),
            "Ok(Secret(…))"
        );
    }
}
