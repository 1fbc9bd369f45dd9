//! JSON (RFC 8259) as a typed value.
//!
//! Content that fits is read by `serde_json` alone. Only what does not fit is looked at again.

use std::cell::Cell;

use serde::de::{DeserializeOwned, DeserializeSeed};
use serde_json::error::Category;

use super::mending::Content;
use super::tree::{Node, Planter, Wire};
use super::{ContentError, InvalidField};

/// Lists and objects within each other, in numbers: 127, the bound of `serde_json`.
///
/// Values are read by recursion: more would need a larger stack.
pub const DEPTH_MAX: usize = 127;

/// Values of which faults are told one by one, in numbers: 10,000.
///
/// Content with more values that does not fit is refused with the place of its first fault as
/// line and column: naming all faults reads the content up to a hundred times.
pub const EXPLAINED_VALUES_MAX: usize = 10_000;

/// RFC 8259 §8.1: a byte order mark must not be added.
const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

/// Reads JSON.
///
/// # Errors
/// Content that is no JSON, or that does not fit `T`: then with all of its faults, up to
/// [`FAULTS_MAX`](super::FAULTS_MAX).
///
/// ```
/// use gnezdo_web::fields::json;
///
/// #[derive(Debug, serde::Deserialize)]
/// struct Item {
///     name: String,
///     price: u32,
/// }
///
/// let items: Vec<Item> = json::read(br#"[{"name": "nest", "price": 5}]"#)?;
/// assert_eq!((items[0].name.as_str(), items[0].price), ("nest", 5));
///
/// let error = json::read::<Vec<Item>>(br#"[{"name": 7}, {"name": "egg", "price": "low"}]"#);
/// let faults: Vec<_> = error.unwrap_err().invalid_fields().iter().map(ToString::to_string).collect();
/// assert_eq!(faults, [
///     "[0].name: expected text, found 7",
///     "[0].price: is missing",
///     "[1].price: expected a whole number from 0 to 4294967295, found \"low\"",
/// ]);
/// # Ok::<(), gnezdo_web::fields::ContentError>(())
/// ```
pub fn read<T: DeserializeOwned>(content: &[u8]) -> Result<T, ContentError> {
    serde_json::from_slice(content).map_err(|error| explained::<T>(content, &error))
}

#[cold]
fn explained<T: DeserializeOwned>(content: &[u8], error: &serde_json::Error) -> ContentError {
    if let Err(error) = std::str::from_utf8(content) {
        return ContentError::NotUtf8 { at: error.valid_up_to() };
    }
    // `serde_json` calls some values that do not fit their type faults of syntax. Only what no
    // type could read is one.
    match planted(content) {
        Ok(node) => invalid::<T>(node, error),
        Err(refusal) if refusal.classify() == Category::Data => unexplained(error),
        Err(refusal) => malformed(content, &refusal),
    }
}

fn planted(content: &[u8]) -> serde_json::Result<Node<'_>> {
    let values_left = Cell::new(EXPLAINED_VALUES_MAX);
    let mut source = serde_json::Deserializer::from_slice(content);
    let node = Planter { wire: Wire::Json, values_left: &values_left }.deserialize(&mut source)?;
    source.end()?;
    Ok(node)
}

fn invalid<T: DeserializeOwned>(node: Node<'_>, error: &serde_json::Error) -> ContentError {
    let content = Content::new(node, Wire::Json);
    match content.read::<T>() {
        Err(fault) => ContentError::Invalid(content.faults::<T>(fault)),
        // A type that looks at how `serde_json` works, such as its raw values.
        Ok(_) => unexplained(error),
    }
}

/// What is known without a tree; the words of `serde_json` would name types.
fn unexplained(error: &serde_json::Error) -> ContentError {
    let (line, column) = (error.line(), error.column());
    let reason = format!("does not fit at line {line}, column {column}");
    ContentError::Invalid(vec![InvalidField::new("", reason)])
}

fn malformed(content: &[u8], error: &serde_json::Error) -> ContentError {
    let text = error.to_string();
    let reason = text.split(" at line ").next().unwrap_or_default();
    match reason {
        "recursion limit exceeded" => ContentError::TooDeep { max: DEPTH_MAX },
        _ if content.starts_with(BYTE_ORDER_MARK) => {
            syntax(error, "a byte order mark is not allowed")
        }
        reason => syntax(error, reason),
    }
}

fn syntax(error: &serde_json::Error, reason: &str) -> ContentError {
    let (line, column) = (error.line(), error.column());
    ContentError::Syntax { line, column, reason: reason.to_owned() }
}
