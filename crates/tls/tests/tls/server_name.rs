//! Which of several certificates a client gets.

use std::sync::Arc;

use gnezdo_tls::Tls;
use rcgen::{KeyPair, PKCS_ECDSA_P384_SHA384};
use rustls::SignatureScheme;
use rustls::client::danger::ServerCertVerifier;
use rustls::crypto::WebPkiSupportedAlgorithms;
use rustls::pki_types::CertificateDer;
use rustls::version::TLS13;

use crate::fixture::{Authority, Folder, load};
use crate::wire::{Ends, client, connect};

/// The certificate shown to a client that takes any.
fn shown(tls: &Tls, name: Option<&str>) -> CertificateDer<'static> {
    let mut config = client(rustls::RootCertStore::empty());
    config.dangerous().set_certificate_verifier(Arc::new(anything::Anything::default()));
    config.enable_sni = name.is_some();
    let ends = connect(tls, &Arc::new(config), name.unwrap_or("nobody.test")).unwrap();
    ends.shown().into_owned()
}

#[test]
fn a_client_gets_the_certificate_with_the_name() {
    let folder = Folder::new();
    let authority = Authority::new();
    let first = authority.issue(&["first.test", "127.0.0.1"]);
    let wild = authority.issue(&["*.App.test", "other.test"]);
    let exact = authority.issue(&["API.app.test"]);
    let tls = load(vec![
        folder.write_pair("first", &first),
        folder.write_pair("wild", &wild),
        folder.write_pair("exact", &exact),
    ])
    .unwrap();
    for (name, expected) in [
        (Some("first.test"), &first),
        (Some("www.app.test"), &wild),
        (Some("WWW.APP.TEST"), &wild),
        (Some("other.test"), &wild),
        (Some("api.app.test"), &exact),
        (Some("Api.App.Test"), &exact),
        // A wildcard is for one label.
        (Some("app.test"), &first),
        (Some("a.b.app.test"), &first),
        (Some("unknown.test"), &first),
        (Some("127.0.0.1"), &first),
        (None, &first),
    ] {
        assert_eq!(shown(&tls, name), expected.der(), "{name:?}");
    }
}

#[test]
fn of_two_certificates_for_a_name_a_client_gets_one_it_can_check() {
    let folder = Folder::new();
    let authority = Authority::new();
    let p384 = KeyPair::generate_for(&PKCS_ECDSA_P384_SHA384).unwrap();
    let p384 = authority.issue_for(&p384, &["a.test"], |_| {});
    let p256 = authority.issue(&["a.test"]);
    let tls = load(vec![folder.write_pair("a", &p384), folder.write_pair("b", &p256)]).unwrap();
    assert_eq!(shown(&tls, Some("a.test")), p384.der());

    let mut config = crate::wire::client_of_version(authority.roots(), &TLS13);
    let only_p256 = anything::Anything(vec![SignatureScheme::ECDSA_NISTP256_SHA256]);
    config.dangerous().set_certificate_verifier(Arc::new(only_p256));
    let ends: Ends = connect(&tls, &Arc::new(config), "a.test").unwrap();
    assert_eq!(ends.shown(), p256.der());
}

/// A client that takes any certificate.
mod anything {
    use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified};
    use rustls::pki_types::{ServerName, UnixTime};
    use rustls::{DigitallySignedStruct, Error};

    use super::*;

    fn algorithms() -> WebPkiSupportedAlgorithms {
        rustls::crypto::ring::default_provider().signature_verification_algorithms
    }

    /// With the schemes that it checks.
    #[derive(Debug)]
    pub(super) struct Anything(pub(super) Vec<SignatureScheme>);

    impl Default for Anything {
        fn default() -> Self {
            Self(algorithms().supported_schemes())
        }
    }

    impl ServerCertVerifier for Anything {
        fn verify_server_cert(
            &self,
            _end_entity: &CertificateDer<'_>,
            _intermediates: &[CertificateDer<'_>],
            _server_name: &ServerName<'_>,
            _ocsp_response: &[u8],
            _now: UnixTime,
        ) -> Result<ServerCertVerified, Error> {
            Ok(ServerCertVerified::assertion())
        }

        fn verify_tls12_signature(
            &self,
            message: &[u8],
            certificate: &CertificateDer<'_>,
            signature: &DigitallySignedStruct,
        ) -> Result<HandshakeSignatureValid, Error> {
            let algorithms = algorithms();
            rustls::crypto::verify_tls12_signature(message, certificate, signature, &algorithms)
        }

        fn verify_tls13_signature(
            &self,
            message: &[u8],
            certificate: &CertificateDer<'_>,
            signature: &DigitallySignedStruct,
        ) -> Result<HandshakeSignatureValid, Error> {
            let algorithms = algorithms();
            rustls::crypto::verify_tls13_signature(message, certificate, signature, &algorithms)
        }

        fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
            self.0.clone()
        }
    }
}
