//! One session and its socket: octets from one to the other, as far as they go without
//! waiting.
//!
//! Every driver uses this; what a driver adds is how it waits. Each call of
//! [`turn`](Connection::turn) does all that can be done now and leaves behind what to wait
//! for: [`interest`](Connection::interest) and [`deadline`](Connection::deadline).
//!
//! A ring receives and sends by itself ([`Desk::is_ring`]). It hands over what it received
//! ([`handle_received`](Connection::handle_received)), finds output on the desk after a turn,
//! and tells how much of it has left ([`handle_sent`](Connection::handle_sent)). All else, such
//! as output that did not leave at once, and files, goes the way of the other drivers.

use std::io;
use std::os::fd::{AsFd, BorrowedFd};
use std::sync::Arc;
use std::task::{Context as TaskContext, Waker};
use std::time::Instant;

use gnezdo_core::{Closing, Wants};
use gnezdo_socket::{Direction, Peer, Stream};

use crate::admission::Ticket;
use crate::context::{Context, Desk};
use crate::output::Unsent;
use crate::session::Session;
use crate::transmit::{Progress, transmit};

/// How many steps a connection makes before the others have their turn.
const STEPS_MAX: usize = 16;

pub(crate) struct Connection {
    session: Session,
    phase: Phase,
    unsent: Option<Box<Unsent>>,
    /// Output was left on the desk, and it is not known yet whether it has left.
    is_posted: bool,
    /// What was posted are the last words of a connection at rest that has to end.
    is_dismissed: bool,
    /// What the socket is known to be able to do now.
    readiness: Readiness,
    stream: Stream,
    waker: Option<Waker>,
    _ticket: Ticket,
}

#[derive(Clone, Copy, Debug)]
enum Phase {
    Open,
    /// Our side is closed; the peer's octets are dropped until it closes too, however many they
    /// are: a client that sends a large content reads the refusal when it is through. RFC 9112
    /// §9.6.
    Lingering {
        until: Option<Instant>,
        /// When the last octet came.
        rests_since: Instant,
    },
}

/// What a socket can do without blocking, as far as is known.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Readiness {
    pub(crate) readable: bool,
    pub(crate) writable: bool,
    /// The peer has closed its side: the end will be read even after a short read.
    pub(crate) ended: bool,
    /// Both directions are closed: no answer would arrive.
    pub(crate) gone: bool,
}

/// What a connection needs from its driver.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    /// To be woken by its interest, its deadline or its waker.
    Wait,
    /// Another turn, after the others.
    Again,
    /// To be dropped.
    Close,
}

/// What of the socket a connection waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Interest {
    pub(crate) read: bool,
    pub(crate) write: bool,
}

enum Step {
    Progress,
    Stuck,
    Yielded,
    Close,
}

impl Connection {
    pub(crate) fn new(
        context: &Arc<Context>,
        desk: &Desk,
        stream: Stream,
        peer: Peer,
        ticket: Ticket,
    ) -> Self {
        Self {
            session: Session::new(context.clone(), peer, desk),
            phase: Phase::Open,
            unsent: None,
            is_posted: false,
            is_dismissed: false,
            readiness: Readiness { writable: true, ..Readiness::default() },
            stream,
            waker: None,
            _ticket: ticket,
        }
    }

    /// The socket can do more than was known.
    pub(crate) fn note_readiness(&mut self, news: Readiness) {
        self.readiness.readable |= news.readable || news.ended;
        self.readiness.writable |= news.writable;
        self.readiness.ended |= news.ended;
        self.readiness.gone |= news.gone;
    }

    /// Somebody called the connection's waker.
    pub(crate) fn handle_wake(&mut self) {
        self.session.handle_wake();
    }

    /// A ring has received octets. Whether they were wanted is the second value: if not, they
    /// are held, and it should stop.
    pub(crate) fn handle_received(
        &mut self,
        desk: &mut Desk,
        make_waker: &dyn Fn() -> Waker,
        octets: &[u8],
    ) -> (Fate, bool) {
        let is_wanted = self.interest().read;
        self.is_dismissed = false;
        match &mut self.phase {
            Phase::Lingering { rests_since, .. } => *rests_since = desk.now.instant,
            Phase::Open if !is_wanted => self.session.hold_input(octets),
            Phase::Open => {
                self.session.handle_input(desk, octets);
                return (self.send_output_and_go_on(desk, make_waker), true);
            }
        }
        (Fate::Wait, is_wanted)
    }

    /// A ring has sent so many of the octets that were left on the desk, or none.
    pub(crate) fn handle_sent(
        &mut self,
        desk: &mut Desk,
        make_waker: &dyn Fn() -> Waker,
        octets: &[u8],
        sent: io::Result<usize>,
    ) -> Fate {
        self.is_posted = false;
        let rest = match sent {
            Ok(sent) => &octets[sent.min(octets.len())..],
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => octets,
            Err(_) => {
                self.session.handle_closed(desk, octets.len() as u64);
                return Fate::Close;
            }
        };
        if rest.is_empty() {
            self.session.handle_flushed(desk);
            return match self.turn(desk, make_waker) {
                Fate::Wait if self.is_dismissed && self.is_lingering() => self.close(desk),
                fate => fate,
            };
        }
        self.unsent = Some(Unsent::new(rest.to_vec(), None, desk.now.instant));
        self.readiness.writable = false;
        Fate::Wait
    }

