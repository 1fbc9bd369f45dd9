//! One io_uring: operations go in, completions come out.
//!
//! All memory that the kernel may read or write belongs to the ring until the kernel has given
//! it back: octets to send lie in a [`Batch`] that is not touched before the last of its sends
//! has completed, and what is received comes in [`Buffers`] of the ring's own. The methods
//! are safe because of that. Nothing here knows a connection.
#![allow(unsafe_code)]

use std::io;
use std::ops::Range;
use std::os::fd::{AsRawFd, BorrowedFd, FromRawFd, OwnedFd};
use std::time::Duration;

use io_uring::squeue::{Entry, Flags};
use io_uring::types::{CancelBuilder, Fd, SubmitArgs, Timespec};
use io_uring::{IoUring, cqueue, opcode};
use rustix::io::Errno;

use super::buffers::{Buffers, Lent};
use super::token::{BATCHES, Operation};
use crate::mailbox::Address;

/// The group of the receive buffers; the ring has no other.
const GROUP: u16 = 0;

/// A batch keeps no more memory than this for the next one, in bytes.
const BATCH_BYTES_KEPT: usize = 1024 * 1024;

const ACCEPT_FLAGS: i32 = libc::SOCK_NONBLOCK | libc::SOCK_CLOEXEC;

/// `MSG_DONTWAIT`: the kernel does not wait for room. So a send is over when the call that took it
/// up returns, whole or not.
const SEND_FLAGS: i32 = libc::MSG_NOSIGNAL | libc::MSG_DONTWAIT;

/// How often the end of a ring asks its operations to end.
const ENDINGS_MAX: usize = 100;

/// How large a ring is.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sizes {
    /// How many operations go to the kernel in one call at most.
    pub(super) submissions: u32,
    /// How many completions the ring has room for; the kernel keeps those beyond.
    pub(super) completions: u32,
    /// How many receive buffers there are, a power of two, and of how many bytes.
    pub(super) buffers: u16,
    pub(super) buffer_bytes: u32,
}

pub(super) struct Ring {
    /// Dropped before the memory that the kernel knows.
    io: IoUring,
    buffers: Buffers,
    batches: [Batch; BATCHES],
    /// Entries for which the submission queue had no room.
    overflow: Vec<Entry>,
    /// How many operations have not completed.
    in_flight: usize,
}

/// Octets of several connections, on their way.
#[derive(Debug, Default)]
struct Batch {
    octets: Vec<u8>,
    in_flight: usize,
}

/// Octets of a batch that one connection sends.
#[derive(Clone, Debug)]
pub(super) struct Post {
    pub(super) address: Address,
    pub(super) descriptor: Fd,
    pub(super) range: Range<usize>,
}

/// What became of an operation.
#[derive(Debug)]
pub(super) struct Completion {
    pub(super) operation: Operation,
    pub(super) outcome: Outcome,
    /// Whether the operation goes on, and completes again.
    pub(super) goes_on: bool,
}

#[derive(Debug)]
pub(super) enum Outcome {
    Accepted(OwnedFd),
    Received(Lent),
    /// Octets that were sent, or the events that were polled for.
    Count(u32),
    Failed(Errno),
}

impl Ring {
    /// # Errors
    /// The kernel refuses, has too little memory, or knows no such rings.
    pub(super) fn new(sizes: Sizes) -> io::Result<Self> {
        let io = set_up(sizes)?;
        // SAFETY: in the order of the fields, the ring is dropped before the buffers.
        let buffers = unsafe { Buffers::register(&io, GROUP, sizes.buffers, sizes.buffer_bytes)? };
        let batches = Default::default();
        Ok(Self { io, buffers, batches, overflow: Vec::new(), in_flight: 0 })
    }

    /// Accepts from a listener until that is cancelled.
    pub(super) fn accept_on(&mut self, listener: BorrowedFd<'_>, number: usize) {
        let entry = opcode::AcceptMulti::new(Fd(listener.as_raw_fd())).flags(ACCEPT_FLAGS).build();
        self.push(Operation::Accept(number), entry);
    }

