//! Input on its way into a machine, and what of it was read and not used: the only memory that a
//! session fills from the wire by itself.

use crate::context::Desk;

/// Input that was read and not used.
#[derive(Default)]
pub(super) struct Held {
    pub(super) octets: Vec<u8>,
    pub(super) waits_for: WaitsFor,
    /// The peer has said that nothing follows, and the machine has not been told yet.
    pub(super) eof: bool,
}

/// Whose turn it is, while octets are held.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum WaitsFor {
    /// More octets: a head, a frame or a chunk line is incomplete.
    #[default]
    Peer,
    /// Our own side: an answer, room for content or output.
    Us,
}

impl Held {
    /// Keeps octets for later.
    pub(super) fn hold(&mut self, input: &[u8]) {
        self.octets.extend_from_slice(input);
        self.waits_for = WaitsFor::Us;
    }

    /// Keeps what is left of octets that were taken from here, of which so many were used. An
    /// idle connection keeps no memory: an empty buffer is dropped.
    pub(super) fn keep_rest(&mut self, mut octets: Vec<u8>, used: usize) {
        if used < octets.len() {
            octets.drain(..used);
            self.octets = octets;
        }
    }

    /// Whether the peer has ended, and nothing that came before waits for us.
    pub(super) fn is_at_end(&self) -> bool {
        let is_behind = !self.octets.is_empty() && self.waits_for == WaitsFor::Us;
        self.eof && !is_behind
    }
}

/// A machine that is fed from the wire, with what it could not use yet.
pub(super) trait Feed {
    fn held(&mut self) -> &mut Held;

    /// Feeds the machine until no event comes; gives how many octets were used.
    fn feed(&mut self, desk: &mut Desk, input: &[u8]) -> usize;

    /// Tells the machine that nothing follows.
    fn feed_end(&mut self, desk: &mut Desk);

    /// Feeds octets after those that are held, and holds what cannot be used.
    fn feed_or_hold(&mut self, desk: &mut Desk, input: &[u8]) {
        if self.held().octets.is_empty() {
            let used = self.feed(desk, input);
            self.held().octets.extend_from_slice(&input[used..]);
        } else {
            self.held().octets.extend_from_slice(input);
            self.feed_held(desk);
        }
    }

    fn feed_held(&mut self, desk: &mut Desk) {
        let octets = std::mem::take(&mut self.held().octets);
        let used = self.feed(desk, &octets);
        self.held().keep_rest(octets, used);
        self.end_input(desk);
    }

    /// The machine sees the end of the input after all that came before it.
    fn end_input(&mut self, desk: &mut Desk) {
        if self.held().is_at_end() {
            *self.held() = Held::default();
            self.feed_end(desk);
        }
    }
}