    /// Does all that can be done without waiting. `make_waker` is asked once, if ever.
    pub(crate) fn turn(&mut self, desk: &mut Desk, make_waker: &dyn Fn() -> Waker) -> Fate {
        for _ in 0..STEPS_MAX {
            let step = match self.phase {
                Phase::Open => self.step(desk, make_waker),
                Phase::Lingering { .. } => self.linger(desk),
            };
            match step {
                Ok(Step::Progress) => {}
                Ok(Step::Stuck) => return Fate::Wait,
                Ok(Step::Yielded) => return Fate::Again,
                Ok(Step::Close) | Err(_) => return self.close(desk),
            }
        }
        Fate::Again
    }

    /// The deadline may have passed.
    pub(crate) fn handle_timeout(
        &mut self,
        desk: &mut Desk,
        make_waker: &dyn Fn() -> Waker,
    ) -> Fate {
        if self.deadline().is_none_or(|deadline| desk.now.instant < deadline) {
            return Fate::Wait;
        }
        if self.unsent.is_some() || matches!(self.phase, Phase::Lingering { .. }) {
            return self.close(desk);
        }
        self.session.handle_timeout(desk);
        self.send_output_and_go_on(desk, make_waker)
    }

    /// Tells the session to come to an end, which a connection at rest since `quiet` does now:
    /// unless a request has arrived and was not read yet.
    pub(crate) fn finish_soon(
        &mut self,
        desk: &mut Desk,
        make_waker: &dyn Fn() -> Waker,
        quiet: Instant,
    ) -> Fate {
        let is_at_rest = self.idle_since().is_some_and(|since| since <= quiet);
        self.session.finish_soon();
        // A ring reads by itself.
        self.readiness.readable |= !desk.is_ring;
        let fate = self.turn(desk, make_waker);
        self.is_dismissed = is_at_rest && self.is_posted;
        match fate {
            Fate::Wait if desk.is_ring && self.stream.has_input() => Fate::Wait,
            Fate::Wait if self.idle_since().is_some_and(|since| since <= quiet) => {
                self.leave(desk, make_waker)
            }
            fate => fate,
        }
    }

    /// Ends a connection at rest, after the last words of what is spoken.
    fn leave(&mut self, desk: &mut Desk, make_waker: &dyn Fn() -> Waker) -> Fate {
        if self.is_lingering() {
            return self.close(desk);
        }
        self.session.leave();
        self.turn(desk, make_waker)
    }

    /// Since when nothing at all is in progress. Nothing is, either, when a peer that should
    /// close neither does nor sends: it has its answer.
    pub(crate) fn idle_since(&self) -> Option<Instant> {
        match self.phase {
            Phase::Lingering { rests_since, .. } => Some(rests_since),
            Phase::Open if self.is_sending() => None,
            Phase::Open => self.session.idle_since(),
        }
    }

    /// What of the socket the connection waits for.
    pub(crate) fn interest(&self) -> Interest {
        let write = self.unsent.is_some();
        let read = match self.phase {
            Phase::Open => !self.is_sending() && self.session.wants() == Wants::Read,
            Phase::Lingering { .. } => true,
        };
        Interest { read, write }
    }

    /// When [`handle_timeout`](Self::handle_timeout) is due.
    pub(crate) fn deadline(&self) -> Option<Instant> {
        match (self.phase, &self.unsent) {
            (Phase::Lingering { until, .. }, _) => until,
            (Phase::Open, Some(unsent)) => unsent.deadline(self.session.limits()),
            // A ring tells at once how far it came.
            (Phase::Open, None) if self.is_posted => None,
            (Phase::Open, None) => self.session.deadline(),
        }
    }

    /// Ends the connection: what has not left never will. One at rest says so, if that leaves at
    /// once.
    pub(crate) fn close(&mut self, desk: &mut Desk) -> Fate {
        self.say_last_words(desk);
        let unsent = self.unsent.as_ref().map_or(0, |unsent| unsent.output.left());
        self.session.handle_closed(desk, unsent + desk.out.left());
        desk.out.clear();
        Fate::Close
    }

    fn say_last_words(&mut self, desk: &mut Desk) {
        let is_open = matches!(self.phase, Phase::Open) && !self.is_sending();
        if !is_open || self.session.idle_since().is_none() {
            return;
        }
        self.session.leave();
        let mut cx = TaskContext::from_waker(Waker::noop());
        for _ in 0..STEPS_MAX {
            if self.session.can_advance(desk) {
                self.session.advance(desk, &mut cx);
            }
        }
        // Who has gone does not hear it.
        let _ = transmit(&self.stream, &mut desk.out);
    }

    fn is_lingering(&self) -> bool {
        matches!(self.phase, Phase::Lingering { .. })
    }

