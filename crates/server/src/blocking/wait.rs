//! `poll(2)`, with a timeout in words.

use std::io;
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};

use crate::connection::{Interest, Readiness};

/// Waits until something is known of one of the descriptors, or until the timeout.
pub(super) fn wait(fds: &mut [PollFd<'_>], timeout: Option<Duration>) -> io::Result<()> {
    let timeout = timeout.and_then(|timeout| Timespec::try_from(timeout).ok());
    match poll(fds, timeout.as_ref()) {
        Ok(_) | Err(rustix::io::Errno::INTR) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

pub(super) fn flags(interest: Interest) -> PollFlags {
    let mut flags = PollFlags::empty();
    flags.set(PollFlags::IN, interest.read);
    flags.set(PollFlags::OUT, interest.write);
    flags
}

pub(super) fn readiness(news: PollFlags) -> Readiness {
    let is_gone = news.intersects(PollFlags::HUP | PollFlags::ERR);
    Readiness {
        readable: news.contains(PollFlags::IN),
        writable: news.contains(PollFlags::OUT),
        ended: is_gone,
        gone: is_gone,
    }
}
