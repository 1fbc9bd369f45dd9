//! Content codings, for services that are no files: what a request accepts, what is worth coding,
//! and coders for contents at hand and for those that come in pieces.
//!
//! ```
//! use gnezdo_files::coding::{Accepted, Coding, compress};
//! use http::header::{ACCEPT_ENCODING, HeaderMap, HeaderValue};
//!
//! let fields = HeaderMap::from_iter([(ACCEPT_ENCODING, HeaderValue::from_static("gzip, br"))]);
//! assert_eq!(Accepted::read(&fields).codings().next(), Some(Coding::Brotli));
//!
//! let page = "a nest is a socket ".repeat(100);
//! assert!(compress(Coding::Brotli, page.as_bytes())?.is_some_and(|coded| coded.len() < 100));
//! # Ok::<(), std::io::Error>(())
//! ```

pub use crate::accept_encoding::{Accepted, Coding};
pub use crate::compress::compress;
pub use crate::content_type::is_compressible;
pub use crate::encoder::Encoder;
