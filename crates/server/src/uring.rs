//! The uring driver: one io_uring serves all connections of a thread.
//!
//! Where the event driver is told what it could do and then does it, one call for each, this one
//! hands over what is to be done and is told what was done. Connections are accepted and octets
//! received without being asked for again, into buffers that belong to the loop; the output of
//! all connections leaves with the same call that waits for the next input. So a turn of the loop
//! is one system call, however many requests it answers.
//!
//! What does not leave at once, and files, go the way of the event driver: a poll through the
//! ring says when there is room. Nothing here knows a protocol.

mod buffers;
mod probe;
mod ring;
mod token;
mod wires;

use std::collections::VecDeque;
use std::io;
use std::os::fd::{AsFd, AsRawFd, OwnedFd};
use std::sync::Arc;
use std::time::{Duration, Instant};

use gnezdo_socket::Listener;
use io_uring::types::Fd;
use rustix::event::{EventfdFlags, eventfd};
use rustix::io::Errno;

pub(crate) use self::probe::probe;
use self::ring::{Completion, Outcome, Ring, Sizes};
use self::token::Operation;
use self::wires::Wires;
use crate::connections::Connections;
use crate::driver::{ACCEPT_PAUSE, Accepted, Shared};
use crate::mailbox::{Address, Bell};

const SIZES: Sizes =
    Sizes { submissions: 1024, completions: 8 * 1024, buffers: 256, buffer_bytes: 16 * 1024 };

/// What is read apart from the ring is only the end of the input.
const INPUT_BYTES: usize = 64;

/// How many completions are dealt with before output leaves.
const COMPLETIONS_MAX: usize = 1024;

/// Serves the listeners until the shutdown is complete.
///
/// # Errors
/// The kernel gave no ring, or refused to wait.
pub(crate) fn run(shared: Shared, listeners: Vec<Listener>) -> io::Result<()> {
    run_with(SIZES, shared, listeners)
}

fn run_with(sizes: Sizes, shared: Shared, listeners: Vec<Listener>) -> io::Result<()> {
    Loop::new(Ring::new(sizes)?, shared, listeners)?.run()
}

struct Loop {
    connections: Connections<Wires>,
    bell: Arc<OwnedFd>,
    doors: Vec<Door>,
    /// Those who were accepted and have not been let in.
    waiting: VecDeque<(usize, OwnedFd)>,
    /// There is no room for others; not before this moment.
    paused: Option<Instant>,
    ending: Ending,
}

/// A listener, and how the loop learns who comes.
struct Door {
    listener: Listener,
    state: DoorState,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum DoorState {
    /// Nothing is under way.
    Shut,
    /// Whoever comes is accepted without being asked for.
    Open,
    /// It is told when somebody comes.
    Watched,
    /// Nobody is accepted any more, once the kernel has heard of it.
    Closing,
}

/// How far a shutdown has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ending {
    NotYet,
    /// It comes as soon as nobody is accepted any more.
    Told,
    /// Nobody is accepted.
    Begun,
}

/// Rings through the ring: an eventfd.
struct Gong(Arc<OwnedFd>);

impl Bell for Gong {
    fn ring(&self) {
        // It fails only after 2⁶⁴ strokes.
        let _ = rustix::io::write(&*self.0, &1_u64.to_ne_bytes());
    }
}

impl Loop {
    fn new(ring: Ring, shared: Shared, listeners: Vec<Listener>) -> io::Result<Self> {
        let bell = Arc::new(eventfd(0, EventfdFlags::CLOEXEC | EventfdFlags::NONBLOCK)?);
        let gong = Gong(bell.clone());
        let mut connections = Connections::new(shared, Wires::new(ring), gong, INPUT_BYTES);
        connections.desk.is_ring = true;
        let doors = listeners.into_iter().map(|listener| Door { listener, state: DoorState::Shut });
        Ok(Self {
            connections,
            bell,
            doors: doors.collect(),
            waiting: VecDeque::new(),
            paused: None,
            ending: Ending::NotYet,
        })
    }

