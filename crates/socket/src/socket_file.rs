//! The file of a unix socket: made by `bind`, but left behind by everybody who does not remove it.
//!
//! A file that is left over from a program that died would keep the next one from starting; so
//! it is removed, but only if it is a socket and nobody answers there. The one who made a file
//! removes it, but only if it is still the same file, and only in the process that made it: a
//! forked child that ends must not take the parent's socket along.

use std::fs::{self, Metadata};
use std::io;
use std::os::unix::fs::{FileTypeExt, MetadataExt};
use std::path::{Path, PathBuf};
use std::process;

use rustix::io::Errno;
use socket2::{Domain, SockAddr, Socket, Type};

use crate::{ListenAddress, ListenError};

/// The file of a socket that listens; removed when this is dropped.
#[derive(Debug)]
pub(crate) struct SocketFile {
    /// Absolute, because the working folder may change.
    path: PathBuf,
    identity: Identity,
    process: u32,
    ending: Ending,
}

/// What tells one file from another at the same path: device and inode.
#[derive(Debug, PartialEq, Eq)]
struct Identity(u64, u64);

#[derive(Debug)]
enum Ending {
    Remove,
    Keep,
}

impl SocketFile {
    /// The file that `bind` has just made at this path.
    pub(crate) fn new(path: &Path) -> io::Result<Self> {
        let identity = Identity::of(&fs::symlink_metadata(path)?);
        let path = std::path::absolute(path)?;
        Ok(Self { path, identity, process: process::id(), ending: Ending::Remove })
    }

    /// Leaves the file in place.
    pub(crate) fn keep(mut self) {
        self.ending = Ending::Keep;
    }

    fn is_ours(&self) -> bool {
        self.process == process::id()
            && fs::symlink_metadata(&self.path).is_ok_and(|m| Identity::of(&m) == self.identity)
    }
}

impl Drop for SocketFile {
    fn drop(&mut self) {
        if matches!(self.ending, Ending::Remove) && self.is_ours() {
            // Nobody is left to tell; the next one to listen here makes way for itself.
            let _ = fs::remove_file(&self.path);
        }
    }
}

impl Identity {
    fn of(metadata: &Metadata) -> Self {
        Self(metadata.dev(), metadata.ino())
    }
}

/// Makes sure that nothing is in the way at the path of a socket to be made.
pub(crate) fn make_way(path: &Path, name: &SockAddr) -> Result<(), ListenError> {
    let address = ListenAddress::Unix(path.to_owned());
    let failed = |error| ListenError::from_io(&address, error);
    let found = match fs::symlink_metadata(path) {
        Ok(found) => found,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(failed(error)),
    };
    if !found.file_type().is_socket() {
        return Err(ListenError::PathOccupied { path: path.to_owned() });
    }
    if is_answered(name).map_err(failed)? {
        return Err(ListenError::AddressInUse { address });
    }
    remove_stale(path, &Identity::of(&found)).map_err(failed)
}

/// Whether somebody listens at the path; whoever does sees a connection that ends at once.
fn is_answered(name: &SockAddr) -> io::Result<bool> {
    let probe = Socket::new(Domain::UNIX, Type::STREAM, None)?;
    // Without this a full backlog would make us wait.
    probe.set_nonblocking(true)?;
    let Err(error) = probe.connect(name) else { return Ok(true) };
    match Errno::from_io_error(&error) {
        Some(Errno::CONNREFUSED | Errno::NOENT) => Ok(false),
        // A full backlog, or a living socket of another kind.
        Some(Errno::AGAIN | Errno::INPROGRESS | Errno::PROTOTYPE) => Ok(true),
        _ => Err(error),
    }
}

fn remove_stale(path: &Path, stale: &Identity) -> io::Result<()> {
    match fs::symlink_metadata(path) {
        Ok(now) if Identity::of(&now) == *stale => fs::remove_file(path),
        // Somebody else was quicker: `bind` will tell.
        Ok(_) => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error),
    }
}
