//! One stream: how far each of its two directions has come. RFC 9113 §5.1.

use std::fmt;
use std::time::Instant;

use gnezdo_core::{Limits, Pace};
use http::Method;

use crate::Priority;
use crate::frame::number31;
use crate::window::{ReceiveWindow, SendWindow};

/// The identifier of a stream, 31 bits. RFC 9113 §5.1.1.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StreamId(pub u32);

impl StreamId {
    /// Frames with this identifier are about the connection as a whole.
    pub const CONNECTION: Self = Self(0);

    /// The highest there is.
    pub const MAX: Self = Self((1 << 31) - 1);

    pub(crate) fn read(octets: [u8; 4]) -> Self {
        Self(number31(octets))
    }

    /// Whether only a client can open it.
    pub(crate) fn is_client_s(self) -> bool {
        self.0 % 2 == 1
    }
}

impl fmt::Display for StreamId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl fmt::Debug for StreamId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

/// Whether a stream ends with a frame: END_STREAM. RFC 9113 §6.1, §6.2.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ends {
    /// Nothing follows from this side.
    Yes,
    /// There is more to come.
    No,
}

/// A stream that is not closed.
#[derive(Debug)]
pub(crate) struct Stream {
    pub(crate) id: StreamId,
    pub(crate) receiving: Receiving,
    pub(crate) sending: Sending,
    pub(crate) receive_window: ReceiveWindow,
    pub(crate) send_window: SendWindow,
    pub(crate) priority: Priority,
    /// Whether our user has content for it at hand.
    pub(crate) is_ready: bool,
    /// Whether it is a tunnel, on which nothing may come for as long as both sides like.
    pub(crate) is_tunnel: bool,
    /// Whether content comes fast enough, while it can come.
    pub(crate) receive_pace: Option<Pace>,
    /// Whether content leaves fast enough, while there is some.
    pub(crate) send_pace: Option<Pace>,
}

/// What the peer has to say on a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Receiving {
    /// The head of a response, after so many interim ones.
    Head { interim: u8, asked: Asked },
    /// Content, of which so much has come, and so much is still announced.
    Content { come: u64, left: Option<u64> },
    /// Content that no answer needs any more; so many octets of it are put up with, until then.
    Discarded { left: u64, until: Option<Instant> },
    /// Nothing more.
    Complete,
}

/// What we have to say on a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sending {
    /// An answer.
    Due(Due),
    /// Content, of which so much is still announced.
    Content { left: Option<u64> },
    /// Nothing more.
    Complete,
}

/// What an answer must know of its request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Due {
    pub(crate) asked: Asked,
    pub(crate) expects_continue: bool,
}

/// The methods whose answers are framed in their own way. RFC 9110 §9.3.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Asked {
    Head,
    Connect,
    Other,
}

impl Asked {
    pub(crate) fn of(method: &Method) -> Self {
        match *method {
            Method::HEAD => Self::Head,
            Method::CONNECT => Self::Connect,
            _ => Self::Other,
        }
    }
}

impl Stream {
    /// When its peer has stopped; `None` while nothing is asked of it.
    pub(crate) fn deadline(&self, limits: &Limits) -> Option<Instant> {
        let deadline = |pace: Option<Pace>| pace.and_then(|pace| pace.deadline(limits));
        let deadlines = [deadline(self.receive_pace), deadline(self.send_pace), self.patience()];
        deadlines.into_iter().flatten().min()
    }

    /// Until when content is put up with that no answer needs.
    pub(crate) fn patience(&self) -> Option<Instant> {
        match self.receiving {
            Receiving::Discarded { until, .. } => until,
            Receiving::Head { .. } | Receiving::Content { .. } | Receiving::Complete => None,
        }
    }

    /// Content is waited for, as long as its window is open.
    pub(crate) fn watch_content(&mut self, now: Instant) {
        if self.receive_window.is_shut() || self.is_tunnel {
            self.receive_pace = None;
        } else {
            self.receive_pace.get_or_insert_with(|| Pace::new(now));
        }
    }

    /// Whether it has content that its window keeps back, or that of the connection.
    pub(crate) fn is_blocked(&self, connection: SendWindow) -> bool {
        self.is_ready && (self.send_window.available() == 0 || connection.available() == 0)
    }

    pub(crate) fn is_complete(&self) -> bool {
        self.receiving == Receiving::Complete && self.sending == Sending::Complete
    }
}
