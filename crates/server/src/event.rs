//! The event driver: one loop waits for all connections of a thread.
//!
//! Edge-triggered readiness through `mio` (epoll, kqueue). A connection that was told it can
//! read or write does so until it cannot, so a request costs three system calls at most: wait,
//! receive, send; with many connections the wait is shared.
//!
//! Connections get no buffer of their own: one serves the whole loop. Nothing here knows a
//! protocol.

mod mailbox;

use std::io;
use std::os::fd::{AsFd, AsRawFd};
use std::sync::Arc;
use std::time::{Duration, Instant};

use gnezdo_socket::Listener;
use mio::unix::SourceFd;
use mio::{Events, Interest, Poll, Token};
use slab::Slab;

use self::mailbox::{Address, Mailbox};
use crate::connection::{Connection, Fate, Readiness};
use crate::context::Desk;
use crate::driver::{ACCEPT_PAUSE, Accepted, Drain, PATIENCE, Shared};
use crate::timers::{Armed, Timers};

/// The buffer into which all connections of a loop are read, in bytes.
const INPUT_BYTES: usize = 64 * 1024;

/// How many connections are accepted before those that are open have their turn.
const ACCEPTED_MAX: usize = 64;

/// How many connections are looked at to find one at rest when room is needed.
const SHED_SEARCH_MAX: usize = 256;

const EVENTS_MAX: usize = 1024;

/// Tokens of connections start at zero; these lie beyond any.
const MAIL: Token = Token(usize::MAX - 1);
const SHUTDOWN: Token = Token(usize::MAX - 2);
const FIRST_LISTENER: usize = usize::MAX - 1024;

/// Serves the listeners until the shutdown is complete.
///
/// # Errors
/// The kernel gave no epoll instance or refused to watch a listener.
pub(crate) fn run(shared: Shared, listeners: Vec<Listener>) -> io::Result<()> {
    let poll = Poll::new()?;
    let mut event_loop = Loop::new(shared, listeners, &poll)?;
    event_loop.run(poll)
}

struct Loop {
    shared: Shared,
    registry: mio::Registry,
    listeners: Vec<Listener>,
    accepting: Accepting,
    entries: Slab<Entry>,
    /// Where the search for a connection at rest goes on.
    shed_at: usize,
    generation: u32,
    /// Connections that yielded to the others.
    again: Vec<usize>,
    timers: Timers<Address>,
    mailbox: Arc<Mailbox>,
    desk: Desk,
    drain: Option<Drain>,
}

struct Entry {
    connection: Connection,
    /// Tells an old wake-up or deadline from one of the present owner of the place.
    generation: u32,
    armed: Armed,
    /// Whether it stands in [`Loop::again`].
    is_again: bool,
}

/// Whether clients may be waiting at the listeners.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Accepting {
    /// The next client comes with an event.
    WhenTold,
    /// Some may be left from the last time.
    Soon,
    /// There is no room; not before this moment.
    Paused(Instant),
}

impl Loop {
    fn new(shared: Shared, listeners: Vec<Listener>, poll: &Poll) -> io::Result<Self> {
        let registry = poll.registry().try_clone()?;
        for (index, listener) in listeners.iter().enumerate() {
            let token = Token(FIRST_LISTENER + index);
            registry.register(&mut SourceFd(&listener.as_raw_fd()), token, Interest::READABLE)?;
        }
        let shutdown = shared.shutdown.as_fd().as_raw_fd();
        registry.register(&mut SourceFd(&shutdown), SHUTDOWN, Interest::READABLE)?;
        let mailbox = Mailbox::new(mio::Waker::new(&registry, MAIL)?);
        let desk = Desk::new(&shared.context, INPUT_BYTES);
        Ok(Self {
            registry,
            listeners,
            accepting: Accepting::Soon,
            entries: Slab::new(),
            shed_at: 0,
            generation: 0,
            again: Vec::new(),
            timers: Timers::new(desk.now.instant),
            mailbox,
            desk,
            drain: None,
            shared,
        })
    }

