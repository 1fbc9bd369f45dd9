//! Which certificate a client gets, by the name it asks for (SNI, RFC 6066 §3).
//!
//! The names are those in the certificates themselves. An exact name wins over a wildcard, which
//! stands for one label (RFC 9525 §6.3). If several certificates have a name, the first one wins
//! whose key the client can check: so one may have an ECDSA and an RSA certificate side by side.
//! Who asks for no name, or for an unknown one, gets the first certificate of all: a client that
//! came by address, or that checks in ways of its own, may be content with it.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use rustls::SignatureScheme;
use rustls::sign::CertifiedKey;
use webpki::EndEntityCert;

type Candidates = Vec<Arc<CertifiedKey>>;

/// Certificates with their names.
pub(crate) struct ByName {
    default: Arc<CertifiedKey>,
    /// In lower case.
    exact: HashMap<String, Candidates>,
    /// In lower case, without the `*.`.
    wildcard: HashMap<String, Candidates>,
}

impl ByName {
    pub(crate) fn new(default: CertifiedKey, others: Vec<CertifiedKey>) -> Self {
        let default = Arc::new(default);
        let mut this =
            Self { default: default.clone(), exact: HashMap::new(), wildcard: HashMap::new() };
        this.add(&default);
        for certificate in others {
            this.add(&Arc::new(certificate));
        }
        this
    }

    fn add(&mut self, certificate: &Arc<CertifiedKey>) {
        for name in names(certificate) {
            let candidates = match name.strip_prefix("*.") {
                Some(parent) => self.wildcard.entry(parent.to_owned()),
                None => self.exact.entry(name),
            };
            candidates.or_default().push(certificate.clone());
        }
    }

    pub(crate) fn choose(
        &self,
        name: Option<&str>,
        schemes: &[SignatureScheme],
    ) -> Arc<CertifiedKey> {
        let candidates = name.and_then(|name| self.candidates(&name.to_ascii_lowercase()));
        let Some(candidates) = candidates else {
            return self.default.clone();
        };
        let usable = candidates.iter().find(|one| one.key.choose_scheme(schemes).is_some());
        usable.unwrap_or(&candidates[0]).clone()
    }

    fn candidates(&self, name: &str) -> Option<&Candidates> {
        let wildcard = || {
            let (_, parent) = name.split_once('.')?;
            self.wildcard.get(parent)
        };
        self.exact.get(name).or_else(wildcard)
    }
}

fn names(certificate: &CertifiedKey) -> Vec<String> {
    let Some(Ok(leaf)) = certificate.cert.first().map(EndEntityCert::try_from) else {
        return Vec::new();
    };
    leaf.valid_dns_names().map(str::to_ascii_lowercase).collect()
}

/// Names only: keys are nobody's business.
impl fmt::Debug for ByName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ByName")
            .field("exact", &self.exact.keys())
            .field("wildcard", &self.wildcard.keys())
            .finish_non_exhaustive()
    }
}
