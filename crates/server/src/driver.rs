//! What all drivers share: a process's state, and the rules of accepting and draining.

use std::io;
use std::sync::Arc;
use std::time::{Duration, Instant};

use gnezdo_socket::{AcceptTrouble, Listener, Peer, Stream};

use crate::admission::{Admission, Rejection, Ticket};
use crate::background::Background;
use crate::connection::Connection;
use crate::context::{Context, Desk};
use crate::neighbours::Neighbours;
use crate::shutdown::Shutdown;

/// How long accepting rests when the process or the machine has nothing left to accept with.
pub(crate) const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// How long a connection may rest while others wait for its place: a client that has just
/// connected or been answered is likely to be sending its next request.
pub(crate) const PATIENCE: Duration = Duration::from_millis(100);

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
    pub(crate) neighbours: Arc<Neighbours>,
    /// Whether nobody else accepts from the listeners.
    pub(crate) is_alone: bool,
    pub(crate) shutdown: Shutdown,
    pub(crate) shutdown_timeout: Duration,
    /// Entered by each thread that serves connections.
    pub(crate) background: Background,
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

impl Accepted {
    /// What an error in accepting means.
    pub(crate) fn trouble(error: io::Error) -> Self {
        match AcceptTrouble::from(error) {
            AcceptTrouble::Nothing => Self::Empty,
            AcceptTrouble::Again => Self::Nobody,
            AcceptTrouble::Exhausted => Self::Exhausted,
            // Whatever it is, the loop goes on; resting keeps it from spinning.
            AcceptTrouble::Broken(_) => Self::Exhausted,
        }
    }
}

impl Shared {
    /// Accepts one client, if the limits allow it.
    pub(crate) fn accept(&self, desk: &Desk, listener: &Listener) -> Accepted {
        match listener.accept() {
            Ok((stream, peer)) => self.admit(desk, stream, peer),
            Err(error) => Accepted::trouble(error),
        }
    }

    /// Whether a shutdown has begun so long ago that nobody is served any more.
    pub(crate) fn is_past_end(&self, now: Instant) -> bool {
        let begun_at = self.shutdown.begun_at();
        begun_at.is_some_and(|at| Drain::begin(now, at, self.shutdown_timeout).is_over(now))
    }

    /// Lets a client in that was accepted, if the limits allow it.
    pub(crate) fn admit(&self, desk: &Desk, stream: Stream, peer: Peer) -> Accepted {
        let (context, ticket): (_, Ticket) = match self.admission.admit(&peer) {
            Ok(ticket) => (&self.context, ticket),
            Err(Rejection::TooManyFromAddress) => match self.admission.admit_to_refuse() {
                Some(ticket) => (&self.busy, ticket),
                None => return Accepted::Nobody,
            },
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
    /// Connections at rest are closed at this moment, once.
    grace_end: Option<Instant>,
    /// All are closed at this moment; never, if that is beyond what the clock can count.
    end: Option<Instant>,
}

impl Drain {
    /// Connections that take part from `now` on have their own grace, but one end for all.
    pub(crate) fn begin(now: Instant, begun_at: Instant, shutdown_timeout: Duration) -> Self {
        Self {
            quiet: now.checked_sub(DRAIN_GRACE).unwrap_or(now),
            grace_end: Some(now + DRAIN_GRACE),
            end: begun_at.checked_add(shutdown_timeout),
        }
    }

    /// Whether connections at rest are to be closed now; says so once.
    pub(crate) fn take_grace_end(&mut self, now: Instant) -> bool {
        self.grace_end.take_if(|grace_end| now >= *grace_end).is_some()
    }

    /// Whether all connections are to be closed now.
    pub(crate) fn is_over(&self, now: Instant) -> bool {
        self.end.is_some_and(|end| now >= end)
    }

    /// When something of the course is due.
    pub(crate) fn next(&self) -> Option<Instant> {
        self.grace_end.into_iter().chain(self.end).min()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_late_connection_has_its_grace_but_no_later_end() {
        let begun_at = Instant::now();
        let after = |seconds| begun_at + Duration::from_secs(seconds);
        let mut drain = Drain::begin(after(4), begun_at, Duration::from_secs(10));
        assert_eq!(drain.next(), Some(after(4) + DRAIN_GRACE));
        assert!(!drain.take_grace_end(after(4)));
        assert!(drain.take_grace_end(after(5)) && !drain.take_grace_end(after(5)));
        assert_eq!(drain.next(), Some(after(10)));
        assert!(!drain.is_over(after(9)) && drain.is_over(after(10)));
    }
}
