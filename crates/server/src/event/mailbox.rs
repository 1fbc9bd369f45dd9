//! How a handler on any thread tells a loop that it can go on.
//!
//! A wake-up is a push onto a queue and, only if the loop may be asleep, one write to the
//! kernel.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Wake, Waker};

/// A connection of a loop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Address {
    pub(super) key: usize,
    /// Of the connection that had the key when the address was written.
    pub(super) generation: u32,
}

#[derive(Debug)]
pub(super) struct Mailbox {
    letters: Mutex<Vec<Address>>,
    /// Whether the loop has been told that there are letters.
    is_told: AtomicBool,
    bell: mio::Waker,
}

impl Mailbox {
    pub(super) fn new(bell: mio::Waker) -> Arc<Self> {
        Arc::new(Self { letters: Mutex::default(), is_told: AtomicBool::new(false), bell })
    }

    /// All letters, in the order of their arrival.
    pub(super) fn take(&self) -> Vec<Address> {
        // Before the letters: one that comes between is told of again.
        if !self.is_told.swap(false, Ordering::AcqRel) {
            return Vec::new();
        }
        std::mem::take(&mut *self.letters())
    }

    pub(super) fn has_mail(&self) -> bool {
        self.is_told.load(Ordering::Acquire)
    }

    /// A waker that writes to this mailbox.
    pub(super) fn waker(self: &Arc<Self>, address: Address) -> Waker {
        Arc::new(Letter { mailbox: self.clone(), address }).into()
    }

    fn put(&self, address: Address) {
        self.letters().push(address);
        if !self.is_told.swap(true, Ordering::AcqRel) {
            // The bell is an eventfd: ringing it fails only when it is ringing.
            let _ = self.bell.wake();
        }
    }

    fn letters(&self) -> MutexGuard<'_, Vec<Address>> {
        self.letters.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[derive(Debug)]
struct Letter {
    mailbox: Arc<Mailbox>,
    address: Address,
}

impl Wake for Letter {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.mailbox.put(self.address);
    }
}