    fn run(&mut self, mut poll: Poll) -> io::Result<()> {
        let mut events = Events::with_capacity(EVENTS_MAX);
        while !self.is_drained() {
            self.desk.close_turn();
            let timeout = self.timeout();
            match poll.poll(&mut events, timeout) {
                Err(error) if error.kind() != io::ErrorKind::Interrupted => return Err(error),
                _ => {}
            }
            self.desk.now.advance();
            self.handle_events(&events);
            self.handle_mail();
            self.handle_again();
            self.handle_timers();
            self.accept_waiting();
            self.handle_drain();
        }
        Ok(())
    }

    fn timeout(&self) -> Option<Duration> {
        if !self.again.is_empty() || self.accepting == Accepting::Soon || self.mailbox.has_mail() {
            return Some(Duration::ZERO);
        }
        let pause = match self.accepting {
            Accepting::Paused(until) => Some(until),
            _ => None,
        };
        let drain = self.drain.and_then(|drain| drain.next());
        let next = [self.timers.next(), pause, drain].into_iter().flatten().min()?;
        Some(next.saturating_duration_since(self.desk.now.instant))
    }

    fn handle_events(&mut self, events: &Events) {
        for event in events {
            match event.token() {
                MAIL => {}
                SHUTDOWN => self.begin_drain(),
                Token(token) if token >= FIRST_LISTENER => {
                    if self.accepting == Accepting::WhenTold {
                        self.accepting = Accepting::Soon;
                    }
                }
                Token(key) => {
                    let news = Readiness {
                        readable: event.is_readable(),
                        writable: event.is_writable(),
                        ended: event.is_read_closed() || event.is_error(),
                        gone: event.is_write_closed() || event.is_error(),
                    };
                    if let Some(entry) = self.entries.get_mut(key) {
                        entry.connection.note_readiness(news);
                        self.turn(key);
                    }
                }
            }
        }
    }

    fn handle_mail(&mut self) {
        for Address { key, generation } in self.mailbox.take() {
            if let Some(entry) = self.entries.get_mut(key)
                && entry.generation == generation
            {
                entry.connection.handle_wake();
                self.turn(key);
            }
        }
    }

