//! That of several processes only one makes files in a folder.

use std::fs::{DirBuilder, File, OpenOptions};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::Path;

use super::error::DevCaError;

/// Held while it lives; the system lets go of it if the process dies.
#[derive(Debug)]
pub(super) struct FolderLock {
    _file: File,
}

impl FolderLock {
    /// Makes the folder if there is none, for its user only, and waits until nobody else makes
    /// files in it.
    pub(super) fn take(folder: &Path) -> Result<Self, DevCaError> {
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(folder)
            .map_err(DevCaError::unwritable(folder))?;
        // A file and not the folder itself, which cannot be locked on NFS.
        let path = folder.join(".gnezdo-dev-ca.lock");
        let file = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(false)
            .mode(0o600)
            .open(&path)
            .map_err(DevCaError::unwritable(&path))?;
        file.lock().map_err(DevCaError::unwritable(&path))?;
        Ok(Self { _file: file })
    }
}
