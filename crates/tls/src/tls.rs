//! Settings made into what rustls needs for its handshakes.
//!
//! Where nothing is said here, rustls's own choices stand: its cipher suites, its key exchange,
//! and that the client's order of cipher suites rules, since a telephone without AES in hardware
//! knows best that it wants ChaCha20.
//!
//! There is no early data (0-RTT): whoever records it can send it once more, RFC 8446 §8.

use std::fmt;
use std::sync::Arc;

use rustls::crypto::CryptoProvider;
use rustls::crypto::ring;
use rustls::server::ServerSessionMemoryCache;
use rustls::version::{TLS12, TLS13};
use rustls::{ServerConfig, SupportedProtocolVersion};

use crate::certificates::Certificates;
use crate::client_verifier::client_verifier;
use crate::error::TlsError;
use crate::settings::{Protocol, TlsSettings, TlsVersion};
use crate::tickets::{TicketSecret, Tickets};

/// For clients that speak TLS 1.2 and no tickets. A session takes a few hundred bytes, and the
/// client's certificates if it showed some.
const SESSIONS_MAX: usize = 1_024;

/// What all connections of a server share. A clone shares it too.
#[derive(Clone)]
pub struct Tls {
    config: Arc<ServerConfig>,
    certificates: Arc<Certificates>,
}

impl Tls {
    /// Reads the files and makes ready for handshakes.
    ///
    /// From then on the files of certificates are followed: at a handshake, at most once a
    /// second, it is looked whether they changed. If they did, handshakes from then on use what
    /// is new, and connections that are open stay. If what is new is no good, the old stays, and
    /// `complain` is called, once for each state of the files, on the thread of the handshake.
    ///
    /// Sessions are resumed by tickets, whose keys change every six hours and are never written
    /// anywhere. Processes that serve together share them if they share a secret: see
    /// [`load_with`](Self::load_with).
    ///
    /// # Errors
    /// [`TlsError`] if a file cannot be read, or does not hold what a client would accept.
    pub fn load(
        settings: &TlsSettings,
        complain: impl Fn(&TlsError) + Send + Sync + 'static,
    ) -> Result<Self, TlsError> {
        Self::load_with(settings, TicketSecret::random()?, complain)
    }

    /// As [`load`](Self::load), with tickets of this secret: a client that meets another server
    /// with the same one resumes its session there. Only clients that speak TLS 1.2 and no
    /// tickets have to meet the same server again.
    ///
    /// # Errors
    /// As of [`load`](Self::load).
    pub fn load_with(
        settings: &TlsSettings,
        secret: TicketSecret,
        complain: impl Fn(&TlsError) + Send + Sync + 'static,
    ) -> Result<Self, TlsError> {
        let provider = Arc::new(ring::default_provider());
        let certificates = Arc::new(Certificates::load(
            settings.certificates.clone(),
            provider.clone(),
            Box::new(complain),
        )?);
        let config = Arc::new(server_config(settings, provider, certificates.clone(), secret)?);
        Ok(Self { config, certificates })
    }

    /// What each [`rustls::ServerConnection`] is made with. It stays the same when certificates
    /// change.
    pub fn server_config(&self) -> Arc<ServerConfig> {
        self.config.clone()
    }

    /// Looks at once whether the files changed, as at a signal to reload.
    pub fn check_now(&self) {
        self.certificates.check_now();
    }
}

fn server_config(
    settings: &TlsSettings,
    provider: Arc<CryptoProvider>,
    certificates: Arc<Certificates>,
    secret: TicketSecret,
) -> Result<ServerConfig, TlsError> {
    let verifier = client_verifier(settings.client_auth.as_ref(), provider.clone())?;
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_protocol_versions(&versions(settings.version_min))
        .map_err(TlsError::library)?
        .with_client_cert_verifier(verifier)
        .with_cert_resolver(certificates);
    config.alpn_protocols = alpn_names(&settings.protocols);
    config.ticketer = Arc::new(Tickets::new(secret));
    config.session_storage = ServerSessionMemoryCache::new(SESSIONS_MAX);
    config.max_early_data_size = 0;
    Ok(config)
}

fn versions(min: TlsVersion) -> Vec<&'static SupportedProtocolVersion> {
    match min {
        TlsVersion::Tls12 => vec![&TLS13, &TLS12],
        TlsVersion::Tls13 => vec![&TLS13],
    }
}

fn alpn_names(protocols: &[Protocol]) -> Vec<Vec<u8>> {
    protocols.iter().map(|protocol| protocol.alpn_name().to_vec()).collect()
}

impl fmt::Debug for Tls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tls").field("certificates", &self.certificates).finish_non_exhaustive()
    }
}
