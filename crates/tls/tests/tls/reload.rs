//! Files that change while the server runs.

use std::fs;
use std::io::{Read, Write};
use std::os::unix::fs::symlink;
use std::sync::Arc;

use gnezdo_tls::{CertificateFiles, Tls, TlsError};
use rcgen::date_time_ymd;

use crate::fixture::{Authority, Complaints, Folder, Pair};
use crate::wire::{client, connect};

fn is_served(tls: &Tls, authority: &Authority, pair: &Pair) -> bool {
    let ends = connect(tls, &Arc::new(client(authority.roots())), "a.test").unwrap();
    ends.shown() == pair.der()
}

#[test]
fn a_new_certificate_is_taken_over_and_connections_go_on() {
    let (folder, authority, complaints) = (Folder::new(), Authority::new(), Complaints::default());
    let (old, new) = (authority.issue(&["a.test"]), authority.issue(&["a.test"]));
    let tls = complaints.load(vec![folder.write_pair("a", &old)]);
    let clone = tls.clone();
    let mut ends = connect(&tls, &Arc::new(client(authority.roots())), "a.test").unwrap();

    folder.write_pair("a", &new);
    tls.check_now();
    assert!(is_served(&tls, &authority, &new));
    assert!(is_served(&clone, &authority, &new));

    ends.client.writer().write_all(b"still here").unwrap();
    ends.carry().unwrap();
    let mut text = [0; 10];
    ends.server.reader().read_exact(&mut text).unwrap();
    assert_eq!(&text, b"still here");
    assert_eq!(complaints.take(), []);
}

#[test]
fn a_half_written_pair_is_tried_again() {
    let (folder, authority, complaints) = (Folder::new(), Authority::new(), Complaints::default());
    let (old, new) = (authority.issue(&["a.test"]), authority.issue(&["a.test"]));
    let files = folder.write_pair("a", &old);
    let tls = complaints.load(vec![files.clone()]);

    folder.write("a.pem", &new.chain);
    tls.check_now();
    let mismatch = TlsError::KeyMismatch { chain: files.chain, key: files.key };
    assert_eq!(complaints.take(), [mismatch]);
    assert!(is_served(&tls, &authority, &old));

    folder.write("a.key", &new.key);
    tls.check_now();
    assert_eq!(complaints.take(), []);
    assert!(is_served(&tls, &authority, &new));
}

#[test]
fn each_fault_is_told_once() {
    let (folder, authority, complaints) = (Folder::new(), Authority::new(), Complaints::default());
    let old = authority.issue(&["a.test"]);
    let files = folder.write_pair("a", &old);
    let tls = complaints.load(vec![files.clone()]);

    fs::remove_file(&files.chain).unwrap();
    for expected in [vec![TlsError::FileMissing { path: files.chain.clone() }], vec![], vec![]] {
        tls.check_now();
        assert_eq!(complaints.take(), expected);
        assert!(is_served(&tls, &authority, &old));
    }
    let expired = authority.issue_with(&["a.test"], |params| {
        params.not_after = date_time_ymd(2001, 1, 1);
    });
    folder.write_pair("a", &expired);
    tls.check_now();
    tls.check_now();
    assert!(matches!(complaints.take()[..], [TlsError::CertificateExpired { .. }]));
    assert!(is_served(&tls, &authority, &old));

    let new = authority.issue(&["a.test"]);
    folder.write_pair("a", &new);
    tls.check_now();
    assert!(is_served(&tls, &authority, &new));
    // Once it is good again, the same fault is told anew.
    fs::remove_file(&files.chain).unwrap();
    tls.check_now();
    assert_eq!(complaints.take(), [TlsError::FileMissing { path: files.chain }]);
}

#[test]
fn a_link_that_points_elsewhere_is_a_change() {
    let (folder, authority, complaints) = (Folder::new(), Authority::new(), Complaints::default());
    let (old, new) = (authority.issue(&["a.test"]), authority.issue(&["a.test"]));
    for (name, pair) in [("1", &old), ("2", &new)] {
        fs::create_dir(folder.file(name)).unwrap();
        folder.write_pair(&format!("{name}/a"), pair);
    }
    // As Kubernetes does: one link to a folder, put in place of another.
    symlink("1", folder.file("now")).unwrap();
    let tls = complaints.load(vec![CertificateFiles {
        chain: folder.file("now/a.pem"),
        key: folder.file("now/a.key"),
    }]);
    assert!(is_served(&tls, &authority, &old));
    symlink("2", folder.file("next")).unwrap();
    fs::rename(folder.file("next"), folder.file("now")).unwrap();
    tls.check_now();
    assert!(is_served(&tls, &authority, &new));
    assert_eq!(complaints.take(), []);
}

#[test]
fn a_complaint_that_panics_does_not_end_the_following() {
    let (folder, authority) = (Folder::new(), Authority::new());
    let old = authority.issue(&["a.test"]);
    let settings = gnezdo_tls::TlsSettings::new(vec![folder.write_pair("a", &old)]);
    let tls = Tls::load(&settings, |_| std::panic::resume_unwind(Box::new(()))).unwrap();
    folder.write("a.pem", "");
    std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| tls.check_now())).unwrap_err();
    let new = authority.issue(&["a.test"]);
    folder.write_pair("a", &new);
    tls.check_now();
    assert!(is_served(&tls, &authority, &new));
}
