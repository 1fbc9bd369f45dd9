//! One system call that cannot leave the root: `openat2` of Linux 5.6.

use std::os::fd::OwnedFd;

use rustix::fs::{Mode, ResolveFlags, openat2};
use rustix::io::Errno;

use super::{Links, READ};

/// How often a call is repeated that met a rename on its way (see `openat2(2)`, `EAGAIN`).
const TRIES: usize = 8;

pub(super) fn open(root: &OwnedFd, path: &[u8], links: Links) -> rustix::io::Result<OwnedFd> {
    let resolve = match links {
        Links::Beneath => ResolveFlags::BENEATH | ResolveFlags::NO_MAGICLINKS,
        Links::Anywhere => ResolveFlags::NO_MAGICLINKS,
    };
    for _ in 1..TRIES {
        match openat2(root, path, READ, Mode::empty(), resolve) {
            Err(Errno::AGAIN | Errno::INTR) => {}
            result => return result,
        }
    }
    openat2(root, path, READ, Mode::empty(), resolve)
}
