//! Files that were asked for, ready to be sent, bounded by octets and by number.
//!
//! The table is built like the cache of a processor: the hash of a path picks a small set,
//! each with a lock of its own, and a set that is full gives up the file that was validated
//! longest ago. One asked for all the time is validated each second, so this is the least
//! recently used, and a hit writes nothing.
//!
//! Only canonical paths of files that exist are keys: a client cannot fill the table with
//! names or spellings of its own.

use std::hash::{BuildHasher, Hasher};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use foldhash::fast::RandomState;

use crate::clock::Millis;
use crate::entry::Entry;

/// How many files one set holds.
const WAYS: usize = 8;

/// How many open files the cache holds at most: each is charged with this part of all octets.
pub(crate) const OPEN_FILES_MAX: usize = 256;

/// How long a file stays open that nobody asks for, in milliseconds: an open file that was
/// deleted still takes its place on the disk.
const OPEN_UNUSED: Millis = 10_000;

/// How many sets are looked through for such files at each miss.
const TIDY_SETS: usize = 8;

/// The cache of one service.
#[derive(Debug)]
pub(crate) struct Cache {
    hasher: RandomState,
    sets: Box<[RwLock<Vec<Slot>>]>,
    ways: usize,
    bytes_max: usize,
    bytes: Arc<AtomicUsize>,
    /// The set that is next to be relieved or tidied.
    hand: AtomicUsize,
}

#[derive(Debug)]
struct Slot {
    hash: u64,
    key: Box<str>,
    entry: Arc<Entry>,
}

impl Cache {
    /// A cache of at most so many octets and so many files; none at all if either is 0.
    pub(crate) fn new(bytes_max: usize, entries_max: usize) -> Self {
        let count = if bytes_max == 0 { 0 } else { entries_max.div_ceil(WAYS) };
        Self {
            hasher: RandomState::default(),
            sets: (0..count).map(|_| RwLock::default()).collect(),
            ways: WAYS.min(entries_max),
            bytes_max,
            bytes: Arc::default(),
            hand: AtomicUsize::new(0),
        }
    }

    /// Whether the cache holds anything at all.
    pub(crate) fn is_enabled(&self) -> bool {
        !self.sets.is_empty()
    }

    /// The octets that are held.
    pub(crate) fn bytes(&self) -> usize {
        self.bytes.load(Ordering::Relaxed)
    }

    /// What an open file is charged with.
    pub(crate) fn open_file_bytes(&self) -> usize {
        self.bytes_max / OPEN_FILES_MAX
    }

    /// An account of octets that are given back when it is dropped.
    pub(crate) fn charge(&self, bytes: usize) -> Charge {
        let charge = Charge { total: self.bytes.clone(), bytes: AtomicUsize::new(0) };
        charge.add(bytes);
        charge
    }

    /// Looks at the entry of `key` in place.
    pub(crate) fn with<R>(&self, key: &str, look: impl FnOnce(&Arc<Entry>) -> R) -> Option<R> {
        let hash = self.hash(key);
        let set = self.read(hash)?;
        let slot = set.iter().find(|slot| slot.is(hash, key))?;
        Some(look(&slot.entry))
    }

    /// Puts `entry` in, unless what is there was validated later, and makes room for it.
    pub(crate) fn insert(&self, key: String, entry: Arc<Entry>) {
        let hash = self.hash(&key);
        let Some(mut set) = self.write(hash) else {
            return;
        };
        match set.iter().position(|slot| slot.is(hash, &key)) {
            Some(place) if set[place].entry.validated_at() > entry.validated_at() => return,
            Some(place) => drop(set.swap_remove(place)),
            None if set.len() >= self.ways => drop(remove_oldest(&mut set)),
            None => {}
        }
        set.push(Slot { hash, key: key.into_boxed_str(), entry });
        drop(set);
        self.relieve();
    }

    /// Forgets `key`.
    pub(crate) fn remove(&self, key: &str) {
        // Most keys that are not found were never there: they need no lock of one's own.
        if self.with(key, |_| ()).is_none() {
            return;
        }
        let hash = self.hash(key);
        if let Some(mut set) = self.write(hash) {
            set.retain(|slot| !slot.is(hash, key));
        }
    }

    /// Gives up the oldest entries, set by set, until the octets are within their bound.
    pub(crate) fn relieve(&self) {
        // Entries that are being sent are charged until then: one round is enough to do what
        // can be done.
        for _ in 0..self.sets.len() * self.ways {
            if self.bytes() <= self.bytes_max {
                return;
            }
            let oldest = self.next_set().and_then(|mut set| remove_oldest(&mut set));
            drop(oldest);
        }
    }

    /// Lets go of some open files that were not asked for lately.
    pub(crate) fn tidy(&self, now: Millis) {
        for _ in 0..TIDY_SETS.min(self.sets.len()) {
            if let Some(mut set) = self.next_set() {
                set.retain(|slot| {
                    let age = now.saturating_sub(slot.entry.validated_at());
                    age < OPEN_UNUSED || !slot.entry.holds_file()
                });
            }
        }
    }

    fn next_set(&self) -> Option<RwLockWriteGuard<'_, Vec<Slot>>> {
        let hand = self.hand.fetch_add(1, Ordering::Relaxed);
        let set = self.sets.get(hand.checked_rem(self.sets.len())?)?;
        // No code that can panic runs under the lock.
        Some(set.write().unwrap_or_else(PoisonError::into_inner))
    }

    fn hash(&self, key: &str) -> u64 {
        let mut hasher = self.hasher.build_hasher();
        hasher.write(key.as_bytes());
        hasher.finish()
    }

    fn read(&self, hash: u64) -> Option<RwLockReadGuard<'_, Vec<Slot>>> {
        Some(self.set(hash)?.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn write(&self, hash: u64) -> Option<RwLockWriteGuard<'_, Vec<Slot>>> {
        Some(self.set(hash)?.write().unwrap_or_else(PoisonError::into_inner))
    }

    fn set(&self, hash: u64) -> Option<&RwLock<Vec<Slot>>> {
        // The high half of the product: hash scaled from its whole range to the sets.
        let place = (u128::from(hash) * self.sets.len() as u128) >> 64;
        self.sets.get(place as usize)
    }
}

fn remove_oldest(set: &mut Vec<Slot>) -> Option<Slot> {
    let ages = set.iter().enumerate().map(|(place, slot)| (slot.entry.validated_at(), place));
    let (_, place) = ages.min()?;
    Some(set.swap_remove(place))
}

impl Slot {
    fn is(&self, hash: u64, key: &str) -> bool {
        self.hash == hash && *self.key == *key
    }
}

/// Octets charged to a cache.
#[derive(Debug)]
pub(crate) struct Charge {
    total: Arc<AtomicUsize>,
    bytes: AtomicUsize,
}

impl Charge {
    pub(crate) fn add(&self, bytes: usize) {
        self.bytes.fetch_add(bytes, Ordering::Relaxed);
        self.total.fetch_add(bytes, Ordering::Relaxed);
    }
}

impl Drop for Charge {
    fn drop(&mut self) {
        self.total.fetch_sub(*self.bytes.get_mut(), Ordering::Relaxed);
    }
}
