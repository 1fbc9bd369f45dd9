//! Path parameters as arguments: typed by position ([`Path`]) or by name ([`Params`]).
//!
//! Values are decoded when they are asked for; a number costs no allocation.

use std::borrow::Cow;
use std::convert::Infallible;
use std::sync::Arc;

use http::Uri;

use crate::demands::Demands;
use crate::extract::{FromHead, Routed};
use crate::percent;
use crate::rejection::Rejection;
use crate::routing::Captures;

/// The parameters of a path, by position: `Path<u64>` for one, `Path<(String, u64)>` for two.
///
/// How many there are is checked when the app starts. A value that does not fit its type
/// is answered with 404: there is no such resource.
///
/// ```
/// use gnezdo_web::{App, Path};
///
/// fn line(Path((file, number)): Path<(String, u32)>) -> String {
///     format!("line {number} of {file}")
/// }
///
/// let app = App::new().get("/source/{file}/{line:int}", line);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Path<T>(pub T);

/// A type that the text of one path parameter can become.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no parameter of a path",
    label = "not something that the text of a path can become",
    note = "take text (`String`), a number, a `bool`, a `char`, or a tuple of them, one for each \
            parameter of the pattern; implement `PathParameter` for your own"
)]
pub trait PathParameter: Sized {
    /// Reads the decoded text; `None` if it does not fit.
    fn from_text(text: Cow<'_, str>) -> Option<Self>;
}

/// A type, or a tuple of them, for all parameters of a path: see [`Path`].
pub trait PathParameters: Sized {
    /// How many parameters they are.
    const COUNT: usize;

    /// Reads the parameters.
    ///
    /// # Errors
    /// The first one that does not fit its type.
    fn from_routed(routed: &Routed<'_>) -> Result<Self, Rejection>;

    /// As in [`FromHead::demands`], beside the parameters.
    fn demands(demands: &mut Demands) {
        demands.everything();
    }
}

impl<T: PathParameters> FromHead for Path<T> {
    type Rejection = Rejection;

    fn from_head(routed: &Routed<'_>) -> Result<Self, Rejection> {
        T::from_routed(routed).map(Self)
    }

    fn demands(demands: &mut Demands) {
        demands.parameters(T::COUNT);
        T::demands(demands);
    }
}

/// Reads the parameter at a position.
fn read<T: PathParameter>(routed: &Routed<'_>, index: usize) -> Result<T, Rejection> {
    let read = routed.parameter(index).and_then(T::from_text);
    read.ok_or(Rejection::Path { index })
}

impl<T: PathParameter> PathParameters for T {
    const COUNT: usize = 1;

    fn from_routed(routed: &Routed<'_>) -> Result<Self, Rejection> {
        read(routed, 0)
    }

