//! The open connections of one loop: their places, turns, deadlines and wake-ups, and their end.
//!
//! A loop that serves many connections at once is this and a way to [`Watch`] their sockets: by
//! readiness (`event.rs`) or by completions (`uring.rs`). Nothing here makes a system call.

use std::io;
use std::sync::Arc;
use std::task::Waker;
use std::time::Instant;

use slab::Slab;

use crate::connection::{Connection, Fate};
use crate::context::Desk;
use crate::driver::{Drain, PATIENCE, Shared};
use crate::mailbox::{Address, Bell, Mailbox};
use crate::timers::{Armed, Timers};

/// How many connections are looked at to find one at rest when room is needed.
const SHED_SEARCH_MAX: usize = 256;

/// How a loop learns what the sockets of its connections can do or have done.
pub(crate) trait Watch {
    /// What it keeps with each connection.
    type Mark;

    /// A connection has come.
    ///
    /// # Errors
    /// The kernel has no room to watch it.
    fn begin(&mut self, address: Address, connection: &Connection) -> io::Result<Self::Mark>;

    /// A connection has had its turn: sees to what it waits for, and to the output that it has
    /// left on the desk.
    fn settle(
        &mut self,
        address: Address,
        connection: &mut Connection,
        mark: &mut Self::Mark,
        desk: &mut Desk,
    );

    /// A connection is over.
    fn end(&mut self, address: Address, connection: Connection, mark: Self::Mark);
}

pub(crate) struct Connections<W: Watch> {
    pub(crate) shared: Shared,
    pub(crate) desk: Desk,
    pub(crate) watch: W,
    entries: Slab<Entry<W::Mark>>,
    /// Where the search for a connection at rest goes on.
    shed_at: usize,
    generation: u32,
    /// Connections that yielded to the others.
    again: Vec<usize>,
    timers: Timers<Address>,
    mailbox: Arc<Mailbox>,
    drain: Option<Drain>,
    /// Whether somebody has left since it was last asked.
    has_room: bool,
}

struct Entry<M> {
    connection: Connection,
    /// Tells an old wake-up or deadline from one of the present owner of the place.
    generation: u32,
    armed: Armed,
    /// Whether it stands in [`Connections::again`].
    is_again: bool,
    mark: M,
}

/// A connection in its turn, with what the turn needs.
pub(crate) struct Turn<'t, W: Watch> {
    pub(crate) connection: &'t mut Connection,
    pub(crate) mark: &'t mut W::Mark,
    pub(crate) watch: &'t mut W,
    pub(crate) desk: &'t mut Desk,
    pub(crate) make_waker: &'t dyn Fn() -> Waker,
}

impl<W: Watch> Connections<W> {
    /// `input_bytes` is the size of the buffer into which all connections are read.
    pub(crate) fn new(
        shared: Shared,
        watch: W,
        bell: impl Bell + 'static,
        input_bytes: usize,
    ) -> Self {
        let desk = Desk::new(&shared.context, input_bytes);
        let mailbox = Mailbox::new(bell);
        shared.neighbours.join(&mailbox);
        Self {
            watch,
            entries: Slab::new(),
            shed_at: 0,
            generation: 0,
            again: Vec::new(),
            timers: Timers::new(desk.now.instant),
            mailbox,
            drain: None,
            has_room: false,
            shared,
            desk,
        }
    }

    /// Until when nothing is due here; a moment that has passed if something is due now.
    pub(crate) fn due(&self) -> Option<Instant> {
        if !self.again.is_empty() || self.mailbox.has_mail() {
            return Some(self.desk.now.instant);
        }
        let drain = self.drain.and_then(|drain| drain.next());
        [self.timers.next(), drain].into_iter().flatten().min()
    }

    /// What is due by itself: wake-ups, connections that yielded, deadlines.
    pub(crate) fn handle_due(&mut self) {
        if self.mailbox.is_asked_for_room() {
            let neighbours = self.shared.neighbours.clone();
            neighbours.make_room(|| self.shed_own());
        }
        self.handle_mail();
        self.handle_again();
        self.handle_timers();
    }

