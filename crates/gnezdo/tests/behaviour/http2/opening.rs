//! How a connection begins, or does not.

use std::time::{Duration, Instant};

use gnezdo_h2::{ErrorCode, FrameType, PREFACE};

use crate::support::frames::{
    END_HEADERS, END_STREAM, Frame, block, frame, get, opening, request_block, settings_ack,
    take_frames,
};
use crate::support::{End, Setup, Target, Version, Wire, dial, everywhere};

/// What is sent octet by octet means the same.
#[test]
fn a_beginning_in_pieces_is_understood() {
    everywhere(|setup| {
        for version in [Version::Http2, Version::Http2Tls] {
            let target = version.start(setup, &[]);
            let mut wire = version.wire(&target);
            for octet in [opening(&[]), settings_ack(), get(1, "/")].concat() {
                wire.send_one(octet);
            }
            let mut frames = Vec::new();
            let has_answer =
                |frame: &Frame| frame.kind == FrameType::DATA && frame.payload == b"OK";
            while !frames.iter().any(has_answer) {
                assert!(wire.end().is_none());
                wire.turn(Duration::from_millis(50));
                frames.extend(take_frames(&mut wire.input));
            }
        }
    });
}

/// Runs into the deadline with these octets; gives the end and the last frame's code, if any.
fn run_late(target: &Target, version: Version, octets: &[u8]) -> (End, Option<ErrorCode>) {
    let mut wire = version.wire(target);
    if version.is_tls() {
        wire.shake_hands().unwrap();
    }
    wire.send_now(octets);
    let start = Instant::now();
    let end = wire.read_to_end();
    let elapsed = start.elapsed();
    assert!(elapsed >= Duration::from_millis(250), "too early: {elapsed:?}");
    assert!(elapsed < Duration::from_secs(4), "too late: {elapsed:?}");
    let frames = take_frames(&mut wire.input);
    let goaway = frames.iter().find(|frame| frame.kind == FrameType::GOAWAY);
    (end, goaway.map(|frame| frame.goaway().code))
}

fn with_short_time(setup: Setup, version: Version) -> Target {
    let words = ["--header-timeout", "0.3", "--settings-timeout", "0.3", "--linger-timeout", "0.2"];
    version.start(setup, &words)
}

#[test]
fn one_that_never_ends_is_cut_off() {
    everywhere(|setup| {
        for version in [Version::Http2, Version::Http2Tls] {
            let target = with_short_time(setup, version);
            let head = request_block("GET", "/", &[]);
            let endless = [
                opening(&[]),
                settings_ack(),
                frame(FrameType::HEADERS, END_STREAM, 1, &head),
                frame(FrameType::CONTINUATION, 0, 1, &block(&[("x-nest", "egg")])),
            ]
            .concat();
            for (name, octets) in [
                ("half of a preface", &PREFACE[..10]),
                ("a preface", &PREFACE[..]),
                ("half of a frame", &[opening(&[]), settings_ack(), vec![0, 0]].concat()),
                ("a head that goes on", &endless),
            ] {
                let (end, _) = run_late(&target, version, octets);
                assert_eq!(end, End::Orderly, "{name} in {version:?}");
            }
        }
    });
}

#[test]
fn settings_have_to_be_acknowledged() {
    everywhere(|setup| {
        for version in [Version::Http2, Version::Http2Tls] {
            let target = with_short_time(setup, version);
            let (end, code) = run_late(&target, version, &opening(&[]));
            assert_eq!((end, code), (End::Orderly, Some(ErrorCode::SETTINGS_TIMEOUT)));
        }
    });
}

#[test]
fn a_head_in_many_frames_is_read() {
    everywhere(|setup| {
        let target = setup.start(&[]);
        let mut wire = Wire::over(dial(target.address()));
        let head = request_block("GET", "/echo", &[("x-nest", "egg")]);
        let mut pieces = head.chunks(head.len().div_ceil(8));
        wire.send([opening(&[]), settings_ack()].concat());
        wire.send(frame(FrameType::HEADERS, END_STREAM, 1, pieces.next().unwrap()));
        while let Some(piece) = pieces.next() {
            let flags = if pieces.len() == 0 { END_HEADERS } else { 0 };
            wire.send(frame(FrameType::CONTINUATION, flags, 1, piece));
        }
        let mut body = Vec::new();
        while body.is_empty() {
            wire.turn(Duration::from_millis(50));
            assert!(wire.end().is_none());
            let frames = take_frames(&mut wire.input);
            let data = frames.into_iter().filter(|frame| frame.kind == FrameType::DATA);
            body.extend(data.flat_map(|frame| frame.payload));
        }
        assert_eq!(body, b"host: nest.example\nx-nest: egg\n");
    });
}
