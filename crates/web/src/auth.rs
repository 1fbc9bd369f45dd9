//! Who asks: passwords, and the schemes `Basic` (RFC 7617) and `Bearer` (RFC 6750).
//!
//! ```text
//! Authorization ──► BasicAuth  ──► table of hashes, or a function ──► Identity<T> ──► handler
//!                   BearerAuth ──► list of tokens, or a function ──┘
//! ```
//!
//! Both send what is secret with each request, so they are for HTTPS. A page with a form to log in
//! takes [`hash_password`] and [`verify_password`] without either, and remembers who came in a
//! session. What these schemes do not do: `Digest`, which keeps passwords in a readable form, and
//! tokens in queries or forms (RFC 6750 §2.2, §2.3), which end up in logs.
//!
//! ```
//! use gnezdo_web::auth::{BasicAuth, User};
//! use gnezdo_web::{App, get};
//!
//! # fn app() -> Result<App, gnezdo_web::auth::AuthError> {
//! let admins = BasicAuth::new("the nest")?.user(
//!     "anna",
//!     "$argon2id$v=19$m=19456,t=2,p=1$oyrE8HJ5gHjI7rfoHgCcZQ$2mVYUb6YvpImojtarYDrDz0Pa5h/eqroGnNwoUI7g1A",
//! )?;
//! let admin = get("/admin", |User(name): User| format!("Hello, {name}")).wrap(admins);
//! let app = App::new().route(admin);
//! # Ok(app)
//! # }
//! # assert!(app().unwrap().check().is_ok());
//! ```

mod authentication;
mod basic;
mod bearer;
mod challenge;
mod credentials;
mod error;
mod fingerprint;
mod passwords;
mod remembered;

pub use authentication::{
    AsAuthentication, Authentication, By, Check, Credentials, Identity, User, Verdict,
};
pub use basic::{BasicAuth, Users};
pub use bearer::{BearerAuth, Tokens};
pub use credentials::{BasicCredentials, BearerToken};
pub use error::AuthError;
pub use passwords::{
    PASSWORD_BYTES_MAX, PasswordError, hash_password, hash_password_later,
    set_passwords_at_once_max, verify_password, verify_password_later,
};
