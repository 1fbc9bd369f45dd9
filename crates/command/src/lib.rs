//! The command line of a server: the options that say how it runs, what it tells people, and the
//! command line of an app.
//!
//! ```text
//! variables of the environment
//!   │
//! words ──► ListeningOptions, EngineOptions ──► settings ──► serve ──► Server
//!   │                                            │            └─ banner, farewell
//!   └──► Usage: what is wrong with the words ────┴─ Failure: one line that says what to do
//! ```
//!
//! Two programs are made of it. `gnezdo serve` puts its words about files between the two parts
//! of the options. Any other service gets a program of its own by [`Main`]:
//!
//! ```no_run
//! use gnezdo_command::Main;
//! use gnezdo_core::{Body, Reply, Request, Response, Service};
//!
//! struct Greeter;
//!
//! impl Service for Greeter {
//!     fn call(&self, _: Request) -> Reply {
//!         Reply::Now(Response::new(Body::from("Hello, World!")))
//!     }
//! }
//!
//! fn main() -> gnezdo_command::Result {
//!     Greeter.main() // hello run --listen :8080 --architecture threads
//! }
//! ```
//!
//! A service may add words of its own to such a program, its
//! [commands](gnezdo_core::Service::commands); and it is not served if it fails its
//! [check](gnezdo_core::Service::check).
//!
//! With the feature `tls` there are options about certificates, and `dev_certificate` makes some
//! for development.
//!
//! Standard output carries what somebody may want to pipe on, such as the access log. What is
//! said to the person at the terminal, the banner included, goes to standard error.
#![forbid(unsafe_code)]

mod commands;
mod error;
mod program;
mod unread;

mod environment;
mod options;
mod usage;
mod values;

mod banner;
mod farewell;
mod serve;
mod settings;

#[cfg(feature = "tls")]
mod tls;

mod failure;
mod indented;
mod print;
pub mod style;

pub use commands::NameFault;
pub use error::{Error, Result};
pub use program::{Main, Program};

pub use banner::Banner;
pub use environment::Environment;
pub use failure::{Failure, complain};
pub use gnezdo_core::one_line;
pub use options::{EngineOptions, ListeningOptions, Note, notes, notes_as_help};
pub use print::{print, print_styled};
pub use serve::serve;
pub use settings::settings;
#[cfg(feature = "tls")]
pub use tls::{DevCertificate, TlsFailure, dev_certificate};
pub use usage::Usage;
