//! Encoding of field blocks. RFC 7541 §6.
//!
//! Fields are looked up in the static table by a perfect hash, and in the dynamic one by going
//! through 32-bit hashes, newest first: they are few, and lie side by side.

use std::collections::VecDeque;

use super::dynamic_table::Table;
use super::prepared::{Prepared, Step, TableField};
use super::primitives::{
    Form, INDEXED, LITERAL_INCREMENTAL, LITERAL_NEVER, LITERAL_WITHOUT, SIZE_UPDATE, put_integer,
    put_string,
};
use super::{Found, Indexing, TABLE_BYTES, line_bytes, static_table};

/// Instead of an index: the name follows as a string. RFC 7541 §6.2.
const NEW_NAME: usize = 0;

/// Encodes the blocks of one direction of a connection.
#[derive(Clone, Debug)]
pub struct Encoder {
    table: Table,
    /// Of the entries of the table, newest first as well.
    hashes: VecDeque<Hashes>,
    size_update: Option<SizeUpdate>,
}

/// What the peer has to be told before the next field.
#[derive(Clone, Copy, Debug)]
struct SizeUpdate {
    smallest: usize,
    last: usize,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Hashes {
    name: u32,
    field: u32,
}

impl Default for Encoder {
    fn default() -> Self {
        Self::new()
    }
}

impl Encoder {
    /// An encoder with an empty table of 4096 bytes, which takes memory only when used.
    pub const fn new() -> Self {
        Self { table: Table::new(TABLE_BYTES), hashes: VecDeque::new(), size_update: None }
    }

    /// Takes the peer's SETTINGS_HEADER_TABLE_SIZE; more than 4096 bytes are not used.
    /// The next block tells the peer what came of it. RFC 7541 §4.2.
    pub fn set_table_bytes_max(&mut self, bytes: usize) {
        let last = bytes.min(TABLE_BYTES);
        let smallest = self.size_update.map_or(last, |update| update.smallest.min(last));
        self.size_update = Some(SizeUpdate { smallest, last });
    }

    /// Begins a block, with the size updates that are due.
    pub fn begin(&mut self, out: &mut Vec<u8>) {
        let Some(SizeUpdate { smallest, last }) = self.size_update.take() else { return };
        if smallest < self.table.bytes_max() {
            self.resize(smallest, out);
        }
        if last != self.table.bytes_max() {
            self.resize(last, out);
        }
    }

    /// Appends a field line. The name has to be in lower case (RFC 9113 §8.2.1).
    ///
    /// A field that a table has already is an index, unless it is never to be indexed; one that
    /// does not fit into the dynamic table does not go there.
    pub fn encode(&mut self, name: &[u8], value: &[u8], indexing: Indexing, out: &mut Vec<u8>) {
        match indexing {
            Indexing::Incremental => self.encode_incremental(name, value, out),
            Indexing::Without => match static_table::find(name, value) {
                Found::Field(index) => put_integer(index, INDEXED, out),
                Found::Name(index) => put_literal(LITERAL_WITHOUT, index, name, value, out),
                Found::Nothing => {
                    let index = self.find_name(name).unwrap_or(NEW_NAME);
                    put_literal(LITERAL_WITHOUT, index, name, value, out);
                }
            },
            Indexing::Never => {
                let index = static_table::find_name(name).or_else(|| self.find_name(name));
                put_never(name, value, index, out);
            }
        }
    }

    /// Appends fields that were prepared.
    pub fn encode_prepared(&mut self, prepared: &Prepared, out: &mut Vec<u8>) {
        for step in prepared.steps() {
            match step {
                Step::Same(octets) => out.extend_from_slice(octets),
                Step::Table(TableField { name, value, in_static, hashes }) => {
                    self.encode_in_table(name, value, *in_static, *hashes, out);
                }
            }
        }
    }

    /// Appends the pseudo-header field of a response: `status` has three digits.
    pub fn encode_status(&mut self, status: u16, out: &mut Vec<u8>) {
        let digit = |divisor: u16| b'0' + (status / divisor % 10) as u8;
        let digits = [digit(100), digit(10), digit(1)];
        self.encode(b":status", &digits, Indexing::Incremental, out);
    }

    /// How much memory the table takes, in bytes.
    pub fn table_bytes(&self) -> usize {
        self.table.capacity_bytes() + self.hashes.capacity() * size_of::<Hashes>()
    }

    fn resize(&mut self, bytes_max: usize, out: &mut Vec<u8>) {
        put_integer(bytes_max, SIZE_UPDATE, out);
        self.table.set_bytes_max(bytes_max);
        self.hashes.truncate(self.table.len());
        if self.hashes.is_empty() {
            self.hashes = VecDeque::new();
        }
    }

    fn encode_incremental(&mut self, name: &[u8], value: &[u8], out: &mut Vec<u8>) {
        match static_table::find(name, value) {
            Found::Field(index) => put_integer(index, INDEXED, out),
            in_static => self.encode_in_table(name, value, in_static, Hashes::of(name, value), out),
        }
    }

