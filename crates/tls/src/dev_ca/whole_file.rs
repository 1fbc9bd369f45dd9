//! A file that is there whole or not at all.

use std::fs::{self, OpenOptions, Permissions};
use std::io::{self, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::Path;

use super::error::DevCaError;
use super::folder_lock::FolderLock;

/// For its user only.
pub(super) const SECRET: u32 = 0o600;
/// For everybody to read: a certificate is no secret.
pub(super) const PUBLIC: u32 = 0o644;

/// Writes a new file beside it and puts that in its place; the lock of the folder is there so
/// that nobody else does.
pub(super) fn replace(
    path: &Path,
    text: &str,
    mode: u32,
    _lock: &FolderLock,
) -> Result<(), DevCaError> {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".new");
    let new = path.with_file_name(name);
    write_new(&new, text, mode).map_err(DevCaError::unwritable(&new))?;
    fs::rename(&new, path).map_err(DevCaError::unwritable(path))
}

fn write_new(path: &Path, text: &str, mode: u32) -> io::Result<()> {
    // Of a process that died here. Written anew, for its mode may be another.
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut file = OpenOptions::new().write(true).create_new(true).mode(mode).open(path)?;
    // Whatever the user's mask says: a key must stay readable by its owner.
    file.set_permissions(Permissions::from_mode(mode))?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}
