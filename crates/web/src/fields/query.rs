//! The query of a URL, or a form (`application/x-www-form-urlencoded`), as a typed value.
//!
//! | written | read as |
//! |---|---|
//! | `name=lenovo` | a text, a number, a choice: what the type asks for |
//! | `ram[from]=8&ram[to]=16` | a struct or a map within another one |
//! | `tag=a&tag=b`, `tag[]=a&tag[]=b`, `tag[0]=a&tag[1]=b` | a list |
//! | `tag=a` | a list of one |
//! | `name=`, `name` | an empty text; nothing for an `Option`; an empty list; true for a `bool` |
//! | `on`, `true`, `false` | a `bool` |
//!
//! `serde_qs` splits and decodes, after a strict check of the grammar. What the texts mean is
//! decided here, so that a number is digits and nothing else, and faults are named as in JSON.
//!
//! A type with `#[serde(flatten)]` hides from us what the flattened fields ask for: they have to
//! be texts, and of their faults only the first is told.

use std::cell::Cell;

use serde::de::{DeserializeOwned, DeserializeSeed};

use super::ContentError;
use super::grammar;
use super::mending::Content;
use super::tree::{Node, Planter, Wire};
use super::wording;

/// How much a query may ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct QueryLimits {
    /// Brackets after a name, in numbers: `a[b][c]` has two.
    ///
    /// Default: 5. Forms that people fill in have one or two.
    pub depth_max: u8,
    /// Fields, in numbers: what stands between `&`.
    ///
    /// Default: 1,000. It bounds what one query costs, and is many times a long form.
    pub fields_max: usize,
}

impl Default for QueryLimits {
    fn default() -> Self {
        Self { depth_max: 5, fields_max: 1_000 }
    }
}

/// Reads the text of a query, without its `?`, or the content of a form.
///
/// # Errors
/// Text whose grammar or percent-coding is broken, more than the limits allow, or a text that
/// does not fit `T`: then with all of its faults, up to [`FAULTS_MAX`](super::FAULTS_MAX).
pub fn read<T: DeserializeOwned>(text: &str, limits: &QueryLimits) -> Result<T, ContentError> {
    let text = grammar::checked(text, limits)?;
    let content = Content::new(planted(&text, limits)?, Wire::Form);
    content.read().map_err(|fault| ContentError::Invalid(content.faults::<T>(fault)))
}

fn planted<'de>(text: &'de str, limits: &QueryLimits) -> Result<Node<'de>, ContentError> {
    if text.bytes().all(|octet| octet == b'&') {
        return Ok(Node::Fields(Vec::new()));
    }
    // A field is as many values as its name has parts, and stands in a whole.
    let parts_max = usize::from(limits.depth_max) + 1;
    let values_left = Cell::new(limits.fields_max.saturating_mul(parts_max).saturating_add(1));
    let config = serde_qs::Config::new().max_depth(limits.depth_max.into()).use_form_encoding(true);
    serde_qs::Deserializer::with_config(config, text.as_bytes())
        .and_then(|source| {
            Planter { wire: Wire::Form, values_left: &values_left }.deserialize(source)
        })
        .map_err(|error| conflict(text, error))
}

/// One name was used in two ways: all else was checked before.
fn conflict(text: &str, error: serde_qs::Error) -> ContentError {
    let (reason, column) = match error {
        serde_qs::Error::Parse(reason, column) => (reason, column.min(text.len())),
        error => (error.to_string(), text.len()),
    };
    let reason = reason.trim_start_matches("invalid input: ").trim_start_matches("unsupported: ");
    ContentError::Syntax { line: 1, column, reason: wording::own(reason.trim_end()) }
}
