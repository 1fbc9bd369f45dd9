//! Each mistake with files has its error, and a line that says what to do.

use std::io;
use std::path::Path;
use std::time::{Duration, SystemTime};

use gnezdo_tls::{
    CertificateFiles, ClientAuth, ClientAuthMode, FileContent, TlsError, TlsSettings,
};
use rcgen::{CertificateParams, KeyPair, date_time_ymd};

use crate::fixture::{Authority, Folder, for_clients, load, load_settings};

/// P-521, which ring does not sign with.
const P521_KEY: &str = "-----BEGIN PRIVATE KEY-----
MIHuAgEAMBAGByqGSM49AgEGBSuBBAAjBIHWMIHTAgEBBEIA3uDv+494plIl2CUC
NnKNU3XmII8/QZqSzzn8dk2jIVdkjNXfbCxoe1PllC785UfRh/+F1bTIIt6zPMMl
M55w3UWhgYkDgYYABAB/KtyzhJnJNkh8cmJC4cnRDznKS/hzNQs+v44xGePCoGEk
Uo2WZA/44u0bQXteCdRFXMPiotLguKa2D/rGmE/aNQBoZv6sTGPuaDXX0DQHeTsB
ziv6bCMYeUaTjRtJoDeYMDtAyslB3ga+m4Ktsl+9ulSECvPlEkrzHAChf3HZRjLi
sQ==
-----END PRIVATE KEY-----
";
const ENCRYPTED_KEY: &str = "-----BEGIN ENCRYPTED PRIVATE KEY-----
MIHsMFcGCSqGSIb3DQEFDTBKMCkGCSqGSIb3DQEFDDAcBAhigByjLRrxPAICCAAw
-----END ENCRYPTED PRIVATE KEY-----
";
const OLD_ENCRYPTED_KEY: &str = "-----BEGIN EC PRIVATE KEY-----
Proc-Type: 4,ENCRYPTED
DEK-Info: AES-128-CBC,FAA53A991FC83B195EBA75429D57A463

pVl8MlElaTsgiO0hGtGO9wLG+/pluKSSldmru/d7GFiX9sykHd5+wEnv0VVwXAzt
-----END EC PRIVATE KEY-----
";
const PKCS12: &[u8] = &[0x30, 0x82, 0x0a, 0x1f, 2, 1, 3, 0x30, 0x82, 9, 0xe5];

fn error(chain: &Path, key: &Path) -> TlsError {
    load(vec![CertificateFiles { chain: chain.into(), key: key.into() }]).unwrap_err()
}

fn line(error: &TlsError) -> String {
    let line = error.to_string();
    assert!(!line.contains('\n') && !line.ends_with('.'), "{line}");
    line
}

#[test]
fn no_certificate_is_named() {
    let error = load(vec![]).unwrap_err();
    assert_eq!(error, TlsError::NoCertificate);
    line(&error);
}

#[test]
fn a_file_is_missing_or_unreadable() {
    let folder = Folder::new();
    let files = folder.write_pair("a", &Authority::new().issue(&["a.test"]));
    let absent = folder.file("absent");
    for error in [error(&absent, &files.key), error(&files.chain, &absent)] {
        assert_eq!(error, TlsError::FileMissing { path: absent.clone() });
        assert!(line(&error).ends_with("absent does not exist; correct the path or make the file"));
    }
    let error = error(&files.chain, folder.path());
    let kind = io::ErrorKind::IsADirectory;
    assert_eq!(error, TlsError::FileUnreadable { path: folder.path().into(), kind });
    assert!(line(&error).ends_with("cannot be read: is a directory; name a file in it"));
}

#[test]
fn a_file_is_damaged() {
    let folder = Folder::new();
    let pair = Authority::new().issue(&["a.test"]);
    let files = folder.write_pair("a", &pair);
    for damaged in [pair.chain[..300].to_owned(), pair.chain.replacen("MII", "!!!", 1)] {
        let path = folder.write("damaged.pem", damaged);
        let error = error(&path, &files.key);
        assert_eq!(error, TlsError::FileDamaged { path });
        line(&error);
    }
}

