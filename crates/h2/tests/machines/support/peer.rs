//! A server under test, and frames for it one after another.

use std::time::Duration;

use gnezdo_core::{Limits, Wants};
use gnezdo_testkit::Drive;

use super::frames::{Frame, Frames, beginning};
use super::server_user::ServerUser;

/// A client of bare frames.
pub(crate) struct Peer {
    pub(crate) drive: Drive<ServerUser>,
    frames: Frames,
}

impl Peer {
    /// A connection on which both sides have settled.
    pub(crate) fn new(limits: Limits) -> Self {
        Self::with_settings(limits, &[])
    }

    pub(crate) fn with_settings(limits: Limits, settings: &[(u16, u32)]) -> Self {
        let mut peer = Self::silent(limits);
        peer.feed(&beginning(settings));
        peer.said();
        peer
    }

    /// A connection on which the client has said nothing.
    pub(crate) fn silent(limits: Limits) -> Self {
        Self { drive: Drive::new(ServerUser::new(limits)), frames: Frames::default() }
    }

    pub(crate) fn feed(&mut self, octets: &[u8]) {
        self.drive.feed(octets);
    }

    pub(crate) fn wait(&mut self, seconds: u64) {
        self.drive.wait(Duration::from_secs(seconds));
    }

    /// What was said since the last call.
    pub(crate) fn said(&mut self) -> Vec<Frame> {
        self.frames.read(&self.drive.take_output())
    }

    pub(crate) fn is_open(&self) -> bool {
        !matches!(self.drive.wants(), Wants::Close(_))
    }

    pub(crate) fn requests(&self) -> usize {
        self.drive.subject().requests
    }
}
