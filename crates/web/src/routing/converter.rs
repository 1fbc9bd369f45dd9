//! Converters: what a parameter of a pattern takes.
//!
//! A converter only judges. What becomes of the text is up to the types of the handler, so that
//! a route can be found without making a value.

use std::error::Error;
use std::fmt;
use std::sync::Arc;

use crate::parameters::integer;

/// The names of the converters that are always there.
const BUILT_IN: [&str; 5] = ["str", "int", "float", "uuid", "path"];

/// The converters that patterns may name: the five that are always there, and one's own.
///
/// ```
/// use gnezdo_web::routing::{Converters, Pattern, Router};
///
/// let is_hex = |text: &str| text.bytes().all(|octet| octet.is_ascii_hexdigit());
/// let converters = Converters::new().with("hex", is_hex)?;
/// let mut router = Router::new();
/// *router.resource(&Pattern::parse("/colour/{code:hex}", &converters)?) = "a colour";
///
/// assert_eq!(router.find("/colour/ff8000", |found, _| Some(*found)), Ok("a colour"));
/// assert!(router.find("/colour/orange", |found, _| Some(*found)).is_err());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Converters {
    /// In the order in which they were added.
    own: Vec<OwnConverter>,
}

impl Converters {
    /// The built-in converters: `str`, `int`, `float`, `uuid` and `path`.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a converter, which takes the segments whose decoded text `fits`. An empty segment
    /// is never asked about.
    ///
    /// # Errors
    /// If the name is not an ASCII identifier, or is taken.
    pub fn with(
        mut self,
        name: &str,
        fits: impl Fn(&str) -> bool + Send + Sync + 'static,
    ) -> Result<Self, ConverterError> {
        if !is_identifier(name) {
            return Err(ConverterError::BadName { name: name.into() });
        }
        if self.names().any(|taken| taken == name) {
            return Err(ConverterError::TakenName { name: name.into() });
        }
        let rank = self.own.len();
        self.own.push(OwnConverter { name: name.into(), rank, fits: Arc::new(fits) });
        Ok(self)
    }

    /// The names of all converters, the built-in ones first.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        BUILT_IN.into_iter().chain(self.own.iter().map(|own| &*own.name))
    }

    pub(super) fn named(&self, name: &str) -> Option<Converter> {
        match name {
            "str" => Some(Converter::Str),
            "int" => Some(Converter::Int),
            "float" => Some(Converter::Float),
            "uuid" => Some(Converter::Uuid),
            "path" => Some(Converter::Path),
            other => self.own.iter().find(|own| *own.name == *other).cloned().map(Converter::Own),
        }
    }
}

/// What a parameter takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Converter {
    /// ASCII digits whose value fits in 64 bits.
    Int,
    /// A decimal number, perhaps negative, perhaps with a fraction.
    Float,
    /// 32 hexadecimal digits in groups of 8-4-4-4-12.
    Uuid,
    /// What a function of the user's takes.
    Own(OwnConverter),
    /// Any segment that is not empty.
    Str,
    /// The rest of the path.
    Path,
}

impl Converter {
    pub(super) fn name(&self) -> &str {
        match self {
            Self::Int => "int",
            Self::Float => "float",
            Self::Uuid => "uuid",
            Self::Own(own) => &own.name,
            Self::Str => "str",
            Self::Path => "path",
        }
    }

    /// Whether the converter takes a decoded segment. For `path` the segment is the first of
    /// those that it takes.
    pub(super) fn fits(&self, text: &str) -> bool {
        match self {
            Self::Int => is_int(text),
            Self::Float => is_float(text),
            Self::Uuid => is_uuid(text),
            Self::Own(own) => !text.is_empty() && (own.fits)(text),
            Self::Str | Self::Path => !text.is_empty(),
        }
    }

    /// The order in which converters are tried: the pickiest first.
    pub(super) fn precedence(&self) -> (u8, usize) {
        match self {
            Self::Int => (0, 0),
            Self::Float => (1, 0),
            Self::Uuid => (2, 0),
            Self::Own(own) => (3, own.rank),
            Self::Str => (4, 0),
            Self::Path => (5, 0),
        }
    }
}

/// A converter of the user's.
#[derive(Clone)]
pub(super) struct OwnConverter {
    name: Arc<str>,
    /// How many were added before it.
    rank: usize,
    fits: Arc<dyn Fn(&str) -> bool + Send + Sync>,
}

impl PartialEq for OwnConverter {
    /// Functions cannot be compared; one that was added once is the same wherever it went.
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.fits, &other.fits) && self.name == other.name
    }
}

impl Eq for OwnConverter {}

impl fmt::Debug for OwnConverter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}

