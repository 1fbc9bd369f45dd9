//! A connection: octets in, octets and ranges of files out.
//!
//! Four bytes, because a server keeps one of these for every idle client. Each method is one
//! system call; none waits and none retries, which is the driver's business.

use std::fmt;
use std::fs::File;
use std::io::{self, IoSlice};
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd, RawFd};

use rustix::net::{RecvFlags, SendAncillaryBuffer, Shutdown};

use crate::platform;

/// The most that one call sends of a file, in bytes: what Linux sends at most, 2³¹ − 4096.
const FILE_BYTES_MAX: usize = 0x7fff_f000;

/// A connected TCP or unix stream socket, non-blocking.
///
/// Every method that would have to wait gives [`io::ErrorKind::WouldBlock`] instead. A peer
/// that is gone gives [`io::ErrorKind::BrokenPipe`], never a signal, provided that the program
/// ignores `SIGPIPE`, as every Rust program does unless it is told otherwise.
pub struct Stream(OwnedFd);

/// Whether more octets will be sent at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum More {
    /// More follows: a packet that is not full may wait for it (`MSG_MORE`).
    Follows,
    /// Nothing follows: send what there is.
    Nothing,
}

/// Which half of a connection to shut down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// Nothing will be received any more.
    Read,
    /// Nothing will be sent any more; the peer sees the end.
    Write,
    /// Neither.
    Both,
}

impl Stream {
    /// Takes any connected stream socket, such as a [`std::net::TcpStream`], and makes it
    /// non-blocking.
    ///
    /// # Errors
    /// If the descriptor cannot be made non-blocking.
    pub fn new(descriptor: impl Into<OwnedFd>) -> io::Result<Self> {
        let descriptor = descriptor.into();
        rustix::io::ioctl_fionbio(&descriptor, true)?;
        Ok(Self(descriptor))
    }

    /// What `accept` gave, already non-blocking.
    pub(crate) fn from_accepted(descriptor: OwnedFd) -> Self {
        Self(descriptor)
    }

    /// Receives octets. 0 is the end of what the peer sends (or of an empty buffer).
    ///
    /// # Errors
    /// [`io::ErrorKind::WouldBlock`] if nothing is there; a reset, or what else the system says.
    pub fn receive(&self, buffer: &mut [u8]) -> io::Result<usize> {
        let (received, _) = rustix::net::recv(&self.0, buffer, RecvFlags::empty())?;
        Ok(received)
    }

    /// Whether octets have arrived that nobody has received.
    pub fn has_input(&self) -> bool {
        let peek = RecvFlags::PEEK | RecvFlags::DONTWAIT;
        rustix::net::recv(&self.0, &mut [0], peek).is_ok_and(|(received, _)| received > 0)
    }

    /// Sends octets, maybe not all, and says how many.
    ///
    /// # Errors
    /// [`io::ErrorKind::WouldBlock`] if there is no room; the peer's absence, or what else the
    /// system says.
    pub fn send(&self, octets: &[u8], more: More) -> io::Result<usize> {
        Ok(rustix::net::send(&self.0, octets, platform::send_flags(more))?)
    }

    /// Sends two runs of octets as if they were one, such as a head and a body.
    ///
    /// # Errors
    /// As [`send`](Self::send).
    pub fn send_two(&self, first: &[u8], second: &[u8], more: More) -> io::Result<usize> {
        let slices = [IoSlice::new(first), IoSlice::new(second)];
        let mut control = SendAncillaryBuffer::default();
        Ok(rustix::net::sendmsg(&self.0, &slices, &mut control, platform::send_flags(more))?)
    }

    /// Sends up to `length` bytes of a file from `offset`, and says how many.
    ///
    /// 0 means that the file ends at or before the offset: it is shorter than it was said to be
    /// (or `length` is 0). The file's own position is neither used nor moved. One call sends
    /// 2³¹ − 4096 bytes at most.
    ///
    /// On Linux the octets are not copied: until the peer has received them they are the file's
    /// own, and a file that is overwritten or truncated in place meanwhile changes them. (One
    /// that is replaced by renaming another over it does not.)
    ///
    /// # Errors
    /// As [`send`](Self::send), and what reading the file gives. Reading from the disk may take
    /// its time: that is not waiting for the peer.
    pub fn send_file(&self, file: &File, offset: u64, length: usize) -> io::Result<usize> {
        if length == 0 {
            return Ok(0);
        }
        platform::send_file(self.as_fd(), file, offset, length.min(FILE_BYTES_MAX))
    }

    /// Shuts down one half of the connection, or both.
    ///
    /// # Errors
    /// [`io::ErrorKind::NotConnected`] if the peer has already gone.
    pub fn shutdown(&self, direction: Direction) -> io::Result<()> {
        let how = match direction {
            Direction::Read => Shutdown::Read,
            Direction::Write => Shutdown::Write,
            Direction::Both => Shutdown::Both,
        };
        Ok(rustix::net::shutdown(&self.0, how)?)
    }
}

impl AsFd for Stream {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.0.as_fd()
    }
}

impl AsRawFd for Stream {
    fn as_raw_fd(&self) -> RawFd {
        self.0.as_raw_fd()
    }
}

impl From<Stream> for OwnedFd {
    fn from(stream: Stream) -> Self {
        stream.0
    }
}

impl fmt::Debug for Stream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Stream({})", self.0.as_raw_fd())
    }
}
