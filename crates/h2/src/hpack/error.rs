//! What is wrong with a block.

use std::error::Error;
use std::fmt;

/// A fault of the peer. After any of these the tables are out of step, and no block of the
/// connection can be decoded any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum HpackError {
    /// An indexed field with index 0. RFC 7541 §6.1.
    IndexZero,
    /// An index beyond both tables. RFC 7541 §2.3.3.
    IndexTooLarge,
    /// An integer above 32 bits, or of more than five octets behind its prefix. RFC 7541 §5.1.
    IntegerTooLarge,
    /// The block ends inside of an integer or a string.
    Truncated,
    /// A Huffman-coded string does not end with less than eight one bits. RFC 7541 §5.2.
    HuffmanPadding,
    /// A Huffman-coded string has EOS in it. RFC 7541 §5.2.
    HuffmanEos,
    /// A size update above what was announced. RFC 7541 §6.3.
    SizeUpdateTooLarge,
    /// A size update behind a field. RFC 7541 §4.2.
    SizeUpdateLate,
    /// More than two size updates. RFC 7541 §4.2.
    SizeUpdatesTooMany,
    /// No size update although the table had to become smaller. RFC 9113 §4.3.1.
    SizeUpdateMissing,
    /// The list is more than four times as large as allowed: a decompression bomb.
    Bomb,
}

impl HpackError {
    /// What was wrong, as a sentence without its full stop.
    pub const fn reason(self) -> &'static str {
        match self {
            Self::IndexZero => "a field has the index 0",
            Self::IndexTooLarge => "an index is beyond the tables",
            Self::IntegerTooLarge => "an integer is too large",
            Self::Truncated => "the field block ends inside of a field",
            Self::HuffmanPadding => "the padding of a Huffman-coded string is wrong",
            Self::HuffmanEos => "a Huffman-coded string has EOS in it",
            Self::SizeUpdateTooLarge => "a table size update is above the announced size",
            Self::SizeUpdateLate => "a table size update comes behind a field",
            Self::SizeUpdatesTooMany => "a field block has more than two table size updates",
            Self::SizeUpdateMissing => "the table size update for a smaller table is missing",
            Self::Bomb => "the decoded field list is far beyond the limit",
        }
    }
}

impl fmt::Display for HpackError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.reason())
    }
}

impl Error for HpackError {}
