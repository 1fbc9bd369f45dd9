//! Files of a server's certificate, kept as long as they are good and issued anew when not.
//!
//! A running server follows its files, so a new certificate reaches it too. Between the two
//! files that are replaced one after the other it may look and see a mismatch; it looks again.

use std::fs;
use std::path::Path;
use std::time::Duration;

use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, PrivateKeyDer, UnixTime};
use webpki::{ALL_VERIFICATION_ALGS, EndEntityCert, KeyUsage, anchor_from_trusted_cert};

use super::DevAuthority;
use super::error::DevCaError;
use super::folder_lock::FolderLock;
use super::issue::DAY;
use super::name::{Name, are_names_of};
use super::{machine, whole_file};
use crate::settings::CertificateFiles;

/// A certificate that ends sooner is issued anew: no server runs that long without a start.
const DAYS_LEFT_MIN: u32 = 30;

impl DevAuthority {
    /// What a server on this machine is called: `localhost`, `127.0.0.1`, `::1` and the name of
    /// the machine, if it is known and is a DNS name.
    pub fn default_names() -> Vec<String> {
        let mut names = ["localhost", "127.0.0.1", "::1"].map(String::from).to_vec();
        let host = machine::host_name().filter(|host| Name::read(host).is_ok());
        names.extend(host.filter(|host| host != "localhost"));
        names
    }

    /// The files of a certificate for these names in a folder, or for
    /// [`default_names`](Self::default_names) if there are none. They are called after the first
    /// name: `localhost.pem` and `localhost.key`.
    ///
    /// Files that are there are used again, unless fewer than 30 days are left, the names are
    /// others, or they do not come from this authority.
    ///
    /// # Errors
    /// [`DevCaError`] if a name is none, or the files cannot be written.
    pub fn server_files(
        &self,
        dir: &Path,
        names: &[String],
    ) -> Result<CertificateFiles, DevCaError> {
        self.server_files_at(dir, names, UnixTime::now())
    }

    fn server_files_at(
        &self,
        dir: &Path,
        names: &[String],
        now: UnixTime,
    ) -> Result<CertificateFiles, DevCaError> {
        let names = match names {
            [] => Name::read_all(&Self::default_names())?,
            names => Name::read_all(names)?,
        };
        let stem = names[0].file_stem();
        let files = CertificateFiles {
            chain: dir.join(format!("{stem}.pem")),
            key: dir.join(format!("{stem}.key")),
        };
        if self.is_good(&files, &names, now) {
            return Ok(files);
        }
        let lock = FolderLock::take(dir)?;
        // Another process may have issued it meanwhile.
        if !self.is_good(&files, &names, now) {
            let issued = self.issue_at(&names, now)?;
            whole_file::replace(&files.key, &issued.key_pem, whole_file::SECRET, &lock)?;
            whole_file::replace(&files.chain, &issued.chain_pem, whole_file::PUBLIC, &lock)?;
        }
        Ok(files)
    }

    fn is_good(&self, files: &CertificateFiles, names: &[Name], now: UnixTime) -> bool {
        let (Ok(chain), Ok(key)) = (fs::read(&files.chain), fs::read(&files.key)) else {
            return false;
        };
        let Ok(certificate) = CertificateDer::from_pem_slice(&chain) else {
            return false;
        };
        let Ok(parsed) = EndEntityCert::try_from(&certificate) else {
            return false;
        };
        are_names_of(names, &parsed)
            && is_key_of(&key, &parsed)
            && self.has_issued(&parsed, now)
            && self.has_issued(&parsed, later(now))
    }

    /// Whether clients that trust the authority take the certificate at this time.
    fn has_issued(&self, certificate: &EndEntityCert<'_>, at: UnixTime) -> bool {
        let Ok(anchor) = anchor_from_trusted_cert(self.certificate()) else {
            return false;
        };
        let usage = KeyUsage::server_auth();
        certificate
            .verify_for_usage(ALL_VERIFICATION_ALGS, &[anchor], &[], at, usage, None, None)
            .is_ok()
    }
}