#[test]
fn a_file_holds_something_else_than_a_certificate() {
    let folder = Folder::new();
    let pair = Authority::new().issue(&["a.test"]);
    let files = folder.write_pair("a", &pair);
    let key = KeyPair::generate().unwrap();
    let request = CertificateParams::default().serialize_request(&key).unwrap().pem().unwrap();
    let (public_key, key_der) = (key.public_key_pem(), pair.key_der());
    let new_request = request.replace("BEGIN", "BEGIN NEW").replace("END", "END NEW");
    let cases: [(&[u8], _, _); 11] = [
        (b"\n", FileContent::Nothing, "is empty; name a PEM file"),
        (b"hello", FileContent::Other, "holds no certificate; name a PEM file"),
        (pair.key.as_bytes(), FileContent::PrivateKey, "and this one as that of the key"),
        (ENCRYPTED_KEY.as_bytes(), FileContent::EncryptedPrivateKey, "as that of the key"),
        (OLD_ENCRYPTED_KEY.as_bytes(), FileContent::EncryptedPrivateKey, "as that of the key"),
        (key_der.secret_der(), FileContent::PrivateKeyDer, "that of the key"),
        (request.as_bytes(), FileContent::CertificateRequest, "send it to an authority"),
        (new_request.as_bytes(), FileContent::CertificateRequest, "send it to an authority"),
        (&pair.der(), FileContent::CertificateDer, "openssl x509 -inform der -in /"),
        (PKCS12, FileContent::Pkcs12, "openssl pkcs12 -in /"),
        (public_key.as_bytes(), FileContent::PublicKey, "but a public key; name a PEM"),
    ];
    for (bytes, content, words) in cases {
        let path = folder.write("what.bin", bytes);
        let error = error(&path, &files.key);
        assert_eq!(error, TlsError::CertificateMissing { path: path.clone(), content });
        assert!(line(&error).contains(words), "{error}");
    }
}

#[test]
fn a_file_holds_something_else_than_a_key() {
    let folder = Folder::new();
    let pair = Authority::new().issue(&["a.test"]);
    let files = folder.write_pair("a", &pair);
    let key_der = pair.key_der();
    let cases: [(&[u8], _, _); 5] = [
        (b"", FileContent::Nothing, "is empty; name a PEM file"),
        (pair.chain.as_bytes(), FileContent::Certificate, "this one as that of the certificate"),
        (&pair.der(), FileContent::CertificateDer, "this one as that of the certificate"),
        (key_der.secret_der(), FileContent::PrivateKeyDer, "openssl pkey -inform"),
        (PKCS12, FileContent::Pkcs12, "-nocerts -nodes -out /"),
    ];
    for (bytes, content, words) in cases {
        let path = folder.write("what.bin", bytes);
        let error = error(&files.chain, &path);
        assert_eq!(error, TlsError::KeyMissing { path: path.clone(), content });
        assert!(line(&error).contains(words), "{error}");
    }
}

#[test]
fn a_key_is_encrypted() {
    let folder = Folder::new();
    let pair = Authority::new().issue(&["a.test"]);
    let files = folder.write_pair("a", &pair);
    for key in [ENCRYPTED_KEY.into(), OLD_ENCRYPTED_KEY.into(), pair.chain + ENCRYPTED_KEY] {
        let path = folder.write("b.key", key);
        let error = error(&files.chain, &path);
        assert_eq!(error, TlsError::KeyEncrypted { path: path.clone() });
        let path = path.display();
        let folder = folder.path().display();
        let command = format!("openssl pkey -in {path} -out {folder}/b.decrypted.key");
        assert!(line(&error).ends_with(&command), "{error}");
    }
}

#[test]
fn a_key_is_of_a_kind_that_is_not_supported() {
    let folder = Folder::new();
    let files = folder.write_pair("a", &Authority::new().issue(&["a.test"]));
    let path = folder.write("b.key", P521_KEY);
    let error = error(&files.chain, &path);
    assert_eq!(error, TlsError::KeyUnsupported { path });
    assert!(line(&error).contains("P-256"));
}

#[test]
fn a_key_belongs_to_another_certificate() {
    let folder = Folder::new();
    let authority = Authority::new();
    let a = folder.write_pair("a", &authority.issue(&["a.test"]));
    let b = folder.write_pair("b", &authority.issue(&["a.test"]));
    let error = error(&a.chain, &b.key);
    assert_eq!(error, TlsError::KeyMismatch { chain: a.chain, key: b.key });
    line(&error);
}

