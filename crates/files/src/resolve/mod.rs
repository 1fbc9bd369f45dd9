//! Opens paths beneath a root, and nothing else.
//!
//! The kernel does the work where it can ([`kernel`]: one `openat2`, in which a link that
//! leaves the root fails like a missing file), and [`walk`] does the same name by name where
//! it cannot. What was opened is then looked at through its handle, never by its path again:
//! there is no moment between check and use.
//!
//! The root is named by its path and opened anew at most once a second, so that a folder
//! which is built again from nothing, or a link that is switched over to a new release, is
//! noticed like any other change.

#[cfg(target_os = "linux")]
mod kernel;
#[cfg(test)]
mod tests;
mod walk;

use std::fs::File;
use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::fs::MetadataExt;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, SystemTime};

use rustix::fs::{Mode, OFlags};
use rustix::io::Errno;

use crate::clock::{self, Millis};
use crate::path::SafePath;

/// How a file is opened: a FIFO or a device must neither block nor become our terminal.
const READ: OFlags =
    OFlags::RDONLY.union(OFlags::NONBLOCK).union(OFlags::CLOEXEC).union(OFlags::NOCTTY);

/// How a folder on the way is opened. On Linux the right to search it is enough.
#[cfg(target_os = "linux")]
const FOLDER: OFlags = OFlags::PATH.union(OFlags::DIRECTORY).union(OFlags::CLOEXEC);
#[cfg(not(target_os = "linux"))]
const FOLDER: OFlags = OFlags::RDONLY.union(OFlags::DIRECTORY).union(OFlags::CLOEXEC);

/// How long an open root is trusted to be what its path names, in milliseconds.
const ROOT_TRUSTED: Millis = 1_000;

/// Which symbolic links are followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Links {
    /// Those that stay beneath the root. An absolute link leaves it by definition.
    Beneath,
    /// All.
    Anywhere,
}

/// A folder, and the way into it.
#[derive(Debug)]
pub(crate) struct Root {
    path: PathBuf,
    links: Links,
    handle: RwLock<Arc<OwnedFd>>,
    opened_at: AtomicU64,
    has_kernel: AtomicBool,
}

/// Something that was opened beneath the root.
#[derive(Debug)]
pub(crate) enum Opened {
    /// A regular file.
    File(Found),
    /// A folder, open for reading its names.
    Folder(File),
}

/// An open regular file, and what it was when it was opened.
#[derive(Debug)]
pub(crate) struct Found {
    pub(crate) file: File,
    pub(crate) id: FileId,
}

/// What tells one state of a file from another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct FileId {
    device: u64,
    inode: u64,
    /// In bytes.
    pub(crate) length: u64,
    modified: (i64, i64),
    changed: (i64, i64),
}

/// Why nothing was opened, as far as the answer depends on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Failure {
    /// There is no such file, or it is none of those that are served.
    NotFound,
    /// The file system does not let us.
    Forbidden,
    /// Out of file descriptors or memory: later it may go well.
    Busy,
    /// The file system is broken.
    Faulty,
}

impl Root {
    /// Opens the folder at `path`.
    pub(crate) fn open(path: PathBuf, links: Links) -> io::Result<Self> {
        let handle = RwLock::new(Arc::new(open_folder(&path)?));
        let opened_at = AtomicU64::new(clock::now());
        let has_kernel = AtomicBool::new(cfg!(target_os = "linux"));
        Ok(Self { path, links, handle, opened_at, has_kernel })
    }

    /// Resolves without `openat2`, as on a system that has none.
    pub(crate) fn without_kernel(self) -> Self {
        self.has_kernel.store(false, Ordering::Relaxed);
        self
    }

    /// Opens what `path` names, if it is a regular file or a folder.
    pub(crate) fn find(&self, path: &SafePath) -> Result<Opened, Failure> {
        let handle = self.handle();
        let relative = if path.as_bytes().is_empty() { b"." } else { path.as_bytes() };
        let file = File::from(self.open_beneath(&handle, relative)?);
        let metadata = file.metadata()?;
        if metadata.is_dir() {
            return Ok(Opened::Folder(file));
        }
        if !metadata.is_file() || path.is_folder() {
            return Err(Failure::NotFound);
        }
        let id = FileId::of(&metadata);
        Ok(Opened::File(Found { file, id }))
    }

