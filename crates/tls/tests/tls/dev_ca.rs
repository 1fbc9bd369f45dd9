//! The authority for development.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::sync::{Arc, Barrier};
use std::thread;

use gnezdo_tls::dev_ca::{DevAuthority, DevCaError};
use rustls::RootCertStore;

use crate::fixture::{Authority, Folder, load};
use crate::wire::{client, connect};

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

fn trusting(authority: &DevAuthority) -> RootCertStore {
    let mut roots = RootCertStore::empty();
    roots.add(authority.certificate().clone()).unwrap();
    roots
}

#[test]
fn it_is_made_once() {
    let folder = Folder::new();
    let dir = folder.file("data/gnezdo");
    let made = DevAuthority::open_or_create(&dir).unwrap();
    assert!(made.is_new());
    assert!(made.name().starts_with("Gnezdo development CA"));
    assert_eq!(made.certificate_path(), dir.join("gnezdo-dev-ca.pem"));
    assert_eq!(mode(&dir), 0o700);
    assert_eq!(mode(&dir.join("gnezdo-dev-ca.key")), 0o600);
    assert_eq!(mode(&dir.join("gnezdo-dev-ca.pem")), 0o644);

    let opened = DevAuthority::open_or_create(&dir).unwrap();
    assert!(!opened.is_new());
    assert_eq!(opened.certificate(), made.certificate());
    assert_eq!(opened.name(), made.name());
}

#[test]
fn clients_that_trust_it_trust_what_it_issues() {
    let folder = Folder::new();
    DevAuthority::open_or_create(folder.path()).unwrap();
    // Opened, so that what is read back issues as well as what was made.
    let authority = DevAuthority::open_or_create(folder.path()).unwrap();
    let files = authority.server_files(folder.path(), &[]).unwrap();
    assert_eq!(files.chain, folder.file("localhost.pem"));
    assert_eq!(mode(&files.key), 0o600);
    let tls = load(vec![files]).unwrap();
    let config = Arc::new(client(trusting(&authority)));
    for name in ["localhost", "127.0.0.1", "::1"] {
        connect(&tls, &config, name).unwrap();
    }
    connect(&tls, &config, "example.com").unwrap_err();
}

#[test]
fn it_issues_in_memory() {
    let folder = Folder::new();
    let authority = DevAuthority::open_or_create(folder.path()).unwrap();
    let issued = authority.issue(&["a.test".into(), "192.0.2.1".into()]).unwrap();
    let files = gnezdo_tls::CertificateFiles {
        chain: folder.write("a.pem", &issued.chain_pem),
        key: folder.write("a.key", &issued.key_pem),
    };
    assert!(!format!("{issued:?} {authority:?}").contains("PRIVATE"));
    let tls = load(vec![files]).unwrap();
    let config = Arc::new(client(trusting(&authority)));
    connect(&tls, &config, "a.test").unwrap();
    connect(&tls, &config, "192.0.2.1").unwrap();

    assert_eq!(authority.issue(&[]), Err(DevCaError::NoName));
    let error = authority.issue(&["no name".into()]).unwrap_err();
    assert_eq!(error, DevCaError::NameInvalid { name: "no name".into() });
    let error = authority.issue(&["*.localhost".into()]).unwrap_err();
    assert_eq!(error, DevCaError::WildcardTooWide { name: "*.localhost".into() });
}

#[test]
fn of_many_that_make_it_at_once_one_does() {
    let folder = Folder::new();
    let dir = folder.path();
    let start = Barrier::new(8);
    thread::scope(|scope| {
        let threads: Vec<_> = (0..8)
            .map(|_| {
                scope.spawn(|| {
                    start.wait();
                    let authority = DevAuthority::open_or_create(dir).unwrap();
                    let files = authority.server_files(dir, &[]).unwrap();
                    (authority, fs::read(files.chain).unwrap())
                })
            })
            .collect();
        let made: Vec<_> = threads.into_iter().map(|thread| thread.join().unwrap()).collect();
        assert_eq!(made.iter().filter(|(authority, _)| authority.is_new()).count(), 1);
        for (authority, chain) in &made {
            assert_eq!(authority.certificate(), made[0].0.certificate());
            assert_eq!(*chain, made[0].1);
        }
    });
    let left: Vec<_> = fs::read_dir(folder.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.ends_with(".new"))
        .collect();
    assert!(left.is_empty(), "{left:?}");
}

#[test]
fn files_that_are_no_good_are_not_touched() {
    let made = Folder::new();
    DevAuthority::open_or_create(made.path()).unwrap();
    let [pem, key] = ["gnezdo-dev-ca.pem", "gnezdo-dev-ca.key"];
    let good_pem = fs::read(made.file(pem)).unwrap();
    let foreign = Authority::new().issue(&["a.test"]);
    let cases: [(&[u8], Option<&[u8]>, _); 5] = [
        (&good_pem, None, "its key is missing"),
        (&good_pem, Some(b"?"), "its key is malformed"),
        (&good_pem, Some(foreign.key.as_bytes()), "its key belongs to another certificate"),
        (b"?", None, "its certificate is malformed"),
        (foreign.chain.as_bytes(), None, "it was made by another program"),
    ];
    for (pem_bytes, key_bytes, expected) in cases {
        let folder = Folder::new();
        folder.write(pem, pem_bytes);
        if let Some(bytes) = key_bytes {
            folder.write(key, bytes);
        }
        let error = DevAuthority::open_or_create(folder.path()).unwrap_err();
        let DevCaError::Unusable { reason, .. } = error else { panic!("{error}") };
        assert_eq!(reason, expected);
        assert_eq!(fs::read(folder.file(pem)).unwrap(), pem_bytes);
    }
}

#[test]
fn a_key_alone_was_left_by_who_died() {
    let folder = Folder::new();
    folder.write("gnezdo-dev-ca.key", "half");
    folder.write("gnezdo-dev-ca.key.new", "half");
    assert!(DevAuthority::open_or_create(folder.path()).unwrap().is_new());
    assert_eq!(mode(&folder.file("gnezdo-dev-ca.key")), 0o600);
}

#[test]
fn instructions_have_the_real_path() {
    let folder = Folder::new();
    let dir = folder.file("my data");
    let authority = DevAuthority::open_or_create(&dir).unwrap();
    let text = authority.trust_instructions();
    let path = format!("'{}'", authority.certificate_path().display());
    assert!(text.contains(&format!("curl --cacert {path} https://")), "{text}");
    assert!(!text.contains("{pem}"), "{text}");
    assert!(text.contains("\"${db%/cert9.db}\""), "{text}");
}