    /// Receives as long as octets come and buffers last.
    pub(super) fn receive_on(&mut self, socket: Fd, address: Address) {
        let entry = opcode::RecvMulti::new(socket, GROUP).build();
        self.push(Operation::Receive(address), entry);
    }

    /// Receives once.
    pub(super) fn receive_once(&mut self, socket: Fd, address: Address) {
        let entry = opcode::Recv::new(socket, std::ptr::null_mut(), 0).buf_group(GROUP).build();
        self.push(Operation::Receive(address), entry.flags(Flags::BUFFER_SELECT));
    }

    /// Tells once when one of the events is there; `EPOLLERR`, `EPOLLHUP` and `EPOLLRDHUP` always
    /// count.
    pub(super) fn poll(&mut self, descriptor: Fd, events: u32, operation: Operation) {
        self.push(operation, opcode::PollAdd::new(descriptor, events).build());
    }

    /// As [`poll`](Self::poll), and again each time when another event has come.
    pub(super) fn poll_on(&mut self, descriptor: Fd, events: u32, operation: Operation) {
        self.push(operation, opcode::PollAdd::new(descriptor, events).multi(true).build());
    }

    /// Ends an operation, which then completes with `ECANCELED` unless it did before.
    pub(super) fn cancel(&mut self, operation: Operation) {
        self.push(Operation::Cancel, opcode::AsyncCancel::new(operation.encode()).build());
    }

    /// Sends octets of several connections. Gives the buffer back, or another one like it; or
    /// `None` while all batches are on their way, which is then to be tried again.
    pub(super) fn send(
        &mut self,
        posts: &[Post],
        exchange: impl FnOnce(Vec<u8>) -> Vec<u8>,
    ) -> Option<()> {
        let number = self.batches.iter().position(|batch| batch.in_flight == 0)?;
        for batch in self.batches.iter_mut().filter(|batch| batch.in_flight == 0) {
            batch.octets.clear();
            batch.octets.shrink_to(BATCH_BYTES_KEPT);
        }
        let octets = exchange(std::mem::take(&mut self.batches[number].octets));
        for Post { address, descriptor, range } in posts {
            let piece = &octets[range.clone()];
            let length = u32::try_from(piece.len()).unwrap_or(u32::MAX);
            let entry = opcode::Send::new(*descriptor, piece.as_ptr(), length);
            self.push(Operation::Send(*address, number), entry.flags(SEND_FLAGS).build());
        }
        // Moving the vector does not move what it points to.
        self.batches[number] = Batch { octets, in_flight: posts.len() };
        Some(())
    }

    /// Octets of a batch of which a send has completed since the last [`send`](Self::send).
    pub(super) fn sent_octets(&self, batch: usize, range: Range<usize>) -> &[u8] {
        &self.batches[batch].octets[range]
    }

    pub(super) fn octets<'r>(&'r self, lent: &'r Lent) -> &'r [u8] {
        self.buffers.octets(lent)
    }

    pub(super) fn give_back(&mut self, lent: Lent) {
        self.buffers.give_back(lent);
    }

    /// Hands all operations to the kernel without waiting. Whether it took them all.
    pub(super) fn submit(&mut self) -> io::Result<bool> {
        self.buffers.publish();
        self.make_room()?;
        passing(self.io.submit())?;
        Ok(self.overflow.is_empty() && self.io.submission().is_empty())
    }

    /// Hands all operations to the kernel, and waits for a completion, but not longer than
    /// `time`.
    pub(super) fn wait(&mut self, time: Option<Duration>) -> io::Result<()> {
        self.buffers.publish();
        self.make_room()?;
        passing(match time {
            None => self.io.submit_and_wait(1),
            Some(time) => {
                let time = Timespec::from(time);
                self.io.submitter().submit_with_args(1, &SubmitArgs::new().timespec(&time))
            }
        })
    }

    /// The next completion that is there.
    pub(super) fn next_completion(&mut self) -> Option<Completion> {
        let completion = self.io.completion().next()?;
        let goes_on = cqueue::more(completion.flags());
        let operation = Operation::decode(completion.user_data());
        if !goes_on {
            self.in_flight -= 1;
            if let Operation::Send(_, batch) = operation {
                self.batches[batch].in_flight -= 1;
            }
        }
        Some(Completion { operation, outcome: self.outcome(operation, &completion), goes_on })
    }

