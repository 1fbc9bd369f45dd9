//! Header fields as people write them: `Name: value`, as for curl.

use std::fmt;
use std::str::FromStr;

use http::HeaderValue;
use http::header::{CONNECTION, CONTENT_LENGTH, HeaderName, TRANSFER_ENCODING};

/// A field of a response.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Field {
    pub(crate) name: HeaderName,
    pub(crate) value: HeaderValue,
}

impl FromStr for Field {
    type Err = FieldError;

    fn from_str(text: &str) -> Result<Self, FieldError> {
        let (name, value) = text.split_once(':').ok_or(FieldError::ColonMissing)?;
        let name = HeaderName::from_str(name).map_err(|_| FieldError::NameInvalid)?;
        if [CONNECTION, CONTENT_LENGTH, TRANSFER_ENCODING].contains(&name) {
            return Err(FieldError::NameReserved);
        }
        Ok(Self { name, value: field_value(value)? })
    }
}

/// The value of a field, without the blanks around it (RFC 9110 §5.5).
pub(crate) fn field_value(text: &str) -> Result<HeaderValue, FieldError> {
    HeaderValue::from_str(text.trim_matches([' ', '\t'])).map_err(|_| FieldError::ValueInvalid)
}

/// Why a text is no [`Field`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FieldError {
    /// There is no colon between name and value.
    ColonMissing,
    /// What stands before the colon is not a token (RFC 9110 §5.1).
    NameInvalid,
    /// The field frames the message, which is not for people to say.
    NameReserved,
    /// The value has a line end or another control in it (RFC 9110 §5.5).
    ValueInvalid,
}

impl fmt::Display for FieldError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::ColonMissing => "write it as 'Name: value', with a colon",
            Self::NameInvalid => {
                "write letters, digits and hyphens right before the colon, as in 'X-Robots-Tag: none'"
            }
            Self::NameReserved => "the server sets this field itself; leave it out",
            Self::ValueInvalid => "write the value without line ends and other control characters",
        })
    }
}

impl std::error::Error for FieldError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_write() {
        let cases = [
            ("X-Frame-Options: DENY", "x-frame-options", "DENY"),
            ("x:y", "x", "y"),
            ("X-Empty:", "x-empty", ""),
            ("Link: <a:b>; rel=x\t ", "link", "<a:b>; rel=x"),
            ("X-Name: гнездо", "x-name", "гнездо"),
        ];
        for (text, name, value) in cases {
            let field: Field = text.parse().unwrap();
            assert_eq!(field.name, name, "{text}");
            assert_eq!(field.value.as_bytes(), value.as_bytes(), "{text}");
        }
    }

    #[test]
    fn what_is_no_field() {
        let cases = [
            ("", FieldError::ColonMissing),
            ("X-Frame-Options DENY", FieldError::ColonMissing),
            (": value", FieldError::NameInvalid),
            ("X Frame: DENY", FieldError::NameInvalid),
            ("X-Frame : DENY", FieldError::NameInvalid),
            ("X\r\nY: z", FieldError::NameInvalid),
            ("X: a\r\nSet-Cookie: b", FieldError::ValueInvalid),
            ("X: a\nb", FieldError::ValueInvalid),
            ("Content-Length: 5", FieldError::NameReserved),
            ("transfer-encoding: chunked", FieldError::NameReserved),
            ("Connection: close", FieldError::NameReserved),
        ];
        for (text, expected) in cases {
            assert_eq!(text.parse::<Field>(), Err(expected), "{text:?}");
        }
    }
}
