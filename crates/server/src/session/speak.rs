//! What a session asks of a version of HTTP: the same for each.

use std::task::Context as TaskContext;
use std::time::Instant;

use gnezdo_core::{Limits, Wants};

use super::held::Feed;
use crate::context::Desk;

/// A version of HTTP with the services behind it. The words are those of
/// [`Session`](super::Session), which hands them on.
pub(super) trait Speak: Feed + Send {
    /// Takes octets from the peer. All of them: what cannot be used yet is held.
    fn handle_input(&mut self, desk: &mut Desk, input: &[u8]) {
        self.feed_or_hold(desk, input);
    }

    /// Takes octets from the peer that came without being asked for, and only keeps them.
    fn hold_input(&mut self, input: &[u8]);

    /// The peer will send nothing more.
    fn handle_eof(&mut self, desk: &mut Desk) {
        self.held().eof = true;
        self.end_input(desk);
    }

    fn handle_wake(&mut self);

    fn handle_timeout(&mut self, desk: &mut Desk);

    fn handle_flushed(&mut self, desk: &mut Desk);

    fn handle_closed(&mut self, desk: &mut Desk, unsent: u64);

    fn can_advance(&self, desk: &Desk) -> bool;

    fn advance(&mut self, desk: &mut Desk, cx: &mut TaskContext<'_>);

    fn wants(&self) -> Wants;

    fn deadline(&self) -> Option<Instant>;

    fn limits(&self) -> &Limits;

    fn idle_since(&self) -> Option<Instant>;

    fn finish_soon(&mut self);

    fn leave(&mut self);
}
