//! A client that comes again need not make a full handshake.

use rustls::HandshakeKind;
use rustls::version::{TLS12, TLS13};

use crate::support::authority::ClientTls;
use crate::support::{Speaker, Version, Wire, dial, everywhere, under};

#[test]
fn the_second_handshake_is_short() {
    everywhere(|setup| {
        let target = Version::Http1Tls.start(setup, &[]);
        for versions in [&[&TLS12][..], &[&TLS13]] {
            let config = ClientTls { versions, protocols: &["h2"], ..ClientTls::default() };
            let config = config.config();
            let kinds = [(); 3].map(|()| {
                let mut wire = Wire::encrypted(dial(target.address()), config.clone());
                wire.shake_hands().unwrap();
                let mut speaker = Speaker::http2(wire);
                assert_eq!(speaker.get("/").text(), "OK");
                speaker.wire().tls().handshake_kind()
            });
            let [full, short] = [HandshakeKind::Full, HandshakeKind::Resumed].map(Some);
            assert_eq!(kinds, [full, short, short], "{versions:?}");
        }
    });
}

/// Each handshake is met by whichever worker is free.
#[test]
fn every_worker_understands_every_ticket() {
    under(&["processes", "event-processes", "uring-processes"], |setup| {
        let target = Version::Http1Tls.start(setup, &[]);
        let config = ClientTls::offering("http/1.1");
        let handshake = || {
            let mut wire = Wire::encrypted(dial(target.address()), config.clone());
            wire.shake_hands().unwrap();
            let mut speaker = Speaker::http1(wire);
            assert_eq!(speaker.get("/").text(), "OK");
            speaker.wire().tls().handshake_kind()
        };
        handshake();
        for count in 0..20 {
            assert_eq!(handshake(), Some(HandshakeKind::Resumed), "{count}");
        }
    });
}
