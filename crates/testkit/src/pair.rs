//! A client against a server, in memory, in virtual time.

use std::time::{Duration, Instant};

use gnezdo_core::Wants;

use crate::{Clock, Drive, Subject, Wire};

/// Turns after which two machines are held to talk for ever.
const TURNS_MAX: usize = 1_000_000;

/// Two subjects and the wires between them.
#[derive(Debug)]
pub struct Pair<C, S> {
    /// The side that speaks first.
    pub client: Drive<C>,
    /// The side that answers.
    pub server: Drive<S>,
    up: Line,
    down: Line,
}

/// A wire, and whether its end has been told.
#[derive(Debug)]
struct Line {
    wire: Wire,
    is_ended: bool,
}

impl<C: Subject, S: Subject> Pair<C, S> {
    /// Connects two subjects; `up` leads from client to server.
    pub fn new(client: C, server: S, up: Wire, down: Wire) -> Self {
        let clock = Clock::new();
        Self {
            client: Drive::with_clock(client, clock.clone()),
            server: Drive::with_clock(server, clock),
            up: Line { wire: up, is_ended: false },
            down: Line { wire: down, is_ended: false },
        }
    }

    /// Lets both talk until nothing is on its way any more. Deadlines that pass meanwhile are
    /// kept; nobody waits for a deadline alone.
    pub fn run(&mut self) {
        for _ in 0..TURNS_MAX {
            if self.turn() {
                continue;
            }
            let Some(next) = self.next_arrival() else {
                return;
            };
            self.wait_until(next);
        }
        panic!("two machines that talk without end");
    }

    /// Lets time pass, and both talk.
    pub fn run_for(&mut self, duration: Duration) {
        let end = self.client.now().instant + duration;
        self.run();
        while let Some(next) = self.next_deadline().filter(|d| *d <= end) {
            self.wait_until(next);
            self.run();
        }
        self.wait_until(end);
        self.run();
    }

    /// Gives the transcripts of client and server.
    pub fn finish(self) -> (Vec<String>, Vec<String>) {
        (self.client.finish(), self.server.finish())
    }

    /// Moves what can be moved now; says whether there was anything.
    fn turn(&mut self) -> bool {
        let up = self.up.carry(&mut self.client, &mut self.server);
        let down = self.down.carry(&mut self.server, &mut self.client);
        up || down
    }

    fn wait_until(&mut self, instant: Instant) {
        self.client.wait_until(instant);
        self.server.wait_until(instant);
    }

    fn next_arrival(&self) -> Option<Instant> {
        [self.up.wire.next_arrival(), self.down.wire.next_arrival()].into_iter().flatten().min()
    }

    fn next_deadline(&self) -> Option<Instant> {
        [self.client.deadline(), self.server.deadline()].into_iter().flatten().min()
    }
}

impl Line {
    fn carry<A: Subject, B: Subject>(&mut self, from: &mut Drive<A>, to: &mut Drive<B>) -> bool {
        let now = from.now().instant;
        let output = from.take_output();
        self.wire.send(now, &output);
        if let Some(piece) = self.wire.receive(now) {
            to.feed(&piece);
            return true;
        }
        let is_over = matches!(from.wants(), Wants::Close(_)) && self.wire.next_arrival().is_none();
        if self.is_ended || !(is_over || self.wire.is_broken()) {
            return !output.is_empty();
        }
        self.is_ended = true;
        to.end();
        true
    }
}
