//! When a connection stops waiting for its peer.

use std::time::Instant;

use gnezdo_core::Limits;

use crate::error::PeerError;

/// What is waited for, and since when.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Waiting {
    /// The rest of the preface, of a frame, or of a header block.
    pub(crate) head_since: Option<Instant>,
    /// The acknowledgement of our settings.
    pub(crate) settings_since: Option<Instant>,
    /// A stream, while none is open.
    pub(crate) idle_since: Instant,
    /// The earliest of all deadlines of streams, or a moment before it.
    pub(crate) streams_due: Option<Instant>,
}

impl Waiting {
    pub(crate) fn new(now: Instant) -> Self {
        Self {
            head_since: Some(now),
            settings_since: Some(now),
            idle_since: now,
            streams_due: None,
        }
    }

    /// Looks again not later than at a stream's deadline.
    pub(crate) fn watch(&mut self, deadline: Option<Instant>) {
        self.streams_due = [self.streams_due, deadline].into_iter().flatten().min();
    }

    /// When the wait ends; never, if that is beyond what the clock can count.
    pub(crate) fn deadline(&self, is_idle: bool, limits: &Limits) -> Option<Instant> {
        let head = self.head_since.and_then(|since| since.checked_add(limits.header_timeout));
        let settings = self.settings_deadline(limits);
        let idle = if is_idle { self.idle_since.checked_add(limits.idle_timeout) } else { None };
        [head, settings, idle, self.streams_due].into_iter().flatten().min()
    }

    /// What of the connection itself did not come in time.
    pub(crate) fn overdue(&self, now: Instant, limits: &Limits) -> Option<PeerError> {
        let is_past = |deadline: Option<Instant>| deadline.is_some_and(|deadline| now >= deadline);
        let head = self.head_since.and_then(|since| since.checked_add(limits.header_timeout));
        if is_past(head) {
            return Some(PeerError::HeadTimeout);
        }
        is_past(self.settings_deadline(limits)).then_some(PeerError::SettingsTimeout)
    }

    pub(crate) fn is_idle_over(&self, now: Instant, limits: &Limits) -> bool {
        self.idle_since.checked_add(limits.idle_timeout).is_some_and(|deadline| now >= deadline)
    }

    fn settings_deadline(&self, limits: &Limits) -> Option<Instant> {
        self.settings_since.and_then(|since| since.checked_add(limits.http2.settings_timeout))
    }
}