    fn run(&mut self) -> io::Result<()> {
        let shutdown = Fd(self.connections.shared.shutdown.as_fd().as_raw_fd());
        self.ring().poll(shutdown, libc::EPOLLIN as u32, Operation::Shutdown);
        self.listen_to_bell();
        self.open_doors();
        while !self.connections.is_drained() {
            let time = self.timeout();
            let Connections { watch, desk, .. } = &mut self.connections;
            desk.close_turn();
            watch.wait(desk, time)?;
            desk.now.advance();
            let has_seen_all = self.handle_completions();
            self.connections.handle_due();
            self.let_in();
            // A rush that never ends is cut off with the shutdown's deadline.
            let now = self.connections.desk.now.instant;
            if has_seen_all || self.connections.shared.is_past_end(now) {
                self.come_to_end();
            }
            self.connections.handle_drain();
        }
        Ok(())
    }

    fn ring(&mut self) -> &mut Ring {
        &mut self.connections.watch.ring
    }

    fn timeout(&self) -> Option<Duration> {
        if self.ending == Ending::Told {
            return Some(Duration::ZERO);
        }
        let next = [self.connections.due(), self.paused].into_iter().flatten().min()?;
        Some(next.saturating_duration_since(self.connections.desk.now.instant))
    }

    /// Deals with what has come; says whether that was all.
    fn handle_completions(&mut self) -> bool {
        for _ in 0..COMPLETIONS_MAX {
            let Some(completion) = self.ring().next_completion() else {
                return true;
            };
            self.handle_completion(completion);
        }
        false
    }

    fn handle_completion(&mut self, completion: Completion) {
        let Completion { operation, outcome, goes_on } = completion;
        match operation {
            Operation::Receive(address) => self.received(address, outcome, goes_on),
            Operation::Send(address, batch) => {
                self.connections.turn_at(address, |turn| wires::sent(batch, &outcome, turn));
            }
            Operation::AwaitRoom(address) => {
                self.connections.turn_at(address, |turn| wires::found_room(&outcome, turn));
            }
            Operation::AwaitEnd(address) => {
                self.connections
                    .turn_at(address, |turn| wires::watched_end(&outcome, goes_on, turn));
            }
            Operation::Accept(number) => self.accepted(number, outcome, goes_on),
            Operation::Knock(number) => self.knocked(number, &outcome),
            Operation::Bell if !goes_on => self.listen_to_bell(),
            Operation::Bell | Operation::Cancel => {}
            Operation::Shutdown => {
                self.ending = Ending::Told;
                self.close_doors();
            }
        }
    }

    fn received(&mut self, address: Address, outcome: Outcome, goes_on: bool) {
        self.connections.turn_at(address, |turn| wires::received(address, &outcome, goes_on, turn));
        if let Outcome::Received(lent) = outcome {
            self.ring().give_back(lent);
        }
    }

    fn accepted(&mut self, number: usize, outcome: Outcome, goes_on: bool) {
        if !goes_on {
            self.doors[number].state = DoorState::Shut;
        }
        match outcome {
            Outcome::Accepted(descriptor) => self.waiting.push_back((number, descriptor)),
            Outcome::Failed(Errno::CANCELED) => {}
            Outcome::Failed(errno) => {
                if let Accepted::Exhausted = Accepted::trouble(errno.into()) {
                    self.connections.shed_one();
                    self.pause();
                }
            }
            _ => {}
        }
    }

    /// Accepts a client who stands at the door. Others who do are for the next turn, or for the
    /// next loop.
    fn knocked(&mut self, number: usize, outcome: &Outcome) {
        let Some(door) = self.doors.get_mut(number) else {
            return;
        };
        door.state = DoorState::Shut;
        if self.paused.is_some() || self.ending != Ending::NotYet {
            return;
        }
        // Who cannot be told does not ask again and again.
        let is_deaf = matches!(outcome, Outcome::Failed(errno) if *errno != Errno::CANCELED);
        if is_deaf || !self.connections.make_room() {
            return self.pause();
        }
        let Connections { shared, desk, .. } = &self.connections;
        match shared.accept(desk, &self.doors[number].listener) {
            // Whatever happens to it is told by the ring.
            Accepted::Connection(connection) => drop(self.connections.insert(*connection)),
            Accepted::Nobody | Accepted::Empty => {}
            Accepted::Exhausted => {
                self.connections.shed_one();
                self.pause();
            }
        }
    }

