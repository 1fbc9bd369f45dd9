//! What can be wrong with certificates, keys and their files, and what to do about it.

use std::error::Error;
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use httpdate::HttpDate;

use crate::file_content::FileContent;
use crate::shell;

/// Why TLS cannot be spoken with these settings.
///
/// Displayed it is one line: what is wrong, with which file, and what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TlsError {
    /// The settings name no certificate.
    NoCertificate,
    /// A file does not exist.
    FileMissing {
        /// The file.
        path: PathBuf,
    },
    /// A file exists, but cannot be read.
    FileUnreadable {
        /// The file.
        path: PathBuf,
        /// What reading it gave.
        kind: io::ErrorKind,
    },
    /// A file in PEM form is cut off, or holds something that is not base64.
    FileDamaged {
        /// The file.
        path: PathBuf,
    },
    /// A file that should hold certificates holds none.
    CertificateMissing {
        /// The file.
        path: PathBuf,
        /// What it holds instead.
        content: FileContent,
    },
    /// A certificate cannot be read.
    CertificateMalformed {
        /// The file.
        path: PathBuf,
        /// Which of the certificates in the file it is, counted from 1.
        number: usize,
        /// What its reader says, in the reader's words.
        reason: String,
    },
    /// The server's certificate was valid and is no more.
    CertificateExpired {
        /// The file.
        path: PathBuf,
        /// The last moment at which it was valid.
        at: SystemTime,
    },
    /// The server's certificate will be valid, but is not yet.
    CertificateNotYetValid {
        /// The file.
        path: PathBuf,
        /// The first moment at which it will be valid.
        from: SystemTime,
    },
    /// The certificate is for something else than servers, and clients would refuse it.
    CertificateNotForServers {
        /// The file.
        path: PathBuf,
    },
    /// The certificate that belongs to the key is not the first one in its file.
    ChainOrder {
        /// The file.
        path: PathBuf,
        /// Where the certificate is, counted from 1.
        number: usize,
    },
    /// A file that should hold a private key holds none.
    KeyMissing {
        /// The file.
        path: PathBuf,
        /// What it holds instead.
        content: FileContent,
    },
    /// The private key is encrypted with a passphrase.
    KeyEncrypted {
        /// The file.
        path: PathBuf,
    },
    /// The private key is of a kind or size that is not supported, or it is malformed.
    KeyUnsupported {
        /// The file.
        path: PathBuf,
    },
    /// The private key belongs to another certificate.
    KeyMismatch {
        /// The file of the certificate.
        chain: PathBuf,
        /// The file of the key.
        key: PathBuf,
    },
    /// The file of the authorities that clients' certificates come from holds no certificate.
    AuthoritiesMissing {
        /// The file.
        path: PathBuf,
        /// What it holds instead.
        content: FileContent,
    },
    /// The TLS library refuses for a reason that has nothing to do with certificates, such as a
    /// system without random numbers.
    Library {
        /// What it says.
        reason: String,
    },
}

impl TlsError {
    /// What the system said about an attempt to read a file, in our words.
    pub(crate) fn from_io(path: &Path, error: &io::Error) -> Self {
        let path = path.to_owned();
        match error.kind() {
            io::ErrorKind::NotFound => Self::FileMissing { path },
            kind => Self::FileUnreadable { path, kind },
        }
    }

    pub(crate) fn library(error: impl fmt::Display) -> Self {
        Self::Library { reason: error.to_string() }
    }
}

impl fmt::Display for TlsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoCertificate => {
                f.write_str("there is no certificate to speak TLS with; name its file and its key")
            }
            Self::FileMissing { path } => {
                write!(f, "{} does not exist; correct the path or make the file", path.display())
            }
            Self::FileUnreadable { path, kind } => {
                write!(f, "{} cannot be read: {kind}; {}", path.display(), reading_advice(*kind))
            }
            Self::FileDamaged { path } => write!(
                f,
                "{} is damaged: a section is cut off or is not base64; copy it once more",
                path.display()
            ),
            Self::CertificateMissing { path, content } => {
                content.write_instead_of(f, path, "certificate")?;
                write!(f, "; {}", content.certificate_advice(path))
            }
            Self::CertificateMalformed { path, number, reason } => write!(
                f,
                "certificate {number} in {} is malformed ({reason}); have it issued anew",
                path.display()
            ),
            Self::CertificateExpired { path, at } => write!(
                f,
                "the certificate in {} expired on {}; renew it",
                path.display(),
                HttpDate::from(*at)
            ),
            Self::CertificateNotYetValid { path, from } => write!(
                f,
                "the certificate in {} is valid from {} on; wait, or set this machine's clock right",
                path.display(),
                HttpDate::from(*from)
            ),
            Self::CertificateNotForServers { path } => write!(
                f,
                "the certificate in {} is not for servers; have one issued with the extended key \
                 usage serverAuth",
                path.display()
            ),
            Self::ChainOrder { path, number } => write!(
                f,
                "the certificate that belongs to the key is number {number} in {}; put it first, \
                 and after each certificate the one that issued it",
                path.display()
            ),
            Self::KeyMissing { path, content } => {
                content.write_instead_of(f, path, "private key")?;
                write!(f, "; {}", content.key_advice(path))
            }
            Self::KeyEncrypted { path } => write!(
                f,
                "the private key in {} is encrypted; decrypt it: openssl pkey -in {} -out {}",
                path.display(),
                shell::word(path),
                shell::word(&path.with_extension("decrypted.key"))
            ),
            Self::KeyUnsupported { path } => write!(
                f,
                "the private key in {} is malformed or of a kind that is not supported; use ECDSA \
                 with P-256 or P-384, RSA with 2048 to 4096 bits, or Ed25519",
                path.display()
            ),
            Self::KeyMismatch { chain, key } => write!(
                f,
                "the private key in {} does not belong to the certificate in {}; name the two \
                 that were made together",
                key.display(),
                chain.display()
            ),
            Self::AuthoritiesMissing { path, content } => {
                content.write_instead_of(f, path, "certificate of an authority")?;
                write!(f, "; {}", content.authorities_advice(path))
            }
            Self::Library { reason } => write!(f, "TLS cannot be set up: {reason}"),
        }
    }
}

fn reading_advice(kind: io::ErrorKind) -> &'static str {
    match kind {
        io::ErrorKind::PermissionDenied => "let the user that runs this program read it",
        io::ErrorKind::IsADirectory => "name a file in it",
        _ => "name another file",
    }
}

impl Error for TlsError {}
