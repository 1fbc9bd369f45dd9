//! Tables of fields to be used again: the largest pieces of memory that a request needs.
//!
//! A thread that serves reads one head after another, and each would allocate its table and
//! free it a microsecond later. Who makes tables takes them here, and whoever has done with one
//! gives it back. Nobody has to: one that is dropped instead is only missed.

use std::cell::RefCell;
use std::mem;

use http::HeaderMap;
use http::header::MaxSizeReached;

/// How many tables a thread keeps: of a request, of its answer, and of one in the making.
const TABLES_MAX: usize = 3;

/// How many fields a new table has room for at least: what one more step takes.
const FIELDS_MIN: usize = 6;

/// How many fields a table that is kept has room for: more than browsers send, in 5 KiB.
const FIELDS_MAX: usize = 48;

thread_local! {
    static SPARE: RefCell<Vec<HeaderMap>> = const { RefCell::new(Vec::new()) };
}

/// An empty table of fields: one that was given back on this thread, or a new one with room for
/// so many fields.
///
/// # Errors
/// If no table has so much room.
///
/// ```
/// use gnezdo_core::{give_fields_back, spare_fields};
///
/// let mut fields = spare_fields(1)?;
/// fields.insert("etag", "\"1\"".parse().unwrap());
/// give_fields_back(&mut fields);
/// assert!(spare_fields(1)?.is_empty());
/// # Ok::<(), http::header::MaxSizeReached>(())
/// ```
pub fn spare_fields(room: usize) -> Result<HeaderMap, MaxSizeReached> {
    // No thread-local is there any more while a thread ends.
    if let Ok(Some(fields)) = SPARE.try_with(|spare| spare.borrow_mut().pop()) {
        return Ok(fields);
    }
    HeaderMap::try_with_capacity(room.max(FIELDS_MIN))
}

/// Gives a table of fields back that nobody needs any more; an empty one takes its place.
pub fn give_fields_back(fields: &mut HeaderMap) {
    let has_fit = (FIELDS_MIN..=FIELDS_MAX).contains(&fields.capacity());
    // Repeated names lie elsewhere in a table, in room that its capacity does not tell of.
    if !has_fit || fields.len() > FIELDS_MAX {
        return;
    }
    // Before the borrow: values may run code of others when they are dropped.
    fields.clear();
    let _ = SPARE.try_with(|spare| {
        let mut spare = spare.borrow_mut();
        if spare.len() < TABLES_MAX {
            spare.push(mem::take(fields));
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filled(fields: usize) -> HeaderMap {
        let line = |i: usize| (format!("f{i}").parse().unwrap(), "v".parse().unwrap());
        (0..fields).map(line).collect()
    }

    #[test]
    fn what_comes_back_is_empty_and_the_same() {
        let mut fields = filled(20);
        let capacity = fields.capacity();
        give_fields_back(&mut fields);
        let fields = spare_fields(1).unwrap();
        assert_eq!((fields.len(), fields.capacity()), (0, capacity));
        assert!(spare_fields(1).unwrap().capacity() < capacity);
    }

    #[test]
    fn neither_large_ones_nor_many_are_kept() {
        give_fields_back(&mut filled(200));
        assert_eq!(spare_fields(0).unwrap().capacity(), FIELDS_MIN);
        for _ in 0..10 {
            give_fields_back(&mut filled(10));
        }
        assert_eq!(SPARE.with_borrow(Vec::len), TABLES_MAX);
    }

    #[test]
    fn more_room_than_there_can_be_is_an_error() {
        assert!(spare_fields(1 << 20).is_err());
    }
}
