//! The end of a connection is announced: twice when the server ends. RFC 9113 §6.8.

use gnezdo_h2::{ErrorCode, FrameType};

use crate::support::frames::{frame, get, opening, settings_ack, take_frames};
use crate::support::{End, Version, everywhere, wait_until};

#[test]
fn the_first_asks_for_no_more_and_the_second_says_what_was_served() {
    everywhere(|setup| {
        for version in [Version::Http2, Version::Http2Tls] {
            let mut target = version.start(setup, &[]);
            let mut speaker = version.connect(&target);
            let asked = speaker.request("GET", "/later/1200");
            wait_until("the request was read", || speaker.wire().is_read_by_server());
            target.terminate();
            speaker.turn_until("it is announced", |speaker| speaker.goaways().len() == 1);
            // This one was on its way.
            let other = speaker.request("GET", "/later");
            assert_eq!(speaker.answer(other).text(), "later");
            assert_eq!(speaker.answer(asked).text(), "late");
            let (end, goaways) = speaker.read_to_end();
            assert_eq!(end, End::Orderly);
            let said: Vec<_> = goaways.iter().map(|goaway| (goaway.last, goaway.code)).collect();
            assert_eq!(said, [(0x7fff_ffff, ErrorCode::NO_ERROR), (3, ErrorCode::NO_ERROR)]);
            drop(speaker);
            assert!(target.wait().success());
        }
    });
}

#[test]
fn a_client_that_goes_gets_its_answers() {
    everywhere(|setup| {
        for version in [Version::Http2, Version::Http2Tls] {
            let target = version.start(setup, &[]);
            let mut speaker = version.connect(&target);
            let asked = speaker.request("GET", "/later/200");
            speaker.wire().send(frame(FrameType::GOAWAY, 0, 0, &[0; 8]));
            assert_eq!(speaker.answer(asked).text(), "late");
            speaker.wire().finish_sending();
            assert_eq!(speaker.read_to_end().0, End::Orderly);
        }
    });
}

#[test]
fn a_fault_of_the_client_is_named() {
    everywhere(|setup| {
        let target = setup.start(&[]);
        let faults: [(ErrorCode, Vec<u8>); 5] = [
            (ErrorCode::PROTOCOL_ERROR, get(2, "/")),
            (ErrorCode::FRAME_SIZE_ERROR, frame(FrameType::PING, 0, 0, &[0; 7])),
            (ErrorCode::COMPRESSION_ERROR, frame(FrameType::HEADERS, 0x5, 1, &[0xff; 9])),
            (ErrorCode::PROTOCOL_ERROR, frame(FrameType::DATA, 0, 1, b"nest")),
            (ErrorCode::FRAME_SIZE_ERROR, frame(FrameType::DATA, 0, 1, &[0; 16_385])),
        ];
        for (code, octets) in faults {
            let mut wire = Version::Http2.wire(&target);
            wire.send([opening(&[]), settings_ack(), octets].concat());
            assert_eq!(wire.read_to_end(), End::Orderly);
            let frames = take_frames(&mut wire.input);
            let last = frames.last().expect("last words");
            assert_eq!((last.kind, last.goaway().code), (FrameType::GOAWAY, code));
        }
    });
}
