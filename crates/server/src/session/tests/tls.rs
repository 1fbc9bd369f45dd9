//! TLS in a session: what is said and heard is the same, however records are cut.

use std::io::{Read, Write};

use gnezdo_socket::ListenAddress;
use gnezdo_tls::dev_ca::DevAuthority;
use gnezdo_tls::{CertificateFiles, TlsSettings};
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, ClientConnection, RootCertStore};
use tempfile::TempDir;

use super::*;
use crate::encryption::Encryption;
use crate::settings::Settings;

/// Certificates of an authority of our own.
struct Authority {
    folder: TempDir,
    files: CertificateFiles,
    roots: Arc<RootCertStore>,
}

impl Authority {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let authority = DevAuthority::open_or_create(folder.path()).unwrap();
        let files = authority.server_files(folder.path(), &["localhost".into()]).unwrap();
        let mut roots = RootCertStore::empty();
        roots.add(authority.certificate().clone()).unwrap();
        Self { folder, files, roots: Arc::new(roots) }
    }

    fn trial(&self, settings: Settings, service: impl Service) -> Trial {
        let mut settings = settings;
        settings.tls = Some(TlsSettings::new(vec![self.files.clone()]));
        let encryption = Encryption::load(&settings).unwrap();
        let redirect = crate::redirect::Redirect::to_same_port();
        let plain = Context::new(Box::new(redirect), Arc::default());
        let fixed_field = encryption.strict_transport_security(&settings).map(Arc::new);
        let context = Context {
            encryption,
            fixed_field,
            plain: Some(Arc::new(plain)),
            ..Context::new(Box::new(service), Arc::default())
        };
        Trial::in_context(context)
    }

    fn client(&self, protocols: &[&str]) -> ClientConnection {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let builder = ClientConfig::builder_with_provider(provider);
        let builder = builder.with_safe_default_protocol_versions().unwrap();
        let mut config = builder.with_root_certificates(self.roots.clone()).with_no_client_auth();
        config.alpn_protocols = protocols.iter().map(|name| name.as_bytes().to_vec()).collect();
        let name = ServerName::try_from("localhost").unwrap();
        ClientConnection::new(Arc::new(config), name).unwrap()
    }
}

/// Both talk until neither has anything to say; the client's octets come in pieces.
fn talk(client: &mut ClientConnection, trial: &mut Trial, piece_bytes: usize) -> Vec<u8> {
    let mut heard = Vec::new();
    loop {
        let mut wire = Vec::new();
        while client.wants_write() {
            client.write_tls(&mut wire).unwrap();
        }
        for piece in wire.chunks(piece_bytes) {
            trial.input(piece);
        }
        let answer = std::mem::take(&mut trial.sent);
        if wire.is_empty() && answer.is_empty() {
            return heard;
        }
        let mut answer = answer.as_slice();
        while !answer.is_empty() {
            client.read_tls(&mut answer).unwrap();
            client.process_new_packets().unwrap();
            // An error says that there is nothing more for now.
            let _ = client.reader().read_to_end(&mut heard);
        }
    }
}

