//! A client that was here before.

use std::sync::Arc;

use gnezdo_tls::{TicketSecret, Tls, TlsSettings};
use rustls::client::{Resumption, Tls12Resumption};
use rustls::version::{TLS12, TLS13};
use rustls::{ClientConfig, HandshakeKind};

use crate::fixture::{Authority, Folder, load};
use crate::wire::{client_of_version, connect};

fn resumes(config: impl FnOnce(rustls::RootCertStore) -> ClientConfig) {
    let folder = Folder::new();
    let authority = Authority::new();
    let tls = load(vec![folder.write_pair("a", &authority.issue(&["a.test"]))]).unwrap();
    let config = Arc::new(config(authority.roots()));
    for expected in [HandshakeKind::Full, HandshakeKind::Resumed, HandshakeKind::Resumed] {
        let ends = connect(&tls, &config, "a.test").unwrap();
        assert_eq!(ends.server.handshake_kind(), Some(expected));
        assert_eq!(ends.client.handshake_kind(), Some(expected));
    }
}

#[test]
fn it_resumes_by_ticket() {
    resumes(|roots| client_of_version(roots.clone(), &TLS13));
    resumes(|roots| client_of_version(roots.clone(), &TLS12));
}

/// As the workers of a supervisor have it.
#[test]
fn it_resumes_at_another_server_with_the_same_secret() {
    let folder = Folder::new();
    let authority = Authority::new();
    let files = folder.write_pair("a", &authority.issue(&["a.test"]));
    let settings = TlsSettings::new(vec![files]);
    let load = |octets| Tls::load_with(&settings, TicketSecret::from_octets(octets), |_| {});
    let ours = TicketSecret::random().unwrap().to_octets();
    let theirs = TicketSecret::random().unwrap().to_octets();
    let servers = [ours, ours, theirs].map(|octets| load(octets).unwrap());
    for version in [&TLS13, &TLS12] {
        let config = Arc::new(client_of_version(authority.roots(), version));
        let [full, resumed] = [HandshakeKind::Full, HandshakeKind::Resumed];
        for (server, expected) in [(0, full), (1, resumed), (0, resumed), (2, full)] {
            let ends = connect(&servers[server], &config, "a.test").unwrap();
            assert_eq!(ends.server.handshake_kind(), Some(expected), "{version:?} {server}");
        }
    }
}

#[test]
fn it_resumes_by_session_if_it_knows_no_tickets() {
    resumes(|roots| {
        let mut config = client_of_version(roots, &TLS12);
        config.resumption =
            Resumption::in_memory_sessions(8).tls12_resumption(Tls12Resumption::SessionIdOnly);
        config
    });
}

#[test]
fn early_data_is_not_taken() {
    let folder = Folder::new();
    let authority = Authority::new();
    let tls = load(vec![folder.write_pair("a", &authority.issue(&["a.test"]))]).unwrap();
    let mut config = client_of_version(authority.roots(), &TLS13);
    config.enable_early_data = true;
    let config = Arc::new(config);
    connect(&tls, &config, "a.test").unwrap();
    let mut client = rustls::ClientConnection::new(config, "a.test".try_into().unwrap()).unwrap();
    assert!(client.early_data().is_none());
}
