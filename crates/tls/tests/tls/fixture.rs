//! Certificates made on the spot, and a folder to put them in.

use std::cell::Cell;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use gnezdo_tls::{CertificateFiles, Tls, TlsError, TlsSettings};
use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, ExtendedKeyUsagePurpose, IsCa,
    KeyPair,
};
use rustls::RootCertStore;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};

static AUTHORITIES: AtomicUsize = AtomicUsize::new(0);

/// An authority that is not ours.
pub(crate) struct Authority(CertifiedIssuer<'static, KeyPair>);

impl Authority {
    pub(crate) fn new() -> Self {
        let mut params = CertificateParams::default();
        // Each has a name of its own, or a foreign certificate looks like a forged one.
        let number = AUTHORITIES.fetch_add(1, Ordering::Relaxed);
        params.distinguished_name.push(DnType::CommonName, format!("authority {number}"));
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        Self(CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap())
    }

    pub(crate) fn pem(&self) -> String {
        self.0.pem()
    }

    pub(crate) fn roots(&self) -> RootCertStore {
        let mut roots = RootCertStore::empty();
        roots.add(self.0.der().clone()).unwrap();
        roots
    }

    pub(crate) fn issue(&self, names: &[&str]) -> Pair {
        self.issue_with(names, |_| {})
    }

    pub(crate) fn issue_with(
        &self,
        names: &[&str],
        change: impl FnOnce(&mut CertificateParams),
    ) -> Pair {
        self.issue_for(&KeyPair::generate().unwrap(), names, change)
    }

    pub(crate) fn issue_for(
        &self,
        key: &KeyPair,
        names: &[&str],
        change: impl FnOnce(&mut CertificateParams),
    ) -> Pair {
        let names: Vec<_> = names.iter().map(ToString::to_string).collect();
        let mut params = CertificateParams::new(names).unwrap();
        change(&mut params);
        let certificate = params.signed_by(key, &self.0).unwrap();
        Pair { chain: certificate.pem(), key: key.serialize_pem() }
    }
}

pub(crate) fn for_clients(params: &mut CertificateParams) {
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
}

/// A certificate and its key as text.
pub(crate) struct Pair {
    pub(crate) chain: String,
    pub(crate) key: String,
}

impl Pair {
    pub(crate) fn der(&self) -> CertificateDer<'static> {
        CertificateDer::from_pem_slice(self.chain.as_bytes()).unwrap()
    }

    pub(crate) fn key_der(&self) -> PrivateKeyDer<'static> {
        PrivateKeyDer::from_pem_slice(self.key.as_bytes()).unwrap()
    }
}

/// A folder whose files have times of their own, each later than the one before: the clock of
/// the file system is too coarse for tests.
pub(crate) struct Folder {
    folder: tempfile::TempDir,
    seconds: Cell<u64>,
}

impl Folder {
    pub(crate) fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap(), seconds: Cell::new(1_000_000_000) }
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.file(name);
        fs::write(&path, bytes).unwrap();
        let seconds = self.seconds.get() + 1;
        self.seconds.set(seconds);
        let file = File::options().write(true).open(&path).unwrap();
        file.set_modified(SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)).unwrap();
        path
    }

    /// Writes `NAME.pem` and `NAME.key`.
    pub(crate) fn write_pair(&self, name: &str, pair: &Pair) -> CertificateFiles {
        CertificateFiles {
            chain: self.write(&format!("{name}.pem"), &pair.chain),
            key: self.write(&format!("{name}.key"), &pair.key),
        }
    }
}

/// TLS with these certificates, which has nothing to complain about.
pub(crate) fn load(certificates: Vec<CertificateFiles>) -> Result<Tls, TlsError> {
    load_settings(&TlsSettings::new(certificates))
}

pub(crate) fn load_settings(settings: &TlsSettings) -> Result<Tls, TlsError> {
    Tls::load(settings, |error| panic!("{error}"))
}

/// What was complained about.
#[derive(Clone, Default)]
pub(crate) struct Complaints(Arc<Mutex<Vec<TlsError>>>);

impl Complaints {
    pub(crate) fn load(&self, certificates: Vec<CertificateFiles>) -> Tls {
        let list = self.0.clone();
        Tls::load(&TlsSettings::new(certificates), move |error| {
            list.lock().unwrap().push(error.clone());
        })
        .unwrap()
    }

    /// Those since the last call.
    pub(crate) fn take(&self) -> Vec<TlsError> {
        std::mem::take(&mut self.0.lock().unwrap())
    }
}
