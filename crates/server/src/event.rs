//! The event driver: one loop waits for all connections of a thread.
//!
//! Edge-triggered readiness through `mio` (epoll, kqueue). A connection that was told it can
//! read or write does so until it cannot, so a request costs three system calls at most: wait,
//! receive, send; with many connections the wait is shared.
//!
//! Connections get no buffer of their own: one serves the whole loop. Nothing here knows a
//! protocol.

use std::io;
use std::os::fd::{AsFd, AsRawFd};
use std::time::{Duration, Instant};

use gnezdo_socket::Listener;
use mio::unix::SourceFd;
use mio::{Events, Interest, Poll, Registry, Token, Waker};

use crate::connection::{Connection, Readiness};
use crate::connections::{Connections, Watch, go_on};
use crate::context::Desk;
use crate::driver::{ACCEPT_PAUSE, Accepted, Shared};
use crate::mailbox::{Address, Bell};

/// The buffer into which all connections of a loop are read, in bytes.
const INPUT_BYTES: usize = 64 * 1024;

/// How many connections are accepted before those that are open have their turn.
const ACCEPTED_MAX: usize = 64;

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
    connections: Connections<Readable>,
    listeners: Vec<Listener>,
    accepting: Accepting,
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

/// Sockets watched for their readiness, by the places of their connections.
struct Readable(Registry);

impl Watch for Readable {
    type Mark = ();

    fn begin(&mut self, address: Address, connection: &Connection) -> io::Result<()> {
        let descriptor = connection.as_fd().as_raw_fd();
        let interest = Interest::READABLE | Interest::WRITABLE;
        self.0.register(&mut SourceFd(&descriptor), Token(address.key), interest)
    }

    /// Edges are reported whatever a connection waits for, and it has sent what it could.
    fn settle(&mut self, _: Address, _: &mut Connection, (): &mut (), _: &mut Desk) {}

    fn end(&mut self, _: Address, connection: Connection, (): ()) {
        // Closing the descriptor would do; but a copy of it elsewhere would keep it watched.
        let descriptor = connection.as_fd().as_raw_fd();
        let _ = self.0.deregister(&mut SourceFd(&descriptor));
    }
}

impl Bell for Waker {
    fn ring(&self) {
        // It fails only when it is ringing.
        let _ = self.wake();
    }
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
        let bell = Waker::new(&registry, MAIL)?;
        let connections = Connections::new(shared, Readable(registry), bell, INPUT_BYTES);
        Ok(Self { connections, listeners, accepting: Accepting::Soon })
    }

    fn run(&mut self, mut poll: Poll) -> io::Result<()> {
        let mut events = Events::with_capacity(EVENTS_MAX);
        while !self.connections.is_drained() {
            self.connections.desk.close_turn();
            let timeout = self.timeout();
            match poll.poll(&mut events, timeout) {
                Err(error) if error.kind() != io::ErrorKind::Interrupted => return Err(error),
                _ => {}
            }
            self.connections.desk.now.advance();
            self.handle_events(&events);
            self.connections.handle_due();
            self.accept_waiting();
            self.connections.handle_drain();
        }
        Ok(())
    }

    fn timeout(&self) -> Option<Duration> {
        let accept = match self.accepting {
            Accepting::WhenTold => None,
            Accepting::Soon => return Some(Duration::ZERO),
            Accepting::Paused(until) => Some(until),
        };
        let next = [self.connections.due(), accept].into_iter().flatten().min()?;
        Some(next.saturating_duration_since(self.connections.desk.now.instant))
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
                    self.connections.turn(key, |turn| {
                        turn.connection.note_readiness(news);
                        go_on(turn)
                    });
                }
            }
        }
    }

    fn accept_waiting(&mut self) {
        if let Accepting::Paused(until) = self.accepting
            && (self.connections.desk.now.instant >= until || self.connections.has_got_room())
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
            if !self.connections.make_room() {
                return self.pause_accepting();
            }
            let Connections { shared, desk, .. } = &self.connections;
            match shared.accept(desk, &self.listeners[index]) {
                Accepted::Connection(connection) => {
                    if self.connections.insert(*connection).is_err() {
                        return self.pause_accepting();
                    }
                }
                Accepted::Nobody => {}
                Accepted::Empty => return,
                Accepted::Exhausted => {
                    self.connections.shed_one();
                    return self.pause_accepting();
                }
            }
        }
        self.accepting = Accepting::Soon;
    }

    fn pause_accepting(&mut self) {
        // From here on it counts who leaves.
        self.connections.has_got_room();
        let until = self.connections.desk.now.instant + ACCEPT_PAUSE;
        self.accepting = Accepting::Paused(until);
    }

    fn begin_drain(&mut self) {
        if !self.connections.is_draining() {
            self.empty_queues();
            self.connections.begin_drain();
        }
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
            let Readable(registry) = &self.connections.watch;
            let _ = registry.deregister(&mut SourceFd(&listener.as_raw_fd()));
        }
    }
}
