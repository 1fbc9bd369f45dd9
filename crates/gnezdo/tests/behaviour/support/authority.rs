//! The authority of all tests, and clients that trust it.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock};

use gnezdo_tls::CertificateFiles;
use gnezdo_tls::dev_ca::DevAuthority;
use rustls::client::WebPkiServerVerifier;
use rustls::crypto::{CryptoProvider, ring};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ClientConfig, RootCertStore, SupportedProtocolVersion};

use super::wire::SERVER_NAME;

/// One authority for all tests of all runs: it is kept, and so is the server's certificate.
static AUTHORITY: LazyLock<(DevAuthority, CertificateFiles)> = LazyLock::new(|| {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("authority");
    let authority = DevAuthority::open_or_create(&folder).expect("an authority");
    let files = authority.server_files(&folder, &[SERVER_NAME.into()]).expect("a certificate");
    (authority, files)
});

/// The server's certificate and key as a value of `--tls`.
pub(crate) fn certificate_word() -> String {
    let files = &AUTHORITY.1;
    format!("{},{}", files.chain.display(), files.key.display())
}

/// Another certificate with its key, in a folder of the caller's.
pub(crate) fn issue_into(folder: &Path) -> CertificateFiles {
    let issued = AUTHORITY.0.issue(&[SERVER_NAME.into()]).expect("a certificate");
    let write = |name: &str, pem: &str| -> PathBuf {
        let path = folder.join(name);
        // At once, and with a time of its own: a server may look at any moment.
        let new = folder.join(format!("{name}.new"));
        std::fs::write(&new, pem).expect("a file");
        File::open(&new).and_then(|file| file.sync_all()).expect("a file");
        std::fs::rename(&new, &path).expect("a file");
        path
    };
    CertificateFiles {
        key: write("server.key", &issued.key_pem),
        chain: write("server.pem", &issued.chain_pem),
    }
}

/// How a client speaks TLS.
pub(crate) struct ClientTls<'a> {
    /// What it offers by ALPN; nothing if empty.
    pub(crate) protocols: &'a [&'a str],
    pub(crate) versions: &'a [&'static SupportedProtocolVersion],
    /// A certificate of its own, and the key.
    pub(crate) certificate: Option<(CertificateDer<'static>, PrivateKeyDer<'static>)>,
}

impl Default for ClientTls<'_> {
    fn default() -> Self {
        Self { protocols: &[], versions: rustls::DEFAULT_VERSIONS, certificate: None }
    }
}

impl ClientTls<'_> {
    /// With these protocols, and the usual for the rest.
    pub(crate) fn offering(protocol: &str) -> Arc<ClientConfig> {
        ClientTls { protocols: &[protocol], ..ClientTls::default() }.config()
    }

    pub(crate) fn config(self) -> Arc<ClientConfig> {
        let builder = ClientConfig::builder_with_provider(provider())
            .with_protocol_versions(self.versions)
            .expect("sound versions")
            .with_webpki_verifier(verifier());
        let mut config = match self.certificate {
            None => builder.with_no_client_auth(),
            Some((certificate, key)) => {
                builder.with_client_auth_cert(vec![certificate], key).expect("a sound pair")
            }
        };
        config.alpn_protocols = self.protocols.iter().map(|name| name.as_bytes().into()).collect();
        Arc::new(config)
    }
}

fn provider() -> Arc<CryptoProvider> {
    Arc::new(ring::default_provider())
}

fn verifier() -> Arc<WebPkiServerVerifier> {
    let mut roots = RootCertStore::empty();
    let certificate = CertificateDer::from_pem_file(AUTHORITY.0.certificate_path());
    roots.add(certificate.expect("a certificate")).expect("a sound one");
    let builder = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider());
    builder.build().expect("a verifier")
}
