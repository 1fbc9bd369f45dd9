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
//! # What a request gets
//!
//! | request | answer |
//! |---|---|
//! | a file | 200, or by its preconditions and ranges 206, 304, 412, 416 |
//! | a folder without its slash | 301 to the slash, on this host and below its mount |
//! | a folder | its index file, else a listing as HTML or JSON, else 404 |
//! | a file with a slash after it, a FIFO, a device, a socket | 404 |
//! | a name with a leading dot, a path that refuses to be decoded | 404 |
//! | a symbolic link out of the root | 404 |
//! | nothing | the page of the application, else `404.html` with 404, else 404 |
//! | a file that may not be read | 403 |
//! | anything new while file descriptors are short | 503 with `Retry-After` |
//! | every coding refused, the identity included | 406, if there was a choice |
//! | another method | 405 with `Allow`; `OPTIONS` 204 |
//!
//! Where RFC 9110 leaves a choice:
//!
//! * A request with `Range` gets its parts from the content as it is, never from a coded form:
//!   what we compress anew may differ from what the client has a part of.
//! * Ranges that overlap or touch are joined. More than 16 parts, or 128 ranges, get the whole.
//! * The first request for a form that has to be compressed waits for it, off the loop; others
//!   take the content as it is meanwhile.
//! * A precompressed neighbour counts if it is not older than its file, in whole seconds.
//! * Entity tags are strong, come from all that the file system knows of a file's state, and
//!   differ between codings.
//!
//! # Example
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
mod range;

mod answer;
mod cache;
mod clock;
pub mod coding;
mod compress;
mod content_type;
mod encoder;
mod entry;
mod listing;
mod multipart;
mod page;
mod permits;
mod representation;
mod settings;

pub use builder::{Builder, RootError};
pub use path::{Refusal, SafePath};
pub use service::Files;
