//! A field that every answer of a server carries, whoever makes it.

use http::{HeaderMap, HeaderName, HeaderValue};

/// A field of every answer, kept as a line of HTTP/1 too.
///
/// ```
/// use gnezdo_core::FixedField;
///
/// let value = "max-age=31536000".parse().unwrap();
/// let field = FixedField::new("strict-transport-security".parse().unwrap(), value);
/// assert_eq!(field.line(), b"strict-transport-security: max-age=31536000\r\n");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FixedField {
    name: HeaderName,
    value: HeaderValue,
    line: Box<[u8]>,
}

impl FixedField {
    /// Prepares a field.
    pub fn new(name: HeaderName, value: HeaderValue) -> Self {
        let line = [name.as_str().as_bytes(), b": ", value.as_bytes(), b"\r\n"].concat();
        Self { name, value, line: line.into_boxed_slice() }
    }

    /// The name.
    pub fn name(&self) -> &HeaderName {
        &self.name
    }

    /// The value.
    pub fn value(&self) -> &HeaderValue {
        &self.value
    }

    /// The field as a line of HTTP/1.
    pub fn line(&self) -> &[u8] {
        &self.line
    }

    /// Whether an answer with these fields needs it: it has none of its own.
    pub fn is_missing_in(&self, fields: &HeaderMap) -> bool {
        !fields.contains_key(&self.name)
    }
}
