//! Memory for field lines to be used again: a thread that serves decodes one header block after
//! another, and each would allocate and free the same memory.

use std::cell::RefCell;
use std::ops::{Deref, DerefMut};

use crate::hpack::Lines;

/// How many are kept for a thread.
const KEPT_MAX: usize = 2;

/// How large one is that is kept: more than browsers send.
const KEPT_BYTES_MAX: usize = 8 * 1024;

thread_local! {
    static SPARE: RefCell<Vec<Lines>> = const { RefCell::new(Vec::new()) };
}

/// Lines whose memory goes back to the thread.
#[derive(Debug, Default)]
pub(crate) struct SpareLines(Lines);

impl SpareLines {
    /// No lines, and if possible memory for some.
    pub(crate) fn take() -> Self {
        // No thread-local is there any more while a thread ends.
        let spare = SPARE.try_with(|spare| spare.borrow_mut().pop());
        Self(spare.ok().flatten().unwrap_or_default())
    }
}

impl Drop for SpareLines {
    fn drop(&mut self) {
        let mut lines = std::mem::take(&mut self.0);
        if lines.capacity_bytes() > KEPT_BYTES_MAX {
            return;
        }
        lines.clear();
        let _ = SPARE.try_with(|spare| {
            let mut spare = spare.borrow_mut();
            if spare.len() < KEPT_MAX {
                spare.push(lines);
            }
        });
    }
}

impl Deref for SpareLines {
    type Target = Lines;

    fn deref(&self) -> &Lines {
        &self.0
    }
}

impl DerefMut for SpareLines {
    fn deref_mut(&mut self) -> &mut Lines {
        &mut self.0
    }
}
