//! Sockets as people want them: addresses in words, listeners, streams, typed errors.
//!
//! ```text
//! "127.0.0.1:8080" ──► ListenAddress ──► Listener ──accept──► (Stream, Peer)
//!                                          ▲                             │
//!                        an inherited descriptor            AccessRules ─┘ permits?
//! ```
//!
//! Nothing here waits: every descriptor is non-blocking, and a driver decides how to wait for
//! it. Nothing here knows a protocol. The calls that differ between systems are in one place,
//! `platform`; the only unsafe code is where a descriptor that was handed over at program
//! start is taken over.
//!
//! ```
//! use gnezdo_socket::{AccessRules, ListenAddress, ListenOptions, Listener, More};
//! use std::io::Read;
//! use std::net::TcpStream;
//!
//! let address: ListenAddress = "127.0.0.1:0".parse()?;
//! let listener = Listener::bind(&address, &ListenOptions::default())?;
//!
//! // Somebody connects …
//! let port = listener.local_address().tcp().unwrap().port();
//! let mut client = TcpStream::connect(("127.0.0.1", port))?;
//!
//! // … and is answered, if the rules let them in.
//! let rules = AccessRules::new(vec!["127.0.0.0/8".parse()?], vec![]);
//! let (stream, peer) = listener.accept()?;
//! assert!(rules.permits(&peer));
//! stream.send(b"hello", More::Nothing)?;
//! drop(stream);
//!
//! let mut answer = String::new();
//! client.read_to_string(&mut answer)?;
//! assert_eq!(answer, "hello");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
#![deny(unsafe_code)]

mod listen_address;
mod local_address;
mod peer;

mod bind;
mod descriptor;
mod listen_error;
mod listener;
mod socket_file;
mod urls;

mod accept_trouble;
mod stream;

mod access;
mod network;

mod descriptor_limit;
mod platform;

pub use accept_trouble::AcceptTrouble;
pub use access::AccessRules;
pub use descriptor_limit::raise_descriptor_limit;
pub use listen_address::{AddressError, ListenAddress};
pub use listen_error::{Advice, ListenError};
pub use listener::{ListenOptions, Listener};
pub use local_address::LocalAddress;
pub use network::{Network, NetworkError};
pub use peer::Peer;
pub use stream::{Direction, More, Stream};
pub use urls::Scheme;
