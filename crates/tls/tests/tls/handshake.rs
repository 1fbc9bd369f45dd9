//! Versions and protocols that are agreed on.

use std::sync::Arc;

use gnezdo_tls::{Protocol, Tls, TlsSettings, TlsVersion};
use rustls::version::{TLS12, TLS13};
use rustls::{AlertDescription, Error, RootCertStore};

use crate::fixture::{Authority, Folder, load_settings};
use crate::wire::{Version, client, client_of_version, connect};

fn serve(change: impl FnOnce(&mut TlsSettings)) -> (Tls, RootCertStore) {
    let folder = Folder::new();
    let authority = Authority::new();
    let files = folder.write_pair("a", &authority.issue(&["a.test"]));
    let mut settings = TlsSettings::new(vec![files]);
    change(&mut settings);
    (load_settings(&settings).unwrap(), authority.roots())
}

fn agreed_version(tls: &Tls, roots: &RootCertStore, version: Version) -> Result<(), Error> {
    let ends = connect(tls, &Arc::new(client_of_version(roots.clone(), version)), "a.test")?;
    assert_eq!(ends.server.protocol_version(), Some(version.version));
    Ok(())
}

#[test]
fn tls_1_2_and_1_3_are_spoken() {
    let (tls, roots) = serve(|_| {});
    agreed_version(&tls, &roots, &TLS12).unwrap();
    agreed_version(&tls, &roots, &TLS13).unwrap();
}

#[test]
fn tls_1_2_may_be_refused() {
    let (tls, roots) = serve(|settings| settings.version_min = TlsVersion::Tls13);
    agreed_version(&tls, &roots, &TLS12).unwrap_err();
    agreed_version(&tls, &roots, &TLS13).unwrap();
}

#[test]
fn the_servers_order_of_protocols_rules() {
    let both = [Protocol::Http2, Protocol::Http11];
    let cases: [(&[Protocol], &[&str], Option<Protocol>); 6] = [
        (&both, &["http/1.1", "h2"], Some(Protocol::Http2)),
        (&both, &["http/1.1"], Some(Protocol::Http11)),
        (&both, &["h3", "h2"], Some(Protocol::Http2)),
        (&[Protocol::Http11], &["h2", "http/1.1"], Some(Protocol::Http11)),
        (&both, &[], None),
        (&[], &["h2"], None),
    ];
    for (served, offered, expected) in cases {
        let (tls, roots) = serve(|settings| settings.protocols = served.to_vec());
        let mut config = client(roots);
        config.alpn_protocols = offered.iter().map(|name| name.as_bytes().to_vec()).collect();
        let ends = connect(&tls, &Arc::new(config), "a.test").unwrap();
        let agreed =
            ends.server.alpn_protocol().map(|name| Protocol::from_alpn_name(name).unwrap());
        assert_eq!(agreed, expected, "{served:?} {offered:?}");
    }
}

#[test]
fn a_client_of_other_protocols_is_refused() {
    let (tls, roots) = serve(|settings| settings.protocols = vec![Protocol::Http2]);
    let mut config = client(roots);
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    let error = connect(&tls, &Arc::new(config), "a.test").unwrap_err();
    assert!(matches!(
        error,
        Error::NoApplicationProtocol
            | Error::AlertReceived(AlertDescription::NoApplicationProtocol)
    ));
}
