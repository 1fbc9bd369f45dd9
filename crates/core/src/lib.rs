//! The vocabulary of Gnezdo: what flows between drivers, sessions, machines and services.
//!
//! ```text
//! wire ──► driver ──► session ──► machine ──► service ──► response
//! wire ◄── driver ◄── session ◄── machine ◄─────────────────┘
//! ```
//!
//! Nothing here does I/O on a socket, and nothing here knows a protocol: this crate holds
//! only the words that the others share.
//!
//! A service is one function from a request to a reply:
//!
//! ```
//! use gnezdo_core::{Body, Reply, Request, Response, Service};
//!
//! struct Greeter;
//!
//! impl Service for Greeter {
//!     fn call(&self, request: Request) -> Reply {
//!         let text = format!("Hello from {}\n", request.uri().path());
//!         Reply::Now(Response::new(Body::from(text)))
//!     }
//! }
//!
//! let request = http::Request::get("/nest").body(Body::empty()).unwrap();
//! let Reply::Now(response) = Greeter.call(request) else { unreachable!() };
//! assert_eq!(response.status(), 200);
//! ```
#![forbid(unsafe_code)]

mod body;
mod channel;
mod command;
mod complaint;
mod connection_info;
mod escape;
mod fixed_field;
mod glance;
pub mod grammar;
mod interim;
mod limits;
mod machine;
mod now;
mod one_line;
mod original_uri;
mod ready;
mod refusal;
mod service;
mod spare;

pub use body::{Body, BodyError, FileRange, Form};
pub use channel::{Sender, channel};
pub use command::Command;
pub use complaint::{complain, program_name};
pub use connection_info::ConnectionInfo;
pub use escape::escape;
pub use fixed_field::FixedField;
pub use glance::{FieldLines, Glance};
pub use interim::{early_hints, with_early_hints};
pub use limits::{Http2Limits, Limits, Pace};
pub use machine::{Closing, Machine, Step, Wants};
pub use now::{HttpDate, Now};
pub use one_line::one_line;
pub use original_uri::OriginalUri;
pub use ready::Ready;
pub use refusal::Refusal;
pub use service::{Awaited, Reply, Request, Response, Service};
pub use spare::{give_fields_back, spare_fields};
