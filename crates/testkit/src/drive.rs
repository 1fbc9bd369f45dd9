//! Drives one machine by the contract: feed until no event comes, then wait.
//!
//! Whoever uses the machine reacts right after each event, never "when nothing more comes":
//! the latter would depend on the cuts.

use std::time::{Duration, Instant};

use gnezdo_core::{Closing, Machine, Now, Step, Wants};

use crate::{Clock, Transcript};

/// Events in a row that use no octet. More of them would be an endless loop in a driver.
const IDLE_EVENTS_MAX: usize = 4;

/// A machine under test, and somebody who uses it.
pub trait Subject {
    /// The machine.
    type Machine: Machine;

    /// The machine, to ask.
    fn machine(&self) -> &Self::Machine;

    /// The machine, to feed.
    fn machine_mut(&mut self) -> &mut Self::Machine;

    /// Writes an event down, and reacts to it; what is said to the peer goes to `out`.
    fn note(
        &mut self,
        now: &Now,
        event: <Self::Machine as Machine>::Event<'_>,
        out: &mut Vec<u8>,
        log: &mut Transcript,
    );

    /// Does what is due without an event, such as the first request of a client.
    fn act(&mut self, _now: &Now, _out: &mut Vec<u8>, _log: &mut Transcript) {}

    /// Writes down what the machine said by itself.
    fn note_own_words(&mut self, words: &[u8], log: &mut Transcript) {
        log.line(format!("said \"{}\"", words.escape_ascii()));
    }

    /// Whether octets that come now cannot change what has been understood so far.
    fn is_at_boundary(&self) -> bool {
        true
    }
}

/// A subject between its octets, its clock and its transcript.
#[derive(Debug)]
pub struct Drive<S> {
    subject: S,
    clock: Clock,
    unread: Vec<u8>,
    output: Vec<u8>,
    log: Transcript,
}

impl<S: Subject> Drive<S> {
    /// Begins with the clock at its start.
    pub fn new(subject: S) -> Self {
        Self::with_clock(subject, Clock::new())
    }

    /// Begins with a clock that others have as well.
    pub fn with_clock(subject: S, clock: Clock) -> Self {
        let mut drive = Self {
            subject,
            clock,
            unread: Vec::new(),
            output: Vec::new(),
            log: Transcript::default(),
        };
        drive.settle();
        drive
    }

    /// The subject.
    pub const fn subject(&self) -> &S {
        &self.subject
    }

    /// The subject, to let it do something; [`settle`](Self::settle) afterwards.
    pub const fn subject_mut(&mut self) -> &mut S {
        &mut self.subject
    }

    /// Octets come from the peer.
    pub fn feed(&mut self, octets: &[u8]) {
        self.unread.extend_from_slice(octets);
        self.settle();
    }

    /// The peer will send nothing more.
    pub fn end(&mut self) {
        self.settle();
        let now = self.clock.now();
        if let Some(event) = self.subject.machine_mut().handle_eof(now) {
            self.subject.note(now, event, &mut self.output, &mut self.log);
        }
        self.settle();
    }

    /// Time passes; each deadline on the way is kept.
    pub fn wait(&mut self, duration: Duration) {
        self.wait_until(self.clock.now().instant + duration);
    }

    /// Time passes up to a moment.
    ///
    /// # Panics
    /// If a deadline that has passed stays as it is: a driver would never sleep again.
    pub fn wait_until(&mut self, instant: Instant) {
        while let Some(deadline) = self.deadline().filter(|d| *d <= instant) {
            self.clock.advance_to(deadline);
            let now = self.clock.now();
            let event = self.subject.machine_mut().handle_timeout(now);
            let has_event = event.is_some();
            if let Some(event) = event {
                self.subject.note(now, event, &mut self.output, &mut self.log);
            }
            self.settle();
            // Each of several that are overdue is an event of its own.
            let is_kept = has_event || self.deadline() != Some(deadline);
            assert!(is_kept, "a deadline was not kept");
        }
        self.clock.advance_to(instant);
    }

    /// What has been said to the peer since the last call.
    pub fn take_output(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.output)
    }

    /// Octets from the peer that have not been used yet.
    pub fn unread(&self) -> &[u8] {
        &self.unread
    }

    /// What the machine waits for.
    pub fn wants(&self) -> Wants {
        self.subject.machine().wants()
    }

    /// When the machine's next deadline is.
    pub fn deadline(&self) -> Option<Instant> {
        self.subject.machine().poll_timeout()
    }

    /// The moment by the drive's clock.
    pub const fn now(&self) -> &Now {
        self.clock.now()
    }

    /// The transcript; its last line says what the machine wants: `open`, `busy`, `close now`
    /// or `close in stages`.
    pub fn finish(mut self) -> Vec<String> {
        self.log.line(match self.wants() {
            Wants::Read => "open",
            Wants::Nothing => "busy",
            Wants::Close(Closing::Now) => "close now",
            Wants::Close(Closing::Linger) => "close in stages",
        });
        self.log.into_lines()
    }

    /// Feeds until no event comes.
    ///
    /// # Panics
    /// If the machine uses more than it was given, or gives events without end.
    pub fn settle(&mut self) {
        let mut idle_events = 0;
        loop {
            self.subject.act(self.clock.now(), &mut self.output, &mut self.log);
            let fed = self.offer_input();
            self.note_own_words();
            if fed == Step::nothing() {
                return;
            }
            idle_events = if fed.used == 0 { idle_events + 1 } else { 0 };
            assert!(idle_events <= IDLE_EVENTS_MAX, "events without end");
            self.unread.drain(..fed.used);
        }
    }

    /// Offers the octets once; tells how many were used and whether they meant something.
    fn offer_input(&mut self) -> Step<()> {
        let now = self.clock.now();
        let Step { used, event } = self.subject.machine_mut().handle_input(now, &self.unread);
        assert!(used <= self.unread.len(), "used more than was given");
        let event = event.map(|event| {
            self.subject.note(now, event, &mut self.output, &mut self.log);
        });
        Step { used, event }
    }

    fn note_own_words(&mut self) {
        let start = self.output.len();
        self.subject.machine_mut().poll_output(self.clock.now(), &mut self.output);
        if self.output.len() > start {
            self.subject.note_own_words(&self.output[start..], &mut self.log);
        }
    }
}
