//! A client that comes again need not make a full handshake.

use rustls::HandshakeKind;
use rustls::version::{TLS12, TLS13};

use crate::support::authority::ClientTls;
use crate::support::{Speaker, Version, Wire, dial, everywhere, under};

const PROCESSES: [&str; 3] = ["processes", "event-processes", "uring-processes"];

#[test]
fn the_second_handshake_is_short() {
    everywhere(|setup| {
        // Workers do not share the keys of their tickets.
        if PROCESSES.contains(&setup.name) {
            return;
        }
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

#[test]
fn a_ticket_of_another_worker_costs_a_full_handshake_and_nothing_else() {
    under(&PROCESSES, |setup| {
        let target = Version::Http1Tls.start(setup, &[]);
        let config = ClientTls::offering("http/1.1");
        for _ in 0..20 {
            let mut wire = Wire::encrypted(dial(target.address()), config.clone());
            wire.shake_hands().unwrap();
            assert_eq!(Speaker::http1(wire).get("/").text(), "OK");
        }
    });
}
