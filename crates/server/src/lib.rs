//! The server: sessions, the ways to wait for them, and the process around them.
//!
//! ```text
//! wire ──► driver ──► connection ──► session ──► machine ──► service
//!          event         octets to     one          h1
//!          blocking      and fro      client
//! ```
//!
//! A driver is the only part that waits. A session is one client without a socket. What is in
//! between, the connection, moves octets as far as they go. So any service runs unchanged
//! under every architecture:
//!
//! ```
//! use gnezdo_core::{Body, Reply, Request, Response, Service};
//! use gnezdo_server::{Server, Settings};
//! use std::io::{Read, Write};
//!
//! struct Greeter;
//! impl Service for Greeter {
//!     fn call(&self, _: Request) -> Reply {
//!         Reply::Now(Response::new(Body::from("Hello")))
//!     }
//! }
//!
//! let mut settings = Settings::default();
//! settings.listen = vec!["127.0.0.1:0".parse()?];
//! let server = Server::bind(settings)?;
//! let address = server.local_addresses()[0].tcp().unwrap();
//! let shutdown = server.shutdown();
//! let running = std::thread::spawn(move || server.run(Greeter));
//!
//! let mut client = std::net::TcpStream::connect(address)?;
//! client.write_all(b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")?;
//! let mut answer = String::new();
//! client.read_to_string(&mut answer)?;
//! assert!(answer.ends_with("Hello"));
//!
//! shutdown.begin();
//! running.join().unwrap()?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
#![deny(unsafe_code)]

mod architecture;
mod error;
#[cfg(feature = "tokio")]
mod into_listener;
#[cfg(feature = "tokio")]
mod serve;
mod server;
mod settings;
mod shutdown;
mod signals;
mod startup;
mod supervise;

mod admission;
mod background;
mod blocking;
mod busy;
mod connections;
mod driver;
mod encryption;
mod event;
mod mailbox;
mod neighbours;
mod redirect;
mod refusal;
#[cfg(feature = "tokio")]
mod tasks;
mod timers;
#[cfg_attr(not(target_os = "linux"), path = "uring/elsewhere.rs")]
mod uring;

mod connection;
mod context;
mod exchange;
mod file_content;
mod guard;
mod in_memory;
mod output;
mod session;
mod transmit;

mod access_log;

pub use access_log::{LogFormat, LogTarget};
pub use architecture::{Architecture, Driver, Plan, UnknownArchitecture};
pub use error::ServerError;
pub use gnezdo_core::program_name;
pub use in_memory::InMemory;
#[cfg(feature = "tokio")]
pub use into_listener::IntoListener;
#[cfg(feature = "tokio")]
pub use serve::{Serve, serve};
pub use server::Server;
pub use settings::Settings;
pub use shutdown::Shutdown;
pub use supervise::is_worker;
