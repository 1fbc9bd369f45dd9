//! Passwords, as they are kept: hashed by argon2id (RFC 9106), as PHC strings.
//!
//! Hashing is slow on purpose, and takes memory on purpose: tens of milliseconds and 19 MiB. A
//! loop that does it serves nobody meanwhile, so it belongs on a thread: of a handler that is
//! [`.blocking()`](crate::Block::blocking), or by the `_later` functions, of which only so many run
//! at once. What is not done: Unicode normalization (RFC 8265); passwords are compared by octet.

use std::error::Error;
use std::fmt;

use argon2::{
    Algorithm, Argon2, MIN_SALT_LEN, Params, PasswordHash, PasswordHasher, PasswordVerifier,
    Version,
};
use gnezdo_core::Response;
use http::StatusCode;

use crate::blocking::{Places, within};
use crate::problem::Problem;
use crate::random::random;
use crate::rejection::Rejection;
use crate::response::IntoResponse;

/// How many bytes a password may have: 1,024, more than anybody remembers. The time that hashing
/// takes grows with them, though slowly.
pub const PASSWORD_BYTES_MAX: usize = 1_024;

/// The second choice of the OWASP Password Storage Cheat Sheet: 19 MiB, 2 passes, 1 lane. Its
/// others are as strong, with more memory or more time.
const MEMORY_KIB: u32 = 19 * 1_024;
const PASSES: u32 = 2;
const LANES: u32 = 1;

/// How long the salt of a hash is, in bytes: what RFC 9106 §3.1 recommends.
const SALT_BYTES: usize = 16;

/// How much memory a hash of others may ask for: 2 GiB, the first choice of RFC 9106 §4. A hash
/// with a slip in it must not take down the program.
const MEMORY_KIB_MAX: u32 = 2 * 1_024 * 1_024;

/// How many passes it may ask for: more than any recommendation has.
const PASSES_MAX: u32 = 64;

/// How many passwords are worked at at once in the process: 32 take 600 MiB, and as many threads.
/// Guessers must not get all memory.
const AT_ONCE_MAX: usize = 32;

pub(super) static AT_WORK: Places = Places::new(AT_ONCE_MAX);

/// The hash of a password that nobody has, so that an answer takes the time of a hash where there
/// is none.
const DECOY: &str = "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$\
                     AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// Why a password cannot be hashed.
///
/// As an answer, and as a [`Problem`], it is 422 if the password is too long, 503 if too many are
/// worked at, and else a fault of ours, 500.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PasswordError {
    /// It has more than [`PASSWORD_BYTES_MAX`] bytes.
    TooLong,
    /// There is no memory for it.
    NoMemory,
    /// Too many are worked at at the moment.
    Busy,
}

/// Hashes a password, to be kept: a PHC string, `$argon2id$v=19$m=19456,t=2,p=1$salt$hash`.
///
/// The parameters are those of the [OWASP Password Storage Cheat Sheet][owasp]: argon2id with 19
/// MiB of memory, 2 passes and 1 lane. The salt comes from the operating system, so the same
/// password has another hash each time.
///
/// It takes tens of milliseconds. Call it in a handler that is
/// [`.blocking()`](crate::Block::blocking), or take [`hash_password_later`].
///
/// ```
/// use gnezdo_web::auth::{hash_password, verify_password};
///
/// let hash = hash_password("open sesame")?;
/// assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
/// assert!(verify_password("open sesame", &hash));
/// assert!(!verify_password("Open Sesame", &hash));
/// # Ok::<(), gnezdo_web::auth::PasswordError>(())
/// ```
///
/// # Errors
/// [`PasswordError`], but never `Busy`.
///
/// # Panics
/// The system has no random numbers.
///
/// [owasp]: https://cheatsheetseries.owasp.org/cheatsheets/Password_Storage_Cheat_Sheet.html
pub fn hash_password(password: &str) -> Result<String, PasswordError> {
    if password.len() > PASSWORD_BYTES_MAX {
        return Err(PasswordError::TooLong);
    }
    let params =
        Params::new(MEMORY_KIB, PASSES, LANES, None).map_err(|_| PasswordError::NoMemory)?;
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    let hash = argon2.hash_password_with_salt(password.as_bytes(), &random::<SALT_BYTES>());
    // All else that could be wrong was decided above.
    hash.map(|hash: PasswordHash| hash.to_string()).map_err(|_| PasswordError::NoMemory)
}

/// Whether this is the password that was hashed: by [`hash_password`], or by others, as argon2id,
/// argon2i or argon2d in a PHC string.
///
/// It takes as long as the hash says, tens of milliseconds for ours; call it as
/// [`hash_password`], or take [`verify_password_later`]. For a hash that cannot be read it is
/// false, after the time that one of ours takes. A hash that asks for more than 2 GiB or 64 passes
/// is not read.
pub fn verify_password(password: &str, hash: &str) -> bool {
    match readable(hash) {
        Some(hash) => fits(password, &hash),
        None => {
            verify_decoy(password);
            false
        }
    }
}

/// Takes the time of a hash where there is none.
pub(super) fn verify_decoy(password: &str) {
    if let Some(hash) = readable(DECOY) {
        fits(password, &hash);
    }
}

/// Sets how many passwords are worked at at once in the process, at least one: by the `_later`
/// functions, and by a [`BasicAuth`](super::BasicAuth) whose function is not `async`.
///
/// By default 32. Each takes a thread, and 19 MiB with the parameters of [`hash_password`]. What
/// comes when all are busy is answered with 503. Handlers that are
/// [`.blocking()`](crate::Block::blocking) are not counted.
pub fn set_passwords_at_once_max(max: usize) {
    AT_WORK.set_max(max.max(1));
}

