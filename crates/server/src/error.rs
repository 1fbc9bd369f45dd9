//! What can keep a server from serving.

use std::error::Error;
use std::fmt;
use std::io;
use std::path::PathBuf;

use gnezdo_socket::ListenError;
#[cfg(feature = "tls")]
use gnezdo_tls::TlsError;

use crate::architecture::Architecture;

/// Why a server could not start or go on.
#[derive(Debug)]
#[non_exhaustive]
pub enum ServerError {
    /// The settings name no address to listen on.
    NoAddress,
    /// The architecture that was asked for does not work here. [`Architecture::Auto`] chooses
    /// one that does.
    Unavailable {
        /// What was asked for.
        architecture: Architecture,
        /// Why it does not work, for people.
        reason: String,
    },
    /// An address could not be listened on.
    Listen(ListenError),
    /// The file of the access log could not be opened.
    AccessLog {
        /// The file.
        path: PathBuf,
        /// What opening it gave.
        source: io::Error,
    },
    /// TLS cannot be spoken with these certificates, keys or settings.
    #[cfg(feature = "tls")]
    Tls(TlsError),
    /// Addresses that redirect to `https` without TLS to redirect to.
    #[cfg(feature = "tls")]
    RedirectWithoutTls,
    /// The service says that it cannot serve: what its [`check`](gnezdo_core::Service::check) gave.
    Check(Box<dyn Error + Send + Sync>),
    /// The program could not start itself again as a worker.
    Worker(io::Error),
    /// The kernel refused something a server cannot do without.
    System {
        /// What was tried.
        what: &'static str,
        /// What it gave.
        source: io::Error,
    },
}

impl ServerError {
    pub(crate) fn system(what: &'static str) -> impl FnOnce(io::Error) -> Self {
        move |source| Self::System { what, source }
    }
}

impl fmt::Display for ServerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoAddress => f.write_str("there is no address to listen on; name one"),
            Self::Unavailable { architecture, reason } => write!(
                f,
                "the architecture {architecture} does not work here: {reason}; choose event or auto"
            ),
            Self::Listen(error) => write!(f, "{error}"),
            Self::AccessLog { path, source } => {
                write!(f, "the access log {} cannot be opened: {source}", path.display())
            }
            #[cfg(feature = "tls")]
            Self::Tls(error) => write!(f, "{error}"),
            #[cfg(feature = "tls")]
            Self::RedirectWithoutTls => {
                f.write_str("there is nothing to redirect to without TLS; give a certificate")
            }
            Self::Check(error) => write!(f, "{error}"),
            Self::Worker(source) => write!(f, "a worker process cannot be started: {source}"),
            Self::System { what, source } => write!(f, "{what} failed: {source}"),
        }
    }
}

impl Error for ServerError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::NoAddress | Self::Unavailable { .. } => None,
            #[cfg(feature = "tls")]
            Self::Tls(error) => Some(error),
            #[cfg(feature = "tls")]
            Self::RedirectWithoutTls => None,
            Self::Listen(error) => Some(error),
            Self::Check(error) => Some(&**error),
            Self::AccessLog { source, .. } | Self::Worker(source) | Self::System { source, .. } => {
                Some(source)
            }
        }
    }
}

impl From<ListenError> for ServerError {
    fn from(error: ListenError) -> Self {
        Self::Listen(error)
    }
}
