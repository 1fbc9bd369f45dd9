//! The contract between machine, session and driver.
//!
//! *Feed input until no event comes, write all output, then wait for what the machine wants
//! or for its deadline.* A machine does no I/O, reads no clock, and gives the same events
//! however the octets were cut. "Need more", "done" and "closed" are values, not errors.

use std::time::Instant;

use crate::Now;

/// A protocol as a pure state machine, for either role.
pub trait Machine {
    /// What octets from the peer can mean. Content is borrowed from the input.
    type Event<'i>;

    /// Takes octets from the peer, and says how many were used and what they meant.
    ///
    /// Octets that were not used are to be offered again, with what comes after them. No event
    /// and nothing used means: more is needed, or nothing is welcome now.
    fn handle_input<'i>(&mut self, now: &Now, input: &'i [u8]) -> Step<Self::Event<'i>>;

    /// The peer will send nothing more.
    fn handle_eof(&mut self, now: &Now) -> Option<Self::Event<'static>>;

    /// The deadline of [`poll_timeout`](Self::poll_timeout) may have passed.
    fn handle_timeout(&mut self, now: &Now) -> Option<Self::Event<'static>>;

    /// Appends the octets that the machine itself has to say (interim answers, last words).
    fn poll_output(&mut self, now: &Now, out: &mut Vec<u8>);

    /// When [`handle_timeout`](Self::handle_timeout) is due.
    fn poll_timeout(&self) -> Option<Instant>;

    /// What the machine waits for, once its output is written.
    fn wants(&self) -> Wants;
}

/// What one call of [`Machine::handle_input`] did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Step<E> {
    /// How many octets of the input were used, from its start.
    pub used: usize,
    /// What they meant.
    pub event: Option<E>,
}

impl<E> Step<E> {
    /// Nothing used, nothing meant.
    pub const fn nothing() -> Self {
        Self { used: 0, event: None }
    }

    /// `used` octets that have no meaning of their own.
    pub const fn skip(used: usize) -> Self {
        Self { used, event: None }
    }

    /// `used` octets that meant `event`.
    pub const fn event(used: usize, event: E) -> Self {
        Self { used, event: Some(event) }
    }
}

/// What a connection waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wants {
    /// Octets from the peer.
    Read,
    /// Something on our side: an answer, content, room.
    Nothing,
    /// To be closed once all output is written.
    Close(Closing),
}

/// How a connection is closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Closing {
    /// At once: nothing from the peer is unread.
    Now,
    /// In stages, so that a reset does not destroy the last answer on its way: our side
    /// first, then the peer's octets are dropped for a while. RFC 9112 §9.6.
    Linger,
}
