//! One certificate with its chain and key, read from files and judged.
//!
//! What a client would refuse is refused here, so that the server does not start with it and a
//! reload does not take it over: a key that belongs to another certificate, a time that is past
//! or to come, a certificate that is not for servers.
//!
//! Only the first certificate is judged. The others lead to authorities that clients know better
//! than we do: old chains have certificates that expired or have no version 3, and still work.

use std::fmt;
use std::path::Path;
use std::time::{Duration, SystemTime};

use rustls::crypto::CryptoProvider;
use rustls::sign::{CertifiedKey, SigningKey};
use rustls_pki_types::{CertificateDer, UnixTime};
use webpki::{EndEntityCert, KeyUsage};

use crate::error::TlsError;
use crate::pem_file::PemFile;
use crate::settings::CertificateFiles;

pub(crate) fn load(
    files: &CertificateFiles,
    provider: &CryptoProvider,
) -> Result<CertifiedKey, TlsError> {
    let chain = read_chain(&files.chain)?;
    let key = PemFile::read(&files.key)?.key()?;
    let key = provider
        .key_provider
        .load_private_key(key)
        .map_err(|_| TlsError::KeyUnsupported { path: files.key.clone() })?;
    let leaf =
        EndEntityCert::try_from(&chain[0]).map_err(|error| malformed(&files.chain, 1, &error))?;
    judge_key(files, &chain, &*key)?;
    judge_leaf(&files.chain, &leaf, UnixTime::now())?;
    Ok(CertifiedKey::new(chain, key))
}

/// At least one certificate.
fn read_chain(path: &Path) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    let file = PemFile::read(path)?;
    let content = file.content();
    let chain = file.certificates();
    if chain.is_empty() {
        return Err(TlsError::CertificateMissing { path: path.into(), content });
    }
    Ok(chain)
}

/// RFC 8446 §4.4.2: the sender's certificate must come first.
fn judge_key(
    files: &CertificateFiles,
    chain: &[CertificateDer<'_>],
    key: &dyn SigningKey,
) -> Result<(), TlsError> {
    // Keys in hardware may not tell their public half; then the handshake will show.
    let Some(public_key) = key.public_key() else {
        return Ok(());
    };
    let belongs = |der: &CertificateDer<'_>| {
        EndEntityCert::try_from(der)
            .is_ok_and(|certificate| certificate.subject_public_key_info() == public_key)
    };
    match chain.iter().position(belongs) {
        Some(0) => Ok(()),
        Some(index) => Err(TlsError::ChainOrder { path: files.chain.clone(), number: index + 1 }),
        None => Err(TlsError::KeyMismatch { chain: files.chain.clone(), key: files.key.clone() }),
    }
}

/// Whether clients could take it at this time, if they know the authority it comes from.
fn judge_leaf(path: &Path, leaf: &EndEntityCert<'_>, now: UnixTime) -> Result<(), TlsError> {
    // Without anchors no certificate is good, but webpki looks for an issuer last: what it says
    // before that is about the certificate itself.
    let verdict = leaf.verify_for_usage(&[], &[], &[], now, KeyUsage::server_auth(), None, None);
    let path = path.to_owned();
    match verdict.err() {
        Some(webpki::Error::CertExpired { not_after, .. }) => {
            Err(TlsError::CertificateExpired { path, at: system_time(not_after) })
        }
        Some(webpki::Error::CertNotValidYet { not_before, .. }) => {
            Err(TlsError::CertificateNotYetValid { path, from: system_time(not_before) })
        }
        Some(webpki::Error::RequiredEkuNotFoundContext(_)) => {
            Err(TlsError::CertificateNotForServers { path })
        }
        Some(
            error @ (webpki::Error::BadDer
            | webpki::Error::BadDerTime
            | webpki::Error::EmptyEkuExtension
            | webpki::Error::InvalidCertValidity),
        ) => Err(malformed(&path, 1, &error)),
        // Also `CaUsedAsEndEntity`: what `openssl req -x509` makes calls itself an authority.
        _ => Ok(()),
    }
}

pub(crate) fn malformed(path: &Path, number: usize, error: &impl fmt::Display) -> TlsError {
    TlsError::CertificateMalformed { path: path.to_owned(), number, reason: error.to_string() }
}

fn system_time(time: UnixTime) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(time.as_secs())
}
