//! How certificates of clients are judged: webpki does it, given the authorities in a file.
//!
//! Revocation is not looked at.

use std::path::Path;
use std::sync::Arc;

use rustls::RootCertStore;
use rustls::crypto::CryptoProvider;
use rustls::server::WebPkiClientVerifier;
use rustls::server::danger::ClientCertVerifier;

use crate::certificate::malformed;
use crate::error::TlsError;
use crate::pem_file::PemFile;
use crate::settings::{ClientAuth, ClientAuthMode};

pub(crate) fn client_verifier(
    auth: Option<&ClientAuth>,
    provider: Arc<CryptoProvider>,
) -> Result<Arc<dyn ClientCertVerifier>, TlsError> {
    let Some(auth) = auth else {
        return Ok(WebPkiClientVerifier::no_client_auth());
    };
    let roots = Arc::new(authorities(&auth.authorities)?);
    let builder = WebPkiClientVerifier::builder_with_provider(roots, provider);
    let builder = match auth.mode {
        ClientAuthMode::Required => builder,
        ClientAuthMode::Optional => builder.allow_unauthenticated(),
    };
    builder.build().map_err(TlsError::library)
}

fn authorities(path: &Path) -> Result<RootCertStore, TlsError> {
    let file = PemFile::read(path)?;
    let content = file.content();
    let mut roots = RootCertStore::empty();
    for (index, certificate) in file.certificates().into_iter().enumerate() {
        roots.add(certificate).map_err(|error| malformed(path, index + 1, &error))?;
    }
    if roots.is_empty() {
        return Err(TlsError::AuthoritiesMissing { path: path.into(), content });
    }
    Ok(roots)
}
