//! What a file holds that should hold something else, told from its first bytes or sections.
//!
//! The wrong file is the commonest mistake with certificates, so the message names what was
//! given and the command that turns it into what is wanted.

use std::fmt;
use std::path::Path;

use rustls_pki_types::pem::SectionKind;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use webpki::EndEntityCert;

use crate::shell;

/// What a file holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum FileContent {
    /// Nothing: the file is empty.
    Nothing,
    /// Certificates in PEM form.
    Certificate,
    /// A private key in PEM form.
    PrivateKey,
    /// A private key in PEM form that is encrypted.
    EncryptedPrivateKey,
    /// A public key in PEM form.
    PublicKey,
    /// A request for a certificate (CSR) in PEM form.
    CertificateRequest,
    /// A certificate in DER form.
    CertificateDer,
    /// A private key in DER form.
    PrivateKeyDer,
    /// A PKCS #12 archive (`.p12`, `.pfx`).
    Pkcs12,
    /// Something else.
    Other,
}

impl FileContent {
    /// What a file without sections that we know is.
    pub(crate) fn of_bytes(bytes: &[u8]) -> Self {
        if bytes.trim_ascii().is_empty() {
            return Self::Nothing;
        }
        if is_encrypted_key(bytes) {
            return Self::EncryptedPrivateKey;
        }
        if contains(bytes, b"-----BEGIN NEW CERTIFICATE REQUEST-----") {
            return Self::CertificateRequest;
        }
        if is_pkcs12(bytes) {
            return Self::Pkcs12;
        }
        if EndEntityCert::try_from(&CertificateDer::from(bytes)).is_ok() {
            return Self::CertificateDer;
        }
        if PrivateKeyDer::try_from(bytes).is_ok() {
            return Self::PrivateKeyDer;
        }
        Self::Other
    }

    /// What a section of a PEM file is.
    pub(crate) fn of_section(kind: SectionKind) -> Self {
        match kind {
            SectionKind::Certificate => Self::Certificate,
            SectionKind::PublicKey => Self::PublicKey,
            SectionKind::RsaPrivateKey | SectionKind::PrivateKey | SectionKind::EcPrivateKey => {
                Self::PrivateKey
            }
            SectionKind::Csr => Self::CertificateRequest,
            _ => Self::Other,
        }
    }

    /// Says that the file holds this where something else was wanted: a clause.
    pub(crate) fn write_instead_of(
        self,
        f: &mut fmt::Formatter<'_>,
        path: &Path,
        wanted: &str,
    ) -> fmt::Result {
        let path = path.display();
        match self {
            Self::Nothing => write!(f, "{path} is empty"),
            Self::Other => write!(f, "{path} holds no {wanted}"),
            content => write!(f, "{path} holds no {wanted} but {content}"),
        }
    }

    /// What to do if a certificate was wanted: a clause in the imperative.
    pub(crate) fn certificate_advice(self, path: &Path) -> String {
        let (from, to) = (shell::word(path), shell::word(&path.with_extension("pem")));
        match self {
            Self::PrivateKey | Self::EncryptedPrivateKey | Self::PrivateKeyDer => {
                "name the file of the certificate here, and this one as that of the key".into()
            }
            Self::CertificateRequest => {
                "send it to an authority and name the certificate that comes back".into()
            }
            Self::CertificateDer => {
                format!("convert it: openssl x509 -inform der -in {from} -out {to}")
            }
            Self::Pkcs12 => {
                format!("take the certificates out: openssl pkcs12 -in {from} -nokeys -out {to}")
            }
            Self::Nothing | Self::Certificate | Self::PublicKey | Self::Other => {
                "name a PEM file, one with the line -----BEGIN CERTIFICATE-----".into()
            }
        }
    }

    /// What to do if certificates of authorities were wanted: a clause in the imperative.
    pub(crate) fn authorities_advice(self, path: &Path) -> String {
        match self {
            Self::CertificateDer | Self::Pkcs12 => self.certificate_advice(path),
            _ => "name a PEM file with the certificates of those that issue to clients".into(),
        }
    }

    /// What to do if a private key was wanted: a clause in the imperative.
    pub(crate) fn key_advice(self, path: &Path) -> String {
        let (from, to) = (shell::word(path), shell::word(&path.with_extension("key")));
        match self {
            Self::Certificate | Self::CertificateDer => {
                "name the file of the key here, and this one as that of the certificate".into()
            }
            Self::CertificateRequest | Self::PublicKey => {
                "name the file of the private key that was made with it".into()
            }
            Self::PrivateKeyDer => {
                format!("convert it: openssl pkey -inform der -in {from} -out {to}")
            }
            Self::Pkcs12 => {
                format!("take the key out: openssl pkcs12 -in {from} -nocerts -nodes -out {to}")
            }
            Self::Nothing | Self::PrivateKey | Self::EncryptedPrivateKey | Self::Other => {
                "name a PEM file, one with the line -----BEGIN PRIVATE KEY-----".into()
            }
        }
    }
}

/// Both forms: that of PKCS #8 has a label of its own, the older one a header (RFC 1421).
pub(crate) fn is_encrypted_key(bytes: &[u8]) -> bool {
    contains(bytes, b"-----BEGIN ENCRYPTED PRIVATE KEY-----")
        || contains(bytes, b"Proc-Type: 4,ENCRYPTED")
}

/// RFC 7292 §4: a sequence that begins with the version 3.
fn is_pkcs12(bytes: &[u8]) -> bool {
    matches!(
        bytes,
        [0x30, 0x80, 2, 1, 3, ..]
            | [0x30, 0x82, _, _, 2, 1, 3, ..]
            | [0x30, 0x83, _, _, _, 2, 1, 3, ..]
    )
}

fn contains(bytes: &[u8], text: &[u8]) -> bool {
    bytes.windows(text.len()).any(|window| window == text)
}

/// A noun with its article.
impl fmt::Display for FileContent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Nothing => "nothing",
            Self::Certificate => "a certificate",
            Self::PrivateKey => "a private key",
            Self::EncryptedPrivateKey => "an encrypted private key",
            Self::PublicKey => "a public key",
            Self::CertificateRequest => "a request for a certificate",
            Self::CertificateDer => "a certificate in DER form",
            Self::PrivateKeyDer => "a private key in DER form",
            Self::Pkcs12 => "a PKCS #12 archive",
            Self::Other => "something else",
        })
    }
}
