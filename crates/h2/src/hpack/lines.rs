//! Decoded field lines, side by side in one piece of memory.
//!
//! The decoder writes a field at the end of the octets before it knows whether it will be kept;
//! only a mark makes a line of it.

use std::fmt;

/// Field lines of one header block, in their order.
#[derive(Clone, Default)]
pub struct Lines {
    pub(super) octets: Vec<u8>,
    pub(super) marks: Vec<Mark>,
}

/// Where a line lies in the octets.
#[derive(Clone, Copy)]
pub(super) struct Mark {
    pub(super) name_start: usize,
    pub(super) value_start: usize,
    pub(super) value_end: usize,
    pub(super) is_sensitive: bool,
}

/// One field line.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Line<'l> {
    /// The field name, as it was sent.
    pub name: &'l [u8],
    /// The field value.
    pub value: &'l [u8],
    /// Whether it was sent as never to be indexed: who forwards it must send it so again.
    /// RFC 7541 §7.1.3.
    pub is_sensitive: bool,
}

impl Lines {
    /// No lines, and no memory.
    pub const fn new() -> Self {
        Self { octets: Vec::new(), marks: Vec::new() }
    }

    /// Forgets the lines, but keeps their memory.
    pub fn clear(&mut self) {
        self.octets.clear();
        self.marks.clear();
    }

    /// The number of lines.
    pub const fn len(&self) -> usize {
        self.marks.len()
    }

    /// Whether there is no line.
    pub const fn is_empty(&self) -> bool {
        self.marks.is_empty()
    }

    /// How much memory is held, in bytes.
    pub const fn capacity_bytes(&self) -> usize {
        self.octets.capacity() + self.marks.capacity() * size_of::<Mark>()
    }

    /// The lines, in their order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = Line<'_>> + Clone {
        self.marks.iter().map(|mark| self.line(*mark))
    }

    /// The line at this place, from 0.
    pub fn get(&self, index: usize) -> Option<Line<'_>> {
        self.marks.get(index).map(|mark| self.line(*mark))
    }

    /// Appends a line that is not sensitive.
    pub fn push(&mut self, name: &[u8], value: &[u8]) {
        let name_start = self.octets.len();
        self.octets.extend_from_slice(name);
        let value_start = self.octets.len();
        self.octets.extend_from_slice(value);
        let value_end = self.octets.len();
        self.marks.push(Mark { name_start, value_start, value_end, is_sensitive: false });
    }

    pub(super) fn line(&self, mark: Mark) -> Line<'_> {
        Line {
            name: &self.octets[mark.name_start..mark.value_start],
            value: &self.octets[mark.value_start..mark.value_end],
            is_sensitive: mark.is_sensitive,
        }
    }
}

impl fmt::Debug for Lines {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

impl fmt::Debug for Line<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = self.name.escape_ascii();
        if self.is_sensitive {
            return write!(f, "{name}: (sensitive)");
        }
        write!(f, "{name}: {}", self.value.escape_ascii())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_kept_in_order() {
        let mut lines = Lines::new();
        lines.push(b"a", b"");
        lines.push(b"", b"b\n");
        assert_eq!(format!("{lines:?}"), r"[a: , : b\n]");
        assert_eq!((lines.len(), lines.iter().len()), (2, 2));
        assert_eq!(lines.get(1).map(|line| line.value), Some(&b"b\n"[..]));
        assert_eq!(lines.get(2), None);
    }

    #[test]
    fn clear_keeps_memory() {
        let mut lines = Lines::default();
        assert_eq!(lines.capacity_bytes(), 0);
        lines.push(b"name", b"value");
        let bytes = lines.capacity_bytes();
        lines.clear();
        assert!(lines.is_empty());
        assert_eq!(lines.capacity_bytes(), bytes);
    }

    #[test]
    fn sensitive_values_are_not_shown() {
        let line = Line { name: b"authorization", value: b"secret", is_sensitive: true };
        assert_eq!(format!("{line:?}"), "authorization: (sensitive)");
    }
}
