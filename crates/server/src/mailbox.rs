//! How a handler on any thread tells a loop that it can go on.
//!
//! A wake-up is a push onto a queue and, only if the loop may be asleep, one write to the
//! kernel: a loop that wakes itself is awake. A connection has at most one letter in the queue,
//! however often it is woken.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Wake, Waker};

/// A connection of a loop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Address {
    pub(crate) key: usize,
    /// Of the connection that had the key when the address was written: 24 bits.
    pub(crate) generation: u32,
}

impl Address {
    /// Generations are counted up to this one, then from zero again.
    pub(crate) const GENERATION_MAX: u32 = (1 << 24) - 1;
}

/// What makes a loop that sleeps look into its mailbox.
pub(crate) trait Bell: Send + Sync {
    fn ring(&self);
}

pub(crate) struct Mailbox {
    letters: Mutex<Vec<Arc<Letter>>>,
    /// Whether the loop has been told that there are letters.
    is_told: AtomicBool,
    is_asked_for_room: AtomicBool,
    bell: Box<dyn Bell>,
    /// The thread of the loop, which looks for mail before it sleeps.
    thread: usize,
}

thread_local! {
    static MARK: u8 = const { 0 };
}

/// Tells a thread from all others that live.
fn this_thread() -> usize {
    // No thread-local is there any more while a thread ends; nobody has address zero.
    MARK.try_with(|mark| std::ptr::from_ref(mark).addr()).unwrap_or(0)
}

impl Mailbox {
    /// The mailbox of the loop that runs in this thread.
    pub(crate) fn new(bell: impl Bell + 'static) -> Arc<Self> {
        Arc::new(Self {
            letters: Mutex::default(),
            is_told: AtomicBool::new(false),
            is_asked_for_room: AtomicBool::new(false),
            bell: Box::new(bell),
            thread: this_thread(),
        })
    }

    /// Asks the loop to close a connection at rest.
    pub(crate) fn ask_for_room(&self) {
        self.is_asked_for_room.store(true, Ordering::Release);
        self.bell.ring();
    }

    /// Whether the loop was asked since this was last asked.
    pub(crate) fn is_asked_for_room(&self) -> bool {
        self.is_asked_for_room.load(Ordering::Acquire)
            && self.is_asked_for_room.swap(false, Ordering::AcqRel)
    }

    /// The addresses of all letters, in the order of their arrival.
    pub(crate) fn take(&self) -> Vec<Address> {
        // Before the letters: one that comes between is told of again.
        if !self.is_told.swap(false, Ordering::AcqRel) {
            return Vec::new();
        }
        let letters = std::mem::take(&mut *self.letters());
        letters.iter().map(|letter| letter.open()).collect()
    }

    pub(crate) fn has_mail(&self) -> bool {
        self.is_told.load(Ordering::Acquire)
    }

    /// A waker that writes to this mailbox.
    pub(crate) fn waker(self: &Arc<Self>, address: Address) -> Waker {
        let is_posted = AtomicBool::new(false);
        Arc::new(Letter { mailbox: self.clone(), address, is_posted }).into()
    }

    fn put(&self, letter: Arc<Letter>) {
        self.letters().push(letter);
        if !self.is_told.swap(true, Ordering::AcqRel) && self.thread != this_thread() {
            self.bell.ring();
        }
    }

    fn letters(&self) -> MutexGuard<'_, Vec<Arc<Letter>>> {
        self.letters.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

struct Letter {
    mailbox: Arc<Mailbox>,
    address: Address,
    /// Whether it is in the mailbox.
    is_posted: AtomicBool,
}

impl Letter {
    /// From here on it can be posted again. Who found it posted before is seen from here on.
    fn open(&self) -> Address {
        self.is_posted.swap(false, Ordering::AcqRel);
        self.address
    }
}

impl Wake for Letter {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        if !self.is_posted.swap(true, Ordering::AcqRel) {
            self.mailbox.put(self.clone());
        }
    }
}

#[cfg(test)]
mod tests {
    use std::thread;
    use std::time::Duration;

    use super::*;

    const MAIL: mio::Token = mio::Token(0);

    fn address(key: usize) -> Address {
        Address { key, generation: 1 }
    }

    #[test]
    fn a_connection_has_one_letter_until_it_is_opened() {
        let poll = mio::Poll::new().unwrap();
        let mailbox = Mailbox::new(mio::Waker::new(poll.registry(), MAIL).unwrap());
        let (first, second) = (mailbox.waker(address(1)), mailbox.waker(address(2)));
        for _ in 0..1_000 {
            first.wake_by_ref();
            second.wake_by_ref();
        }
        assert!(mailbox.has_mail());
        assert_eq!(mailbox.take(), [address(1), address(2)]);
        assert!(!mailbox.has_mail() && mailbox.take().is_empty());
        first.wake_by_ref();
        assert_eq!(mailbox.take(), [address(1)]);
    }

    /// Each wake-up before the last is answered by waking again, as by a handler that makes
    /// progress one step at a time: one that was lost would stop them both.
    #[test]
    fn no_wake_up_is_lost() {
        const STEPS: usize = 20_000;
        let mut poll = mio::Poll::new().unwrap();
        let mailbox = Mailbox::new(mio::Waker::new(poll.registry(), MAIL).unwrap());
        let (asked, answered) = (Arc::new(AtomicBool::new(true)), Arc::new(AtomicBool::new(false)));
        let waker = mailbox.waker(address(1));
        let handler = {
            let (asked, answered) = (asked.clone(), answered.clone());
            thread::spawn(move || {
                for _ in 0..STEPS {
                    while !asked.swap(false, Ordering::AcqRel) {
                        thread::yield_now();
                    }
                    answered.store(true, Ordering::Release);
                    waker.wake_by_ref();
                }
            })
        };
        let mut events = mio::Events::with_capacity(8);
        let mut steps = 0;
        while steps < STEPS {
            let timeout = if mailbox.has_mail() { Duration::ZERO } else { Duration::from_secs(10) };
            poll.poll(&mut events, Some(timeout)).unwrap();
            let is_rung = !events.is_empty() || timeout.is_zero();
            assert!(is_rung, "asleep after {steps} steps");
            for _ in mailbox.take() {
                if answered.swap(false, Ordering::AcqRel) {
                    steps += 1;
                    asked.store(true, Ordering::Release);
                }
            }
        }
        handler.join().unwrap();
    }
}
