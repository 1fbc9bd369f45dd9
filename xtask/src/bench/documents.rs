//! What servers answer: files, a page of about 600 bytes and one of 1 MiB, and constants.

use std::fs;
use std::path::PathBuf;

use super::work_folder;
use crate::error::Error;

/// The request target of the page.
pub(crate) const SMALL_TARGET: &str = "/index.html";
/// The request target of the large file.
pub(crate) const LARGE_TARGET: &str = "/1m.bin";
/// The request target of the constant answer.
pub(crate) const PLAINTEXT_TARGET: &str = "/plaintext";

/// The request target to which content is sent.
pub(crate) const UPLOAD_TARGET: &str = "/upload";
/// What is answered there, once all of the content has come.
pub(crate) const RECEIVED: &str = "received";

const SMALL: &[u8] = include_bytes!("../../../bench/documents/index.html");
const LARGE_BYTES: usize = 1 << 20;
const PLAINTEXT: &[u8] = b"Hello, World!";

/// The files, on disk.
#[derive(Clone, Debug)]
pub(crate) struct Documents {
    /// The folder that is served.
    pub(crate) root: PathBuf,
}

impl Documents {
    /// The file of a target.
    pub(crate) fn path(&self, target: &str) -> PathBuf {
        self.root.join(&target[1..])
    }
}

/// Writes the files.
pub(crate) fn write() -> Result<Documents, Error> {
    let root = work_folder().join("documents");
    fs::create_dir_all(&root).map_err(Error::io(format!("make {}", root.display())))?;
    // Servers compare paths with their root: `xtask/..` would not be the same.
    let root = root.canonicalize().map_err(Error::io(format!("find {}", root.display())))?;
    let documents = Documents { root };
    for target in [SMALL_TARGET, LARGE_TARGET, PLAINTEXT_TARGET, UPLOAD_TARGET] {
        let path = documents.path(target);
        fs::write(&path, content(target))
            .map_err(Error::io(format!("write {}", path.display())))?;
    }
    Ok(documents)
}

/// What the answer for a target has to contain.
pub(crate) fn content(target: &str) -> Vec<u8> {
    match target {
        LARGE_TARGET => noise(LARGE_BYTES),
        PLAINTEXT_TARGET => PLAINTEXT.to_vec(),
        UPLOAD_TARGET => RECEIVED.into(),
        _ => SMALL.to_vec(),
    }
}

/// Octets without a pattern, the same each time: a generator by Marsaglia (xorshift64).
fn noise(length: usize) -> Vec<u8> {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut octets = Vec::with_capacity(length + 8);
    while octets.len() < length {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        octets.extend(state.to_le_bytes());
    }
    octets.truncate(length);
    octets
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documents_have_the_sizes_that_the_reports_name() {
        assert!((550..=650).contains(&content(SMALL_TARGET).len()));
        assert_eq!(content(LARGE_TARGET).len(), 1 << 20);
        assert_eq!(content(PLAINTEXT_TARGET).len(), 13);
    }
}
