//! Decoding of field blocks. RFC 7541 §3.2 and §6.
//!
//! A field is written to the end of the lines first, straight from the wire, and then goes into
//! the table and gets its mark, or is taken away again if the list is full. So nothing is copied
//! twice, and a name may come from an entry that its own insertion evicts (§4.4).

use super::dynamic_table::Table;
use super::lines::{Lines, Mark};
use super::primitives::{
    Form, INDEXED, Input, LITERAL_INCREMENTAL, LITERAL_NEVER, LITERAL_WITHOUT, SIZE_UPDATE,
};
use super::{HpackError, TABLE_BYTES, line_bytes, static_table};

/// How many times the allowed list is decoded before it counts as a bomb.
const BOMB_FACTOR: usize = 4;

/// RFC 7541 §4.2: the smallest size between two blocks, and the last.
const SIZE_UPDATES_MAX: usize = 2;

/// Decodes the blocks of one direction of a connection.
#[derive(Clone, Debug)]
pub struct Decoder {
    table: Table,
    table_bytes_max: usize,
    /// The table has become too large, and the next block has to begin with its new size.
    is_update_due: bool,
}

/// How much of a block is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds {
    /// The most bytes of all field lines, each with 32 more than name and value have.
    /// RFC 9113 §6.5.2.
    pub list_bytes_max: usize,
    /// The most field lines.
    pub lines_max: usize,
}

/// Whether the lines are all there. If not, those are that came before a bound was reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decoded {
    /// All lines of the block.
    Complete,
    /// The lines are larger than [`Bounds::list_bytes_max`].
    ListTooLarge,
    /// There are more lines than [`Bounds::lines_max`].
    TooManyLines,
}

impl Decoder {
    /// A decoder that allows a table up to `table_bytes_max`, the SETTINGS_HEADER_TABLE_SIZE
    /// that was announced, and at most 1 GiB.
    ///
    /// The table begins with 4096 bytes whatever was announced, because so does the peer's; its
    /// size updates change that. Memory is taken only when fields go into it.
    pub const fn new(table_bytes_max: usize) -> Self {
        Self { table: Table::new(TABLE_BYTES), table_bytes_max, is_update_due: false }
    }

    /// Sets another upper bound of the table, once the peer has acknowledged it. If the table is
    /// larger, the next block has to make it smaller. RFC 9113 §4.3.1.
    pub const fn set_table_bytes_max(&mut self, table_bytes_max: usize) {
        self.table_bytes_max = table_bytes_max;
        self.is_update_due = self.table.bytes_max() > table_bytes_max;
    }

    /// How much memory the table takes, in bytes.
    pub fn table_bytes(&self) -> usize {
        self.table.capacity_bytes()
    }

    /// Decodes a whole block, appending to `lines` as much as `bounds` allow of this block.
    ///
    /// # Errors
    /// [`HpackError`]: the connection has to end, and `lines` are good for nothing.
    pub fn decode(
        &mut self,
        block: &[u8],
        bounds: &Bounds,
        lines: &mut Lines,
    ) -> Result<Decoded, HpackError> {
        let mut input = Input::new(block);
        self.take_size_updates(&mut input)?;
        let mut list = List::new(bounds, lines);
        while let Some(first) = input.take_octet() {
            match first {
                0x80.. => self.take_indexed(first, &mut input, &mut list)?,
                0x40.. => {
                    let mark =
                        self.take_literal(first, LITERAL_INCREMENTAL, &mut input, &mut list)?;
                    let line = list.lines.line(mark);
                    self.table.insert(line.name, line.value);
                    list.keep(mark)?;
                }
                0x20.. => return Err(HpackError::SizeUpdateLate),
                0x10.. => {
                    let mark = self.take_literal(first, LITERAL_NEVER, &mut input, &mut list)?;
                    list.keep(Mark { is_sensitive: true, ..mark })?;
                }
                _ => {
                    let mark = self.take_literal(first, LITERAL_WITHOUT, &mut input, &mut list)?;
                    list.keep(mark)?;
                }
            }
        }
        Ok(list.decoded)
    }

