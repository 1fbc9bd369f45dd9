//! When a machine stops waiting for its peer.

use std::time::Instant;

use gnezdo_core::{Limits, Pace};

/// What is waited for, and since when.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Waiting {
    /// The first head: from the start of the connection.
    FirstHead { since: Instant },
    /// Another head, none of which has come.
    NextHead { since: Instant },
    /// The rest of a head.
    RestOfHead { since: Instant },
    /// Content.
    Content(Pace),
    /// The rest of content that nobody wants.
    Discarded { since: Instant },
    /// Our own side.
    Nobody,
}

impl Waiting {
    /// When it ends; never, if that is beyond what the clock can count.
    pub(crate) fn deadline(&self, limits: &Limits) -> Option<Instant> {
        match self {
            Self::FirstHead { since } | Self::RestOfHead { since } => {
                since.checked_add(limits.header_timeout)
            }
            Self::NextHead { since } => since.checked_add(limits.idle_timeout),
            Self::Content(pace) => pace.deadline(limits),
            Self::Discarded { since } => since.checked_add(limits.linger_timeout),
            Self::Nobody => None,
        }
    }
}
