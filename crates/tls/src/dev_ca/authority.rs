//! The authority itself: its two files, and what is issued from them.
//!
//! The certificate is written after the key, so where a certificate is, its key is too. Only
//! making files takes a lock; opening what is there needs no right to write.

use std::fmt;
use std::fs;
use std::io;
use std::path::{self, Path, PathBuf};
use std::time::Duration;

use rcgen::{Issuer, KeyPair, PublicKeyData};
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, UnixTime};
use webpki::{EndEntityCert, KeyUsage};

use super::error::DevCaError;
use super::folder_lock::FolderLock;
use super::issue::{self, Issued};
use super::name::Name;
use super::{machine, whole_file};

/// How its two files are called.
pub(super) const FILE_STEM: &str = "gnezdo-dev-ca";

/// How each authority is called, before its owner.
const COMMON_NAME: &str = "Gnezdo development CA";

/// The upper bound of the common name, X.520: `ub-common-name`. It also keeps every length in
/// the subject below 128, one byte long.
const COMMON_NAME_BYTES_MAX: usize = 64;

/// An authority for development: a certificate and a key in a folder.
pub struct DevAuthority {
    certificate_path: PathBuf,
    certificate: CertificateDer<'static>,
    name: String,
    issuer: Issuer<'static, KeyPair>,
    end: UnixTime,
    is_new: bool,
}

impl DevAuthority {
    /// Opens the authority in a folder: `gnezdo-dev-ca.pem` and `gnezdo-dev-ca.key`. If there is
    /// none, a new one is made, valid for ten years, and the folder with it.
    ///
    /// # Errors
    /// [`DevCaError`] if the files cannot be read or written, or are not what this made.
    pub fn open_or_create(dir: &Path) -> Result<Self, DevCaError> {
        Self::open_or_create_at(dir, UnixTime::now())
    }

    pub(super) fn open_or_create_at(dir: &Path, now: UnixTime) -> Result<Self, DevCaError> {
        let files = Files::of(dir);
        if let Some(authority) = files.open(now)? {
            return Ok(authority);
        }
        let lock = FolderLock::take(dir)?;
        // Another process may have made it meanwhile.
        if let Some(authority) = files.open(now)? {
            return Ok(authority);
        }
        files.create(now, &lock)?;
        let authority = files.open(now)?.ok_or_else(|| files.unusable("it vanished"))?;
        Ok(Self { is_new: true, ..authority })
    }

    /// Issues a certificate for a server, valid from yesterday for at most 397 days.
    ///
    /// A name is a DNS name, such as `localhost` or `*.app.test`, or an IP address.
    ///
    /// # Errors
    /// [`DevCaError::NoName`] without names, [`DevCaError::NameInvalid`] if a name is none,
    /// [`DevCaError::WildcardTooWide`] for such as `*.localhost`, which no client accepts.
    pub fn issue(&self, names: &[String]) -> Result<Issued, DevCaError> {
        self.issue_at(&Name::read_all(names)?, UnixTime::now())
    }

    pub(super) fn issue_at(&self, names: &[Name], now: UnixTime) -> Result<Issued, DevCaError> {
        issue::server(names, &self.issuer, now, self.end)
    }

    /// The file of its certificate, for those who shall trust it.
    pub fn certificate_path(&self) -> &Path {
        &self.certificate_path
    }

    /// Its certificate.
    pub fn certificate(&self) -> &CertificateDer<'static> {
        &self.certificate
    }

    /// Its common name, such as `Gnezdo development CA (anna@laptop)`.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether it was made just now, so that nobody can trust it yet.
    pub fn is_new(&self) -> bool {
        self.is_new
    }
}

struct Files {
    certificate: PathBuf,
    key: PathBuf,
}

impl Files {
    fn of(dir: &Path) -> Self {
        // Absolute, as people copy it from instructions into other terminals.
        let dir = path::absolute(dir).unwrap_or_else(|_| dir.to_owned());
        Self {
            certificate: dir.join(format!("{FILE_STEM}.pem")),
            key: dir.join(format!("{FILE_STEM}.key")),
        }
    }

