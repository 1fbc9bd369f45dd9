//! A handler learns who asks, and whether the connection is encrypted.

use std::net::SocketAddr;

use crate::support::{Version, everywhere, in_every_version};

fn scheme(version: Version) -> &'static str {
    if version.is_tls() { "https" } else { "http" }
}

#[test]
fn a_peer_has_its_address_and_port() {
    in_every_version(&[], |place| {
        for _ in 0..2 {
            let mut speaker = place.connect();
            let address: SocketAddr = speaker.wire().local_address().expect("of the internet");
            let expected = format!("{address} {}", scheme(place.version));
            assert_eq!(speaker.get("/client").text(), expected);
            assert_eq!(speaker.get("/client").text(), expected, "a second request");
        }
    });
}

#[test]
fn a_peer_of_a_unix_socket_has_none() {
    everywhere(|setup| {
        for version in Version::ALL {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("socket");
            let address = format!("unix:{}", path.display());
            let target = version.start_at(setup, &["--listen", &address]);
            assert_eq!(target.addresses[0], address);
            let mut speaker = version.connect_unix(&path);
            assert_eq!(speaker.get("/client").text(), format!("unix {}", scheme(version)));
        }
    });
}
