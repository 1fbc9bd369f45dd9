//! Sizes as people write them: `32KiB`, `1MB`, `64k`, and a plain number of bytes.
//!
//! `KiB` is 1024 and `kB` is 1000, as the standards have it (IEC 80000-13); a bare letter is a
//! power of 1024, as curl and nginx read it. Case does not matter.

use std::fmt;
use std::str::FromStr;

use super::split_unit;

/// The units that sizes are displayed in, the largest first.
const BINARY: [(&str, u64); 5] =
    [("TiB", 1 << 40), ("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10), ("B", 1)];

/// The other ways to write a unit.
const OTHERS: [(&str, u64); 9] = [
    ("", 1),
    ("k", 1 << 10),
    ("m", 1 << 20),
    ("g", 1 << 30),
    ("t", 1 << 40),
    ("kB", 1_000),
    ("MB", 1_000_000),
    ("GB", 1_000_000_000),
    ("TB", 1_000_000_000_000),
];

/// More than this for each connection is a slip of the pen.
const MEMORY_MAX: u64 = 1 << 30;

/// A number of bytes.
///
/// Displayed it is what it can be parsed from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ByteSize(u64);

impl ByteSize {
    pub(crate) fn bytes(self) -> u64 {
        self.0
    }

    /// The number of bytes as an amount of memory; see [`memory_size`].
    pub(crate) fn memory(self) -> usize {
        usize::try_from(self.0).unwrap_or(usize::MAX)
    }
}

/// Reads the size of something that is kept in memory for each connection.
pub(crate) fn memory_size(text: &str) -> Result<ByteSize, ByteSizeError> {
    let size: ByteSize = text.parse()?;
    if size.0 > MEMORY_MAX { Err(ByteSizeError::TooLargeForMemory) } else { Ok(size) }
}

impl From<u64> for ByteSize {
    fn from(bytes: u64) -> Self {
        Self(bytes)
    }
}

impl From<usize> for ByteSize {
    fn from(bytes: usize) -> Self {
        Self(bytes as u64)
    }
}

impl FromStr for ByteSize {
    type Err = ByteSizeError;

    fn from_str(text: &str) -> Result<Self, ByteSizeError> {
        let (digits, unit) = split_unit(text);
        let mut units = BINARY.iter().chain(&OTHERS);
        let (_, scale) = units
            .find(|(name, _)| name.eq_ignore_ascii_case(unit))
            .ok_or(ByteSizeError::Malformed)?;
        if digits.is_empty() {
            return Err(ByteSizeError::Malformed);
        }
        // Only digits are left, so that the one thing that can be wrong is too many of them.
        let count: u64 = digits.parse().map_err(|_| ByteSizeError::TooLarge)?;
        count.checked_mul(*scale).map(Self).ok_or(ByteSizeError::TooLarge)
    }
}

impl fmt::Display for ByteSize {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let fits = |scale: u64| self.0 >= scale && self.0.is_multiple_of(scale);
        let (name, scale) = BINARY.into_iter().find(|(_, scale)| fits(*scale)).unwrap_or(("B", 1));
        write!(f, "{}{name}", self.0 / scale)
    }
}

/// Why a text is no [`ByteSize`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ByteSizeError {
    /// It is not a number with a unit.
    Malformed,
    /// It does not fit into 64 bits.
    TooLarge,
    /// It is more than a connection should keep.
    TooLargeForMemory,
}

impl fmt::Display for ByteSizeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Malformed => "write a whole number and a unit, such as 32KiB, 1MB or 4096",
            Self::TooLarge => "16777215TiB is the most",
            Self::TooLargeForMemory => "1GiB is the most",
        })
    }
}

impl std::error::Error for ByteSizeError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_write() {
        let cases = [
            ("0", 0, "0B"),
            ("4096", 4096, "4KiB"),
            ("4097", 4097, "4097B"),
            ("32KiB", 32 << 10, "32KiB"),
            ("32kib", 32 << 10, "32KiB"),
            ("32k", 32 << 10, "32KiB"),
            ("32K", 32 << 10, "32KiB"),
            ("1MB", 1_000_000, "1000000B"),
            ("64mb", 64_000_000, "62500KiB"),
            ("1G", 1 << 30, "1GiB"),
            ("16777215TiB", 16_777_215 << 40, "16777215TiB"),
        ];
        for (text, bytes, displayed) in cases {
            let size: ByteSize = text.parse().unwrap();
            assert_eq!(size.bytes(), bytes, "{text}");
            assert_eq!(size.to_string(), displayed, "{text}");
            assert_eq!(displayed.parse(), Ok(size), "{text} and back");
        }
    }

    #[test]
    fn what_is_no_size() {
        for text in ["", "k", "-1", "+1", "1.5k", "1 k", "1kbit", "0x10", "１", "1kk"] {
            assert_eq!(text.parse::<ByteSize>(), Err(ByteSizeError::Malformed), "{text:?}");
        }
        for text in ["16777216TiB", "99999999999999999999", "18446744073709551615k"] {
            assert_eq!(text.parse::<ByteSize>(), Err(ByteSizeError::TooLarge), "{text:?}");
        }
        assert_eq!(memory_size("1GiB").map(ByteSize::memory), Ok(1 << 30));
        assert_eq!(memory_size("1025MiB"), Err(ByteSizeError::TooLargeForMemory));
    }
}
