//! Fields that are encoded again and again, on one connection after another: what can be known of
//! them beforehand.
//!
//! A field that no table takes is the same octets in every block. One that goes into the dynamic
//! table is looked for there by its hashes, which are the same everywhere too.

use super::encoder::Hashes;
use super::{Found, Indexing, encode_literal, static_table};

/// Fields, prepared for [`Encoder::encode_prepared`](super::Encoder::encode_prepared).
///
/// ```
/// use gnezdo_h2::hpack::{Encoder, Indexing, Prepared};
///
/// let mut prepared = Prepared::default();
/// prepared.push(b"server", b"gnezdo", Indexing::Incremental);
/// prepared.push(b"etag", b"\"1\"", Indexing::Without);
/// let (mut encoder, mut first, mut second) = (Encoder::new(), Vec::new(), Vec::new());
/// encoder.encode_prepared(&prepared, &mut first);
/// encoder.encode_prepared(&prepared, &mut second);
/// assert!(second.len() < first.len());
/// ```
#[derive(Clone, Debug, Default)]
pub struct Prepared(Vec<Step>);

#[derive(Clone, Debug)]
pub(super) enum Step {
    /// Octets that mean the same in any block of any connection.
    Same(Vec<u8>),
    /// A field for the dynamic table.
    Table(TableField),
}

#[derive(Clone, Debug)]
pub(super) struct TableField {
    pub(super) name: Box<[u8]>,
    pub(super) value: Box<[u8]>,
    pub(super) in_static: Found,
    pub(super) hashes: Hashes,
}

impl Prepared {
    /// Adds a field. The name has to be in lower case (RFC 9113 §8.2.1).
    pub fn push(&mut self, name: &[u8], value: &[u8], indexing: Indexing) {
        let in_static = static_table::find(name, value);
        match indexing {
            Indexing::Incremental if !matches!(in_static, Found::Field(_)) => {
                let hashes = Hashes::of(name, value);
                let (name, value) = (name.into(), value.into());
                self.0.push(Step::Table(TableField { name, value, in_static, hashes }));
            }
            Indexing::Incremental | Indexing::Without => {
                encode_literal(name, value, self.same_octets());
            }
            Indexing::Never => {
                super::encoder::put_never(
                    name,
                    value,
                    static_table::find_name(name),
                    self.same_octets(),
                );
            }
        }
    }

    pub(super) fn steps(&self) -> &[Step] {
        &self.0
    }

    fn same_octets(&mut self) -> &mut Vec<u8> {
        if !matches!(self.0.last(), Some(Step::Same(_))) {
            self.0.push(Step::Same(Vec::new()));
        }
        match self.0.last_mut() {
            Some(Step::Same(octets)) => octets,
            _ => unreachable!("it was just put there"),
        }
    }
}
