//! Whether and how TLS is spoken.

use std::path::PathBuf;

use clap::{Args, ValueEnum, ValueHint};
use gnezdo_socket::ListenAddress;
use gnezdo_tls::{ClientAuthMode, TlsVersion};

use crate::values::{Certificate, TimeSpan, certificate};

/// The certificates of a server, and what follows from having one.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "TLS")]
pub(crate) struct TlsOptions {
    /// Speak TLS with this certificate: two PEM files, one with both, or self-signed; may be
    /// repeated
    #[arg(long, value_name = "CERT,KEY", value_parser = certificate())]
    #[arg(value_hint = ValueHint::FilePath)]
    pub(crate) tls: Vec<Certificate>,
    /// The oldest version spoken: 1.2 or 1.3 [default: 1.2]
    #[arg(long, value_name = "VERSION", hide_possible_values = true)]
    pub(crate) tls_min: Option<VersionChoice>,
    /// Let in only clients with a certificate from one of the authorities in this PEM file
    #[arg(long, value_name = "FILE")]
    pub(crate) tls_client_ca: Option<PathBuf>,
    /// Whether they must show one: required or optional [default: required]
    #[arg(long, value_name = "WHETHER", hide_possible_values = true)]
    pub(crate) tls_client_auth: Option<ClientAuthChoice>,
    /// Listen here, too, and send clients on to https; may be repeated
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) redirect_http: Vec<ListenAddress>,
    /// Tell browsers to come by https alone (Strict-Transport-Security), for a year if no time
    /// is named
    #[arg(long, value_name = "TIME")]
    #[arg(num_args = 0..=1, require_equals = true, default_missing_value = "365d")]
    pub(crate) hsts: Option<TimeSpan>,
}

/// The oldest version of TLS.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum VersionChoice {
    /// RFC 5246
    #[value(name = "1.2")]
    Tls12,
    /// RFC 8446
    #[value(name = "1.3")]
    Tls13,
}

impl VersionChoice {
    pub(crate) fn version(self) -> TlsVersion {
        match self {
            Self::Tls12 => TlsVersion::Tls12,
            Self::Tls13 => TlsVersion::Tls13,
        }
    }
}

/// Whether a client may do without a certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ClientAuthChoice {
    /// a client without a certificate is refused
    Required,
    /// a client may show none
    Optional,
}

impl ClientAuthChoice {
    pub(crate) fn mode(self) -> ClientAuthMode {
        match self {
            Self::Required => ClientAuthMode::Required,
            Self::Optional => ClientAuthMode::Optional,
        }
    }
}