#[test]
fn a_chain_does_not_begin_with_the_servers_certificate() {
    let folder = Folder::new();
    let authority = Authority::new();
    let pair = authority.issue(&["a.test"]);
    let files = folder.write_pair("a", &pair);
    let right = folder.write("right.pem", pair.chain.clone() + &authority.pem());
    load(vec![CertificateFiles { chain: right, key: files.key.clone() }]).unwrap();
    let path = folder.write("wrong.pem", authority.pem() + &pair.chain);
    let error = error(&path, &files.key);
    assert_eq!(error, TlsError::ChainOrder { path, number: 2 });
    assert!(line(&error).contains("is number 2 in /"));
}

#[test]
fn a_certificate_is_malformed() {
    let folder = Folder::new();
    let files = folder.write_pair("a", &Authority::new().issue(&["a.test"]));
    let text = "-----BEGIN CERTIFICATE-----\nMAAA\n-----END CERTIFICATE-----\n";
    let path = folder.write("b.pem", text);
    let error = error(&path, &files.key);
    let reason = "BadDer".into();
    assert_eq!(error, TlsError::CertificateMalformed { path, number: 1, reason });
    line(&error);
}

#[test]
fn a_certificate_expired_or_is_not_valid_yet() {
    let folder = Folder::new();
    let authority = Authority::new();
    let pair = authority.issue_with(&["a.test"], |params| {
        params.not_after = date_time_ymd(2001, 9, 9) + Duration::from_secs(6_400);
    });
    let old = folder.write_pair("old", &pair);
    let found = error(&old.chain, &old.key);
    let at = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000_000);
    assert_eq!(found, TlsError::CertificateExpired { path: old.chain, at });
    assert!(line(&found).ends_with("expired on Sun, 09 Sep 2001 01:46:40 GMT; renew it"));

    let pair = authority.issue_with(&["a.test"], |params| {
        params.not_before = date_time_ymd(2999, 1, 1);
    });
    let new = folder.write_pair("new", &pair);
    let found = error(&new.chain, &new.key);
    assert!(matches!(&found, TlsError::CertificateNotYetValid { path, .. } if *path == new.chain));
    assert!(line(&found).contains("is valid from Tue, 01 Jan 2999 00:00:00 GMT on; wait"));
}

#[test]
fn a_certificate_is_not_for_servers() {
    let folder = Folder::new();
    let files = folder.write_pair("a", &Authority::new().issue_with(&["a.test"], for_clients));
    let error = error(&files.chain, &files.key);
    assert_eq!(error, TlsError::CertificateNotForServers { path: files.chain });
    line(&error);
}

#[test]
fn the_file_of_clients_authorities_holds_none() {
    let folder = Folder::new();
    let pair = Authority::new().issue(&["a.test"]);
    let mut settings = TlsSettings::new(vec![folder.write_pair("a", &pair)]);
    let cases: [(&[u8], _, _); 3] = [
        (b"", FileContent::Nothing, "is empty; name a PEM file with"),
        (pair.key.as_bytes(), FileContent::PrivateKey, "of an authority but a private key; name"),
        (&pair.der(), FileContent::CertificateDer, "convert it: openssl x509"),
    ];
    for (bytes, content, words) in cases {
        let path = folder.write("clients.pem", bytes);
        let authorities = path.clone();
        settings.client_auth = Some(ClientAuth { authorities, mode: ClientAuthMode::Required });
        let error = load_settings(&settings).unwrap_err();
        assert_eq!(error, TlsError::AuthoritiesMissing { path, content });
        assert!(line(&error).contains(words), "{error}");
    }
}

#[test]
fn what_works_is_not_refused() {
    let folder = Folder::new();
    let authority = Authority::new();
    // Both in one file; a byte order mark, text and sections that mean nothing here.
    let pair = authority.issue(&["a.test"]);
    let text = "-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n";
    let both = ["\u{feff}", &pair.chain, "for a.test\n", text, &pair.key].concat();
    let path = folder.write("both.pem", both.replace('\n', "\r\n"));
    load(vec![CertificateFiles { chain: path.clone(), key: path }]).unwrap();
    // A certificate that signed itself and calls itself an authority, and one without names.
    let key = KeyPair::generate().unwrap();
    let mut params = CertificateParams::default();
    params.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    let chain = folder.write("self.pem", params.self_signed(&key).unwrap().pem());
    let key = folder.write("self.key", key.serialize_pem());
    load(vec![CertificateFiles { chain, key }]).unwrap();
}
