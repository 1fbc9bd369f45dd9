//! HTTP/2 (RFC 9113) as pure state machines, for both roles, with HPACK (RFC 7541).
//!
//! ```text
//!            octets ──► frames ──► hpack ──► request / response ──► events
//!  Server / Client        │                                           │
//!            octets ◄── frames ◄── hpack ◄── send_* ◄── streams, windows, priorities
//! ```
//!
//! A machine is fed octets and gives events; it is told answers and appends octets. It makes no
//! system call, reads no clock, and gives the same events however the octets were cut. It holds
//! no content: what comes is handed on at once, and what is to be sent is asked for when a window
//! is open for it.
//!
//! What two readers could understand differently is refused as RFC 9113 §8.1.1 asks for, and
//! everything that costs a peer less than us has a bound ([`Http2Limits`](gnezdo_core::Http2Limits)).
//! Server push is not sent and not taken, as browsers have removed it; `103 (Early Hints)` takes
//! its place ([`Server::send_interim`]). An example is at [`Server`].
#![forbid(unsafe_code)]

mod budget;
mod client;
mod connection;
mod deadline;
mod error;
mod frame;
pub mod hpack;
mod priority;
mod request;
mod response;
mod role;
mod rules;
mod server;
mod settings;
mod spare;
mod stream;
mod streams;
mod window;

pub use client::{Client, ClientRole};
pub use connection::{Connection, Event, Follows, Gone, Grant};
pub use error::{ErrorCode, PeerError};
pub use frame::{FrameHead, FrameType, PREFACE};
pub use priority::Priority;
pub use request::{Content, Protocol, Request, RequestHead};
pub use response::{Response, ResponseHead};
pub use role::Role;
pub use server::{Server, ServerRole};
pub use stream::{Ends, StreamId};
