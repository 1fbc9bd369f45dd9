//! Counts as people write them: one or more, and not more than makes sense.

use std::fmt;
use std::num::NonZeroUsize;

/// Reads a number from 1 to `MAX`.
pub(crate) fn count<const MAX: usize>(text: &str) -> Result<NonZeroUsize, CountError> {
    // Digits alone: `parse` would also take `+5`.
    let is_number = text.bytes().all(|b| b.is_ascii_digit());
    let number = if is_number { text.parse().ok() } else { None };
    number.filter(|number: &NonZeroUsize| number.get() <= MAX).ok_or(CountError { max: MAX })
}

/// Why a text is no count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct CountError {
    max: usize,
}

impl fmt::Display for CountError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "write a whole number from 1 to {}", self.max)
    }
}

impl std::error::Error for CountError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn from_one_to_the_most() {
        for (text, expected) in [("1", 1), ("1024", 1024), ("007", 7)] {
            assert_eq!(count::<1024>(text).unwrap().get(), expected, "{text}");
        }
        for text in ["", "0", "1025", "+5", "-1", "1.0", " 1", "１", "99999999999999999999"] {
            assert_eq!(count::<1024>(text), Err(CountError { max: 1024 }), "{text:?}");
        }
    }
}
