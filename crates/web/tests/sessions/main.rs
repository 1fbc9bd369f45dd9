//! Cookies, sessions, and what protects forms, as a browser meets them.

#![cfg(feature = "sessions")]
// Handlers own their arguments.
#![allow(clippy::needless_pass_by_value)]

mod cookies;
mod homes;
mod lives;
