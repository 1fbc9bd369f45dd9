//! The server's certificates, which follow their files while connections go on.
//!
//! At a handshake, at most once a second, one thread looks whether the files changed; the others
//! go on with what is there. So renewal needs no signal and no thread, and a server at rest does
//! nothing. The look is a few calls of `stat`, and reading if something changed: it is the one
//! place where a handshake may wait for a disk.
//!
//! If the new files are no good, the old certificates stay, and the reason is told once for each
//! state of the files. They are tried again at every later look, as the certificate and the key
//! are seldom written in the same moment.

use std::fmt;
use std::sync::{Arc, Mutex, TryLockError};
use std::time::Instant;

use arc_swap::ArcSwap;
use rustls::crypto::CryptoProvider;
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;

use crate::by_name::ByName;
use crate::certificate;
use crate::error::TlsError;
use crate::file_stamp::FileStamp;
use crate::pace::Pace;
use crate::settings::CertificateFiles;

pub(crate) type Complain = Box<dyn Fn(&TlsError) + Send + Sync>;

pub(crate) struct Certificates {
    files: Vec<CertificateFiles>,
    provider: Arc<CryptoProvider>,
    current: ArcSwap<ByName>,
    pace: Pace,
    last_try: Mutex<Try>,
    complain: Complain,
}

/// What the files were like when they were last read, and whether they were good.
struct Try {
    stamps: Vec<FileStamp>,
    outcome: Outcome,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Outcome {
    Loaded,
    Refused,
}

impl Certificates {
    pub(crate) fn load(
        files: Vec<CertificateFiles>,
        provider: Arc<CryptoProvider>,
        complain: Complain,
    ) -> Result<Self, TlsError> {
        // Before reading: what changes meanwhile is seen at the next look.
        let stamps = stamps(&files);
        let current = ArcSwap::from_pointee(read(&files, &provider)?);
        let last_try = Mutex::new(Try { stamps, outcome: Outcome::Loaded });
        Ok(Self { files, provider, current, pace: Pace::new(Instant::now()), last_try, complain })
    }

    fn check_if_due(&self, now: Instant) {
        if self.pace.is_due(now) {
            self.check_now();
        }
    }

    /// Takes over what changed in the files, unless another thread is about it.
    pub(crate) fn check_now(&self) {
        let mut last_try = match self.last_try.try_lock() {
            Ok(last_try) => last_try,
            // Somebody's complaint panicked; what is behind the lock is whole.
            Err(TryLockError::Poisoned(error)) => error.into_inner(),
            Err(TryLockError::WouldBlock) => return,
        };
        let stamps = stamps(&self.files);
        let is_changed = stamps != last_try.stamps;
        if last_try.outcome == Outcome::Loaded && !is_changed {
            return;
        }
        let is_told = last_try.outcome == Outcome::Refused && !is_changed;
        last_try.stamps = stamps;
        match read(&self.files, &self.provider) {
            Ok(certificates) => {
                last_try.outcome = Outcome::Loaded;
                self.current.store(Arc::new(certificates));
            }
            Err(error) => {
                last_try.outcome = Outcome::Refused;
                if !is_told {
                    (self.complain)(&error);
                }
            }
        }
    }
}

fn stamps(files: &[CertificateFiles]) -> Vec<FileStamp> {
    files.iter().flat_map(|pair| [&pair.chain, &pair.key]).map(|path| FileStamp::of(path)).collect()
}

fn read(files: &[CertificateFiles], provider: &CryptoProvider) -> Result<ByName, TlsError> {
    let (first, others) = files.split_first().ok_or(TlsError::NoCertificate)?;
    let first = certificate::load(first, provider)?;
    let others: Result<_, _> =
        others.iter().map(|files| certificate::load(files, provider)).collect();
    Ok(ByName::new(first, others?))
}

impl ResolvesServerCert for Certificates {
    fn resolve(&self, hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        self.check_if_due(Instant::now());
        Some(self.current.load().choose(hello.server_name(), hello.signature_schemes()))
    }
}

impl fmt::Debug for Certificates {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Certificates")
            .field("files", &self.files)
            .field("current", &self.current)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::time::Duration;

    use super::*;

    #[test]
    fn the_files_are_looked_at_once_a_second() {
        let folder = tempfile::tempdir().unwrap();
        let made = rcgen::generate_simple_self_signed(["a.test".to_owned()]).unwrap();
        let [chain, key] = ["a.pem", "a.key"].map(|name| folder.path().join(name));
        fs::write(&chain, made.cert.pem()).unwrap();
        fs::write(&key, made.signing_key.serialize_pem()).unwrap();
        let count = Arc::new(AtomicUsize::new(0));
        let complaints = count.clone();
        let start = Instant::now();
        let certificates = Certificates::load(
            vec![CertificateFiles { chain, key: key.clone() }],
            Arc::new(rustls::crypto::ring::default_provider()),
            Box::new(move |_| {
                complaints.fetch_add(1, Ordering::Relaxed);
            }),
        )
        .unwrap();
        let check_after = |millis| {
            certificates.check_if_due(start + Duration::from_millis(millis));
            count.load(Ordering::Relaxed)
        };
        fs::write(&key, "").unwrap();
        assert_eq!(check_after(900), 0);
        // Another second for a machine that took its time.
        assert_eq!(check_after(60_000), 1);
        fs::write(&key, "broken otherwise").unwrap();
        assert_eq!(check_after(60_900), 1);
        assert_eq!(check_after(61_100), 2);
        assert_eq!(check_after(62_200), 2);
    }
}
