//! Tests for machines: split, pair, corpus, clock and wire.
//!
//! ```text
//!   corpus ──► steps ──► split ──► drive ──► machine ──► transcript ──► diff
//!   pair:  drive(client) ◄──── wire, clock ────► drive(server)
//! ```
//!
//! A [`Subject`] is a machine together with somebody who uses it; a [`Drive`] feeds it as a
//! driver would and writes down what happened as lines of text, so that two runs can be
//! compared and a file can say what is expected. Nothing here knows a protocol, opens a
//! socket or looks at a real clock twice. This crate is for tests: it panics where a machine
//! breaks the contract of [`gnezdo_core::Machine`].
//!
//! ```
//! use gnezdo_core::{Machine, Now, Step, Wants};
//! use gnezdo_testkit::{Subject, Transcript, split};
//!
//! /// A protocol whose messages are lines.
//! struct Lines;
//!
//! impl Machine for Lines {
//!     type Event<'i> = &'i [u8];
//!     fn handle_input<'i>(&mut self, _: &Now, input: &'i [u8]) -> Step<&'i [u8]> {
//!         match input.iter().position(|&o| o == b'\n') {
//!             Some(end) => Step::event(end + 1, &input[..end]),
//!             None => Step::nothing(),
//!         }
//!     }
//!     fn handle_eof(&mut self, _: &Now) -> Option<&'static [u8]> { None }
//!     fn handle_timeout(&mut self, _: &Now) -> Option<&'static [u8]> { None }
//!     fn poll_output(&mut self, _: &Now, _: &mut Vec<u8>) {}
//!     fn poll_timeout(&self) -> Option<std::time::Instant> { None }
//!     fn wants(&self) -> Wants { Wants::Read }
//! }
//!
//! impl Subject for Lines {
//!     type Machine = Self;
//!     fn machine(&self) -> &Self { self }
//!     fn machine_mut(&mut self) -> &mut Self { self }
//!     fn note(&mut self, _: &Now, line: &[u8], _: &mut Vec<u8>, log: &mut Transcript) {
//!         log.line(format!("line {}", line.escape_ascii()));
//!     }
//! }
//!
//! let steps = [gnezdo_testkit::Step::Octets(b"a\nb\n".to_vec())];
//! assert_eq!(split::check(|| Lines, &steps, b"c\n").unwrap(), ["line a", "line b", "open"]);
//! ```
#![forbid(unsafe_code)]

mod chance;
mod clock;
pub mod corpus;
pub mod diff;
mod drive;
mod pair;
pub mod split;
mod transcript;
mod wire;

pub use chance::Chance;
pub use clock::Clock;
pub use corpus::{Case, Step};
pub use drive::{Drive, Subject};
pub use pair::Pair;
pub use transcript::{Transcript, abridged};
pub use wire::{Cuts, Wire};
