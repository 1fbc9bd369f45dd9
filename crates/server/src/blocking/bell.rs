//! How a handler on another thread wakes one that waits in `poll(2)`.

use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::sync::Arc;
use std::task::{Wake, Waker};

use rustix::pipe::{PipeFlags, pipe_with};

/// A pipe: ringing writes an octet, and the one who waits sees it readable.
pub(super) struct Bell {
    reader: OwnedFd,
    rope: Arc<Rope>,
}

struct Rope(OwnedFd);

impl Bell {
    pub(super) fn new() -> io::Result<Self> {
        let (reader, writer) = pipe_with(PipeFlags::CLOEXEC | PipeFlags::NONBLOCK)?;
        Ok(Self { reader, rope: Arc::new(Rope(writer)) })
    }

    pub(super) fn waker(&self) -> Waker {
        self.rope.clone().into()
    }

    /// Takes note of all that has been rung.
    pub(super) fn hush(&self) {
        let mut octets = [0; 64];
        while rustix::io::read(&self.reader, &mut octets).is_ok_and(|read| read == octets.len()) {}
    }
}

impl AsFd for Bell {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.reader.as_fd()
    }
}

impl Wake for Rope {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        // A full pipe has been rung enough.
        let _ = rustix::io::write(&self.0, &[1]);
    }
}
