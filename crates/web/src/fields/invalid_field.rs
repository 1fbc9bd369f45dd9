//! One thing that is wrong with a value, and where.

use std::fmt;

use serde::ser::{Serialize, SerializeStruct, Serializer};

/// A field whose value is refused, for people and for programs.
///
/// As JSON it is `{"path": "items[2].price", "reason": "is missing"}`. Both parts may repeat what
/// the peer has sent, shortened: escape them before they go into a page.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct InvalidField {
    /// Where the field is, such as `items[2].price`; empty for the whole content.
    pub path: String,
    /// What is wrong, as the end of a sentence about the field.
    pub reason: String,
}

impl InvalidField {
    /// A fault at a path.
    pub fn new(path: impl Into<String>, reason: impl Into<String>) -> Self {
        Self { path: path.into(), reason: reason.into() }
    }
}

impl fmt::Display for InvalidField {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.path.as_str() {
            "" => f.write_str(&self.reason),
            path => write!(f, "{path}: {}", self.reason),
        }
    }
}

impl Serialize for InvalidField {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut fields = serializer.serialize_struct("InvalidField", 2)?;
        fields.serialize_field("path", &self.path)?;
        fields.serialize_field("reason", &self.reason)?;
        fields.end()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn programs_read_it_as_json() {
        let field = InvalidField::new("ram.from", "is missing");
        let json = serde_json::to_string(&field).unwrap();
        assert_eq!(json, r#"{"path":"ram.from","reason":"is missing"}"#);
        assert_eq!(InvalidField::new("", "is missing").to_string(), "is missing");
    }
}
