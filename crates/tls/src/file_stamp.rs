//! How a file is told from what was there before, without reading it.
//!
//! Links are followed: certbot and Kubernetes do not write a file anew but point a link
//! elsewhere, which shows in the number of the file.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

/// What the system says about a file; nothing if it cannot be asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct FileStamp(Option<Facts>);

#[derive(Clone, Debug, PartialEq, Eq)]
struct Facts {
    device: u64,
    inode: u64,
    bytes: u64,
    modified: (i64, i64),
}

impl FileStamp {
    pub(crate) fn of(path: &Path) -> Self {
        Self(fs::metadata(path).ok().map(|metadata| Facts {
            device: metadata.dev(),
            inode: metadata.ino(),
            bytes: metadata.len(),
            modified: (metadata.mtime(), metadata.mtime_nsec()),
        }))
    }
}
