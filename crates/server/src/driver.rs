//! What all drivers share: a process's state, and the rules of accepting and draining.

use std::sync::Arc;
use std::time::{Duration, Instant};

use gnezdo_socket::{AcceptTrouble, Listener, Peer, Stream};

use crate::admission::{Admission, Rejection, Ticket};
use crate::connection::Connection;
use crate::context::{Context, Desk};
use crate::shutdown::Shutdown;

/// How long accepting rests when the process or the machine has nothing left to accept with.
pub(crate) const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// How long a connection that was just in use is given for another request when the server
/// shuts down: its client may have sent one already.
pub(crate) const DRAIN_GRACE: Duration = Duration::from_millis(500);

/// What the threads of a process share.
#[derive(Clone)]
pub(crate) struct Shared {
    pub(crate) context: Arc<Context>,
    /// For clients that are told to come back later.
    pub(crate) busy: Arc<Context>,
    pub(crate) admission: Arc<Admission>,
    pub(crate) shutdown: Shutdown,
    pub(crate) shutdown_timeout: Duration,
}

/// What became of an attempt to accept.
pub(crate) enum Accepted {
    /// A connection, admitted or about to be refused politely.
    Connection(Box<Connection>),
    /// Somebody who was turned away, or a passing fault: try again.
    Nobody,
    /// Nobody waits.
    Empty,
    /// No descriptors or no memory: rest, and give something back.
    Exhausted,
}

impl Shared {
    /// Accepts one client, if the limits allow it.
    pub(crate) fn accept(&self, desk: &Desk, listener: &Listener) -> Accepted {
        match listener.accept() {
            Ok((stream, peer)) => self.admit(desk, stream, peer),
            Err(error) => match AcceptTrouble::from(error) {
                AcceptTrouble::Nothing => Accepted::Empty,
                AcceptTrouble::Again => Accepted::Nobody,
                AcceptTrouble::Exhausted => Accepted::Exhausted,
                // Whatever it is, the loop goes on; resting keeps it from spinning.
                AcceptTrouble::Broken(_) => Accepted::Exhausted,
            },
        }
    }

    fn admit(&self, desk: &Desk, stream: Stream, peer: Peer) -> Accepted {
        let (context, ticket): (_, Ticket) = match self.admission.admit(&peer) {
            Ok(ticket) => (&self.context, ticket),
            Err(Rejection::TooManyFromAddress) => (&self.busy, self.admission.admit_to_refuse()),
            Err(Rejection::Forbidden) => return Accepted::Nobody,
        };
        Accepted::Connection(Box::new(Connection::new(context, desk, stream, peer, ticket)))
    }
}

/// The course of a shutdown.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Drain {
    /// Connections at rest since before this moment are closed at once.
    pub(crate) quiet: Instant,
    /// Connections at rest are closed at this moment.
    pub(crate) grace_end: Instant,
    /// All are closed at this moment.
    pub(crate) end: Instant,
}

impl Drain {
    pub(crate) fn begin(now: Instant, shutdown_timeout: Duration) -> Self {
        Self {
            quiet: now.checked_sub(DRAIN_GRACE).unwrap_or(now),
            grace_end: now + DRAIN_GRACE.min(shutdown_timeout),
            end: now + shutdown_timeout,
        }
    }

    /// When something of the course is due.
    pub(crate) fn next(&self, now: Instant) -> Instant {
        if now < self.grace_end { self.grace_end } else { self.end }
    }
}