/// Whether there is anything in a hash that a password can be compared with.
pub(super) fn is_hash(hash: &str) -> bool {
    readable(hash).is_some()
}

fn readable(hash: &str) -> Option<PasswordHash> {
    let hash = PasswordHash::new(hash).ok()?;
    Algorithm::new(hash.algorithm.as_str()).ok()?;
    let params = Params::try_from(&hash).ok()?;
    let is_bounded = params.m_cost() <= MEMORY_KIB_MAX && params.t_cost() <= PASSES_MAX;
    let is_salted = hash.salt.is_some_and(|salt| salt.len() >= MIN_SALT_LEN);
    (is_bounded && is_salted && hash.hash.is_some()).then_some(hash)
}

fn fits(password: &str, hash: &PasswordHash) -> bool {
    password.len() <= PASSWORD_BYTES_MAX
        && Argon2::default().verify_password(password.as_bytes(), hash).is_ok()
}

/// [`hash_password`] on a thread for work that takes long, for `async` handlers.
///
/// # Errors
/// [`PasswordError`]; `Busy` if [too many](set_passwords_at_once_max) others are under way.
pub async fn hash_password_later(password: String) -> Result<String, PasswordError> {
    match within(&AT_WORK, move || hash_password(&password)).await {
        Ok(hash) => hash,
        Err(_) => Err(PasswordError::Busy),
    }
}

/// [`verify_password`] on a thread for work that takes long, for `async` handlers.
///
/// ```
/// use gnezdo_web::auth::verify_password_later;
/// use gnezdo_web::{App, Form, Problem};
/// use http::StatusCode;
///
/// #[derive(serde::Deserialize)]
/// struct Login {
///     password: String,
/// }
///
/// async fn login(Form(login): Form<Login>) -> Result<&'static str, Problem> {
///     let hash = String::from("…");
///     if !verify_password_later(login.password, hash).await? {
///         return Err(Problem::new(StatusCode::FORBIDDEN).detail("that is not the password"));
///     }
///     Ok("Welcome")
/// }
///
/// let app = App::new().post("/login", login);
/// ```
///
/// # Errors
/// [`Rejection::Busy`], which becomes a 503, if [too many](set_passwords_at_once_max) others are
/// under way.
pub async fn verify_password_later(password: String, hash: String) -> Result<bool, Rejection> {
    within(&AT_WORK, move || verify_password(&password, &hash)).await
}

impl fmt::Display for PasswordError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLong => write!(f, "the password has more than {PASSWORD_BYTES_MAX} bytes"),
            Self::NoMemory => f.write_str("there is no memory to hash a password"),
            Self::Busy => f.write_str("too many passwords are worked at at the moment"),
        }
    }
}

impl Error for PasswordError {}

impl PasswordError {
    pub(crate) fn to_problem(self) -> Problem {
        match self {
            Self::TooLong => {
                Problem::new(StatusCode::UNPROCESSABLE_ENTITY).detail(self.to_string())
            }
            Self::Busy => Rejection::Busy.into_problem(),
            Self::NoMemory => Problem::internal(self),
        }
    }
}

impl IntoResponse for PasswordError {
    fn into_response(self) -> Response {
        self.to_problem().into_response()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_has_the_parameters_that_are_recommended() {
        let hash = hash_password("a").unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
        assert_ne!(hash, hash_password("a").unwrap());
        assert!(is_hash(&hash) && is_hash(DECOY));
    }

    #[test]
    fn hashes_of_others_are_taken() {
        // From the tests of the reference implementation.
        for hash in [
            "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4",
            "$argon2id$v=19$m=256,t=2,p=2$c29tZXNhbHQ$bQk8UB/VmZZF4Oo79iDXuL5/0ttZwg2f/5U52iv1cDc",
        ] {
            assert!(verify_password("password", hash), "{hash}");
            assert!(!verify_password("Password", hash), "{hash}");
        }
    }

    #[test]
    fn a_password_has_an_end() {
        let (longest, longer) =
            ("a".repeat(PASSWORD_BYTES_MAX), "a".repeat(PASSWORD_BYTES_MAX + 1));
        assert!(verify_password(&longest, &hash_password(&longest).unwrap()));
        assert_eq!(hash_password(&longer), Err(PasswordError::TooLong));
        // A hash of the longer one, by somebody without the bound.
        let argon2 = Argon2::default();
        let hash = argon2.hash_password_with_salt(longer.as_bytes(), &[7; 16]).unwrap();
        assert!(!fits(&longer, &hash));
    }

    #[test]
    fn what_is_no_hash_is_not_read() {
        let made = |params: &str| {
            format!("$argon2id$v=19${params}$c2FsdHNhbHRzYWx0$aGFzaGhhc2hoYXNoaGFzaA")
        };
        for (hash, is_readable) in [
            (made("m=64,t=1,p=1"), true),
            (made("m=2097152,t=64,p=4"), true),
            (made("m=2097153,t=1,p=1"), false),
            (made("m=64,t=65,p=1"), false),
            (made("m=64,t=0,p=1"), false),
            (made("m=64,t=1,p=1").replace("c2FsdHNhbHRzYWx0", "c2FsdHNh"), false),
            (made("m=99999999999,t=1,p=1"), false),
            ("$argon2id$v=19$m=64,t=1,p=1$c2FsdHNhbHRzYWx0".into(), false),
            ("$argon2x$v=19$m=64,t=1,p=1$c2FsdHNhbHRzYWx0$aGFzaGhhc2hoYXNoaGFzaA".into(), false),
            ("$2b$12$aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa".into(), false),
            ("password".into(), false),
            (String::new(), false),
        ] {
            assert_eq!(is_hash(&hash), is_readable, "{hash}");
        }
        assert!(!verify_password("", ""));
    }
}