    /// Whether output has not left, as far as is known.
    fn is_sending(&self) -> bool {
        self.unsent.is_some() || self.is_posted
    }

    fn step(&mut self, desk: &mut Desk, make_waker: &dyn Fn() -> Waker) -> io::Result<Step> {
        if self.unsent.is_some() {
            return self.send_unsent(desk);
        }
        if self.is_posted {
            return Ok(Step::Stuck);
        }
        if self.session.can_advance(desk) {
            let waker = self.waker.get_or_insert_with(make_waker);
            self.session.advance(desk, &mut TaskContext::from_waker(waker));
            return self.send_output(desk);
        }
        match self.session.wants() {
            Wants::Read if self.readiness.readable => self.receive(desk),
            // Nobody is left to hear the answer that is being made.
            Wants::Nothing if self.readiness.gone => Ok(Step::Close),
            Wants::Read | Wants::Nothing => Ok(Step::Stuck),
            Wants::Close(Closing::Now) => Ok(Step::Close),
            Wants::Close(Closing::Linger) => self.begin_to_linger(desk),
        }
    }

    fn receive(&mut self, desk: &mut Desk) -> io::Result<Step> {
        let Some(received) = self.receive_octets(desk)? else {
            return Ok(Step::Progress);
        };
        if received == 0 {
            self.session.handle_eof(desk);
        } else {
            let input = std::mem::take(&mut desk.input);
            self.session.handle_input(desk, &input[..received]);
            desk.input = input;
        }
        self.send_output(desk)
    }

    /// Reads once; `None` if nothing came, because there is nothing or by a passing fault.
    fn receive_octets(&mut self, desk: &mut Desk) -> io::Result<Option<usize>> {
        match self.stream.receive(&mut desk.input) {
            Ok(received) => {
                // A read that leaves room has emptied the socket: the next octet, but not the
                // end that was announced with this one, comes with news of its own.
                let is_drained = received < desk.input.len() && !self.readiness.ended;
                self.readiness.readable = !is_drained && received > 0;
                Ok(Some(received))
            }
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                self.readiness.readable = false;
                Ok(None)
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn send_output_and_go_on(&mut self, desk: &mut Desk, make_waker: &dyn Fn() -> Waker) -> Fate {
        match self.send_output(desk) {
            Ok(_) if self.is_posted => Fate::Wait,
            Ok(_) => self.turn(desk, make_waker),
            Err(_) => self.close(desk),
        }
    }

    fn send_output(&mut self, desk: &mut Desk) -> io::Result<Step> {
        if desk.out.is_empty() {
            return Ok(Step::Progress);
        }
        // More than a ring sends at once is better sent now than copied when it comes back.
        if desk.is_ring && !desk.out.is_full() {
            self.is_posted = true;
            return Ok(Step::Stuck);
        }
        let (_, progress) = transmit(&self.stream, &mut desk.out);
        match progress? {
            Progress::Complete => {
                self.session.handle_flushed(desk);
                Ok(Step::Progress)
            }
            progress => {
                self.unsent = Some(Unsent::take(&mut desk.out, desk.now.instant));
                Ok(self.note_blocked(progress))
            }
        }
    }

    fn send_unsent(&mut self, desk: &mut Desk) -> io::Result<Step> {
        let Some(unsent) = self.unsent.as_mut().filter(|_| self.readiness.writable) else {
            return Ok(if self.readiness.gone { Step::Close } else { Step::Stuck });
        };
        let (sent, progress) = transmit(&self.stream, &mut unsent.output);
        unsent.pace.advance(desk.now.instant, sent, self.session.limits());
        match progress? {
            Progress::Complete => {
                self.unsent = None;
                self.session.handle_flushed(desk);
                Ok(Step::Progress)
            }
            progress => Ok(self.note_blocked(progress)),
        }
    }

    fn note_blocked(&mut self, progress: Progress) -> Step {
        self.readiness.writable = progress == Progress::Yielded;
        if self.readiness.writable { Step::Yielded } else { Step::Stuck }
    }

    fn begin_to_linger(&mut self, desk: &Desk) -> io::Result<Step> {
        self.stream.shutdown(Direction::Write)?;
        let until = desk.now.instant.checked_add(self.session.limits().linger_timeout);
        self.phase = Phase::Lingering { until, rests_since: desk.now.instant };
        Ok(Step::Progress)
    }

    fn linger(&mut self, desk: &mut Desk) -> io::Result<Step> {
        if !self.readiness.readable {
            return Ok(Step::Stuck);
        }
        match (self.receive_octets(desk)?, &mut self.phase) {
            (Some(0), _) => return Ok(Step::Close),
            (Some(_), Phase::Lingering { rests_since, .. }) => *rests_since = desk.now.instant,
            _ => {}
        }
        Ok(Step::Progress)
    }
}

/// What is left of a connection is its socket.
impl From<Connection> for Stream {
    fn from(connection: Connection) -> Self {
        connection.stream
    }
}

impl AsFd for Connection {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.stream.as_fd()
    }
}

#[cfg(test)]
mod tests;
