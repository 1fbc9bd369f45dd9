//! Files of a form on their way to the disk, piece by piece.
//!
//! Writing waits, so it is done on a thread for such work, and the next piece is asked for when
//! the last one is written. A file that does not become whole does not stay.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use super::Field;
use crate::problem::Problem;

/// How many bytes are gathered for one write: 256 KiB, so that going to another thread costs
/// little beside it.
const WRITE_BYTES: usize = 256 * 1024;

impl Field<'_> {
    /// Writes the content into a new file, and gives its size in bytes. A file that is there
    /// already is left alone; one that cannot be completed is removed.
    ///
    /// # Errors
    /// As of [`chunk`](Self::chunk); 500 if the file cannot be made or written.
    pub async fn save_to(mut self, path: impl AsRef<Path>) -> Result<u64, Problem> {
        let path = path.as_ref().to_owned();
        let (file, unfinished) = blocking::unblock(move || {
            let file = File::create_new(&path)?;
            Ok::<_, io::Error>((file, Unfinished(Some(path))))
        })
        .await?;
        let (bytes, _) = self.pour(file).await?;
        unfinished.keep();
        Ok(bytes)
    }

    /// Writes the content into a temporary file, which nobody else may read and which is removed
    /// when it is dropped.
    ///
    /// # Errors
    /// As of [`save_to`](Self::save_to).
    pub async fn into_temp_file(mut self) -> Result<NamedTempFile, Problem> {
        let temporary = blocking::unblock(NamedTempFile::new).await?;
        self.pour(temporary.as_file().try_clone()?).await?;
        Ok(temporary)
    }

    /// Writes the content into a file; how much it was.
    async fn pour(&mut self, mut file: File) -> Result<(u64, File), Problem> {
        let mut bytes = 0;
        let mut gathered = Vec::new();
        while let Some(piece) = self.chunk().await? {
            bytes += piece.len() as u64;
            gathered.extend_from_slice(&piece);
            if gathered.len() >= WRITE_BYTES {
                (file, gathered) = write(file, gathered).await?;
            }
        }
        let (file, _) = write(file, gathered).await?;
        Ok((bytes, file))
    }
}

/// Writes octets, and gives back their memory.
async fn write(mut file: File, mut octets: Vec<u8>) -> io::Result<(File, Vec<u8>)> {
    blocking::unblock(move || {
        file.write_all(&octets)?;
        octets.clear();
        Ok((file, octets))
    })
    .await
}

/// A file that is removed unless it becomes whole, also if nobody waits for it any more.
struct Unfinished(Option<PathBuf>);

impl Unfinished {
    fn keep(mut self) {
        self.0 = None;
    }
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        if let Some(path) = &self.0 {
            // Somebody may have been faster.
            let _ = fs::remove_file(path);
        }
    }
}