fn is_key_of(key_pem: &[u8], certificate: &EndEntityCert<'_>) -> bool {
    let Ok(key) = PrivateKeyDer::from_pem_slice(key_pem) else {
        return false;
    };
    rustls::crypto::ring::sign::any_ecdsa_type(&key)
        .is_ok_and(|key| key.public_key() == Some(certificate.subject_public_key_info()))
}

fn later(now: UnixTime) -> UnixTime {
    UnixTime::since_unix_epoch(Duration::from_secs(now.as_secs()) + DAY * DAYS_LEFT_MIN)
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;

    struct Scene {
        folder: tempfile::TempDir,
        authority: DevAuthority,
        now: UnixTime,
    }

    impl Scene {
        fn new() -> Self {
            let folder = tempfile::tempdir().unwrap();
            let authority = DevAuthority::open_or_create(folder.path()).unwrap();
            Self { folder, authority, now: UnixTime::now() }
        }

        fn days_later(&self, days: u32) -> UnixTime {
            UnixTime::since_unix_epoch(Duration::from_secs(self.now.as_secs()) + DAY * days)
        }

        /// The text of the certificate in the file.
        fn serve(&self, names: &[&str], at: UnixTime) -> Vec<u8> {
            let names: Vec<_> = names.iter().map(ToString::to_string).collect();
            let dir = self.folder.path();
            let files = self.authority.server_files_at(dir, &names, at).unwrap();
            fs::read(files.chain).unwrap()
        }

        fn file(&self, name: &str) -> PathBuf {
            self.folder.path().join(name)
        }
    }

    #[test]
    fn files_are_kept_while_they_are_good() {
        let scene = Scene::new();
        let first = scene.serve(&["a.test", "::1"], scene.now);
        assert_eq!(scene.serve(&["a.test", "::1"], scene.now), first);
        assert_eq!(scene.serve(&["A.test", "0::1", "a.test"], scene.now), first);
        assert_eq!(scene.serve(&["a.test", "::1"], scene.days_later(365)), first);
        assert_ne!(scene.serve(&["a.test", "::1"], scene.days_later(367)), first);
    }

    #[test]
    fn other_names_are_a_reason_to_issue_anew() {
        for names in [&["a.test", "b.test", "::1"][..], &["a.test"], &["a.test", "::2", "b.test"]] {
            let scene = Scene::new();
            let first = scene.serve(&["a.test", "*.a.test"], scene.now);
            let other = scene.serve(names, scene.now);
            assert_ne!(other, first, "{names:?}");
            assert_eq!(scene.serve(names, scene.now), other, "{names:?}");
        }
    }

    #[test]
    fn another_authority_is_a_reason_to_issue_anew() {
        let mut scene = Scene::new();
        let first = scene.serve(&["a.test"], scene.now);
        fs::remove_file(scene.file("gnezdo-dev-ca.pem")).unwrap();
        scene.authority = DevAuthority::open_or_create(scene.folder.path()).unwrap();
        assert!(scene.authority.is_new());
        assert_ne!(scene.serve(&["a.test"], scene.now), first);
    }

    #[test]
    fn spoilt_files_are_a_reason_to_issue_anew() {
        let scene = Scene::new();
        let mut last = scene.serve(&["a.test"], scene.now);
        let other_key = scene.authority.issue(&["a.test".into()]).unwrap().key_pem;
        for (file, text) in [("a.test.pem", "?"), ("a.test.key", "?"), ("a.test.key", &other_key)] {
            fs::write(scene.file(file), text).unwrap();
            let next = scene.serve(&["a.test"], scene.now);
            assert_ne!(next, last);
            last = next;
        }
    }

    #[test]
    fn nothing_is_valid_longer_than_its_authority() {
        let scene = Scene::new();
        let dir = scene.folder.path();
        let late = scene.days_later(3_600);
        let text = scene.serve(&["a.test"], late);
        let der = CertificateDer::from_pem_slice(&text).unwrap();
        let leaf = EndEntityCert::try_from(&der).unwrap();
        assert!(scene.authority.has_issued(&leaf, scene.days_later(3_650)));
        assert!(!scene.authority.has_issued(&leaf, scene.days_later(3_652)));
        let error = DevAuthority::open_or_create_at(dir, scene.days_later(3_652)).unwrap_err();
        assert!(matches!(error, DevCaError::Unusable { reason: "it expired", .. }), "{error}");
    }
}
