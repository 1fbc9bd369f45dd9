//! The buffers that the kernel receives into: a ring of them is lent to it, each comes back
//! with a completion and is lent again.
//!
//! Everything here that is `unsafe` follows from one fact: the kernel writes into the pages
//! between [`BufferRing::register`] and the end of the ring.

use std::alloc::{Layout, alloc_zeroed, handle_alloc_error};
use std::io;
use std::ptr::NonNull;
use std::slice;
use std::sync::atomic::{AtomicU16, Ordering};

use io_uring::IoUring;
use io_uring::types::BufRingEntry;

const BUFFERS: u16 = 1024;
const BUFFER_BYTES: usize = 4096;
const PAGE_BYTES: usize = 4096;

/// Buffers lent to the kernel. Their memory is never given back: the floor ends with its
/// process.
pub(crate) struct BufferRing {
    entries: NonNull<BufRingEntry>,
    memory: NonNull<u8>,
    tail: u16,
}

impl BufferRing {
    /// Lends all buffers to the kernel, as the group `group`.
    pub(crate) fn register(ring: &IoUring, group: u16) -> io::Result<Self> {
        let entries = pages(usize::from(BUFFERS) * size_of::<BufRingEntry>()).cast();
        let memory = pages(usize::from(BUFFERS) * BUFFER_BYTES);
        let mut buffers = Self { entries, memory, tail: 0 };
        // SAFETY: the pages hold `BUFFERS` entries and are never freed.
        unsafe {
            ring.submitter().register_buf_ring_with_flags(
                entries.as_ptr() as u64,
                BUFFERS,
                group,
                0,
            )?;
        }
        for buffer in 0..BUFFERS {
            buffers.lend(buffer);
        }
        buffers.publish();
        Ok(buffers)
    }

    /// Looks at a buffer that came back, and lends it again.
    pub(crate) fn take<T>(&mut self, buffer: u16, look: impl FnOnce(&[u8]) -> T) -> T {
        // SAFETY: the kernel gave this buffer back, so nobody writes to it until the tail that
        // covers it is published; it lies within the pages because the kernel only knows the
        // numbers that were lent.
        let octets = unsafe { slice::from_raw_parts(self.start_of(buffer), BUFFER_BYTES) };
        let seen = look(octets);
        self.lend(buffer);
        seen
    }

    /// Makes what was lent since the last call visible to the kernel.
    pub(crate) fn publish(&self) {
        // SAFETY: `entries` is the page-aligned start of a registered ring; its tail is a
        // u16 that the kernel only reads.
        let tail = unsafe { &*BufRingEntry::tail(self.entries.as_ptr()).cast::<AtomicU16>() };
        tail.store(self.tail, Ordering::Release);
    }

    fn lend(&mut self, buffer: u16) {
        let index = usize::from(self.tail & (BUFFERS - 1));
        // SAFETY: the index is below `BUFFERS`, and the kernel does not read an entry beyond
        // the published tail.
        let entry = unsafe { self.entries.add(index).as_mut() };
        entry.set_addr(self.start_of(buffer) as u64);
        entry.set_len(BUFFER_BYTES as u32);
        entry.set_bid(buffer);
        self.tail = self.tail.wrapping_add(1);
    }

    fn start_of(&self, buffer: u16) -> *mut u8 {
        self.memory.as_ptr().wrapping_add(usize::from(buffer) * BUFFER_BYTES)
    }
}

fn pages(bytes: usize) -> NonNull<u8> {
    let layout = Layout::from_size_align(bytes, PAGE_BYTES).expect("sizes are constants");
    // SAFETY: the size is not zero.
    let start = unsafe { alloc_zeroed(layout) };
    NonNull::new(start).unwrap_or_else(|| handle_alloc_error(layout))
}
