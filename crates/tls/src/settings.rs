//! What a TLS server can be told, with its defaults.

use std::path::PathBuf;

/// How a server speaks TLS.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct TlsSettings {
    /// The certificates. Clients get the one that has the name they ask for; the first one is
    /// for those that ask for no name, or for one that no certificate has.
    pub certificates: Vec<CertificateFiles>,
    /// Whether clients show certificates too; by default they are not asked.
    pub client_auth: Option<ClientAuth>,
    /// What is offered by ALPN, the most preferred first; HTTP/2 and HTTP/1.1 by default. If
    /// empty, ALPN is not spoken.
    pub protocols: Vec<Protocol>,
    /// The oldest version that is spoken; TLS 1.2 by default.
    pub version_min: TlsVersion,
}

impl TlsSettings {
    /// Settings with these certificates and defaults for the rest.
    pub fn new(certificates: Vec<CertificateFiles>) -> Self {
        Self {
            certificates,
            client_auth: None,
            protocols: vec![Protocol::Http2, Protocol::Http11],
            version_min: TlsVersion::Tls12,
        }
    }
}

/// Where a certificate and its key are: two files in PEM form, or one that holds both.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CertificateFiles {
    /// The server's certificate and, after it, those that lead to an authority (`fullchain.pem`).
    pub chain: PathBuf,
    /// The private key of the first certificate, not encrypted (`privkey.pem`).
    pub key: PathBuf,
}

/// Certificates that clients show.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientAuth {
    /// The certificates of the authorities that clients' certificates must come from, in PEM
    /// form. Unlike the server's certificates they are read once: to change them, start anew.
    pub authorities: PathBuf,
    /// Whether a client may do without.
    pub mode: ClientAuthMode,
}

/// Whether a client may do without a certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClientAuthMode {
    /// A client without a certificate is refused.
    Required,
    /// A client may show none; if it shows one, it must be a good one.
    Optional,
}

/// A protocol to be spoken inside TLS.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Protocol {
    /// HTTP/2, RFC 9113.
    Http2,
    /// HTTP/1.1, RFC 9112.
    Http11,
}

impl Protocol {
    /// The name by which ALPN calls it: RFC 7301 §6, RFC 9113 §3.2.
    pub fn alpn_name(self) -> &'static [u8] {
        match self {
            Self::Http2 => b"h2",
            Self::Http11 => b"http/1.1",
        }
    }

    /// The protocol that ALPN calls so.
    pub fn from_alpn_name(name: &[u8]) -> Option<Self> {
        [Self::Http2, Self::Http11].into_iter().find(|protocol| protocol.alpn_name() == name)
    }
}

/// A version of TLS.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum TlsVersion {
    /// RFC 5246.
    Tls12,
    /// RFC 8446.
    Tls13,
}