    fn take_size_updates(&mut self, input: &mut Input<'_>) -> Result<(), HpackError> {
        let mut updates = 0;
        while let Some(first @ 0x20..0x40) = input.peek_octet() {
            if updates == SIZE_UPDATES_MAX {
                return Err(HpackError::SizeUpdatesTooMany);
            }
            input.take_octet();
            let bytes_max = input.take_integer(first, SIZE_UPDATE)?;
            if bytes_max > self.table_bytes_max {
                return Err(HpackError::SizeUpdateTooLarge);
            }
            self.table.set_bytes_max(bytes_max);
            updates += 1;
        }
        if self.is_update_due && updates == 0 {
            return Err(HpackError::SizeUpdateMissing);
        }
        self.is_update_due = false;
        Ok(())
    }

    fn take_indexed(
        &self,
        first: u8,
        input: &mut Input<'_>,
        list: &mut List<'_>,
    ) -> Result<(), HpackError> {
        let (name, value) = self.entry(input.take_integer(first, INDEXED)?)?;
        if list.admits(line_bytes(name, value))? {
            list.lines.push(name, value);
        }
        Ok(())
    }

    /// Writes a literal field behind the lines; its mark is not yet among theirs.
    fn take_literal(
        &self,
        first: u8,
        form: Form,
        input: &mut Input<'_>,
        list: &mut List<'_>,
    ) -> Result<Mark, HpackError> {
        let octets = &mut list.lines.octets;
        let name_start = octets.len();
        match input.take_integer(first, form)? {
            0 => input.take_string(octets)?,
            index => octets.extend_from_slice(self.entry(index)?.0),
        }
        let value_start = octets.len();
        input.take_string(octets)?;
        Ok(Mark { name_start, value_start, value_end: octets.len(), is_sensitive: false })
    }

    /// RFC 7541 §2.3.3: the static table first, and the dynamic one behind it.
    fn entry(&self, index: usize) -> Result<(&[u8], &[u8]), HpackError> {
        if index == 0 {
            return Err(HpackError::IndexZero);
        }
        static_table::get(index)
            .or_else(|| self.table.get(index - static_table::INDEX_MAX - 1))
            .ok_or(HpackError::IndexTooLarge)
    }
}

/// The lines of a block in the making, and how many they are with those that are not kept.
struct List<'l> {
    lines: &'l mut Lines,
    bounds: &'l Bounds,
    bytes: usize,
    count: usize,
    decoded: Decoded,
}

impl<'l> List<'l> {
    const fn new(bounds: &'l Bounds, lines: &'l mut Lines) -> Self {
        Self { lines, bounds, bytes: 0, count: 0, decoded: Decoded::Complete }
    }

    /// Makes a line of what was written behind the lines, or takes it away.
    fn keep(&mut self, mark: Mark) -> Result<(), HpackError> {
        let line = self.lines.line(mark);
        if self.admits(line_bytes(line.name, line.value))? {
            self.lines.marks.push(mark);
        } else {
            self.lines.octets.truncate(mark.name_start);
        }
        Ok(())
    }

    /// Counts a line, and says whether it is kept: from the first that is not, none is.
    fn admits(&mut self, bytes: usize) -> Result<bool, HpackError> {
        self.bytes = self.bytes.saturating_add(bytes);
        self.count += 1;
        let Bounds { list_bytes_max, lines_max } = *self.bounds;
        if self.bytes <= list_bytes_max && self.count <= lines_max {
            return Ok(true);
        }
        if self.bytes > list_bytes_max.saturating_mul(BOMB_FACTOR) {
            return Err(HpackError::Bomb);
        }
        if self.decoded == Decoded::Complete {
            let is_too_large = self.bytes > list_bytes_max;
            self.decoded = if is_too_large { Decoded::ListTooLarge } else { Decoded::TooManyLines };
        }
        Ok(false)
    }
}
