//! HTTP/1.0 and HTTP/1.1 (RFC 9112) as pure state machines, for both roles.
//!
//! ```text
//!            octets ──► scan ──► head ──► framing ──► body ──► events
//!  Server / Client
//!            octets ◄──────────── encode ◄──────────────────── send_*
//! ```
//!
//! A machine is fed octets and gives events; it is told answers and appends octets. It makes
//! no system call, reads no clock, and gives the same events however the octets were cut.
//! Strictness is one-sided on purpose: what two readers could understand differently is
//! refused, and a refused connection never reads another message.
//!
//! ```
//! use gnezdo_core::{Machine, Now, Ready};
//! use gnezdo_h1::{Event, Server};
//!
//! let now = Now::read();
//! let mut server = Server::new(&now, Default::default());
//! let input = b"GET /nest HTTP/1.1\r\nHost: example.org\r\n\r\n";
//!
//! let step = server.handle_input(&now, input);
//! assert_eq!(step.used, input.len());
//! let Some(Event::Request { head, .. }) = step.event else { panic!() };
//! assert_eq!(head.uri().path(), "/nest");
//!
//! let (answer, ()) = http::Response::new(()).into_parts();
//! let mut out = Vec::new();
//! server.send_ready(&now, &Ready::new(answer, "Hello".into()), 1024, &mut out);
//! assert!(out.starts_with(b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n"));
//! ```
#![forbid(unsafe_code)]

mod chunked;
mod client;
mod content;
mod deadline;
mod encode;
mod error;
mod fields;
mod framing;
mod head;
mod names;
mod persistence;
mod plain;
mod scan;
mod server;
mod target;

pub use chunked::{Decoded, Decoder as ChunkedDecoder};
pub use client::{Client, ClientEvent};
pub use content::Outgoing;
pub use error::PeerError;
pub use framing::{Framing, request_framing, response_framing};
pub use head::{RequestHead, ResponseHead, parse_request, parse_response};
pub use plain::PlainRequest;
pub use server::{Event, Server};
