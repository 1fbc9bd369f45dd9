//! Descriptors that go from one program to another: taken over here, passed on there.
//!
//! A number alone does not prove that a descriptor is ours to close. What proves it: everything
//! that Rust code opens is closed on exec, so a descriptor without that flag was there when the
//! program started, unless we cleared the flag ourselves, and those numbers are remembered.
//! Taking over sets the flag, so a second attempt is refused.
#![allow(unsafe_code)]

use std::io;
use std::os::fd::{AsRawFd, BorrowedFd, FromRawFd, OwnedFd, RawFd};
use std::sync::{Mutex, MutexGuard, PoisonError};

use rustix::io::{FdFlags, fcntl_dupfd_cloexec, fcntl_getfd, fcntl_setfd};

use crate::ListenError;

/// The standard streams are used through `std::io` as well, so they are never ours alone.
const STANDARD_STREAM_MAX: RawFd = 2;

/// Descriptors that lack the flag although this process owns them. A number stays when its
/// descriptor is closed: what gets it later was opened here and has an owner, too.
static PASSED_ON: Mutex<Vec<RawFd>> = Mutex::new(Vec::new());

fn passed_on() -> MutexGuard<'static, Vec<RawFd>> {
    // No code that can panic runs under the lock, but for memory running out.
    PASSED_ON.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Makes the owner of a descriptor that this program was started with, if `check` agrees.
pub(crate) fn take_over(
    fd: RawFd,
    check: impl FnOnce(BorrowedFd<'_>) -> Result<(), ListenError>,
) -> Result<OwnedFd, ListenError> {
    if fd < 0 {
        return Err(ListenError::DescriptorClosed { fd });
    }
    // Held to the end: nobody else takes the same one over meanwhile.
    let passed_on = passed_on();
    // SAFETY: the number is not -1, the only invalid value, and is used just here, for calls
    // that fail with EBADF if it is not open.
    let borrowed = unsafe { BorrowedFd::borrow_raw(fd) };
    let closed = |_| ListenError::DescriptorClosed { fd };
    let flags = fcntl_getfd(borrowed).map_err(closed)?;
    if flags.contains(FdFlags::CLOEXEC) || passed_on.contains(&fd) {
        return Err(ListenError::DescriptorOwned { fd });
    }
    check(borrowed)?;
    if fd <= STANDARD_STREAM_MAX {
        return fcntl_dupfd_cloexec(borrowed, STANDARD_STREAM_MAX + 1).map_err(closed);
    }
    fcntl_setfd(borrowed, flags | FdFlags::CLOEXEC).map_err(closed)?;
    // SAFETY: it is open, and nobody in this process owns it: it was not closed on exec, and it
    // is not one of ours that we pass on (see the head of this file). Now that it is closed on
    // exec, this function never gives it out again.
    Ok(unsafe { OwnedFd::from_raw_fd(fd) })
}

/// Lets programs that are started from now on inherit a descriptor of this process.
pub(crate) fn pass_on(descriptor: BorrowedFd<'_>) -> io::Result<RawFd> {
    let fd = descriptor.as_raw_fd();
    let mut passed_on = passed_on();
    if !passed_on.contains(&fd) {
        passed_on.push(fd);
    }
    let flags = fcntl_getfd(descriptor)?;
    fcntl_setfd(descriptor, flags - FdFlags::CLOEXEC)?;
    Ok(fd)
}
