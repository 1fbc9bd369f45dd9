//! Certificates that clients show: asked for, required, or neither.

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, ExtendedKeyUsagePurpose, IsCa};
use rcgen::{DnType, KeyPair};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::version::{TLS12, TLS13};
use rustls::{AlertDescription, SupportedProtocolVersion};
use tempfile::TempDir;

use crate::support::authority::ClientTls;
use crate::support::{End, Speaker, Target, Version, Wire, dial, everywhere};

type Pair = (CertificateDer<'static>, PrivateKeyDer<'static>);

/// An authority for clients, its certificate as a file, and a client's pair.
fn authority(name: &str) -> (CertifiedIssuer<'static, KeyPair>, Pair) {
    let mut params = CertificateParams::default();
    params.distinguished_name.push(DnType::CommonName, name);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let issuer = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
    let mut params = CertificateParams::new(vec!["client".to_owned()]).unwrap();
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
    let key = KeyPair::generate().unwrap();
    let certificate = params.signed_by(&key, &issuer).unwrap();
    let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
    (issuer, (certificate.der().clone(), key))
}

/// Asks for `/` with this certificate.
fn ask(
    target: &Target,
    certificate: Option<&Pair>,
    version: &'static SupportedProtocolVersion,
) -> Result<u16, End> {
    let certificate = certificate.map(|(certificate, key)| (certificate.clone(), key.clone_key()));
    let config = ClientTls { protocols: &["h2"], versions: &[version], certificate }.config();
    let mut wire = Wire::encrypted(dial(target.address()), config);
    wire.shake_hands()?;
    let mut speaker = Speaker::http2(wire);
    let asked = speaker.request("GET", "/");
    match speaker.outcome(asked).head {
        Some(head) => Ok(head.status),
        None => Err(speaker.read_to_end().0),
    }
}

#[test]
fn who_has_to_show_one_is_refused_without() {
    let folder = TempDir::new().unwrap();
    let (ours, client) = authority("ours");
    let (_, stranger) = authority("theirs");
    let file = folder.path().join("clients.pem");
    std::fs::write(&file, ours.pem()).unwrap();
    everywhere(|setup| {
        let required = format!("required,{}", file.display());
        let target = Version::Http2Tls.start(setup, &["--tls-client-ca", &required]);
        for tls in [&TLS12, &TLS13] {
            assert_eq!(ask(&target, Some(&client), tls), Ok(200));
            let without = ask(&target, None, tls);
            let is_told = matches!(
                without,
                Err(End::Alert(
                    AlertDescription::CertificateRequired | AlertDescription::HandshakeFailure
                ))
            );
            assert!(is_told, "{without:?}");
            let strange = ask(&target, Some(&stranger), tls);
            assert!(matches!(strange, Err(End::Alert(_))), "{strange:?}");
        }
    });
}

#[test]
fn who_may_show_one_is_served_without() {
    let folder = TempDir::new().unwrap();
    let (ours, client) = authority("ours");
    let (_, stranger) = authority("theirs");
    let file = folder.path().join("clients.pem");
    std::fs::write(&file, ours.pem()).unwrap();
    everywhere(|setup| {
        let optional = format!("optional,{}", file.display());
        let target = Version::Http2Tls.start(setup, &["--tls-client-ca", &optional]);
        for tls in [&TLS12, &TLS13] {
            assert_eq!(ask(&target, Some(&client), tls), Ok(200));
            assert_eq!(ask(&target, None, tls), Ok(200));
            assert!(matches!(ask(&target, Some(&stranger), tls), Err(End::Alert(_))));
        }
    });
}