    /// Nothing if there is no certificate. A key alone was left by a process that died, and
    /// nobody trusts it.
    fn open(&self, now: UnixTime) -> Result<Option<DevAuthority>, DevCaError> {
        let Some(pem) = read(&self.certificate)? else {
            return Ok(None);
        };
        let certificate = CertificateDer::from_pem_slice(&pem)
            .map_err(|_| self.unusable("its certificate is malformed"))?;
        let parsed = EndEntityCert::try_from(&certificate)
            .map_err(|_| self.unusable("its certificate is malformed"))?;
        let name = common_name(parsed.subject())
            .filter(|name| name.starts_with(COMMON_NAME))
            .ok_or_else(|| self.unusable("it was made by another program"))?
            .to_owned();
        let end = end(&parsed).filter(|end| *end > now);
        let end = end.ok_or_else(|| self.unusable("it expired"))?;
        let key = self.open_key()?;
        if *key.subject_public_key_info() != *parsed.subject_public_key_info() {
            return Err(self.unusable("its key belongs to another certificate"));
        }
        Ok(Some(DevAuthority {
            certificate_path: self.certificate.clone(),
            issuer: issue::issuer(&name, key),
            name,
            end,
            is_new: false,
            certificate,
        }))
    }

    fn open_key(&self) -> Result<KeyPair, DevCaError> {
        let pem = read(&self.key)?.ok_or_else(|| self.unusable("its key is missing"))?;
        std::str::from_utf8(&pem)
            .ok()
            .and_then(|pem| KeyPair::from_pem(pem).ok())
            .ok_or_else(|| self.unusable("its key is malformed"))
    }

    fn create(&self, now: UnixTime, lock: &FolderLock) -> Result<(), DevCaError> {
        let made = issue::authority(&new_common_name(machine::owner().as_deref()), now)?;
        whole_file::replace(&self.key, &made.key_pem, whole_file::SECRET, lock)?;
        whole_file::replace(&self.certificate, &made.chain_pem, whole_file::PUBLIC, lock)
    }

    fn unusable(&self, reason: &'static str) -> DevCaError {
        DevCaError::Unusable {
            certificate: self.certificate.clone(),
            key: self.key.clone(),
            reason,
        }
    }
}

fn read(path: &Path) -> Result<Option<Vec<u8>>, DevCaError> {
    match fs::read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(DevCaError::unreadable(path)(error)),
    }
}

fn new_common_name(owner: Option<&str>) -> String {
    let Some(owner) = owner else {
        return COMMON_NAME.into();
    };
    let room = COMMON_NAME_BYTES_MAX - COMMON_NAME.len() - " ()".len();
    let owner = &owner[..owner.floor_char_boundary(room)];
    format!("{COMMON_NAME} ({owner})").replace(char::is_control, "_")
}

/// The common name of a subject as this crate writes it: nothing but one UTF-8 string.
///
/// RFC 5280 §4.1.2.4: a set of a sequence of the type 2.5.4.3 and the string. There is no outer
/// sequence, webpki takes it off.
fn common_name(subject: &[u8]) -> Option<&str> {
    let [0x31, _, 0x30, _, 6, 3, 0x55, 4, 3, 0x0c, bytes, name @ ..] = subject else {
        return None;
    };
    (name.len() == usize::from(*bytes)).then(|| std::str::from_utf8(name).ok())?
}

/// When a certificate ends: at the end of all time webpki says since when it is expired.
fn end(certificate: &EndEntityCert<'_>) -> Option<UnixTime> {
    let never = UnixTime::since_unix_epoch(Duration::from_secs(u64::MAX));
    let usage = KeyUsage::server_auth();
    match certificate.verify_for_usage(&[], &[], &[], never, usage, None, None).err() {
        Some(webpki::Error::CertExpired { not_after, .. }) => Some(not_after),
        _ => None,
    }
}

/// Without the key.
impl fmt::Debug for DevAuthority {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DevAuthority")
            .field("name", &self.name)
            .field("certificate_path", &self.certificate_path)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_fits_and_is_read_back() {
        let long = "ж".repeat(100);
        for (owner, expected) in [
            (None, "Gnezdo development CA".to_owned()),
            (Some("anna@laptop"), "Gnezdo development CA (anna@laptop)".to_owned()),
            (Some("a\x1b[1m"), "Gnezdo development CA (a_[1m)".to_owned()),
            (Some(&long), format!("Gnezdo development CA ({})", "ж".repeat(20))),
        ] {
            let name = new_common_name(owner);
            assert_eq!(name, expected);
            assert!(name.len() <= COMMON_NAME_BYTES_MAX);
            let made = issue::authority(&name, UnixTime::now()).unwrap();
            let der = CertificateDer::from_pem_slice(made.chain_pem.as_bytes()).unwrap();
            let parsed = EndEntityCert::try_from(&der).unwrap();
            assert_eq!(common_name(parsed.subject()), Some(&name[..]));
        }
        assert_eq!(common_name(b""), None);
    }
}
