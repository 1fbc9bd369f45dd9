//! Opens a path name by name, for systems without `openat2`.
//!
//! Each name is opened relative to the handle of the folder before it and never through a
//! link. A link is read and its text takes the place of its name; `..` in such a text goes
//! back to the handle that the walk came from. So every folder on the stack was reached from
//! the root by plain names, whatever is renamed meanwhile.

use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

use rustix::fs::{Mode, OFlags, openat, readlinkat};
use rustix::io::Errno;

use super::{FOLDER, Links, READ};

/// How many links one path may cross: as Linux, see `path_resolution(7)`.
const LINKS_MAX: usize = 40;

pub(super) fn open(root: &OwnedFd, path: &[u8], links: Links) -> rustix::io::Result<OwnedFd> {
    match links {
        Links::Anywhere => openat(root, path, READ, Mode::empty()),
        Links::Beneath => Walk::new(root.as_fd(), path).run(),
    }
}

struct Walk<'r> {
    root: BorrowedFd<'r>,
    /// The folders from the root to where the walk stands.
    folders: Vec<OwnedFd>,
    /// The names still to go, the next one last.
    names: Vec<Vec<u8>>,
    links: usize,
}

impl<'r> Walk<'r> {
    fn new(root: BorrowedFd<'r>, path: &[u8]) -> Self {
        let mut walk = Self { root, folders: Vec::new(), names: Vec::new(), links: 0 };
        walk.push_names(path);
        walk
    }

    fn run(mut self) -> rustix::io::Result<OwnedFd> {
        while let Some(name) = self.names.pop() {
            match name.as_slice() {
                b"." => {}
                // Above the root there is nothing: as RESOLVE_BENEATH.
                b".." => drop(self.folders.pop().ok_or(Errno::XDEV)?),
                _ if self.names.is_empty() => {
                    if let Some(opened) = self.open_last(&name)? {
                        return Ok(opened);
                    }
                }
                _ => self.enter(&name)?,
            }
        }
        openat(self.here(), ".", READ | OFlags::DIRECTORY, Mode::empty())
    }

    /// Opens the last name; `None` if it was a link, whose text is now to go.
    fn open_last(&mut self, name: &[u8]) -> rustix::io::Result<Option<OwnedFd>> {
        match openat(self.here(), name, READ | OFlags::NOFOLLOW, Mode::empty()) {
            Ok(opened) => Ok(Some(opened)),
            Err(error) => self.expand(name, error).map(|()| None),
        }
    }

    fn enter(&mut self, name: &[u8]) -> rustix::io::Result<()> {
        match openat(self.here(), name, FOLDER | OFlags::NOFOLLOW, Mode::empty()) {
            Ok(folder) => {
                self.folders.push(folder);
                Ok(())
            }
            Err(error) => self.expand(name, error),
        }
    }

    /// Puts the text of the link `name` in its place, or gives `error` if it is none.
    fn expand(&mut self, name: &[u8], error: Errno) -> rustix::io::Result<()> {
        // What systems say to O_NOFOLLOW on a link: ELOOP, with O_DIRECTORY ENOTDIR, and the
        // BSDs EMLINK.
        if !matches!(error, Errno::LOOP | Errno::NOTDIR | Errno::MLINK) {
            return Err(error);
        }
        let text = readlinkat(self.here(), name, Vec::new()).map_err(|_| error)?;
        self.links += 1;
        if self.links > LINKS_MAX {
            return Err(Errno::LOOP);
        }
        if text.as_bytes().starts_with(b"/") {
            return Err(Errno::XDEV);
        }
        self.push_names(text.as_bytes());
        Ok(())
    }

    fn push_names(&mut self, path: &[u8]) {
        // A slash at the end asks for a folder, and so does a dot.
        if path.ends_with(b"/") {
            self.names.push(b".".to_vec());
        }
        let names = path.rsplit(|&octet| octet == b'/').filter(|name| !name.is_empty());
        self.names.extend(names.map(<[u8]>::to_vec));
    }

    fn here(&self) -> BorrowedFd<'_> {
        self.folders.last().map_or(self.root, AsFd::as_fd)
    }
}
