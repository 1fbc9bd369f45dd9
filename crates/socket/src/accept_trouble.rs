//! What an error of `accept` means for the loop that called it.
//!
//! Most are about the one connection that could not be had: Linux passes errors of the new
//! socket's network on through `accept` (accept(2), "Error handling"), and a loop that ended
//! there would be ended by any peer. Only an error about the listener itself is a reason to stop.

use std::io;

use rustix::io::Errno;

use crate::platform;

/// What to do about an error of [`Listener::accept`](crate::Listener::accept).
#[derive(Debug)]
pub enum AcceptTrouble {
    /// No connection waits: wait for one.
    Nothing,
    /// One connection was lost, or a signal came: accept the next one at once.
    Again,
    /// Descriptors or memory ran out. The connection still waits, and accepting again at once
    /// would fail again: pause, and close what is idle.
    Exhausted,
    /// The listener is of no use any more.
    Broken(io::Error),
}

impl From<io::Error> for AcceptTrouble {
    fn from(error: io::Error) -> Self {
        match Errno::from_io_error(&error) {
            Some(errno) => Self::from_errno(errno),
            None => Self::from_kind(error),
        }
    }
}

impl AcceptTrouble {
    fn from_errno(errno: Errno) -> Self {
        match errno {
            // EWOULDBLOCK is the same number on every system we know.
            Errno::AGAIN => Self::Nothing,
            // EPERM: a firewall rule forbids the connection.
            Errno::INTR | Errno::CONNABORTED | Errno::CONNRESET | Errno::PERM => Self::Again,
            Errno::MFILE | Errno::NFILE | Errno::NOMEM | Errno::NOBUFS => Self::Exhausted,
            errno if platform::NETWORK_ERRORS.contains(&errno) => Self::Again,
            errno => Self::Broken(errno.into()),
        }
    }

    /// Errors that did not come from the system.
    fn from_kind(error: io::Error) -> Self {
        use io::ErrorKind as Kind;
        match error.kind() {
            Kind::WouldBlock => Self::Nothing,
            Kind::Interrupted | Kind::ConnectionAborted | Kind::ConnectionReset => Self::Again,
            Kind::OutOfMemory => Self::Exhausted,
            _ => Self::Broken(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(error: io::Error) -> &'static str {
        match AcceptTrouble::from(error) {
            AcceptTrouble::Nothing => "nothing",
            AcceptTrouble::Again => "again",
            AcceptTrouble::Exhausted => "exhausted",
            AcceptTrouble::Broken(_) => "broken",
        }
    }

    #[test]
    fn errors_of_the_system_are_sorted() {
        let cases = [
            (Errno::AGAIN, "nothing"),
            (Errno::WOULDBLOCK, "nothing"),
            (Errno::INTR, "again"),
            (Errno::CONNABORTED, "again"),
            (Errno::CONNRESET, "again"),
            (Errno::PERM, "again"),
            (Errno::NETDOWN, "again"),
            (Errno::PROTO, "again"),
            (Errno::NOPROTOOPT, "again"),
            (Errno::HOSTDOWN, "again"),
            (Errno::HOSTUNREACH, "again"),
            (Errno::NETUNREACH, "again"),
            (Errno::OPNOTSUPP, "again"),
            (Errno::TIMEDOUT, "again"),
            (Errno::MFILE, "exhausted"),
            (Errno::NFILE, "exhausted"),
            (Errno::NOMEM, "exhausted"),
            (Errno::NOBUFS, "exhausted"),
            (Errno::BADF, "broken"),
            (Errno::INVAL, "broken"),
            (Errno::NOTSOCK, "broken"),
            (Errno::FAULT, "broken"),
        ];
        for (errno, expected) in cases {
            assert_eq!(name(errno.into()), expected, "{errno:?}");
        }
        #[cfg(target_os = "linux")]
        assert_eq!(name(Errno::NONET.into()), "again");
    }

    #[test]
    fn errors_of_programs_are_sorted_by_kind() {
        let cases = [
            (io::ErrorKind::WouldBlock, "nothing"),
            (io::ErrorKind::Interrupted, "again"),
            (io::ErrorKind::ConnectionAborted, "again"),
            (io::ErrorKind::OutOfMemory, "exhausted"),
            (io::ErrorKind::Other, "broken"),
        ];
        for (kind, expected) in cases {
            assert_eq!(name(kind.into()), expected, "{kind:?}");
        }
    }
}
