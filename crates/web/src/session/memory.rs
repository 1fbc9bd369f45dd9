//! A store in the memory of the process.
//!
//! It has room for so many sessions of so many bytes. When it is full, those go that would end
//! first: who has not been seen for longest. What is over is thrown away whenever something is
//! saved, so that no thread has to look after it.

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::store::{Save, Store, Stored};

/// How many sessions there is room for, unless the app says otherwise.
const SESSIONS_MAX: usize = 10_000;

/// How long a session may be, in bytes, unless the app says otherwise.
const BYTES_MAX: usize = 16 * 1024;

/// How long a session is kept, whatever was asked for: ten years, longer than a process runs, and
/// less than clocks can tell.
const TIME_TO_LIVE_MAX: Duration = Duration::from_secs(10 * 365 * 24 * 60 * 60);

/// A [`Store`] in the memory of the process: sessions end with it, and other processes do not know
/// them.
///
/// It holds up to 10,000 sessions of up to 16 KiB each by default, 160 MB at worst. Anybody may make
/// an app begin sessions: in one that begins them for everybody, strangers can push visitors out.
#[derive(Debug)]
pub struct MemoryStore {
    shelf: Mutex<Shelf>,
    bytes_max: usize,
}

impl MemoryStore {
    /// An empty store.
    pub fn new() -> Self {
        Self { shelf: Mutex::new(Shelf::new(SESSIONS_MAX)), bytes_max: BYTES_MAX }
    }

    /// How many sessions it holds; 10,000 by default. For more, the oldest are forgotten.
    #[must_use]
    pub fn sessions_max(mut self, max: usize) -> Self {
        self.shelf = Mutex::new(Shelf::new(max));
        self
    }

    /// How long a session may be as JSON, in bytes; 16,384 by default. Saving more is answered with
    /// 500.
    #[must_use]
    pub fn bytes_max(mut self, max: usize) -> Self {
        self.bytes_max = max;
        self
    }

    fn shelf(&self) -> MutexGuard<'_, Shelf> {
        self.shelf.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Default for MemoryStore {
    fn default() -> Self {
        Self::new()
    }
}

impl Store for MemoryStore {
    fn load(&self, key: &str) -> Stored<Option<Vec<u8>>> {
        Stored::Now(Ok(self.shelf().load(key, Instant::now())))
    }

    fn save(&self, key: &str, content: Vec<u8>, time_to_live: Duration, save: Save) -> Stored<()> {
        let Self { bytes_max, .. } = self;
        if content.len() > *bytes_max {
            let bytes = content.len();
            let error = format!("a session has {bytes} bytes, and {bytes_max} are allowed");
            return Stored::Now(Err(error.into()));
        }
        self.shelf().save(key, content, time_to_live, save, Instant::now());
        Stored::Now(Ok(()))
    }

    fn remove(&self, key: &str) -> Stored<()> {
        self.shelf().remove(key);
        Stored::Now(Ok(()))
    }
}

/// Sessions by key, and by when they end.
struct Shelf {
    sessions_max: usize,
    contents: HashMap<String, (End, Vec<u8>)>,
    ends: BTreeMap<End, String>,
    saves: u64,
}

/// When a session ends; of those that end at the same time, which was saved first.
type End = (Instant, u64);

impl Shelf {
    fn new(sessions_max: usize) -> Self {
        Self { sessions_max, contents: HashMap::new(), ends: BTreeMap::new(), saves: 0 }
    }

    fn load(&self, key: &str, now: Instant) -> Option<Vec<u8>> {
        let ((end, _), content) = self.contents.get(key)?;
        (*end > now).then(|| content.clone())
    }