    /// Lets in those who wait, as far as there is room.
    fn let_in(&mut self) {
        let now = self.connections.desk.now.instant;
        if self.paused.is_some_and(|until| now >= until || self.connections.has_got_room()) {
            self.paused = None;
        }
        while self.paused.is_none() && !self.waiting.is_empty() {
            if !self.connections.make_room() {
                self.pause();
            } else if let Some((number, descriptor)) = self.waiting.pop_front() {
                self.let_one_in(number, descriptor);
            }
        }
        if self.paused.is_none() && self.ending == Ending::NotYet {
            self.open_doors();
        }
    }

    fn let_one_in(&mut self, number: usize, descriptor: OwnedFd) {
        // Who has gone before its address could be read is not missed.
        let Ok((stream, peer)) = self.doors[number].listener.take_accepted(descriptor) else {
            return;
        };
        let Connections { shared, desk, .. } = &self.connections;
        if let Accepted::Connection(connection) = shared.admit(desk, stream, peer) {
            // Whatever happens to it is told by the ring.
            drop(self.connections.insert(*connection));
        }
    }

    fn pause(&mut self) {
        // From here on it counts who leaves.
        self.connections.has_got_room();
        self.paused = Some(self.connections.desk.now.instant + ACCEPT_PAUSE);
        self.close_doors();
    }

    /// A loop that is alone has its clients accepted by the kernel. Of several, each is told when
    /// a client stands at the door, accepts it by itself, and then stands behind the others. Who
    /// is accepted for on and on would stay first in the line and get nearly all clients, and a
    /// process that is killed would have clients accepted while it dies.
    fn open_doors(&mut self) {
        let is_alone = self.connections.shared.is_alone;
        for (number, door) in self.doors.iter_mut().enumerate() {
            if door.state != DoorState::Shut {
                continue;
            }
            let ring = &mut self.connections.watch.ring;
            if is_alone {
                door.state = DoorState::Open;
                ring.accept_on(door.listener.as_fd(), number);
            } else {
                door.state = DoorState::Watched;
                let listener = Fd(door.listener.as_raw_fd());
                let events = (libc::EPOLLIN | libc::EPOLLEXCLUSIVE) as u32;
                ring.poll(listener, events, Operation::Knock(number));
            }
        }
    }

    /// Stops accepting, once the kernel has heard of it.
    fn close_doors(&mut self) {
        for (number, door) in self.doors.iter_mut().enumerate() {
            let operation = match door.state {
                DoorState::Open => Operation::Accept(number),
                DoorState::Watched => Operation::Knock(number),
                DoorState::Shut | DoorState::Closing => continue,
            };
            door.state = DoorState::Closing;
            self.connections.watch.ring.cancel(operation);
        }
    }

    fn listen_to_bell(&mut self) {
        let bell = Fd(self.bell.as_raw_fd());
        self.ring().poll_on(bell, libc::EPOLLIN as u32, Operation::Bell);
    }

    /// Once the doors are closed, begins to drain. By then all that had come before the shutdown
    /// was seen.
    fn come_to_end(&mut self) {
        let are_shut = self.doors.iter().all(|door| door.state == DoorState::Shut);
        if self.ending != Ending::Told || !are_shut {
            return;
        }
        self.ending = Ending::Begun;
        while self.connections.make_room()
            && let Some((number, descriptor)) = self.waiting.pop_front()
        {
            self.let_one_in(number, descriptor);
        }
        // There is no room for the others, and there will be none.
        self.waiting.clear();
        for door in std::mem::take(&mut self.doors) {
            self.empty_queue(&door.listener);
        }
        self.connections.begin_drain();
    }

    /// Who has connected before the end is served, as far as there is room.
    fn empty_queue(&mut self, listener: &Listener) {
        while self.connections.make_room() {
            let Connections { shared, desk, .. } = &self.connections;
            match shared.accept(desk, listener) {
                Accepted::Connection(connection) => drop(self.connections.insert(*connection)),
                Accepted::Nobody => {}
                Accepted::Empty | Accepted::Exhausted => return,
            }
        }
    }
}

#[cfg(test)]
mod tests;
