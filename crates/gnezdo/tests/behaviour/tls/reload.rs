//! Certificates that are renewed while the server runs.

use tempfile::TempDir;

use crate::support::authority::{ClientTls, issue_into};
use crate::support::{Target, Version, Wire, dial, everywhere, wait_until};

/// The certificate that is shown now.
fn shown(target: &Target) -> Vec<u8> {
    let mut wire = Wire::encrypted(dial(target.address()), ClientTls::offering("h2"));
    let tls = wire.shake_hands().expect("a handshake");
    tls.peer_certificates().expect("a certificate")[0].to_vec()
}

#[test]
fn new_handshakes_show_what_is_new_and_old_connections_go_on() {
    everywhere(|setup| {
        let folder = TempDir::new().unwrap();
        let files = issue_into(folder.path());
        let word = format!("{},{}", files.chain.display(), files.key.display());
        let target = setup.start(&["--tls", &word]);
        let mut open: Vec<_> = if setup.is_single() {
            Vec::new()
        } else {
            [Version::Http1Tls, Version::Http2Tls].map(|version| version.connect(&target)).into()
        };
        open.iter_mut().for_each(|speaker| assert_eq!(speaker.get("/").text(), "OK"));
        let before = shown(&target);
        assert_eq!(shown(&target), before);
        issue_into(folder.path());
        wait_until("the new one is shown", || shown(&target) != before);
        open.iter_mut().for_each(|speaker| assert_eq!(speaker.get("/later").text(), "later"));
        assert_eq!(Version::Http2Tls.connect(&target).get("/").text(), "OK");
    });
}

#[test]
fn the_old_one_stays_if_the_new_one_is_no_good() {
    everywhere(|setup| {
        let folder = TempDir::new().unwrap();
        let files = issue_into(folder.path());
        let word = format!("{},{}", files.chain.display(), files.key.display());
        let target = setup.start(&["--tls", &word]);
        let before = shown(&target);
        std::fs::write(&files.chain, "nonsense").unwrap();
        wait_until("it is complained about", || {
            assert_eq!(shown(&target), before);
            target.complaints().contains("server.pem")
        });
        issue_into(folder.path());
        wait_until("the new one is shown", || shown(&target) != before);
    });
}
