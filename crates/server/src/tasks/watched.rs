//! A socket that the runtime watches.
//!
//! The one unsafe line of this driver: tokio takes a descriptor by its number and has to be told
//! that it stays what it is. It does for whoever is [`Steady`].
#![allow(unsafe_code)]

use std::io;
use std::os::fd::{AsFd, AsRawFd, RawFd};

use gnezdo_socket::Listener;
use tokio::io::Interest;
use tokio::io::unix::AsyncFd;

use crate::connection::Connection;
use crate::shutdown::Shutdown;

/// Has one and the same open descriptor for as long as it lives.
pub(super) trait Steady: AsFd {}

/// Owns a `Stream`, which is never exchanged.
impl Steady for Connection {}

/// Owns a descriptor.
impl Steady for Listener {}

/// Shares a pipe, whose ends live as long as its last clone.
impl Steady for Shutdown {}

pub(super) type Watched<T> = AsyncFd<Numbered<T>>;

/// What is watched, as tokio wants to see it.
pub(super) struct Numbered<T>(pub(super) T);

impl<T: Steady> AsRawFd for Numbered<T> {
    fn as_raw_fd(&self) -> RawFd {
        self.0.as_fd().as_raw_fd()
    }
}

/// Has the runtime watch somebody's descriptor.
///
/// # Errors
/// The kernel has no room for it; then it is closed.
pub(super) fn watch<T: Steady>(owner: T, interest: Interest) -> io::Result<Watched<T>> {
    // SAFETY: the descriptor is open and stays the same until the owner, which is moved in, is
    // dropped: it is `Steady`, and nobody in this driver puts another one in its place.
    let watched = unsafe { AsyncFd::register_with_interest(Numbered(owner), interest) };
    Ok(watched?)
}