    /// Gives the connection at a place its turn, if there is one.
    pub(crate) fn turn(&mut self, key: usize, act: impl FnOnce(Turn<'_, W>) -> Fate) {
        let Some(entry) = self.entries.get_mut(key) else {
            return;
        };
        let address = Address { key, generation: entry.generation };
        let fate = act(Turn {
            connection: &mut entry.connection,
            mark: &mut entry.mark,
            watch: &mut self.watch,
            desk: &mut self.desk,
            make_waker: &|| self.mailbox.waker(address),
        });
        match fate {
            Fate::Close => return self.remove(key),
            Fate::Again => {
                // Once: whoever gets news while it stands there has more than its share.
                if !std::mem::replace(&mut entry.is_again, true) {
                    self.again.push(key);
                }
            }
            Fate::Wait => {
                if let Some(deadline) = entry.connection.deadline() {
                    self.timers.arm(address, deadline, &mut entry.armed);
                }
            }
        }
        self.watch.settle(address, &mut entry.connection, &mut entry.mark, &mut self.desk);
    }

    /// Gives a connection its turn, if it still exists.
    pub(crate) fn turn_at(&mut self, address: Address, act: impl FnOnce(Turn<'_, W>) -> Fate) {
        if self.entries.get(address.key).is_some_and(|e| e.generation == address.generation) {
            self.turn(address.key, act);
        }
    }

    /// Takes a new connection in.
    ///
    /// # Errors
    /// It cannot be watched, and is gone: as if it had not been accepted.
    pub(crate) fn insert(&mut self, connection: Connection) -> io::Result<()> {
        self.generation = self.generation.wrapping_add(1) & Address::GENERATION_MAX;
        let (generation, place) = (self.generation, self.entries.vacant_entry());
        let address = Address { key: place.key(), generation };
        let mark = self.watch.begin(address, &connection)?;
        let armed = Armed::default();
        place.insert(Entry { connection, generation, armed, is_again: false, mark });
        match self.drain {
            None => self.turn(address.key, |_| Fate::Wait),
            Some(Drain { quiet, .. }) => self.finish(address.key, quiet),
        }
        Ok(())
    }

    /// Whether another connection may be accepted, if need be after one at rest was closed. If
    /// not, the other loops are asked to close one.
    pub(crate) fn make_room(&mut self) -> bool {
        self.shared.admission.has_room() || self.shed_one()
    }

    /// Whether somebody has left since this was last asked.
    pub(crate) fn has_got_room(&mut self) -> bool {
        std::mem::take(&mut self.has_room)
    }

    /// Closes a connection at rest, or asks the other loops to close one.
    pub(crate) fn shed_one(&mut self) -> bool {
        let has_shed = self.shed_own();
        if !has_shed {
            self.shared.neighbours.ask_for_room(&self.mailbox);
        }
        has_shed
    }

    /// Closes a connection at rest, of a sample the one that rests the longest.
    fn shed_own(&mut self) -> bool {
        let mut oldest = None;
        for (key, since) in self.sample() {
            self.shed_at = key + 1;
            oldest = oldest.into_iter().chain(since.map(|since| (since, key))).min();
        }
        let Some((since, key)) = oldest else {
            return false;
        };
        if self.desk.now.instant < since + PATIENCE {
            return false;
        }
        self.close(key);
        true
    }

    pub(crate) fn is_draining(&self) -> bool {
        self.drain.is_some()
    }

    /// Whether a shutdown has come to its end.
    pub(crate) fn is_drained(&self) -> bool {
        self.drain.is_some() && self.entries.is_empty()
    }

    /// A shutdown begins: those in use are finished, those at rest are closed.
    pub(crate) fn begin_drain(&mut self) {
        let now = self.desk.now.instant;
        let begun_at = self.shared.shutdown.begun_at().unwrap_or(now);
        let drain = Drain::begin(now, begun_at, self.shared.shutdown_timeout);
        self.drain = Some(drain);
        self.finish_all(drain.quiet);
    }

    /// Goes on with a shutdown, if there is one.
    pub(crate) fn handle_drain(&mut self) {
        let Some(drain) = &mut self.drain else {
            return;
        };
        let now = self.desk.now.instant;
        let is_over = drain.is_over(now);
        if drain.take_grace_end(now) {
            self.finish_all(now);
        }
        if is_over {
            for key in self.keys() {
                self.close(key);
            }
        }
    }

    fn handle_mail(&mut self) {
        for address in self.mailbox.take() {
            self.turn_at(address, |turn| {
                turn.connection.handle_wake();
                go_on(turn)
            });
        }
    }

    fn handle_again(&mut self) {
        for key in std::mem::take(&mut self.again) {
            if let Some(entry) = self.entries.get_mut(key) {
                entry.is_again = false;
                self.turn(key, go_on);
            }
        }
    }

    fn handle_timers(&mut self) {
        let mut expired = Vec::new();
        self.timers.expire(self.desk.now.instant, &mut expired);
        for (address, armed) in expired {
            let Some(entry) = self.entries.get_mut(address.key) else {
                continue;
            };
            if entry.generation != address.generation || entry.armed != armed {
                continue;
            }
            entry.armed = Armed::default();
            self.turn(address.key, |turn| {
                turn.connection.handle_timeout(turn.desk, turn.make_waker)
            });
        }
    }

    /// The next connections in the order of their places, and since when each is at rest.
    fn sample(&self) -> Vec<(usize, Option<Instant>)> {
        let places = self.entries.capacity();
        let keys = (self.shed_at..places).chain(0..self.shed_at.min(places));
        keys.filter_map(|key| Some((key, self.entries.get(key)?.connection.idle_since())))
            .take(SHED_SEARCH_MAX)
            .collect()
    }

    fn finish_all(&mut self, quiet: Instant) {
        for key in self.keys() {
            self.finish(key, quiet);
        }
    }

    fn finish(&mut self, key: usize, quiet: Instant) {
        self.turn(key, |turn| turn.connection.finish_soon(turn.desk, turn.make_waker, quiet));
    }

    fn keys(&self) -> Vec<usize> {
        self.entries.iter().map(|(key, _)| key).collect()
    }

    fn close(&mut self, key: usize) {
        self.turn(key, |turn| turn.connection.close(turn.desk));
    }

    fn remove(&mut self, key: usize) {
        let Entry { connection, generation, mark, .. } = self.entries.remove(key);
        self.watch.end(Address { key, generation }, connection, mark);
        self.has_room = true;
    }
}

/// A turn in which a connection does what can be done.
#[expect(clippy::needless_pass_by_value, reason = "as it is handed to those who have a turn")]
pub(crate) fn go_on<W: Watch>(turn: Turn<'_, W>) -> Fate {
    turn.connection.turn(turn.desk, turn.make_waker)
}