    /// Opens the regular file that `path` names.
    pub(crate) fn find_file(&self, path: &SafePath) -> Result<Found, Failure> {
        match self.find(path)? {
            Opened::File(found) => Ok(found),
            Opened::Folder(_) => Err(Failure::NotFound),
        }
    }

    fn open_beneath(&self, handle: &OwnedFd, relative: &[u8]) -> rustix::io::Result<OwnedFd> {
        #[cfg(target_os = "linux")]
        if self.has_kernel.load(Ordering::Relaxed) {
            match kernel::open(handle, relative, self.links) {
                // An old kernel, or a sandbox that does not know the call.
                Err(Errno::NOSYS | Errno::PERM) => self.has_kernel.store(false, Ordering::Relaxed),
                result => return result,
            }
        }
        walk::open(handle, relative, self.links)
    }

    fn handle(&self) -> Arc<OwnedFd> {
        let opened_at = self.opened_at.load(Ordering::Relaxed);
        let now = clock::now();
        if now.saturating_sub(opened_at) < ROOT_TRUSTED {
            return self.handle.read().unwrap_or_else(PoisonError::into_inner).clone();
        }
        self.opened_at.store(now, Ordering::Relaxed);
        let mut handle = self.handle.write().unwrap_or_else(PoisonError::into_inner);
        // A root that is gone for the moment, or out of reach since the privileges were
        // dropped, stays what it was.
        if let Ok(opened) = open_folder(&self.path) {
            *handle = Arc::new(opened);
        }
        handle.clone()
    }
}

fn open_folder(path: &std::path::Path) -> io::Result<OwnedFd> {
    Ok(rustix::fs::open(path, FOLDER, Mode::empty())?)
}

impl FileId {
    pub(crate) fn of(metadata: &std::fs::Metadata) -> Self {
        Self {
            device: metadata.dev(),
            inode: metadata.ino(),
            length: metadata.size(),
            modified: (metadata.mtime(), metadata.mtime_nsec()),
            changed: (metadata.ctime(), metadata.ctime_nsec()),
        }
    }

    /// When the content was modified; `None` for times that no field can carry.
    pub(crate) fn modified(&self) -> Option<SystemTime> {
        let seconds = u64::try_from(self.modified.0).ok()?;
        SystemTime::UNIX_EPOCH.checked_add(Duration::from_secs(seconds))
    }

    /// What an entity tag is made from: all but the device, whose number changes between two
    /// mounts of the same file system.
    pub(crate) fn state(&self) -> impl std::hash::Hash {
        (self.inode, self.length, self.modified, self.changed)
    }

    /// Whether the content is not older than that of `other`, in whole seconds: tools that
    /// copy times lose the rest now and then.
    pub(crate) fn is_not_older_than(&self, other: &Self) -> bool {
        self.modified.0 >= other.modified.0
    }

    /// Whether the last change lies so far back at `now` that another one would get another
    /// time. The coarsest clocks of file systems tick every two seconds.
    pub(crate) fn is_settled(&self, now: SystemTime) -> bool {
        let now = now.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_secs();
        i64::try_from(now).unwrap_or(i64::MAX).saturating_sub(self.changed.0) > 2
    }
}

impl From<Errno> for Failure {
    fn from(error: Errno) -> Self {
        match error {
            Errno::ACCESS | Errno::PERM => Self::Forbidden,
            Errno::MFILE | Errno::NFILE | Errno::NOMEM | Errno::AGAIN => Self::Busy,
            // A socket (ENXIO), a device without a driver (ENODEV), a stale NFS handle, a
            // link out of the root (EXDEV): nothing here that could be served.
            Errno::NOENT
            | Errno::NOTDIR
            | Errno::NAMETOOLONG
            | Errno::LOOP
            | Errno::XDEV
            | Errno::NXIO
            | Errno::NODEV
            | Errno::STALE
            | Errno::ILSEQ
            | Errno::INVAL => Self::NotFound,
            _ => Self::Faulty,
        }
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Errno::from_io_error(&error).map_or(Self::Faulty, Self::from)
    }
}