    fn outcome(&mut self, operation: Operation, completion: &cqueue::Entry) -> Outcome {
        let result = completion.result();
        let number = cqueue::buffer_select(completion.flags());
        let Ok(count) = u32::try_from(result) else {
            if let Some(number) = number {
                // SAFETY: this completion is seen once.
                let unused = unsafe { self.buffers.returned(number, 0) };
                self.give_back(unused);
            }
            return Outcome::Failed(Errno::from_raw_os_error(-result));
        };
        match (operation, number) {
            // SAFETY: the kernel made the descriptor for us, and this completion is seen once.
            (Operation::Accept(_), _) => Outcome::Accepted(unsafe { OwnedFd::from_raw_fd(result) }),
            (_, Some(number)) => {
                // SAFETY: this completion is seen once.
                Outcome::Received(unsafe { self.buffers.returned(number, count as usize) })
            }
            _ => Outcome::Count(count),
        }
    }

    fn push(&mut self, operation: Operation, entry: Entry) {
        self.in_flight += 1;
        let entry = entry.user_data(operation.encode());
        // SAFETY: the only memory that entries point into is that of batches, which are kept until
        // all their sends have completed.
        let is_queued =
            self.overflow.is_empty() && unsafe { self.io.submission().push(&entry) }.is_ok();
        if !is_queued {
            self.overflow.push(entry);
        }
    }

    /// Sees that all entries are in the submission queue, unless the kernel wants its completions
    /// seen first: then they are tried again with the next call.
    fn make_room(&mut self) -> io::Result<()> {
        while !self.overflow.is_empty() {
            passing(self.io.submit())?;
            let mut submissions = self.io.submission();
            let room = submissions.capacity() - submissions.len();
            let count = room.min(self.overflow.len());
            if count == 0 {
                break;
            }
            // SAFETY: as in `push`; there is room for so many.
            let pushed = unsafe { submissions.push_multiple(&self.overflow[..count]) };
            debug_assert!(pushed.is_ok());
            drop(submissions);
            self.overflow.drain(..count);
        }
        Ok(())
    }

    fn end_all(&mut self) -> io::Result<()> {
        for _ in 0..ENDINGS_MAX {
            self.push(Operation::Cancel, opcode::AsyncCancel2::new(CancelBuilder::any()).build());
            self.wait(Some(Duration::from_millis(10)))?;
            while self.next_completion().is_some() {}
            if self.in_flight == 0 {
                break;
            }
        }
        Ok(())
    }
}

/// The kernel has given everything back before it is freed.
impl Drop for Ring {
    fn drop(&mut self) {
        if self.end_all().is_err() || self.in_flight > 0 {
            // Better lost than written to by the kernel when it is somebody else's.
            self.buffers.leak();
            std::mem::forget(std::mem::take(&mut self.batches));
        }
    }
}

/// A ring as this driver needs it: made and used by one thread (Linux 6.0), and where the kernel
/// can (6.1), completions are worked on only when that thread waits for them.
fn set_up(sizes: Sizes) -> io::Result<IoUring> {
    let mut builder = IoUring::builder();
    builder.setup_single_issuer().setup_submit_all().setup_cqsize(sizes.completions);
    let deferred = builder.clone().setup_defer_taskrun().build(sizes.submissions);
    match deferred {
        Err(error) if error.raw_os_error() == Some(libc::EINVAL) => {
            builder.setup_coop_taskrun().build(sizes.submissions)
        }
        result => result,
    }
}

/// Errors after which a call is simply made again: the time is over, a signal came, or there are
/// completions to be seen before the kernel takes more.
fn passing(result: io::Result<usize>) -> io::Result<()> {
    match result {
        Ok(_) => Ok(()),
        Err(error) => match error.raw_os_error() {
            Some(libc::ETIME | libc::EINTR | libc::EBUSY | libc::EAGAIN) => Ok(()),
            _ => Err(error),
        },
    }
}