fn saying(text: &'static str) -> Answering<impl Fn(Request) -> Reply + Send + Sync + 'static> {
    Answering(move |_| Reply::Now(Response::new(text.into())))
}

#[test]
fn records_may_be_cut_anywhere() {
    let authority = Authority::new();
    for piece_bytes in [1, 2, 7, 100, 4_096, 100_000] {
        let mut trial = authority.trial(Settings::default(), saying("hello"));
        let mut client = authority.client(&["http/1.1"]);
        client.writer().write_all(get().repeat(2).as_bytes()).unwrap();
        let heard = talk(&mut client, &mut trial, piece_bytes);
        let text = String::from_utf8(heard).unwrap();
        assert_eq!(text.matches("HTTP/1.1 200 OK\r\n").count(), 2, "{piece_bytes}: {text}");
        assert_eq!(trial.session.wants(), Wants::Read);
    }
}

#[test]
fn alpn_decides_what_is_spoken() {
    let authority = Authority::new();
    let without = Settings { http2: false, ..Settings::default() };
    for (settings, offered, agreed) in [
        (Settings::default(), &["h2", "http/1.1"][..], Some("h2")),
        (Settings::default(), &["http/1.1"], Some("http/1.1")),
        (Settings::default(), &[], None),
        (without, &["h2", "http/1.1"], Some("http/1.1")),
    ] {
        let mut trial = authority.trial(settings, saying("hello"));
        let mut client = authority.client(offered);
        let heard = talk(&mut client, &mut trial, 1_000);
        assert_eq!(client.alpn_protocol(), agreed.map(str::as_bytes), "{offered:?}");
        let is_http2 = matches!(trial.session.speech, Speech::Http2(_));
        assert_eq!(is_http2, agreed == Some("h2"));
        // HTTP/2 begins with settings of the server's.
        assert_eq!(heard.is_empty(), !is_http2);
    }
}

#[test]
fn a_large_answer_is_encrypted_as_it_leaves() {
    let authority = Authority::new();
    let service = Answering(|_| Reply::Now(Response::new(vec![b'x'; 1_000_000].into())));
    let mut trial = authority.trial(Settings::default(), service);
    let mut client = authority.client(&["http/1.1"]);
    client.writer().write_all(get().as_bytes()).unwrap();
    client.set_buffer_limit(None);
    let heard = talk(&mut client, &mut trial, 1_000);
    assert!(heard.ends_with(&[b'x'; 1_000]) && heard.len() > 1_000_000);
    assert!(trial.most_at_once < 128 * 1024, "{}", trial.most_at_once);
}

#[test]
fn a_file_comes_whole_and_one_that_shrinks_is_broken_off() {
    let authority = Authority::new();
    let path = authority.folder.path().join("file");
    std::fs::write(&path, vec![b'y'; 200_000]).unwrap();
    for promised in [200_000, 200_001] {
        let file = Arc::new(std::fs::File::open(&path).unwrap());
        let service =
            Answering(move |_| Reply::Now(Response::new(Body::file(file.clone(), 0, promised))));
        let mut trial = authority.trial(Settings::default(), service);
        let mut client = authority.client(&["http/1.1"]);
        client.writer().write_all(get().as_bytes()).unwrap();
        let heard = talk(&mut client, &mut trial, 1_000);
        let content = heard.iter().filter(|octet| **octet == b'y').count();
        if promised == 200_000 {
            assert!(content >= 200_000 && trial.session.wants() == Wants::Read);
        } else {
            assert!(matches!(trial.session.wants(), Wants::Close(_)));
        }
    }
}

#[test]
fn the_end_is_said() {
    let authority = Authority::new();
    let mut trial = authority.trial(Settings::default(), saying("hello"));
    let mut client = authority.client(&["http/1.1"]);
    client.writer().write_all(b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").unwrap();
    let heard = talk(&mut client, &mut trial, 1_000);
    assert!(heard.ends_with(b"hello"));
    // The reader ends cleanly, which it does after close_notify only.
    assert_eq!(client.reader().read(&mut [0]).unwrap(), 0);
    assert!(matches!(trial.session.wants(), Wants::Close(_)));
}

#[test]
fn a_client_that_ends_is_answered() {
    let authority = Authority::new();
    let mut trial = authority.trial(Settings::default(), saying("hello"));
    let mut client = authority.client(&["http/1.1"]);
    talk(&mut client, &mut trial, 1_000);
    client.writer().write_all(get().as_bytes()).unwrap();
    client.send_close_notify();
    let heard = talk(&mut client, &mut trial, 1_000);
    assert!(heard.ends_with(b"hello"));
    assert!(matches!(trial.session.wants(), Wants::Close(_)));
}

#[test]
fn who_speaks_http_is_sent_to_https() {
    let authority = Authority::new();
    let mut trial = authority.trial(Settings::default(), saying("hello"));
    trial.input("GET /a?b HTTP/1.1\r\nHost: x:8443\r\n\r\n");
    assert_eq!(trial.statuses(), ["308"]);
    assert!(trial.text().contains("location: https://x:8443/a?b\r\n"));
    assert!(matches!(trial.session.wants(), Wants::Close(_)));
}

#[test]
fn who_speaks_neither_is_told_by_an_alert() {
    let authority = Authority::new();
    for garbage in [&b"\x00\x01\x02\x03\x04\x05"[..], b"\x16\x03\x01\x00\x05hello", b"\x80\x80"] {
        let mut trial = authority.trial(Settings::default(), saying("hello"));
        trial.input(garbage).eof();
        assert!(matches!(trial.session.wants(), Wants::Close(_)), "{garbage:?}");
        assert!(trial.sent.is_empty() || trial.sent[0] == 0x15, "{:?}", trial.sent);
    }
}

/// The first flight of a client, its message in two records.
fn hello_in_two_records(client: &mut ClientConnection) -> [Vec<u8>; 2] {
    let mut wire = Vec::new();
    client.write_tls(&mut wire).unwrap();
    let (head, message) = wire.split_at(5);
    let record = |part: &[u8]| [&head[..3], &(part.len() as u16).to_be_bytes(), part].concat();
    [record(&message[..50]), record(&message[50..])]
}

#[test]
fn a_message_may_come_in_several_records() {
    let authority = Authority::new();
    let mut trial = authority.trial(Settings::default(), saying("hello"));
    let mut client = authority.client(&["http/1.1"]);
    for record in hello_in_two_records(&mut client) {
        trial.input(record);
    }
    let mut answer = std::mem::take(&mut trial.sent);
    client.read_tls(&mut answer.as_slice()).unwrap();
    client.process_new_packets().unwrap();
    answer.clear();
    client.writer().write_all(get().as_bytes()).unwrap();
    assert!(talk(&mut client, &mut trial, 1_000).ends_with(b"hello"));
}

/// The library knows places in octets that it was shown before, and panics without them.
#[test]
fn half_a_message_is_no_reason_to_panic() {
    let authority = Authority::new();
    let mut trial = authority.trial(Settings::default(), saying("hello"));
    let [first, _] = hello_in_two_records(&mut authority.client(&["h2"]));
    trial.input(first);
    trial.session.leave();
    trial.settle();
    assert!(matches!(trial.session.wants(), Wants::Close(_)));
}

#[test]
fn browsers_are_told_to_come_by_https() {
    let authority = Authority::new();
    let hsts_max_age = Some(Duration::from_secs(60));
    let settings = Settings { hsts_max_age, ..Settings::default() };
    let mut trial = authority.trial(settings, saying("hello"));
    let mut client = authority.client(&["http/1.1"]);
    client.writer().write_all([get(), "BAD\r\n\r\n"].concat().as_bytes()).unwrap();
    let heard = String::from_utf8(talk(&mut client, &mut trial, 1_000)).unwrap();
    let said = heard.matches("\r\nstrict-transport-security: max-age=60\r\n").count();
    assert_eq!(said, 2, "in each answer: {heard}");
}

#[test]
fn there_is_nothing_to_redirect_to_without_tls() {
    let redirect_http = vec!["127.0.0.1:0".parse::<ListenAddress>().unwrap()];
    let settings = Settings { redirect_http, ..Settings::default() };
    assert!(Encryption::load(&settings).is_err());
}
