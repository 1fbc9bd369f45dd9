//! The buffers that the kernel receives into: a ring of them is lent to it, each comes back with
//! a completion and is lent again.
//!
//! Everything here that is `unsafe` follows from one fact: between [`Buffers::register`] and the
//! end of its io_uring, the kernel reads the ring of entries and writes into buffers that are
//! lent. A [`Lent`] stands for one that it has given back.
#![allow(unsafe_code)]

use std::alloc::{Layout, alloc_zeroed, dealloc, handle_alloc_error};
use std::io;
use std::ptr::NonNull;
use std::slice;
use std::sync::atomic::{AtomicU16, Ordering};

use io_uring::IoUring;
use io_uring::types::BufRingEntry;

/// The ring of entries begins on a page. io_uring_register_buf_ring(3).
const PAGE_BYTES: usize = 4096;

/// Buffers of one size, lent to the kernel as one group.
pub(super) struct Buffers {
    entries: Pages,
    memory: Pages,
    count: u16,
    buffer_bytes: u32,
    tail: u16,
}

/// A buffer that the kernel has given back, with octets at its start.
#[derive(Debug)]
pub(super) struct Lent {
    number: u16,
    length: usize,
}

/// Zeroed memory that starts on a page.
struct Pages {
    start: NonNull<u8>,
    layout: Layout,
    leaks: bool,
}

impl Buffers {
    /// Lends `count` buffers, a power of two, of `buffer_bytes` each to the kernel.
    ///
    /// # Errors
    /// The kernel refuses, or knows no such rings (before Linux 5.19).
    ///
    /// # Safety
    /// The buffers must outlive the ring.
    pub(super) unsafe fn register(
        ring: &IoUring,
        group: u16,
        count: u16,
        buffer_bytes: u32,
    ) -> io::Result<Self> {
        assert!(count.is_power_of_two(), "the kernel masks numbers of entries");
        let entries = Pages::new(usize::from(count) * size_of::<BufRingEntry>());
        let memory = Pages::new(usize::from(count) * buffer_bytes as usize);
        let address = entries.start.as_ptr() as u64;
        // SAFETY: the pages hold `count` entries and, by contract, outlive the ring.
        unsafe { ring.submitter().register_buf_ring_with_flags(address, count, group, 0)? };
        let mut buffers = Self { entries, memory, count, buffer_bytes, tail: 0 };
        for number in 0..count {
            buffers.lend(number);
        }
        buffers.publish();
        Ok(buffers)
    }

    /// The buffer that came back with a completion.
    ///
    /// # Safety
    /// Number and length are those of a completion, which is taken here for the first time.
    pub(super) unsafe fn returned(&self, number: u16, length: usize) -> Lent {
        debug_assert!(number < self.count && length <= self.buffer_bytes as usize);
        Lent { number, length }
    }

    /// The octets that were received.
    pub(super) fn octets<'b>(&'b self, lent: &'b Lent) -> &'b [u8] {
        // SAFETY: the kernel gave this buffer back with so many octets, and nobody writes to it
        // until the token that proves it is given up; it lies within the pages because the kernel
        // only knows the numbers that were lent.
        unsafe { slice::from_raw_parts(self.start_of(lent.number), lent.length) }
    }

    /// Lends a buffer again, from the next [`publish`](Self::publish) on.
    #[expect(clippy::needless_pass_by_value, reason = "whoever gives a buffer back has none")]
    pub(super) fn give_back(&mut self, lent: Lent) {
        self.lend(lent.number);
    }

    /// Makes what was lent since the last call visible to the kernel.
    pub(super) fn publish(&self) {
        let first = self.entries.start.cast::<BufRingEntry>().as_ptr();
        // SAFETY: `first` is the start of a registered ring; its tail is an aligned u16 that the
        // kernel only reads.
        let tail = unsafe { &*BufRingEntry::tail(first).cast::<AtomicU16>() };
        tail.store(self.tail, Ordering::Release);
    }

    /// Never frees the memory.
    pub(super) fn leak(&mut self) {
        self.entries.leaks = true;
        self.memory.leaks = true;
    }

    fn lend(&mut self, number: u16) {
        let index = usize::from(self.tail & (self.count - 1));
        let start = self.start_of(number);
        // SAFETY: the index is below `count`, and the kernel does not read an entry beyond the
        // published tail.
        let entry = unsafe { self.entries.start.cast::<BufRingEntry>().add(index).as_mut() };
        entry.set_addr(start as u64);
        entry.set_len(self.buffer_bytes);
        entry.set_bid(number);
        self.tail = self.tail.wrapping_add(1);
    }

    fn start_of(&self, number: u16) -> *mut u8 {
        self.memory.start.as_ptr().wrapping_add(usize::from(number) * self.buffer_bytes as usize)
    }
}

impl Lent {
    /// How many octets were received; none is the end of what the peer sends.
    pub(super) fn length(&self) -> usize {
        self.length
    }
}

impl Pages {
    fn new(bytes: usize) -> Self {
        let bytes = bytes.max(1);
        let layout = Layout::from_size_align(bytes, PAGE_BYTES).expect("sizes are constants");
        // SAFETY: the size is not zero.
        let start = unsafe { alloc_zeroed(layout) };
        let start = NonNull::new(start).unwrap_or_else(|| handle_alloc_error(layout));
        Self { start, layout, leaks: false }
    }
}

impl Drop for Pages {
    fn drop(&mut self) {
        if !self.leaks {
            // SAFETY: the memory came from the same allocator with the same layout.
            unsafe { dealloc(self.start.as_ptr(), self.layout) };
        }
    }
}
