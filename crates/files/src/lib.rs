//! Static files as a service: a folder, or a single file, over HTTP.
//!
//! ```text
//! request ─► path ─► resolve ─► entry ─► accept_encoding ─► conditional ─► range ─► response
//!                                 ▲           which form      needed?      which parts
//!                               cache
//! ```
//!
//! A path is decoded once and opened beneath the root by the kernel; all that is known of a
//! file comes from its open handle. Small files are kept as whole answers that are at most a
//! second old, large ones as open files. Preconditions, ranges and codings follow RFC 9110 to
//! the letter, each in a pure function of its own.
//!
//! ```
//! use gnezdo_core::{Body, Reply, Service};
//! use gnezdo_files::Files;
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let folder = tempfile::tempdir()?;
//! # let root = folder.path();
//! std::fs::write(root.join("index.html"), "<h1>Hello</h1>")?;
//! let files = Files::builder(root).build()?;
//!
//! let request = http::Request::get("/").body(Body::empty())?;
//! let Reply::Ready(answer) = files.call(request) else { panic!("not a small file") };
//! assert_eq!(answer.status(), 200);
//! assert_eq!(answer.headers()["content-type"], "text/html; charset=utf-8");
//! assert_eq!(answer.body(), "<h1>Hello</h1>");
//! # Ok(())
//! # }
//! ```
#![forbid(unsafe_code)]

mod builder;
mod service;

mod find;
mod path;
mod resolve;

mod accept;
mod accept_encoding;
mod conditional;
mod quality;
mod range;

mod answer;
mod cache;
mod clock;
mod compress;
mod content_type;
mod entry;
mod listing;
mod multipart;
mod page;
mod representation;
mod settings;

pub use builder::{Builder, RootError};
pub use path::{Refusal, SafePath};
pub use service::Files;
