//! The sockets of a ring's connections: which operations are under way for each, and which it
//! needs next.
//!
//! Octets are received as they come, without being asked for. Who gets some that it did not want
//! is read on demand from then on, one receive at a time, so that the kernel's own back-pressure
//! works. A socket is closed after the operations on it were cancelled: its number may be
//! somebody else's at once.

use std::io;
use std::ops::Range;
use std::os::fd::{AsFd, AsRawFd};
use std::time::Duration;

use gnezdo_socket::Stream;
use io_uring::types::Fd;
use rustix::io::Errno;

use super::buffers::Lent;
use super::ring::{Outcome, Post, Ring};
use super::token::Operation;
use crate::connection::{Connection, Fate, Readiness};
use crate::connections::{Turn, Watch, go_on};
use crate::context::Desk;
use crate::mailbox::Address;

pub(super) struct Wires {
    pub(super) ring: Ring,
    /// Output of this turn of the loop.
    posts: Vec<Post>,
    /// Sockets of connections that are over, until their operations are cancelled.
    leaving: Vec<Stream>,
}

/// What is under way for a connection.
#[derive(Debug, Default)]
pub(super) struct Mark {
    receiving: Receiving,
    /// Octets came that were not wanted.
    is_paced: bool,
    has_ended: bool,
    awaits_room: bool,
    awaits_end: bool,
    /// Where its output lies in its batch.
    posted: Range<usize>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Receiving {
    #[default]
    No,
    Yes,
    /// Until its cancellation has come through.
    Ending,
}

impl Wires {
    pub(super) fn new(ring: Ring) -> Self {
        Self { ring, posts: Vec::new(), leaving: Vec::new() }
    }

    /// Sends the output of this turn, and waits for completions.
    pub(super) fn wait(&mut self, desk: &mut Desk, time: Option<Duration>) -> io::Result<()> {
        if !self.posts.is_empty()
            && self.ring.send(&self.posts, |spare| desk.out.exchange(spare)).is_some()
        {
            self.posts.clear();
        }
        // What the kernel has not heard of may still name their sockets.
        if !self.leaving.is_empty() && self.ring.submit()? && self.posts.is_empty() {
            self.leaving.clear();
        }
        self.ring.wait(time)
    }
}

/// What a connection makes of octets, or of a receive that has failed.
pub(super) fn received(
    address: Address,
    outcome: &Outcome,
    goes_on: bool,
    turn: Turn<'_, Wires>,
) -> Fate {
    if !goes_on {
        turn.mark.receiving = Receiving::No;
    }
    match outcome {
        Outcome::Received(lent) if lent.length() > 0 => hand_over(address, lent, turn),
        // No buffer was left, or it was cancelled: it is made again when it is needed.
        Outcome::Failed(Errno::NOBUFS | Errno::CANCELED) => Fate::Wait,
        Outcome::Failed(_) => end(turn, true),
        _ => end(turn, false),
    }
}

fn hand_over(address: Address, lent: &Lent, turn: Turn<'_, Wires>) -> Fate {
    let Turn { connection, mark, watch, desk, make_waker } = turn;
    let octets = watch.ring.octets(lent);
    let (fate, is_wanted) = connection.handle_received(desk, make_waker, octets);
    if !is_wanted {
        mark.is_paced = true;
        if mark.receiving == Receiving::Yes {
            mark.receiving = Receiving::Ending;
            watch.ring.cancel(Operation::Receive(address));
        }
    }
    fate
}

/// What a connection makes of a send.
pub(super) fn sent(batch: usize, outcome: &Outcome, turn: Turn<'_, Wires>) -> Fate {
    let Turn { connection, mark, watch, desk, make_waker } = turn;
    let range = std::mem::take(&mut mark.posted);
    let octets = watch.ring.sent_octets(batch, range);
    let sent = match outcome {
        Outcome::Count(sent) => Ok(*sent as usize),
        Outcome::Failed(errno) => Err((*errno).into()),
        _ => Ok(0),
    };
    connection.handle_sent(desk, make_waker, octets, sent)
}

/// The peer sends nothing more; it may be gone altogether.
fn end(turn: Turn<'_, Wires>, is_gone: bool) -> Fate {
    turn.mark.has_ended = true;
    let news = Readiness { readable: true, ended: true, gone: is_gone, ..Readiness::default() };
    turn.connection.note_readiness(news);
    go_on(turn)
}

/// There is room, or nobody is left to send to.
pub(super) fn found_room(outcome: &Outcome, turn: Turn<'_, Wires>) -> Fate {
    turn.mark.awaits_room = false;
    let news = Readiness { writable: true, gone: is_gone(outcome), ..Readiness::default() };
    turn.connection.note_readiness(news);
    go_on(turn)
}

/// Something has happened to a socket whose peer sends nothing more; it may be gone altogether.
pub(super) fn watched_end(outcome: &Outcome, goes_on: bool, turn: Turn<'_, Wires>) -> Fate {
    turn.mark.awaits_end = goes_on;
    if is_gone(outcome) { end(turn, true) } else { Fate::Wait }
}

/// Whether a poll found that nobody is left to send to, or found nothing out.
fn is_gone(outcome: &Outcome) -> bool {
    match outcome {
        Outcome::Count(events) => events & (libc::EPOLLERR | libc::EPOLLHUP) as u32 != 0,
        _ => true,
    }
}

impl Watch for Wires {
    type Mark = Mark;

    fn begin(&mut self, _: Address, _: &Connection) -> io::Result<Mark> {
        Ok(Mark::default())
    }

    fn settle(
        &mut self,
        address: Address,
        connection: &mut Connection,
        mark: &mut Mark,
        desk: &mut Desk,
    ) {
        let range = desk.out.seal();
        let descriptor = Fd(connection.as_fd().as_raw_fd());
        if !range.is_empty() {
            mark.posted = range.clone();
            self.posts.push(Post { address, descriptor, range });
            return;
        }
        let interest = connection.interest();
        if interest.read && mark.receiving == Receiving::No && !mark.has_ended {
            mark.receiving = Receiving::Yes;
            if mark.is_paced {
                self.ring.receive_once(descriptor, address);
            } else {
                self.ring.receive_on(descriptor, address);
            }
        }
        if interest.write && !mark.awaits_room {
            mark.awaits_room = true;
            self.ring.poll(descriptor, libc::EPOLLOUT as u32, Operation::AwaitRoom(address));
        }
        // Nothing else would tell that nobody waits for the answer any more.
        let is_deaf = mark.receiving == Receiving::No && !interest.read && !interest.write;
        if is_deaf && !mark.awaits_end {
            mark.awaits_end = true;
            // The end itself, EPOLLRDHUP, always counts too: hence each time.
            self.ring.poll_on(descriptor, 0, Operation::AwaitEnd(address));
        }
    }

    fn end(&mut self, address: Address, connection: Connection, mark: Mark) {
        let operations = [
            (mark.receiving == Receiving::Yes, Operation::Receive(address)),
            (mark.awaits_room, Operation::AwaitRoom(address)),
            (mark.awaits_end, Operation::AwaitEnd(address)),
        ];
        let mut is_in_use = !mark.posted.is_empty() || mark.receiving == Receiving::Ending;
        for (_, operation) in operations.into_iter().filter(|(is_under_way, _)| *is_under_way) {
            self.ring.cancel(operation);
            is_in_use = true;
        }
        if is_in_use {
            self.leaving.push(connection.into());
        }
    }
}
