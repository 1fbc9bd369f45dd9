//! Gnezdo (гнездо: "nest", and the Russian word for a socket): HTTP from the socket up.
//!
//! One engine serves folders and applications, and runs the same application under every
//! classic server architecture:
//!
//! ```no_run
//! use gnezdo::{App, Server, Settings};
//!
//! let app = App::new().get("/plaintext", || "Hello, World!");
//! let server = Server::bind(Settings::default())?;
//! println!("listening on {:?}", server.urls());
//! server.stop_on_signals()?;
//! server.run(app)?;
//! # Ok::<(), gnezdo::ServerError>(())
//! ```
//!
//! The parts, each a crate of its own:
//!
//! ```text
//! App (web)   Files (files)      what answers: services
//!      └──── Service ────┐
//! Server (server)        │       who waits: drivers, processes, limits, shutdown, log
//!      └──── h1 ─────────┘       what is spoken: a machine without a socket
//! core, socket                   the words that all of them share
//! ```
#![forbid(unsafe_code)]

pub use gnezdo_core::{
    Body, BodyError, FileRange, Form, Limits, Ready, Reply, Request, Response, Service,
};
pub use gnezdo_files::Files;
pub use gnezdo_server::{
    Architecture, Driver, InMemory, LogFormat, LogTarget, Plan, Server, ServerError, Settings,
    Shutdown, UnknownArchitecture,
};
#[cfg(feature = "tokio")]
pub use gnezdo_server::{IntoListener, Serve, serve};
pub use gnezdo_socket::{
    AccessRules, Advice, ListenAddress, ListenError, Listener, LocalAddress, Network, Peer,
};
pub use gnezdo_web::{App, Json, Params, Path};

pub use http;

/// Static files, in detail.
pub mod files {
    pub use gnezdo_files::*;
}

/// The framework, in detail.
pub mod web {
    pub use gnezdo_web::*;
}

/// The programs of the README, compiled.
#[cfg(doctest)]
#[doc = include_str!("../../../README.md")]
struct Readme;
