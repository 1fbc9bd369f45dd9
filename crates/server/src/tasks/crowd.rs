//! The tasks of a driver as the one who accepts sees them: since when each is at rest, and how
//! to wake it.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Waker;
use std::time::{Duration, Instant};

use slab::Slab;

use crate::driver::PATIENCE;

/// How many tasks are looked at to find one at rest when room is needed.
const SEARCH_MAX: usize = 256;

pub(super) struct Crowd {
    /// All moments are counted from here.
    start: Instant,
    members: Mutex<Members>,
}

#[derive(Default)]
struct Members {
    places: Slab<Member>,
    /// Where the search for one at rest goes on.
    search_at: usize,
}

struct Member {
    notice: Arc<Notice>,
    waker: Option<Waker>,
}

/// What a task and the crowd let each other know.
#[derive(Default)]
struct Notice {
    /// Since when the connection is at rest, in nanoseconds; zero while it is not.
    rests_since: AtomicU64,
    /// Whether it is to leave if it is still at rest.
    is_asked: AtomicBool,
}

/// A task's place in the crowd, given back when it ends, however it ends.
pub(super) struct Place {
    crowd: Arc<Crowd>,
    key: usize,
    notice: Arc<Notice>,
}

impl Crowd {
    pub(super) fn new(start: Instant) -> Arc<Self> {
        Arc::new(Self { start, members: Mutex::default() })
    }

    pub(super) fn enter(self: &Arc<Self>) -> Place {
        let notice = Arc::<Notice>::default();
        let member = Member { notice: notice.clone(), waker: None };
        let key = self.members().places.insert(member);
        Place { crowd: self.clone(), key, notice }
    }

    /// Asks one that has been at rest for a while to leave: of a sample the one that rests the
    /// longest. It may have work again before it hears of it.
    pub(super) fn ask_one(&self, now: Instant) {
        let latest = self.count(now.checked_sub(PATIENCE));
        let mut members = self.members();
        let Some((since, key)) = members.longest_at_rest() else {
            return;
        };
        let member = &members.places[key];
        if since <= latest && !member.notice.is_asked.swap(true, Ordering::Relaxed) {
            member.wake();
        }
    }

    /// Wakes all, because something has changed that each looks at in its turn.
    pub(super) fn wake_all(&self) {
        for (_, member) in &self.members().places {
            member.wake();
        }
    }

    /// A moment in nanoseconds since the start. Zero is none.
    fn count(&self, moment: Option<Instant>) -> u64 {
        let since_start = |moment: Instant| moment.saturating_duration_since(self.start);
        let nanos = |time: Duration| u64::try_from(time.as_nanos()).unwrap_or(u64::MAX);
        moment.map_or(0, |moment| nanos(since_start(moment)).max(1))
    }

    fn members(&self) -> MutexGuard<'_, Members> {
        // Nothing that can panic runs under the lock, but for memory running out.
        self.members.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Members {
    fn longest_at_rest(&mut self) -> Option<(u64, usize)> {
        let places = self.places.capacity();
        let start = self.search_at;
        let keys = (start..places).chain(0..start.min(places));
        let mut longest = None;
        for (key, member) in keys.filter_map(|k| Some((k, self.places.get(k)?))).take(SEARCH_MAX) {
            self.search_at = key + 1;
            let since = member.notice.rests_since.load(Ordering::Relaxed);
            let found = (since > 0).then_some((since, key));
            longest = longest.into_iter().chain(found).min();
        }
        longest
    }
}

impl Member {
    fn wake(&self) {
        if let Some(waker) = &self.waker {
            waker.wake_by_ref();
        }
    }
}

impl Place {
    /// Lets the crowd wake the task. Whatever is announced with [`Crowd::wake_all`] from now on
    /// wakes it; what was announced before can be seen from now on.
    pub(super) fn set_waker(&self, waker: Waker) {
        self.crowd.members().places[self.key].waker = Some(waker);
    }

    pub(super) fn note_rest(&self, since: Option<Instant>) {
        self.notice.rests_since.store(self.crowd.count(since), Ordering::Relaxed);
    }

    /// Whether the task is the one to leave if it is at rest; says so once.
    pub(super) fn is_asked(&self) -> bool {
        let is_asked = &self.notice.is_asked;
        is_asked.load(Ordering::Relaxed) && is_asked.swap(false, Ordering::Relaxed)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let member = self.crowd.members().places.try_remove(self.key);
        // After the lock: the last waker of a task may drop what the task left behind.
        drop(member);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicUsize;
    use std::task::Wake;

    use super::*;

    #[derive(Default)]
    struct Count(AtomicUsize);

    impl Wake for Count {
        fn wake(self: Arc<Self>) {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }

    #[test]
    fn the_one_that_rests_the_longest_is_asked_once() {
        let start = Instant::now();
        let after = |ms| start + Duration::from_millis(ms);
        let crowd = Crowd::new(start);
        let places: Vec<_> = (0..3).map(|_| crowd.enter()).collect();
        places[1].note_rest(Some(after(40)));
        places[2].note_rest(Some(after(20)));
        crowd.ask_one(after(119));
        assert!(places.iter().all(|place| !place.is_asked()), "patience");
        crowd.ask_one(after(120));
        let asked: Vec<_> = places.iter().map(Place::is_asked).collect();
        assert_eq!(asked, [false, false, true]);
        assert!(!places[2].is_asked());
        places[2].note_rest(None);
        crowd.ask_one(after(1_000));
        assert!(places[1].is_asked());
    }

    #[test]
    fn who_has_left_is_not_woken() {
        let crowd = Crowd::new(Instant::now());
        let counts: [Arc<Count>; 2] = Default::default();
        let mut places: Vec<_> = counts
            .iter()
            .map(|count| {
                let place = crowd.enter();
                place.set_waker(count.clone().into());
                place
            })
            .collect();
        places.pop();
        crowd.wake_all();
        let woken = counts.map(|count| count.0.load(Ordering::Relaxed));
        assert_eq!(woken, [1, 0]);
        places.clear();
        assert!(crowd.members().places.is_empty());
    }
}
