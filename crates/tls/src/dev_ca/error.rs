//! What can keep an authority for development from its work.

use std::error::Error;
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use crate::shell;

/// Why there is no authority, or no certificate from it.
///
/// Displayed it is one line: what is wrong, and what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum DevCaError {
    /// The environment tells no home folder to keep the authority in.
    NoHome,
    /// A certificate was wanted for no name at all.
    NoName,
    /// A name is neither a DNS name nor an IP address.
    NameInvalid {
        /// The name.
        name: String,
    },
    /// A wildcard stands for everything in a top-level domain; clients do not take that.
    WildcardTooWide {
        /// The name.
        name: String,
    },
    /// The files of the authority are there, but are no good.
    Unusable {
        /// The file of its certificate.
        certificate: PathBuf,
        /// The file of its key.
        key: PathBuf,
        /// What is wrong with them.
        reason: &'static str,
    },
    /// A file or folder cannot be read.
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What reading it gave.
        kind: io::ErrorKind,
    },
    /// A file or folder cannot be written.
    Unwritable {
        /// The file.
        path: PathBuf,
        /// What writing it gave.
        kind: io::ErrorKind,
    },
    /// The library that makes certificates refuses.
    Library {
        /// What it says.
        reason: String,
    },
}

impl DevCaError {
    pub(super) fn unreadable(path: &Path) -> impl FnOnce(io::Error) -> Self {
        move |error| Self::Unreadable { path: path.to_owned(), kind: error.kind() }
    }

    pub(super) fn unwritable(path: &Path) -> impl FnOnce(io::Error) -> Self {
        move |error| Self::Unwritable { path: path.to_owned(), kind: error.kind() }
    }
}

impl From<rcgen::Error> for DevCaError {
    fn from(error: rcgen::Error) -> Self {
        Self::Library { reason: error.to_string() }
    }
}

impl fmt::Display for DevCaError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoHome => f.write_str(
                "there is no folder for the development authority; set HOME or XDG_DATA_HOME",
            ),
            Self::NoName => {
                f.write_str("there is no name to issue a certificate for; give one, like localhost")
            }
            Self::NameInvalid { name } => write!(
                f,
                "no certificate can be issued for {name:?}; give a DNS name in ASCII, like \
                 localhost or *.app.test, or an IP address"
            ),
            Self::WildcardTooWide { name } => write!(
                f,
                "no client accepts the name {name}, which is too wide; give each name, like \
                 app.localhost, or a narrower one, like *.app.localhost"
            ),
            Self::Unusable { certificate, key, reason } => write!(
                f,
                "the development authority {} cannot be used: {reason}; remove it, and a new one \
                 is made: rm -f {} {}",
                certificate.display(),
                shell::word(certificate),
                shell::word(key)
            ),
            Self::Unreadable { path, kind } => {
                write!(f, "{} cannot be read: {kind}; change who may", path.display())
            }
            Self::Unwritable { path, kind } => {
                write!(f, "{} cannot be written: {kind}; choose another folder", path.display())
            }
            Self::Library { reason } => write!(f, "no certificate can be made: {reason}"),
        }
    }
}

impl Error for DevCaError {}
