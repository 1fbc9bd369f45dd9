//! The loops of a process, as far as one needs the others: for room.
//!
//! A loop that accepts somebody when there is no room can only close connections of its own. If
//! none of them is at rest, it asks the others, of which one closes one.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use crate::mailbox::Mailbox;

#[derive(Default)]
pub(crate) struct Neighbours {
    loops: Mutex<Vec<Weak<Mailbox>>>,
    /// Whether nobody has made room yet.
    is_room_wanted: AtomicBool,
}

impl Neighbours {
    pub(crate) fn join(&self, mailbox: &Arc<Mailbox>) {
        let mut loops = self.loops();
        loops.retain(|mailbox| mailbox.strong_count() > 0);
        loops.push(Arc::downgrade(mailbox));
    }

    /// Asks the other loops, once, to close a connection at rest, until one has.
    pub(crate) fn ask_for_room(&self, asker: &Arc<Mailbox>) {
        self.is_room_wanted.store(true, Ordering::Release);
        let mailboxes = self.loops();
        let others = mailboxes.iter().filter_map(Weak::upgrade);
        for mailbox in others.filter(|mailbox| !Arc::ptr_eq(mailbox, asker)) {
            mailbox.ask_for_room();
        }
    }

    /// Answers a loop's being asked: `make` makes room if it can.
    pub(crate) fn make_room(&self, make: impl FnOnce() -> bool) {
        // Whoever tries now is the only one who does.
        if self.is_room_wanted.swap(false, Ordering::AcqRel) && !make() {
            self.is_room_wanted.store(true, Ordering::Release);
        }
    }

    fn loops(&self) -> MutexGuard<'_, Vec<Weak<Mailbox>>> {
        self.loops.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mailbox::Bell;

    struct Silent;

    impl Bell for Silent {
        fn ring(&self) {}
    }

    #[test]
    fn all_are_asked_and_one_makes_room() {
        let neighbours = Neighbours::default();
        let mailboxes: Vec<_> = (0..3).map(|_| Mailbox::new(Silent)).collect();
        for mailbox in &mailboxes {
            neighbours.join(mailbox);
        }
        neighbours.ask_for_room(&mailboxes[0]);
        assert!(!mailboxes[0].is_asked_for_room());
        let mut made = 0;
        for (index, mailbox) in mailboxes.iter().enumerate().skip(1) {
            assert!(mailbox.is_asked_for_room());
            neighbours.make_room(|| {
                made += 1;
                index > 1
            });
            assert!(!mailbox.is_asked_for_room());
        }
        assert_eq!(made, 2);
    }

    #[test]
    fn those_that_have_ended_are_forgotten() {
        let neighbours = Neighbours::default();
        drop([0, 1].map(|_| {
            let mailbox = Mailbox::new(Silent);
            neighbours.join(&mailbox);
            mailbox
        }));
        let last = Mailbox::new(Silent);
        neighbours.join(&last);
        assert_eq!(neighbours.loops().len(), 1);
    }
}
