//! From values to a path: the way back through a pattern.
//!
//! What is built here is found again: by this pattern, with the same values. So a value is
//! refused if its parameter would not take it, and also if it is a dot segment, which clients
//! remove from a path even in percent-coding.

use std::error::Error;
use std::fmt;

use form_urlencoded::Serializer;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::converter::Converter;
use super::pattern::{Pattern, Segment};
use super::router::PATH_BYTES_MAX;

/// What is encoded in a segment: all but `pchar` of RFC 3986 §3.3.
const NOT_PCHAR: &AsciiSet = &NON_ALPHANUMERIC
    // unreserved
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~')
    // sub-delims
    .remove(b'!')
    .remove(b'$')
    .remove(b'&')
    .remove(b'\'')
    .remove(b'(')
    .remove(b')')
    .remove(b'*')
    .remove(b'+')
    .remove(b',')
    .remove(b';')
    .remove(b'=')
    .remove(b':')
    .remove(b'@');

impl Pattern {
    /// The path that has these values, and a query of those that the pattern does not name, in
    /// their order.
    ///
    /// ```
    /// use gnezdo_web::routing::{Converters, Pattern};
    ///
    /// let pattern = Pattern::parse("/user/{name}", &Converters::new())?;
    /// let url = pattern.url(&[("page", "2"), ("name", "a/b c"), ("sort", "born & bred")])?;
    /// assert_eq!(url, "/user/a%2Fb%20c?page=2&sort=born+%26+bred");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// The pattern finds this path; whether a router does depends on its other patterns:
    /// `/user/me` would come first if `name` were `me`.
    ///
    /// # Errors
    /// If a parameter has no value or two, or one that it would not take; and if the path has
    /// more than [`PATH_BYTES_MAX`] bytes.
    pub fn url<N, V>(&self, values: &[(N, V)]) -> Result<String, UrlError>
    where
        N: AsRef<str>,
        V: AsRef<str>,
    {
        let mut url = String::with_capacity(self.text.len());
        let mut names = self.names.iter();
        for segment in &self.segments {
            url.push('/');
            match segment {
                Segment::Text(text) => push_encoded(&mut url, text),
                Segment::Parameter(converter) => {
                    let name = names.next().map_or("", |name| name);
                    self.push_value(&mut url, name, converter, values)?;
                }
            }
        }
        if url.len() > PATH_BYTES_MAX {
            return Err(UrlError::TooLong { pattern: self.text.to_string(), max: PATH_BYTES_MAX });
        }
        self.push_query(&mut url, values);
        Ok(url)
    }

    fn push_value<N: AsRef<str>, V: AsRef<str>>(
        &self,
        url: &mut String,
        name: &str,
        converter: &Converter,
        values: &[(N, V)],
    ) -> Result<(), UrlError> {
        let mut own = values.iter().filter(|(n, _)| n.as_ref() == name).map(|(_, v)| v.as_ref());
        let Some(value) = own.next() else {
            return Err(UrlError::Missing {
                pattern: self.text.to_string(),
                parameter: name.into(),
            });
        };
        if own.next().is_some() {
            return Err(UrlError::Repeated {
                pattern: self.text.to_string(),
                parameter: name.into(),
            });
        }
        if !comes_back(converter, value) {
            return Err(UrlError::Unfit {
                pattern: self.text.to_string(),
                parameter: name.into(),
                converter: converter.name().into(),
                value: value.into(),
            });
        }
        match converter {
            Converter::Path => push_each_encoded(url, value),
            _ => push_encoded(url, value),
        }
        Ok(())
    }

    fn push_query<N: AsRef<str>, V: AsRef<str>>(&self, url: &mut String, values: &[(N, V)]) {
        let is_named = |name: &str| self.names.iter().any(|n| **n == *name);
        let mut more = values.iter().filter(|(name, _)| !is_named(name.as_ref())).peekable();
        if more.peek().is_none() {
            return;
        }
        url.push('?');
        let start = url.len();
        Serializer::for_suffix(url, start).extend_pairs(more);
    }
}

/// Whether a value in a URL is one that the parameter takes when the URL is asked for.
fn comes_back(converter: &Converter, value: &str) -> bool {
    match converter {
        Converter::Path => value.split('/').all(|segment| !segment.is_empty() && !is_dot(segment)),
        other => other.fits(value) && !is_dot(value),
    }
}

/// RFC 3986 §5.2.4; browsers know them in percent-coding, too.
fn is_dot(segment: &str) -> bool {
    matches!(segment, "." | "..")
}

fn push_encoded(url: &mut String, segment: &str) {
    url.extend(utf8_percent_encode(segment, NOT_PCHAR));
}

fn push_each_encoded(url: &mut String, path: &str) {
    for (index, segment) in path.split('/').enumerate() {
        if index > 0 {
            url.push('/');
        }
        push_encoded(url, segment);
    }
}

/// Why a URL cannot be built.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum UrlError {
    /// A parameter has no value.
    Missing {
        /// The pattern.
        pattern: String,
        /// The name of the parameter.
        parameter: String,
    },
    /// A parameter has more than one value.
    Repeated {
        /// The pattern.
        pattern: String,
        /// The name of the parameter.
        parameter: String,
    },
    /// A value is one that its parameter would not take, or a dot segment.
    Unfit {
        /// The pattern.
        pattern: String,
        /// The name of the parameter.
        parameter: String,
        /// The name of its converter.
        converter: String,
        /// The value.
        value: String,
    },
    /// The path is longer than any that is found.
    TooLong {
        /// The pattern.
        pattern: String,
        /// How many bytes it may have.
        max: usize,
    },
}

impl fmt::Display for UrlError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing { pattern, parameter } => {
                write!(f, "a URL of {pattern:?} needs a value for {parameter:?}")
            }
            Self::Repeated { pattern, parameter } => {
                write!(f, "a URL of {pattern:?} needs one value for {parameter:?}, not several")
            }
            Self::Unfit { pattern, parameter, converter, value } => write!(
                f,
                "a URL of {pattern:?} cannot have {value:?} for {parameter:?}, which is of \
                 {converter:?}"
            ),
            Self::TooLong { pattern, max } => {
                write!(f, "a URL of {pattern:?} would have more than {max} bytes; shorten a value")
            }
        }
    }
}

impl Error for UrlError {}

#[cfg(test)]
mod tests;
