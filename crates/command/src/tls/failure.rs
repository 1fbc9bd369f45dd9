//! What is wrong with options about TLS, in the command line's own words.

use std::fmt;
use std::process::ExitCode;

use gnezdo_socket::ListenError;
use gnezdo_tls::dev_ca::DevCaError;
use gnezdo_tls::{FileContent, TlsError};

use crate::failure::{Failure, listen_text};

/// Why the options about TLS cannot be followed.
///
/// Displayed it is one line.
#[derive(Debug)]
#[non_exhaustive]
pub enum TlsFailure {
    /// An option that says something about TLS, by its name, without `--tls`.
    Missing(&'static str),
    /// `--tls-client-auth` without `--tls-client-ca`.
    ClientCaMissing,
    /// The development authority cannot issue a certificate.
    DevAuthority(DevCaError),
    /// An address of `--redirect-http` could not be listened on.
    Redirect(ListenError),
}

impl TlsFailure {
    /// 2 for words that can never work, 1 for what went wrong outside.
    pub(crate) fn exit_code(&self) -> ExitCode {
        use DevCaError::{NameInvalid, WildcardTooWide};
        match self {
            Self::Missing(_)
            | Self::ClientCaMissing
            | Self::DevAuthority(NameInvalid { .. } | WildcardTooWide { .. }) => ExitCode::from(2),
            Self::DevAuthority(_) | Self::Redirect(_) => ExitCode::FAILURE,
        }
    }
}

impl fmt::Display for TlsFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing(option) => write!(
                f,
                "{option} does nothing without TLS; add --tls CERT,KEY or --tls self-signed, or \
                 leave it out"
            ),
            Self::ClientCaMissing => f.write_str(
                "--tls-client-auth asks for certificates without saying whose; add \
                 --tls-client-ca FILE or leave it out",
            ),
            Self::DevAuthority(error) => write!(f, "{error}"),
            Self::Redirect(error) => f.write_str(&listen_text(error, "--redirect-http")),
        }
    }
}

impl std::error::Error for TlsFailure {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::DevAuthority(error) => Some(error),
            Self::Redirect(error) => Some(error),
            Self::Missing(_) | Self::ClientCaMissing => None,
        }
    }
}

impl From<DevCaError> for TlsFailure {
    fn from(error: DevCaError) -> Self {
        Self::DevAuthority(error)
    }
}

impl From<TlsFailure> for Failure {
    fn from(failure: TlsFailure) -> Self {
        Self::Tls(failure)
    }
}

/// The library's problem, with options where it speaks of here and there.
pub(crate) fn tls_text(error: &TlsError) -> String {
    use FileContent::{Certificate, EncryptedPrivateKey, PrivateKey};
    match error {
        TlsError::CertificateMissing {
            path,
            content: content @ (PrivateKey | EncryptedPrivateKey),
        } => format!(
            "{} holds no certificate but {content}; name the certificate first: --tls CERT,KEY",
            path.display()
        ),
        TlsError::KeyMissing { path, content: content @ Certificate } => format!(
            "{} holds no private key but {content}; name the key's file second: --tls CERT,KEY",
            path.display()
        ),
        error => error.to_string(),
    }
}