/// Whether a text is an ASCII identifier, as the names of parameters and converters are.
pub(super) fn is_identifier(name: &str) -> bool {
    let mut octets = name.bytes();
    octets.next().is_some_and(|o| o.is_ascii_alphabetic() || o == b'_')
        && octets.all(|o| o.is_ascii_alphanumeric() || o == b'_')
}

fn is_int(text: &str) -> bool {
    !text.starts_with('-') && integer(text).is_some_and(|n| u64::try_from(n).is_ok())
}

/// `parse` would accept exponents, `inf`, `NaN`, `+1`, `1.` and `.5`, and makes an infinity of
/// what is too large.
fn is_float(text: &str) -> bool {
    let number = text.strip_prefix('-').unwrap_or(text);
    let (whole, fraction) = number.split_once('.').unwrap_or((number, "0"));
    is_digits(whole) && is_digits(fraction) && text.parse().is_ok_and(f64::is_finite)
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|octet| octet.is_ascii_digit())
}

/// RFC 9562 §4: the canonical form, in either case.
fn is_uuid(text: &str) -> bool {
    text.len() == 36
        && text.bytes().enumerate().all(|(at, octet)| match at {
            8 | 13 | 18 | 23 => octet == b'-',
            _ => octet.is_ascii_hexdigit(),
        })
}

/// Why a converter cannot be added.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ConverterError {
    /// The name is not an ASCII identifier.
    BadName {
        /// The name.
        name: String,
    },
    /// There is a converter of this name already.
    TakenName {
        /// The name.
        name: String,
    },
}

impl fmt::Display for ConverterError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::BadName { name } => {
                write!(f, "converter {name:?}: use ASCII letters, digits and _ for its name")
            }
            Self::TakenName { name } => {
                write!(f, "converter {name:?}: there is one of this name; choose another")
            }
        }
    }
}

impl Error for ConverterError {}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(converter: &Converter, takes: &[&str], refuses: &[&str]) {
        for text in takes {
            assert!(converter.fits(text), "{} {text}", converter.name());
        }
        for text in refuses {
            assert!(!converter.fits(text), "{} {text}", converter.name());
        }
    }

    #[test]
    fn built_in_converters_take_what_they_say() {
        check(
            &Converter::Int,
            &["0", "007", "18446744073709551615", "00000000000000000000001"],
            &["", "-1", "+1", "1.0", " 1", "٥", "18446744073709551616"],
        );
        check(
            &Converter::Float,
            &["0", "-0", "7", "-12.50", "00.1", "18446744073709551616"],
            &["", "-", ".", "1.", ".5", "--1", "+1", "1e3", "inf", "-inf", "NaN", "1.2.3", "1,5"],
        );
        check(
            &Converter::Uuid,
            &["f81d4fae-7dec-11d0-a765-00a0c91e6bf6", "F81D4FAE-7DEC-11D0-A765-00A0C91E6BF6"],
            &[
                "",
                "f81d4fae7dec11d0a76500a0c91e6bf6",
                "f81d4fae-7dec-11d0-a765-00a0c91e6bf",
                "f81d4fae-7dec-11d0-a765-00a0c91e6bf60",
                "f81d4fae-7dec-11d0-a76500a0c91e6bf6--",
                "g81d4fae-7dec-11d0-a765-00a0c91e6bf6",
                "f81d4fae-7dec-11d0-a765-00a0c91e6é6",
            ],
        );
        check(&Converter::Str, &["a", ".", "a/b", "é"], &[""]);
    }

    #[test]
    fn a_float_is_finite() {
        let digits = |count: usize| "9".repeat(count);
        check(&Converter::Float, &[&digits(308)], &[&digits(309), &format!("-{}", digits(400))]);
    }

    #[test]
    fn own_converters_are_asked_about_text() {
        let converters = Converters::new().with("short", |text| text.len() < 3).unwrap();
        check(&converters.named("short").unwrap(), &["a", "ab"], &["", "abc"]);
    }

    #[test]
    fn names_are_identifiers_and_used_once() {
        let bad = |name: &str| ConverterError::BadName { name: name.into() };
        let taken = |name: &str| ConverterError::TakenName { name: name.into() };
        let with = |name: &str| {
            Converters::new().with("hex", |_| true)?.with(name, |_| true).map(|c| c.own.len())
        };
        for name in ["", "1a", "a-b", "имя", "a:b"] {
            assert_eq!(with(name), Err(bad(name)));
        }
        for name in BUILT_IN.into_iter().chain(["hex"]) {
            assert_eq!(with(name), Err(taken(name)));
        }
        assert_eq!(with("Hex_2"), Ok(2));
    }
}
