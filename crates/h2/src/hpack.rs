//! Field compression (RFC 7541), complete and in both directions.
//!
//! ```text
//!   block ──► Decoder ──► Lines            Lines ──► Encoder ──► block
//!               │  ▲                                  │  ▲
//!            static + dynamic table                static + dynamic table
//! ```
//!
//! The two tables of a connection's direction stay in step only if every block is decoded, whole
//! and in order: what is too large is therefore decoded to its end but not kept, and an error is
//! the end of the connection (COMPRESSION_ERROR, RFC 9113 §4.3). Whether names and values are
//! allowed in HTTP is not asked here.
//!
//! ```
//! use gnezdo_h2::hpack::{Bounds, Decoded, Decoder, Encoder, Lines, usual_indexing};
//!
//! let (mut encoder, mut block) = (Encoder::new(), Vec::new());
//! encoder.begin(&mut block);
//! encoder.encode_status(200, &mut block);
//! for (name, value) in [(b"server", b"gnezdo"), (b"accept", b"*/*---")] {
//!     encoder.encode(name, value, usual_indexing(name, value), &mut block);
//! }
//!
//! let (mut decoder, mut lines) = (Decoder::new(4096), Lines::new());
//! let bounds = Bounds { list_bytes_max: 16 << 10, lines_max: 100 };
//! assert_eq!(decoder.decode(&block, &bounds, &mut lines), Ok(Decoded::Complete));
//! let names: Vec<_> = lines.iter().map(|line| line.name).collect();
//! assert_eq!(names, [b":status" as &[u8], b"server", b"accept"]);
//! ```

mod decoder;
mod dynamic_table;
mod encoder;
mod error;
pub mod huffman;
mod indexing;
mod lines;
mod prepared;
mod primitives;
mod static_table;

pub use decoder::{Bounds, Decoded, Decoder};
pub use encoder::{Encoder, encode_literal};
pub use error::HpackError;
pub use indexing::{Indexing, usual_indexing};
pub use lines::{Line, Lines};
pub use prepared::Prepared;

/// The size of a dynamic table before anyone says otherwise. RFC 9113 §6.5.2.
const TABLE_BYTES: usize = 4096;

/// What RFC 7541 §4.1 and RFC 9113 §6.5.2 add to name and value for every field line.
const LINE_OVERHEAD_BYTES: usize = 32;

/// The size of a field line, as both RFCs count it.
const fn line_bytes(name: &[u8], value: &[u8]) -> usize {
    name.len().saturating_add(value.len()).saturating_add(LINE_OVERHEAD_BYTES)
}

/// What a table has for a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Found {
    /// Name and value, at this index.
    Field(usize),
    /// Only the name, at this index.
    Name(usize),
    Nothing,
}
