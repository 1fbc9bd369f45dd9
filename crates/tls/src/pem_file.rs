//! A file in PEM form (RFC 7468), read whole.
//!
//! Text between the sections and sections that mean nothing here, such as `EC PARAMETERS`, are
//! passed over, as everybody does. An encrypted key is not a fault yet: only who wants a key
//! complains.

use std::fs;
use std::path::{Path, PathBuf};

use rustls_pki_types::pem::{PemObject, SectionKind};
use rustls_pki_types::{CertificateDer, PrivateKeyDer};

use crate::error::TlsError;
use crate::file_content::{FileContent, is_encrypted_key};

type Section = (SectionKind, Vec<u8>);

/// The sections of a file.
pub(crate) struct PemFile {
    path: PathBuf,
    sections: Vec<Section>,
    content: FileContent,
    has_encrypted_key: bool,
}

impl PemFile {
    pub(crate) fn read(path: &Path) -> Result<Self, TlsError> {
        let bytes = fs::read(path).map_err(|error| TlsError::from_io(path, &error))?;
        // Editors on Windows put a byte order mark there, which would hide the first section.
        let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes);
        let has_encrypted_key = is_encrypted_key(bytes);
        let sections = sections(bytes, has_encrypted_key)
            .ok_or_else(|| TlsError::FileDamaged { path: path.into() })?;
        let content = match sections.first() {
            Some((kind, _)) => FileContent::of_section(*kind),
            None => FileContent::of_bytes(bytes),
        };
        Ok(Self { path: path.into(), sections, content, has_encrypted_key })
    }

    /// What the file holds first.
    pub(crate) fn content(&self) -> FileContent {
        self.content
    }

    pub(crate) fn certificates(self) -> Vec<CertificateDer<'static>> {
        self.sections
            .into_iter()
            .filter_map(|(kind, der)| CertificateDer::from_pem(kind, der))
            .collect()
    }

    /// The first private key.
    pub(crate) fn key(self) -> Result<PrivateKeyDer<'static>, TlsError> {
        let Self { path, sections, content, has_encrypted_key } = self;
        let key = sections.into_iter().find_map(|(kind, der)| PrivateKeyDer::from_pem(kind, der));
        match key {
            Some(key) => Ok(key),
            None if has_encrypted_key => Err(TlsError::KeyEncrypted { path }),
            None => Err(TlsError::KeyMissing { path, content }),
        }
    }
}

/// Nothing if a section is damaged.
fn sections(bytes: &[u8], has_encrypted_key: bool) -> Option<Vec<Section>> {
    let mut sections = Vec::new();
    for section in Section::pem_slice_iter(bytes) {
        match section {
            Ok(section) => sections.push(section),
            // The older form of encrypted keys has header lines: no base64, but no fault.
            Err(_) if has_encrypted_key => {}
            Err(_) => return None,
        }
    }
    Some(sections)
}
