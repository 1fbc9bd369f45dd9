//! Opens paths beneath a root, and nothing else.
//!
//! The kernel does the work where it can ([`kernel`]: one `openat2`, in which a link that
//! leaves the root fails like a missing file), and [`walk`] does the same name by name where
//! it cannot. What was opened is then looked at through its handle, never by its path again:
//! there is no moment between check and use.
//!
//! The root is named by its path and opened anew now and then, so that a folder which is built
//! again from nothing, or a link that is switched over to a new release, is noticed like any
//! other change. One [`View`] of it serves one request: what is found through it is of one
//! release.

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
    way: Way,
    /// How long the open folder is trusted to be what the path names.
    trusted: Millis,
    opened_at: AtomicU64,
    handle: RwLock<Arc<OwnedFd>>,
}

/// How paths are resolved.
#[derive(Debug)]
struct Way {
    links: Links,
    has_kernel: AtomicBool,
}

/// The root as it is at one moment.
#[derive(Debug)]
pub(crate) struct View<'r> {
    way: &'r Way,
    handle: Arc<OwnedFd>,
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
    pub(crate) fn open(path: PathBuf, links: Links, trusted: Millis) -> io::Result<Self> {
        let way = Way { links, has_kernel: AtomicBool::new(cfg!(target_os = "linux")) };
        let opened_at = AtomicU64::new(clock::now());
        let handle = RwLock::new(Arc::new(open_folder(&path)?));
        Ok(Self { path, way, trusted, opened_at, handle })
    }

    /// Resolves without `openat2`, as on a system that has none.
    pub(crate) fn without_kernel(self) -> Self {
        self.way.has_kernel.store(false, Ordering::Relaxed);
        self
    }

    /// The root as it is now.
    pub(crate) fn view(&self) -> View<'_> {
        View { way: &self.way, handle: self.handle() }
    }

    fn handle(&self) -> Arc<OwnedFd> {
        let now = clock::now();
        if now.saturating_sub(self.opened_at.load(Ordering::Relaxed)) < self.trusted {
            return self.handle.read().unwrap_or_else(PoisonError::into_inner).clone();
        }
        let opened = open_folder(&self.path);
        let mut handle = self.handle.write().unwrap_or_else(PoisonError::into_inner);
        // A root that is gone for the moment, or out of reach since the privileges were
        // dropped, stays what it was.
        if let Ok(opened) = opened {
            *handle = Arc::new(opened);
        }
        self.opened_at.store(now, Ordering::Relaxed);
        handle.clone()
    }
}

impl View<'_> {
    /// Opens what `path` names, if it is a regular file or a folder.
    pub(crate) fn find(&self, path: &SafePath) -> Result<Opened, Failure> {
        let relative = if path.as_bytes().is_empty() { b"." } else { path.as_bytes() };
        let file = File::from(self.way.open(&self.handle, relative)?);
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
}

impl Way {
    fn open(&self, root: &OwnedFd, path: &[u8]) -> rustix::io::Result<OwnedFd> {
        #[cfg(target_os = "linux")]
        if self.has_kernel.load(Ordering::Relaxed) {
            match kernel::open(root, path, self.links) {
                // An old kernel, or a sandbox that does not know the call.
                Err(Errno::NOSYS | Errno::PERM) => self.has_kernel.store(false, Ordering::Relaxed),
                result => return result,
            }
        }
        walk::open(root, path, self.links)
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