    fn demands(_: &mut Demands) {}
}

macro_rules! tuple_of_parameters {
    ($count:literal: $($kind:ident $index:literal),+) => {
        impl<$($kind: PathParameter),+> PathParameters for ($($kind,)+) {
            const COUNT: usize = $count;

            fn from_routed(routed: &Routed<'_>) -> Result<Self, Rejection> {
                Ok(($(read::<$kind>(routed, $index)?,)+))
            }

            fn demands(_: &mut Demands) {}
        }
    };
}

tuple_of_parameters!(1: A 0);
tuple_of_parameters!(2: A 0, B 1);
tuple_of_parameters!(3: A 0, B 1, C 2);
tuple_of_parameters!(4: A 0, B 1, C 2, D 3);
tuple_of_parameters!(5: A 0, B 1, C 2, D 3, E 4);
tuple_of_parameters!(6: A 0, B 1, C 2, D 3, E 4, F 5);
tuple_of_parameters!(7: A 0, B 1, C 2, D 3, E 4, F 5, G 6);
tuple_of_parameters!(8: A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7);
tuple_of_parameters!(9: A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8);
tuple_of_parameters!(10: A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9);
tuple_of_parameters!(11: A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9, K 10);
tuple_of_parameters!(12: A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9, K 10, L 11);

impl PathParameter for String {
    fn from_text(text: Cow<'_, str>) -> Option<Self> {
        Some(text.into_owned())
    }
}

macro_rules! integer_parameter {
    ($($kind:ty)+) => {$(
        impl PathParameter for $kind {
            fn from_text(text: Cow<'_, str>) -> Option<Self> {
                integer(&text)?.try_into().ok()
            }
        }
    )+};
}

macro_rules! parsed_parameter {
    ($($kind:ty)+) => {$(
        impl PathParameter for $kind {
            fn from_text(text: Cow<'_, str>) -> Option<Self> {
                text.parse().ok()
            }
        }
    )+};
}

// What the converter `float` takes; other texts are a number to Rust or are not.
parsed_parameter!(f32 f64 bool char);

integer_parameter!(u8 u16 u32 u64 u128 usize i8 i16 i32 i64 i128 isize);

/// So many digits always fit a `u64`, which is many times as fast as an `i128`.
const U64_DIGITS: usize = u64::MAX.ilog10() as usize;

/// The value of decimal ASCII digits, with a minus sign before them or without one.
///
/// `str::parse` would accept `+5`.
pub(crate) fn integer(text: &str) -> Option<i128> {
    let (sign, digits) = match text.strip_prefix('-') {
        Some(digits) => (-1, digits),
        None => (1, text),
    };
    if digits.is_empty() || !digits.bytes().all(|octet| octet.is_ascii_digit()) {
        return None;
    }
    if digits.len() <= U64_DIGITS {
        let value = digits.bytes().fold(0, |value, octet| value * 10 + u64::from(octet - b'0'));
        return Some(sign * i128::from(value));
    }
    digits.bytes().try_fold(0_i128, |value, octet| {
        value.checked_mul(10)?.checked_add(sign * i128::from(octet - b'0'))
    })
}

/// The parameters of a path by name, when their number or their types are not fixed.
///
/// ```
/// use gnezdo_web::{App, Params};
///
/// let app = App::new().get("/{year}/{month}", |params: Params| {
///     params.iter().map(|(name, value)| format!("{name}: {value}\n")).collect::<String>()
/// });
/// ```
#[derive(Clone, Debug)]
pub struct Params {
    uri: Uri,
    captures: Captures,
    names: Arc<[Box<str>]>,
}

impl Params {
    /// The decoded value of a parameter; `None` if the pattern has none of that name.
    pub fn get(&self, name: &str) -> Option<Cow<'_, str>> {
        self.iter().find_map(|(n, value)| (n == name).then_some(value))
    }

    /// All names with their decoded values, from left to right.
    pub fn iter(&self) -> impl Iterator<Item = (&str, Cow<'_, str>)> {
        self.names.iter().enumerate().filter_map(|(index, name)| {
            let raw = self.captures.raw(self.uri.path(), index)?;
            Some((&**name, percent::decode(raw)?))
        })
    }
}

impl FromHead for Params {
    type Rejection = Infallible;

    fn from_head(routed: &Routed<'_>) -> Result<Self, Self::Rejection> {
        Ok(Self {
            uri: routed.request().uri().clone(),
            captures: *routed.captures(),
            names: Arc::clone(&routed.route().parameter_names),
        })
    }

    fn demands(demands: &mut Demands) {
        demands.request();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_are_ascii_digits() {
        let cases = [
            ("0", Some(0)),
            ("007", Some(7)),
            ("-5", Some(-5)),
            ("-9999999999999999999", Some(-9_999_999_999_999_999_999)),
            ("10000000000000000000", Some(10_000_000_000_000_000_000)),
            ("18446744073709551616", Some(1 << 64)),
            ("-170141183460469231731687303715884105728", Some(i128::MIN)),
            ("170141183460469231731687303715884105728", None),
            ("", None),
            ("-", None),
            ("+5", None),
            ("--5", None),
            (" 5", None),
            ("5_0", None),
            ("0x5", None),
            ("٥", None),
        ];
        for (text, value) in cases {
            assert_eq!(integer(text), value, "{text}");
        }
    }

    #[test]
    fn an_integer_outside_its_type_does_not_fit() {
        assert_eq!(u8::from_text("255".into()), Some(255));
        assert_eq!(u8::from_text("256".into()), None);
        assert_eq!(u64::from_text("-1".into()), None);
        assert_eq!(i64::from_text("-9223372036854775808".into()), Some(i64::MIN));
    }
}