    fn save(&mut self, key: &str, content: Vec<u8>, live: Duration, save: Save, now: Instant) {
        self.throw_away(now);
        let was_there = self.remove(key);
        if self.sessions_max == 0 || (save == Save::Known && !was_there) {
            return;
        }
        while self.contents.len() >= self.sessions_max {
            self.remove_first();
        }
        self.saves += 1;
        let end = (now + live.min(TIME_TO_LIVE_MAX), self.saves);
        self.contents.insert(key.to_owned(), (end, content));
        self.ends.insert(end, key.to_owned());
    }

    fn remove(&mut self, key: &str) -> bool {
        let removed = self.contents.remove(key);
        removed.is_some_and(|(end, _)| self.ends.remove(&end).is_some())
    }

    fn remove_first(&mut self) {
        if let Some((_, key)) = self.ends.pop_first() {
            self.contents.remove(&key);
        }
    }

    /// Takes away what is over.
    fn throw_away(&mut self, now: Instant) {
        while self.ends.first_key_value().is_some_and(|((end, _), _)| *end <= now) {
            self.remove_first();
        }
    }
}

impl fmt::Debug for Shelf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Shelf({} of {})", self.contents.len(), self.sessions_max)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: Duration = Duration::from_secs(60);

    fn put(shelf: &mut Shelf, key: &str, now: Instant) {
        shelf.save(key, key.into(), MINUTE, Save::New, now);
    }

    #[test]
    fn the_oldest_go_when_there_is_no_room() {
        let (mut shelf, now) = (Shelf::new(2), Instant::now());
        for key in ["a", "b"] {
            put(&mut shelf, key, now);
        }
        assert_eq!(shelf.load("a", now).as_deref(), Some(&b"a"[..]));
        // Used again, it is not the oldest any more.
        shelf.save("a", b"a2".to_vec(), MINUTE, Save::Known, now);
        put(&mut shelf, "c", now);
        assert_eq!(shelf.load("b", now), None);
        assert_eq!(shelf.load("a", now).as_deref(), Some(&b"a2"[..]));
        assert_eq!((shelf.contents.len(), shelf.ends.len()), (2, 2));
    }

    #[test]
    fn what_is_over_is_thrown_away() {
        let (mut shelf, now) = (Shelf::new(10), Instant::now());
        put(&mut shelf, "a", now);
        let later = now + MINUTE;
        assert!(shelf.load("a", later - Duration::from_nanos(1)).is_some());
        assert!(shelf.load("a", later).is_none());
        put(&mut shelf, "b", later);
        assert_eq!((shelf.contents.len(), shelf.ends.len()), (1, 1));
    }

    #[test]
    fn what_was_removed_does_not_come_back() {
        let (mut shelf, now) = (Shelf::new(10), Instant::now());
        put(&mut shelf, "a", now);
        assert!(shelf.remove("a"));
        shelf.save("a", b"a".to_vec(), MINUTE, Save::Known, now);
        assert_eq!(shelf.load("a", now), None);
    }

    #[test]
    fn no_time_to_live_is_too_long() {
        let (mut shelf, now) = (Shelf::new(10), Instant::now());
        shelf.save("a", b"a".to_vec(), Duration::MAX, Save::New, now);
        let end = now + TIME_TO_LIVE_MAX;
        assert!(shelf.load("a", end - Duration::from_nanos(1)).is_some());
        assert!(shelf.load("a", end).is_none());
    }

    #[test]
    fn a_session_has_so_many_bytes_at_most() {
        let store = MemoryStore::new().bytes_max(3);
        let save = |bytes: usize| store.save("a", vec![0; bytes], MINUTE, Save::New);
        assert!(matches!(save(3), Stored::Now(Ok(()))));
        let Stored::Now(Err(error)) = save(4) else { panic!("it was saved") };
        assert_eq!(error.to_string(), "a session has 4 bytes, and 3 are allowed");
        let none = MemoryStore::new().sessions_max(0);
        assert!(matches!(none.save("a", vec![], MINUTE, Save::New), Stored::Now(Ok(()))));
        assert!(matches!(none.load("a"), Stored::Now(Ok(None))));
    }
}
