//! Clients that show certificates, or do not.

use std::sync::Arc;

use gnezdo_tls::{ClientAuth, ClientAuthMode, Tls, TlsSettings};
use rustls::version::{TLS12, TLS13};
use rustls::{CertificateError, Error};

use crate::fixture::{Authority, Folder, Pair, for_clients, load_settings};
use crate::wire::{Version, client_of_version, client_with, connect};

struct Scene {
    tls: Tls,
    servers: Authority,
    good: Pair,
    foreign: Pair,
}

impl Scene {
    fn new(mode: ClientAuthMode) -> Self {
        let folder = Folder::new();
        let (servers, clients) = (Authority::new(), Authority::new());
        let mut settings =
            TlsSettings::new(vec![folder.write_pair("a", &servers.issue(&["a.test"]))]);
        // Several authorities may be in the file.
        let authorities = folder.write("clients.pem", Authority::new().pem() + &clients.pem());
        settings.client_auth = Some(ClientAuth { authorities, mode });
        Self {
            tls: load_settings(&settings).unwrap(),
            servers,
            good: clients.issue_with(&["anna.test"], for_clients),
            foreign: Authority::new().issue_with(&["anna.test"], for_clients),
        }
    }

    /// Whether the server saw a certificate.
    fn connect(&self, version: Version, shown: Option<&Pair>) -> Result<bool, Error> {
        let roots = self.servers.roots();
        let config = match shown {
            Some(pair) => client_with(roots, version, pair),
            None => client_of_version(roots, version),
        };
        let ends = connect(&self.tls, &Arc::new(config), "a.test")?;
        let seen = ends.server.peer_certificates();
        assert_eq!(seen.map(|seen| seen[0].clone()), shown.map(Pair::der));
        Ok(seen.is_some())
    }
}

#[test]
fn a_certificate_may_be_required() {
    let scene = Scene::new(ClientAuthMode::Required);
    for version in [&TLS12, &TLS13] {
        assert_eq!(scene.connect(version, Some(&scene.good)), Ok(true));
        assert_eq!(scene.connect(version, None), Err(Error::NoCertificatesPresented));
    }
}

#[test]
fn a_certificate_may_be_optional() {
    let scene = Scene::new(ClientAuthMode::Optional);
    for version in [&TLS12, &TLS13] {
        assert_eq!(scene.connect(version, Some(&scene.good)), Ok(true));
        assert_eq!(scene.connect(version, None), Ok(false));
    }
}

#[test]
fn a_certificate_of_another_authority_is_refused() {
    for mode in [ClientAuthMode::Required, ClientAuthMode::Optional] {
        let scene = Scene::new(mode);
        for version in [&TLS12, &TLS13] {
            let error = scene.connect(version, Some(&scene.foreign)).unwrap_err();
            assert_eq!(error, Error::InvalidCertificate(CertificateError::UnknownIssuer));
        }
    }
}
