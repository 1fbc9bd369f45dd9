//! Certificates and settings of TLS for servers: from files, by server name, reloaded, or of
//! one's own.
//!
//! ```text
//! TlsSettings ──► Tls::load ──► Tls ──► Arc<rustls::ServerConfig> ──► ServerConnection
//!                    │           │                 │ at each handshake: which certificate?
//!  chain + key ──────┤           │                 ▼
//!  of each           │           └──────► certificates by name ◄── files changed? once a second
//!  certificate       ▼                             │
//!                 TlsError                         └──► complain(&TlsError), the old ones stay
//! ```
//!
//! Here are no sockets and no waiting: a driver moves the bytes, rustls makes the handshake, and
//! this crate decides what it is made with. Every mistake that people make with certificates has
//! an error of its own, which says which file it is and what to do.
//!
//! With the feature `dev-ca` there is an authority of one's own for development, `dev_ca`: made
//! once, trusted once, and then no browser complains about `https://localhost`.
//!
//! # Example
//!
//! A certificate for development, and a handshake without a network:
//!
//! ```
//! use std::sync::Arc;
//!
//! use gnezdo_tls::{Tls, TlsSettings};
//! # #[cfg(feature = "dev-ca")] {
//! use gnezdo_tls::dev_ca::DevAuthority;
//! use rustls::pki_types::{CertificateDer, pem::PemObject};
//! use rustls::{ClientConfig, ClientConnection, RootCertStore, ServerConnection};
//!
//! // The server: files of a certificate, and what to do when they go bad later.
//! let folder = tempfile::tempdir()?;
//! let authority = DevAuthority::open_or_create(folder.path())?;
//! let files = authority.server_files(folder.path(), &["localhost".into()])?;
//! let tls = Tls::load(&TlsSettings::new(vec![files]), |error| eprintln!("{error}"))?;
//! let mut server = ServerConnection::new(tls.server_config())?;
//!
//! // A client that trusts the authority.
//! let mut roots = RootCertStore::empty();
//! roots.add(CertificateDer::from_pem_file(authority.certificate_path())?)?;
//! let provider = Arc::new(rustls::crypto::ring::default_provider());
//! let mut config = ClientConfig::builder_with_provider(provider)
//!     .with_safe_default_protocol_versions()?
//!     .with_root_certificates(roots)
//!     .with_no_client_auth();
//! config.alpn_protocols = vec![b"h2".to_vec()];
//! let mut client = ClientConnection::new(Arc::new(config), "localhost".try_into()?)?;
//!
//! // The network.
//! while client.is_handshaking() || server.is_handshaking() {
//!     let mut wire = Vec::new();
//!     client.write_tls(&mut wire)?;
//!     server.read_tls(&mut &wire[..])?;
//!     server.process_new_packets()?;
//!     wire.clear();
//!     server.write_tls(&mut wire)?;
//!     client.read_tls(&mut &wire[..])?;
//!     client.process_new_packets()?;
//! }
//! assert_eq!(client.alpn_protocol(), Some(&b"h2"[..]));
//! # }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
#![forbid(unsafe_code)]

mod settings;
mod tickets;
mod tls;

mod by_name;
mod certificates;
mod file_stamp;
mod pace;

mod certificate;
mod client_verifier;
mod pem_file;

mod error;
mod file_content;
mod shell;

#[cfg(feature = "dev-ca")]
pub mod dev_ca;

pub use error::TlsError;
pub use file_content::FileContent;
pub use settings::{
    CertificateFiles, ClientAuth, ClientAuthMode, Protocol, TlsSettings, TlsVersion,
};
pub use tickets::TicketSecret;
pub use tls::Tls;
