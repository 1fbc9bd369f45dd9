//! `serve` in the runtime of a user, with one thread and with several.
#![cfg(feature = "tokio")]

mod support;

mod dropping;
mod listeners;
mod settings;
mod shutdown;
mod together;
