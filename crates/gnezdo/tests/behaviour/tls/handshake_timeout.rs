//! A handshake has as much time as the head of a request.

use std::time::{Duration, Instant};

use crate::support::{Version, Wire, dial, everywhere, request};

#[test]
fn one_that_never_ends_is_cut_off() {
    everywhere(|setup| {
        let target = Version::Http1Tls.start(setup, &["--header-timeout", "0.3"]);
        // Nothing, the first octet of a record, a record that never ends.
        for octets in [&b""[..], b"\x16", b"\x16\x03\x01\x10\x00\x01"] {
            let mut wire = Wire::over(dial(target.address()));
            wire.send_now(octets);
            let start = Instant::now();
            wire.read_to_end();
            let elapsed = start.elapsed();
            assert!(elapsed >= Duration::from_millis(250), "too early: {elapsed:?}");
            assert!(elapsed < Duration::from_secs(4), "too late: {elapsed:?}");
        }
    });
}

#[test]
fn a_head_that_trickles_in_gets_no_more_time() {
    everywhere(|setup| {
        let target = Version::Http1Tls.start(setup, &["--header-timeout", "0.3"]);
        let mut wire = Version::Http1Tls.wire(&target);
        wire.shake_hands().unwrap();
        let start = Instant::now();
        let head = request("GET", "/", "");
        for octet in head.as_bytes()[..head.len() - 1].iter().cycle() {
            if wire.end().is_some() {
                break;
            }
            wire.send([*octet]);
            wire.turn(Duration::ZERO);
            wire.turn(Duration::from_millis(20));
            assert!(start.elapsed() < Duration::from_secs(4), "the server has endless patience");
            if wire.input.starts_with(b"HTTP/1.1 4") {
                break;
            }
        }
        wire.read_to_end();
        assert!(wire.input.starts_with(b"HTTP/1.1 4"), "{}", wire.input.escape_ascii());
    });
}
