//! Floods of frames that cost their sender less than us: the attacker is sent away, others are
//! served meanwhile, and memory stays where it was. ROBUSTNESS §2.

use std::time::Duration;

use gnezdo_h2::{ErrorCode, FrameType};

use crate::support::frames::{
    Frame, GoAway, block, frame, get, opening, ping, post, request_block, reset, settings_ack,
    take_frames, window_update,
};
use crate::support::{End, Process, Target, Version, Wire, everywhere_but};

const MEBIBYTE: u64 = 1 << 20;

/// `single` serves nobody else while somebody floods it.
const NOT: &[&str] = &["single"];

/// Floods of frames by their number, beginning with 0.
type Flood = fn(u32) -> Vec<u8>;

const FLOODS: [(&str, Flood); 9] = [
    ("rapid reset", |n| [get(id(n), "/later/1000"), reset(id(n), ErrorCode::CANCEL)].concat()),
    ("made to reset", |n| [post(id(n), "/later"), window_update(id(n), 0)].concat()),
    ("ping", |n| ping(u64::from(n).to_be_bytes())),
    ("settings", |_| frame(FrameType::SETTINGS, 0, 0, &[])),
    ("continuation", |n| match n {
        0 => frame(FrameType::HEADERS, 0, 1, &request_block("GET", "/", &[])),
        _ => frame(FrameType::CONTINUATION, 0, 1, &block(&[("x-nest", "egg")])),
    }),
    ("empty data", |n| match n {
        0 => post(1, "/later"),
        _ => frame(FrameType::DATA, 0, 1, &[]),
    }),
    ("priority", |_| frame(FrameType::PRIORITY, 0, 3, &[0, 0, 0, 0, 16])),
    ("window update", |_| window_update(0, 1)),
    ("unknown frames", |_| frame(FrameType(0xbe), 0, 0, &[0; 1_000])),
];

fn id(n: u32) -> u32 {
    2 * n + 1
}

/// Sends the flood until the server ends the connection; what it has said.
fn attack(wire: &mut Wire, flood: Flood) -> (End, Vec<Frame>) {
    wire.send(opening(&[]));
    wire.send(settings_ack());
    let (mut frames, mut count) = (Vec::new(), 0);
    while wire.end().is_none() && count < 1_000_000 {
        if wire.unsent() < 100_000 {
            (count..count + 100).for_each(|n| wire.send(flood(n)));
            count += 100;
        }
        wire.turn(Duration::from_millis(20));
        frames.extend(take_frames(&mut wire.input));
    }
    (wire.end().cloned().expect("the flood has an end"), frames)
}

fn goaway(frames: &[Frame]) -> Option<GoAway> {
    let goaway = frames.iter().find(|frame| frame.kind == FrameType::GOAWAY);
    goaway.map(Frame::goaway)
}

fn expect_calm(target: &Target, version: Version) {
    let mut other = version.connect(target);
    assert_eq!(other.get("/").text(), "OK");
    let before = target.resident_bytes_at_rest();
    for (name, flood) in FLOODS {
        let mut wire = version.wire(target);
        let (_, frames) = attack(&mut wire, flood);
        let goaway = goaway(&frames).unwrap_or_else(|| panic!("{name}: no GOAWAY: {frames:?}"));
        assert_eq!(goaway.code, ErrorCode::ENHANCE_YOUR_CALM, "{name}: {}", goaway.words);
        assert_eq!(other.get("/later").text(), "later", "{name}");
    }
    let after = target.sum(Process::resident_bytes);
    assert!(after < before + 8 * MEBIBYTE, "{before} bytes before, {after} after");
}

#[test]
fn each_has_an_end() {
    everywhere_but(NOT, |setup| {
        for version in [Version::Http2, Version::Http2Tls] {
            expect_calm(&version.start(setup, &[]), version);
        }
    });
}

/// Answers to all requests, or all PINGs, would pile up if the server went on reading.
#[test]
fn one_whose_answers_nobody_reads_fills_no_memory() {
    everywhere_but(NOT, |setup| {
        let target = setup.start(&[]);
        let mut other = Version::Http2.connect(&target);
        other.get("/");
        let before = target.resident_bytes_at_rest();
        for flood in [FLOODS[2].1, |n| get(id(n), "/bytes/100")] {
            let mut wire = Version::Http2.wire(&target);
            wire.send(opening(&[]));
            for n in 0..300_000 {
                wire.send(flood(n));
            }
            wire.send_until_blocked(Duration::from_millis(300));
            assert_eq!(other.get("/later").text(), "later");
            let after = target.sum(Process::resident_bytes);
            assert!(after < before + 8 * MEBIBYTE, "{before} bytes before, {after} after");
        }
    });
}
