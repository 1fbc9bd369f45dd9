//! What a path names: a file with its coded neighbours, or a folder and what stands for it.

use std::fs::File;

use crate::accept_encoding::Coding;
use crate::entry::FileSet;
use crate::path::SafePath;
use crate::resolve::{Failure, Found, Opened, View};
use crate::settings::Settings;

/// What a path names.
#[derive(Debug)]
pub(crate) enum Target {
    Files(Box<FileSet>),
    /// A folder that was named without its slash.
    Redirect,
    /// A folder with nothing in its place.
    Listing(File),
}

/// Looks `path` up.
pub(crate) fn find(
    root: &View<'_>,
    settings: &Settings,
    path: &SafePath,
) -> Result<Target, Failure> {
    if let Some(only) = &settings.only {
        let is_named = path.as_bytes().is_empty() || path == only;
        let only = is_named.then(|| only.clone()).ok_or(Failure::NotFound)?;
        return Ok(Target::Files(Box::new(find_files(root, settings, only)?)));
    }
    // The index file first: a folder may let itself be searched but not be read.
    if path.is_folder()
        && let Some(index) = index(root, settings, path)?
    {
        return Ok(Target::Files(Box::new(index)));
    }
    match root.find(path)? {
        Opened::File(found) => {
            let files = with_neighbours(root, settings, path.clone(), found)?;
            Ok(Target::Files(Box::new(files)))
        }
        Opened::Folder(_) if !path.is_folder() => Ok(Target::Redirect),
        Opened::Folder(folder) if settings.listing => Ok(Target::Listing(folder)),
        // Not 403: whether there is a folder is nobody's business.
        Opened::Folder(_) => Err(Failure::NotFound),
    }
}

/// Opens the file that `path` names, and its neighbours.
pub(crate) fn find_files(
    root: &View<'_>,
    settings: &Settings,
    path: SafePath,
) -> Result<FileSet, Failure> {
    let original = root.find_file(&path)?;
    with_neighbours(root, settings, path, original)
}

/// The file that stands for a folder.
fn index(
    root: &View<'_>,
    settings: &Settings,
    path: &SafePath,
) -> Result<Option<FileSet>, Failure> {
    for name in &settings.index {
        match find_files(root, settings, path.join(name)) {
            Err(Failure::NotFound) => {}
            result => return result.map(Some),
        }
    }
    Ok(None)
}

/// Adds the precompressed neighbours that are not older than the file itself.
fn with_neighbours(
    root: &View<'_>,
    settings: &Settings,
    path: SafePath,
    original: Found,
) -> Result<FileSet, Failure> {
    let mut neighbours = [const { None }; 3];
    if settings.compression {
        for coding in Coding::ALL {
            let neighbour = root.find_file(&path.with_suffix(coding.suffix()));
            neighbours[coding as usize] = match neighbour {
                Ok(found) => Some(found).filter(|f| f.id.is_not_older_than(&original.id)),
                // Without it the answer would be another one for no good reason.
                Err(Failure::Busy) => return Err(Failure::Busy),
                Err(_) => None,
            };
        }
    }
    Ok(FileSet { path, original, neighbours })
}
