//! The end of a server: said once, heard by every thread.

use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::sync::{Arc, OnceLock};
use std::time::Instant;

use rustix::event::{PollFd, PollFlags, poll};
use rustix::pipe::{PipeFlags, pipe_with};

/// Ends a server from another thread. Clones mean the same server.
///
/// The first [`begin`](Self::begin) lets it finish what is in progress.
#[derive(Clone, Debug)]
pub struct Shutdown(Arc<Inner>);

/// A pipe that becomes readable and is never read: whoever waits for something can wait for
/// this at the same time, whatever the way of waiting.
#[derive(Debug)]
struct Inner {
    begun_at: OnceLock<Instant>,
    reader: OwnedFd,
    writer: OwnedFd,
}

impl Shutdown {
    /// # Errors
    /// No descriptor was left for the pipe.
    pub fn new() -> io::Result<Self> {
        let (reader, writer) = pipe_with(PipeFlags::CLOEXEC | PipeFlags::NONBLOCK)?;
        Ok(Self(Arc::new(Inner { begun_at: OnceLock::new(), reader, writer })))
    }

    /// Stops accepting, finishes what is in progress, then ends the server.
    pub fn begin(&self) {
        if self.0.begun_at.set(Instant::now()).is_ok() {
            // An empty pipe takes an octet.
            let _ = rustix::io::write(&self.0.writer, &[1]);
        }
    }

    /// Waits for [`begin`](Self::begin).
    pub(crate) fn wait(&self) {
        while !self.has_begun() {
            let _ = poll(&mut [PollFd::new(self, PollFlags::IN)], None);
        }
    }

    /// Whether [`begin`](Self::begin) has been called.
    pub fn has_begun(&self) -> bool {
        self.begun_at().is_some()
    }

    /// When [`begin`](Self::begin) was called. All deadlines of the end count from here.
    pub(crate) fn begun_at(&self) -> Option<Instant> {
        self.0.begun_at.get().copied()
    }
}

/// Readable once the shutdown has begun.
impl AsFd for Shutdown {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.0.reader.as_fd()
    }
}
