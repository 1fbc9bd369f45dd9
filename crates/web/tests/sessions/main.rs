//! Cookies, sessions, and what protects forms, as a browser meets them.

#![cfg(feature = "sessions")]
// Handlers own their arguments.
#![allow(clippy::needless_pass_by_value)]

mod cookies;
mod csrf;
mod garbage;
mod homes;
mod lives;
#[path = "../support/mod.rs"]
mod support;
#[cfg(feature = "templates")]
mod templates;
