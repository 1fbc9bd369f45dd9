//! How connections over TLS end: with `close_notify`, or with an alert that says why.

use crate::support::authority::ClientTls;
use crate::support::{Ask, End, Speaker, Version, Wire, dial, everywhere};

#[test]
fn the_last_answer_is_followed_by_a_goodbye() {
    everywhere(|setup| {
        let target = Version::Http1Tls.start(setup, &[]);
        for path in ["/", "/later", "/bytes/1000000", "/stream/later/3", "/nowhere"] {
            let mut speaker = Version::Http1Tls.connect(&target);
            let asked = speaker.begin(&Ask::new("GET", path).with("Connection", "close"));
            assert!(speaker.answer(asked).is_whole());
            assert_eq!(speaker.read_to_end().0, End::Orderly, "{path}");
        }
    });
}

#[test]
fn who_says_goodbye_hears_the_answer_and_a_goodbye() {
    everywhere(|setup| {
        let target = Version::Http1Tls.start(setup, &[]);
        for version in [Version::Http1Tls, Version::Http2Tls] {
            for path in ["/", "/later", "/bytes/60000", "/later/100"] {
                let mut speaker = version.connect(&target);
                let asked = speaker.request("GET", path);
                speaker.wire().finish_sending();
                let heard = speaker.outcome(asked);
                assert!(heard.is_whole(), "{path} in {version:?}: {heard:?}");
                assert_eq!(speaker.read_to_end().0, End::Orderly, "{path} in {version:?}");
            }
        }
    });
}

#[test]
fn garbage_gets_an_alert_and_the_end() {
    everywhere(|setup| {
        let target = Version::Http1Tls.start(setup, &[]);
        for garbage in [
            &b"\x16\x03\x01\x00\x05\x6e\x00\x00\x01!"[..],
            b"\x00\x01\x02\x03\x04\x05\x06\x07",
            b"ssh-2.0-nest\r\n",
            b"\x17\x03\x03\x00\x04nest",
            &[0xff; 1_000],
        ] {
            let mut wire = Wire::over(dial(target.address()));
            wire.send_now(garbage);
            assert_eq!(wire.read_to_end(), End::Orderly, "{}", garbage.escape_ascii());
            // A record of the type alert, RFC 8446 §5.1.
            let said = wire.input.escape_ascii().to_string();
            assert!(wire.input.starts_with(b"\x15\x03"), "{} got {said}", garbage.escape_ascii());
        }
        assert_eq!(Version::Http2Tls.connect(&target).get("/").text(), "OK");
    });
}

#[test]
fn a_record_that_was_changed_on_its_way_is_not_read() {
    everywhere(|setup| {
        let target = Version::Http1Tls.start(setup, &[]);
        let config = ClientTls::offering("http/1.1");
        let mut wire = Wire::encrypted(dial(target.address()), config);
        wire.shake_hands().unwrap();
        let mut speaker = Speaker::http1(wire);
        assert_eq!(speaker.get("/").text(), "OK");
        // A record that nobody has encrypted.
        speaker.wire().send_raw(b"\x17\x03\x03\x00\x20nestnestnestnestnestnestnestnest");
        let (end, _) = speaker.read_to_end();
        assert_eq!(end, End::Alert(rustls::AlertDescription::BadRecordMac));
    });
}