    fn handle_again(&mut self) {
        for key in std::mem::take(&mut self.again) {
            if let Some(entry) = self.entries.get_mut(key) {
                entry.is_again = false;
                self.turn(key);
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
            let make_waker = || self.mailbox.waker(address);
            let fate = entry.connection.handle_timeout(&mut self.desk, &make_waker);
            self.settle(address.key, fate);
        }
    }

    fn turn(&mut self, key: usize) {
        let entry = &mut self.entries[key];
        let address = Address { key, generation: entry.generation };
        let make_waker = || self.mailbox.waker(address);
        let fate = entry.connection.turn(&mut self.desk, &make_waker);
        self.settle(key, fate);
    }

    fn settle(&mut self, key: usize, fate: Fate) {
        match fate {
            Fate::Close => self.remove(key),
            Fate::Again => {
                // Once: whoever gets news while it stands there has more than its share.
                if !std::mem::replace(&mut self.entries[key].is_again, true) {
                    self.again.push(key);
                }
            }
            Fate::Wait => {
                let entry = &mut self.entries[key];
                if let Some(deadline) = entry.connection.deadline() {
                    let address = Address { key, generation: entry.generation };
                    self.timers.arm(address, deadline, &mut entry.armed);
                }
            }
        }
    }

    fn remove(&mut self, key: usize) {
        let entry = self.entries.remove(key);
        // Closing the descriptor would do; but a copy of it elsewhere would keep it watched.
        let descriptor = entry.connection.as_fd().as_raw_fd();
        let _ = self.registry.deregister(&mut SourceFd(&descriptor));
        drop(entry);
        if let Accepting::Paused(_) = self.accepting {
            self.accepting = Accepting::Soon;
        }
    }

    fn accept_waiting(&mut self) {
        if let Accepting::Paused(until) = self.accepting
            && self.desk.now.instant >= until
        {
            self.accepting = Accepting::Soon;
        }
        if self.accepting != Accepting::Soon {
            return;
        }
        self.accepting = Accepting::WhenTold;
        for index in 0..self.listeners.len() {
            self.accept_from(index);
        }
    }

    fn accept_from(&mut self, index: usize) {
        for _ in 0..ACCEPTED_MAX {
            if !self.shared.admission.has_room() && !self.shed_one() {
                return self.pause_accepting();
            }
            match self.shared.accept(&self.desk, &self.listeners[index]) {
                Accepted::Connection(connection) => self.insert(*connection),
                Accepted::Nobody => {}
                Accepted::Empty => return,
                Accepted::Exhausted => {
                    self.shed_one();
                    return self.pause_accepting();
                }
            }
        }
        self.accepting = Accepting::Soon;
    }

    fn pause_accepting(&mut self) {
        self.accepting = Accepting::Paused(self.desk.now.instant + ACCEPT_PAUSE);
    }

    fn insert(&mut self, connection: Connection) {
        self.generation = self.generation.wrapping_add(1);
        let (generation, armed) = (self.generation, Armed::default());
        let entry = Entry { connection, generation, armed, is_again: false };
        let key = self.entries.insert(entry);
        let descriptor = self.entries[key].connection.as_fd().as_raw_fd();
        let interest = Interest::READABLE | Interest::WRITABLE;
        if self.registry.register(&mut SourceFd(&descriptor), Token(key), interest).is_err() {
            // The kernel has no room to watch it: as if it had not been accepted.
            self.entries.remove(key);
            return self.pause_accepting();
        }
        self.settle(key, Fate::Wait);
    }

    /// Closes a connection at rest, of a sample the one that rests the longest.
    fn shed_one(&mut self) -> bool {
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
        self.entries[key].connection.close(&mut self.desk);
        self.remove(key);
        true
    }

    /// The next connections in the order of their places, and since when each is at rest.
    fn sample(&self) -> Vec<(usize, Option<Instant>)> {
        let places = self.entries.capacity();
        let keys = (self.shed_at..places).chain(0..self.shed_at.min(places));
        keys.filter_map(|key| Some((key, self.entries.get(key)?.connection.idle_since())))
            .take(SHED_SEARCH_MAX)
            .collect()
    }

    fn begin_drain(&mut self) {
        if self.drain.is_some() {
            return;
        }
        let now = self.desk.now.instant;
        let begun_at = self.shared.shutdown.begun_at().unwrap_or(now);
        let drain = Drain::begin(now, begun_at, self.shared.shutdown_timeout);
        self.drain = Some(drain);
        self.empty_queues();
        self.finish_all(drain.quiet);
    }

    /// Who has connected before the end is served: accepts all who wait, then closes the
    /// listeners.
    fn empty_queues(&mut self) {
        self.accepting = Accepting::Soon;
        while self.accepting == Accepting::Soon {
            self.accept_waiting();
        }
        self.accepting = Accepting::WhenTold;
        for listener in self.listeners.drain(..) {
            let _ = self.registry.deregister(&mut SourceFd(&listener.as_raw_fd()));
        }
    }

    fn handle_drain(&mut self) {
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
                self.entries[key].connection.close(&mut self.desk);
                self.remove(key);
            }
        }
    }

    fn finish_all(&mut self, quiet: Instant) {
        for key in self.keys() {
            let Some(entry) = self.entries.get_mut(key) else {
                continue;
            };
            let address = Address { key, generation: entry.generation };
            let make_waker = || self.mailbox.waker(address);
            let fate = entry.connection.finish_soon(&mut self.desk, &make_waker, quiet);
            self.settle(key, fate);
        }
    }

    fn keys(&self) -> Vec<usize> {
        self.entries.iter().map(|(key, _)| key).collect()
    }

    fn is_drained(&self) -> bool {
        self.drain.is_some() && self.entries.is_empty()
    }
}
