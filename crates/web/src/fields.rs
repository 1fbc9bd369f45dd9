//! Content as typed values: JSON, the query of a URL, the fields of a form.
//!
//! ```text
//! json::read    octets ──► T
//!                  └─ unfit ──► tree ─┐
//! query::read   text ──► tree ──► T   │
//!                  └─ unfit ──────────┴──► all that is wrong, each with its path
//! ```
//!
//! What does not fit is named as a whole, not fault by fault: on failure the content is read
//! again, each time with the last fault mended by a made-up value, and that value is thrown
//! away. Content that fits pays nothing for it.
//!
//! Nothing here knows of requests. The functions are pure, and every cost has a bound:
//! [`QueryLimits`], [`FAULTS_MAX`], [`json::DEPTH_MAX`], [`json::EXPLAINED_VALUES_MAX`].
//!
//! ```
//! use gnezdo_web::fields::{ContentError, QueryLimits, query};
//!
//! #[derive(serde::Deserialize)]
//! struct Search {
//!     manufactory: String,
//!     ram: Range,
//! }
//!
//! #[derive(serde::Deserialize)]
//! struct Range {
//!     from: u32,
//! }
//!
//! let limits = QueryLimits::default();
//! let search: Search = query::read("manufactory=lenovo&ram[from]=8", &limits)?;
//! assert_eq!((search.manufactory.as_str(), search.ram.from), ("lenovo", 8));
//!
//! let Err(ContentError::Invalid(faults)) = query::read::<Search>("ram[from]=much", &limits)
//! else {
//!     panic!("two fields are wrong");
//! };
//! assert_eq!(faults[0].path, "ram.from");
//! assert_eq!(faults[1].to_string(), "manufactory: is missing");
//! # Ok::<(), ContentError>(())
//! ```

pub mod json;
pub mod query;

mod access;
mod content_error;
mod fault;
mod grammar;
mod invalid_field;
mod mending;
mod reader;
mod shape;
mod tree;
mod wording;

#[cfg(feature = "validate")]
mod validated;

pub use content_error::ContentError;
pub use invalid_field::InvalidField;
pub use mending::FAULTS_MAX;
pub use query::QueryLimits;
#[cfg(feature = "validate")]
pub use validated::validated;

#[cfg(test)]
mod tests;