    fn encode_in_table(
        &mut self,
        name: &[u8],
        value: &[u8],
        in_static: Found,
        hashes: Hashes,
        out: &mut Vec<u8>,
    ) {
        let in_dynamic = self.find(hashes, name, value);
        if let Found::Field(index) = in_dynamic {
            return put_integer(index, INDEXED, out);
        }
        let index = match (in_static, in_dynamic) {
            (Found::Name(index), _) | (_, Found::Name(index)) => index,
            _ => NEW_NAME,
        };
        if line_bytes(name, value) > self.table.bytes_max() {
            return put_literal(LITERAL_WITHOUT, index, name, value, out);
        }
        put_literal(LITERAL_INCREMENTAL, index, name, value, out);
        self.table.insert(name, value);
        self.hashes.push_front(hashes);
        self.hashes.truncate(self.table.len());
    }

    /// What the dynamic table has for a field.
    fn find(&self, wanted: Hashes, name: &[u8], value: &[u8]) -> Found {
        let mut found = Found::Nothing;
        for (place, hashes) in self.hashes.iter().enumerate() {
            if hashes.field == wanted.field && self.table.get(place) == Some((name, value)) {
                return Found::Field(dynamic_index(place));
            }
            if hashes.name == wanted.name && found == Found::Nothing && self.has_name(place, name) {
                found = Found::Name(dynamic_index(place));
            }
        }
        found
    }

    fn find_name(&self, name: &[u8]) -> Option<usize> {
        let wanted = hash(0, name) as u32;
        let mut places = self.hashes.iter().enumerate();
        let is_it = |place, hashes: &Hashes| hashes.name == wanted && self.has_name(place, name);
        places.find(|(place, hashes)| is_it(*place, hashes)).map(|(place, _)| dynamic_index(place))
    }

    fn has_name(&self, place: usize, name: &[u8]) -> bool {
        self.table.get(place).is_some_and(|entry| entry.0 == name)
    }
}

/// Appends a field line that means the same in any block of any connection, so that it can be
/// kept and copied: an index of the static table, or a literal without indexing.
pub fn encode_literal(name: &[u8], value: &[u8], out: &mut Vec<u8>) {
    match static_table::find(name, value) {
        Found::Field(index) => put_integer(index, INDEXED, out),
        Found::Name(index) => put_literal(LITERAL_WITHOUT, index, name, value, out),
        Found::Nothing => put_literal(LITERAL_WITHOUT, NEW_NAME, name, value, out),
    }
}

/// Appends a field that is to go into no table anywhere.
pub(super) fn put_never(name: &[u8], value: &[u8], name_index: Option<usize>, out: &mut Vec<u8>) {
    put_literal(LITERAL_NEVER, name_index.unwrap_or(NEW_NAME), name, value, out);
}

fn put_literal(form: Form, name_index: usize, name: &[u8], value: &[u8], out: &mut Vec<u8>) {
    put_integer(name_index, form, out);
    if name_index == NEW_NAME {
        put_string(name, out);
    }
    put_string(value, out);
}

/// RFC 7541 §2.3.3: the dynamic table is behind the static one.
const fn dynamic_index(place: usize) -> usize {
    static_table::INDEX_MAX + 1 + place
}

impl Hashes {
    pub(super) fn of(name: &[u8], value: &[u8]) -> Self {
        let name = hash(0, name);
        Self { name: name as u32, field: hash(name, value) as u32 }
    }
}

/// A quick hash, eight octets at a time. Who makes it collide gains nothing: every hit is
/// compared, and there are at most 128 entries.
fn hash(seed: u64, octets: &[u8]) -> u64 {
    let mix = |hash: u64, word: u64| {
        // The factor of FxHash; the high half of a product depends on all bits.
        let hash = (hash ^ word).wrapping_mul(0x517c_c1b7_2722_0a95);
        hash ^ hash >> 32
    };
    let (words, rest) = octets.as_chunks::<8>();
    let hash = words.iter().fold(seed, |hash, word| mix(hash, u64::from_le_bytes(*word)));
    let last = rest.iter().fold(octets.len() as u64, |word, octet| word << 8 | u64::from(*octet));
    mix(hash, last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashes_differ() {
        let mut seen = std::collections::HashSet::new();
        for number in 0..20_000 {
            let hashes = Hashes::of(b"etag", format!("\"{number}\"").as_bytes());
            assert!(seen.insert(hashes.field), "{number}");
        }
        assert_ne!(Hashes::of(b"ab", b"c").field, Hashes::of(b"a", b"bc").field);
    }

    #[test]
    fn nothing_is_allocated_until_used_or_without_a_table() {
        let (mut encoder, mut out) = (Encoder::new(), Vec::new());
        encoder.encode_status(200, &mut out);
        encoder.encode(b"etag", b"x", Indexing::Without, &mut out);
        assert_eq!(encoder.table_bytes(), 0);
        encoder.encode(b"server", b"x", Indexing::Incremental, &mut out);
        assert!(encoder.table_bytes() > 0);
        encoder.set_table_bytes_max(0);
        encoder.begin(&mut out);
        assert_eq!(encoder.table_bytes(), 0);
    }

    #[test]
    fn what_does_not_fit_leaves_the_table_alone() {
        let (mut encoder, mut out) = (Encoder::new(), Vec::new());
        encoder.encode(b"server", b"x", Indexing::Incremental, &mut out);
        encoder.encode(b"x", &[b'x'; 4096], Indexing::Incremental, &mut out);
        out.clear();
        encoder.encode(b"server", b"x", Indexing::Incremental, &mut out);
        assert_eq!(out, [0x80 | 62]);
    }
}
