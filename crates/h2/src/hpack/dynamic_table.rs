//! The dynamic table (RFC 7541 §2.3.2 and §4), the same for both directions.
//!
//! Names and values lie one behind another in one piece of memory, oldest first. Evicting only
//! moves its start on; when the end is reached and the front half is free, what lives is moved
//! down. So an insertion copies its octets about twice and hardly ever allocates, and the memory
//! is never more than twice the table.

use std::collections::VecDeque;
use std::fmt;

use super::{LINE_OVERHEAD_BYTES, line_bytes};

/// No table is larger, so that 32 bits reach everywhere.
const TABLE_BYTES_MAX: usize = 1 << 30;

/// The memory that a table begins with, if it may be so large.
const OCTETS_BYTES_MIN: usize = 256;

/// Fields with names and values, newest first.
#[derive(Clone)]
pub(super) struct Table {
    octets: Vec<u8>,
    entries: VecDeque<Entry>,
    bytes: usize,
    bytes_max: usize,
}

#[derive(Clone, Copy)]
struct Entry {
    start: u32,
    name_bytes: u32,
    value_bytes: u32,
}

impl Table {
    /// An empty table, without memory.
    pub(super) const fn new(bytes_max: usize) -> Self {
        Self { octets: Vec::new(), entries: VecDeque::new(), bytes: 0, bytes_max }
    }

    /// How many entries there are.
    pub(super) fn len(&self) -> usize {
        self.entries.len()
    }

    /// How large the entries may be together, as RFC 7541 §4.1 counts.
    pub(super) const fn bytes_max(&self) -> usize {
        self.bytes_max
    }

    /// How much memory is held, in bytes.
    pub(super) fn capacity_bytes(&self) -> usize {
        self.octets.capacity() + self.entries.capacity() * size_of::<Entry>()
    }

    /// Name and value of an entry; the newest is at 0.
    pub(super) fn get(&self, place: usize) -> Option<(&[u8], &[u8])> {
        let entry = self.entries.get(place)?;
        let start = entry.start as usize;
        let value_start = start + entry.name_bytes as usize;
        let value_end = value_start + entry.value_bytes as usize;
        Some((&self.octets[start..value_start], &self.octets[value_start..value_end]))
    }

    /// RFC 7541 §4.3.
    pub(super) fn set_bytes_max(&mut self, bytes_max: usize) {
        self.bytes_max = bytes_max.min(TABLE_BYTES_MAX);
        self.evict_to(self.bytes_max);
        if self.octets.capacity() > 2 * self.bytes_max {
            self.move_down();
            self.octets.shrink_to(self.bytes_max);
            self.entries.shrink_to(self.bytes_max / LINE_OVERHEAD_BYTES);
        }
    }

    /// RFC 7541 §4.4: evicts what has to go, and inserts the field if it fits at all.
    pub(super) fn insert(&mut self, name: &[u8], value: &[u8]) {
        let bytes = line_bytes(name, value);
        self.evict_to(self.bytes_max.saturating_sub(bytes));
        if bytes > self.bytes_max {
            return;
        }
        self.make_room(name.len() + value.len());
        let start = self.octets.len() as u32;
        self.octets.extend_from_slice(name);
        self.octets.extend_from_slice(value);
        let (name_bytes, value_bytes) = (name.len() as u32, value.len() as u32);
        self.entries.push_front(Entry { start, name_bytes, value_bytes });
        self.bytes += bytes;
    }

    fn evict_to(&mut self, bytes: usize) {
        while self.bytes > bytes {
            let Some(entry) = self.entries.pop_back() else { break };
            let octets = entry.name_bytes as usize + entry.value_bytes as usize;
            self.bytes -= octets + LINE_OVERHEAD_BYTES;
        }
        if self.entries.is_empty() {
            self.octets.clear();
        }
    }

    /// Makes room for so many octets, which fit in the table together with what lives.
    fn make_room(&mut self, octets: usize) {
        if self.octets.len() + octets <= self.octets.capacity() {
            return;
        }
        let evicted = self.evicted_octets();
        if evicted >= self.octets.len() - evicted {
            self.move_down();
        }
        // Less is evicted than lives, so that twice the table is enough.
        let needed = self.octets.len() + octets;
        let twice = (2 * self.octets.capacity()).max(OCTETS_BYTES_MIN).min(2 * self.bytes_max);
        if needed > self.octets.capacity() {
            self.octets.reserve_exact(twice.max(needed) - self.octets.len());
        }
    }

    fn evicted_octets(&self) -> usize {
        self.entries.back().map_or(self.octets.len(), |oldest| oldest.start as usize)
    }

    fn move_down(&mut self) {
        let evicted = self.evicted_octets();
        self.octets.drain(..evicted);
        for entry in &mut self.entries {
            entry.start -= evicted as u32;
        }
    }
}

impl fmt::Debug for Table {
    /// Without the fields: some of them are nobody's business.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { entries, bytes, bytes_max, .. } = self;
        write!(f, "Table({} entries, {bytes} of {bytes_max} bytes)", entries.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(table: &Table) -> Vec<&[u8]> {
        (0..table.len()).map(|place| table.get(place).unwrap().1).collect()
    }

    #[test]
    fn the_newest_is_first_and_the_oldest_goes() {
        let mut table = Table::new(3 * 34);
        for value in [b"1", b"2", b"3", b"4"] {
            table.insert(b"n", value);
        }
        assert_eq!(values(&table), [b"4", b"3", b"2"]);
        table.insert(b"name", b"5");
        assert_eq!(values(&table), [b"5", b"4"]);
        assert_eq!(format!("{table:?}"), "Table(2 entries, 71 of 102 bytes)");
    }

    #[test]
    fn what_fits_exactly_stays_and_what_is_larger_empties_the_table() {
        let mut table = Table::new(40);
        table.insert(b"abcd", b"efgh");
        assert_eq!(values(&table), [b"efgh"]);
        table.insert(b"abcd", b"efghi");
        assert_eq!((table.len(), table.bytes), (0, 0));
    }

    #[test]
    fn a_smaller_table_evicts_and_one_without_size_has_no_memory() {
        let mut table = Table::new(4096);
        for value in 0..100 {
            table.insert(b"name", &[value]);
        }
        assert_eq!(table.len(), 100);
        table.set_bytes_max(37 * 2);
        assert_eq!(values(&table), [[99], [98]]);
        assert!(table.capacity_bytes() < 256, "{}", table.capacity_bytes());
        table.set_bytes_max(0);
        assert_eq!(table.capacity_bytes(), 0);
        table.insert(b"", b"");
        assert_eq!(table.len(), 0);
        table.set_bytes_max(4096);
        table.insert(b"", b"");
        assert_eq!(values(&table), [b""]);
    }

    /// Against a table of vectors, over many moves of the memory.
    #[test]
    fn the_memory_is_bounded_and_true() {
        let (mut table, mut model) = (Table::new(4096), VecDeque::new());
        for round in 0..20_000_usize {
            let value = vec![round as u8; round * 7919 % 611];
            table.insert(b"name", &value);
            model.push_front(value);
            model.truncate(table.len());
            assert!(table.octets.capacity() <= 8192);
            if round % 97 == 0 {
                assert_eq!(model, values(&table));
            }
        }
    }
}
