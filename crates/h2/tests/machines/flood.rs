//! Each bound on what a peer may ask for: just below it the connection lives, just above it ends
//! and nothing more is looked at.

use gnezdo_core::{Http2Limits, Limits};
use gnezdo_h2::{ErrorCode, FrameType};

use crate::support::frames::{
    self, END_HEADERS, END_STREAM, block, data, frame, get, request, reset, settings_frame,
    window_update,
};
use crate::support::peer::Peer;

/// Feeds pieces until the connection ends; gives how many it took without ending.
fn survived(limits: &Limits, mut piece: impl FnMut(u32) -> Vec<u8>) -> u32 {
    let mut peer = Peer::new(limits.clone());
    for n in 0..20_000 {
        peer.feed(&piece(n));
        if !peer.is_open() {
            assert_ends_calmly(&mut peer);
            return n;
        }
        peer.said();
    }
    u32::MAX
}

/// GOAWAY says why, once, and what comes afterwards is not looked at.
fn assert_ends_calmly(peer: &mut Peer) {
    let said = peer.said();
    let goaways: Vec<_> = said.iter().filter(|f| f.head.kind == FrameType::GOAWAY).collect();
    assert_eq!(goaways.len(), 1);
    assert_eq!(goaways[0].payload[4..8], ErrorCode::ENHANCE_YOUR_CALM.0.to_be_bytes());
    assert_eq!(said.last().unwrap().head.kind, FrameType::GOAWAY);
    let before = peer.requests();
    peer.feed(&get(9_999_999, "/"));
    assert_eq!((peer.requests(), peer.said().len()), (before, 0));
    assert_eq!(peer.drive.deadline(), None);
}

fn id(n: u32) -> u32 {
    2 * n + 1
}

fn limits(http2: Http2Limits) -> Limits {
    Limits { http2, ..Limits::default() }
}

#[test]
fn resets_however_they_are_brought_about() {
    let limits = limits(Http2Limits { resets_max: 10, ..Http2Limits::default() });
    let never = |n| get(id(n), "/never");
    // Of n streams, 10 + n / 2 may be reset.
    let both = |reset: fn(u32) -> Vec<u8>| move |n| [never(n), reset(id(n))].concat();
    assert_eq!(survived(&limits, both(|id| reset(id, ErrorCode::CANCEL))), 20);
    assert_eq!(survived(&limits, both(|id| window_update(id, 0))), 20);
    assert_eq!(survived(&limits, both(|id| window_update(id, 0x7fff_ffff))), 20);
    assert_eq!(survived(&limits, both(|id| data(id, 0, b"x"))), 20);
    assert_eq!(survived(&limits, both(|id| get(id, "/"))), 20);
    let priority = |id| frame(FrameType::PRIORITY, 0, id, b"");
    assert_eq!(survived(&limits, both(priority)), 20);
    let malformed =
        |n| frame(FrameType::HEADERS, END_STREAM | END_HEADERS, id(n), &block(&[("a", "b")]));
    assert_eq!(survived(&limits, malformed), 20);
    let wrong_length = |n| {
        let fields =
            [(":method", "POST"), (":scheme", "http"), (":path", "/"), (":authority", "x")];
        let fields = [&fields[..], &[("content-length", "3")]].concat();
        let head = frame(FrameType::HEADERS, END_HEADERS, id(n), &block(&fields));
        [head, data(id(n), END_STREAM, b"x")].concat()
    };
    assert_eq!(survived(&limits, wrong_length), 20);
}

#[test]
fn half_of_all_streams_may_be_reset() {
    let limits = limits(Http2Limits { resets_max: 0, ..Http2Limits::default() });
    let one_of_two = |n| match n % 2 {
        0 => get(id(n), "/"),
        _ => [get(id(n), "/never"), reset(id(n), ErrorCode::CANCEL)].concat(),
    };
    assert_eq!(survived(&limits, one_of_two), u32::MAX);
}

#[test]
fn frames_that_are_counted_one_by_one() {
    let few =
        Http2Limits { empty_frames_max: 10, control_frames_max: 10, ..Http2Limits::default() };
    let few = limits(few);
    // The settings and their acknowledgement at the start were two.
    let ping = frame(FrameType::PING, 0, 0, &[0; 8]);
    assert_eq!(survived(&few, |_| ping.clone()), 8);
    assert_eq!(survived(&few, |_| settings_frame(&[])), 8);
    assert_eq!(survived(&few, |_| frame(FrameType::SETTINGS, frames::ACK, 0, &[])), 8);
    // What came first is the request.
    let post = |n, rest: &dyn Fn() -> Vec<u8>| match n {
        0 => request(1, 0, "POST", "/"),
        _ => rest(),
    };
    assert_eq!(survived(&few, |n| post(n, &|| data(1, 0, b""))), 11);
    assert_eq!(survived(&few, |_| frame(FrameType::PRIORITY, 0, 1, &[0, 0, 0, 0, 9])), 100);
    let update = |n: u32| frame(FrameType::PRIORITY_UPDATE, 0, 0, &id(n).to_be_bytes());
    assert_eq!(survived(&few, update), 100);
    assert_eq!(survived(&few, |_| window_update(0, 1)), 5);
    // A stream is good for two, and a DATA frame that we sent for twenty.
    assert_eq!(survived(&few, |n| if n == 0 { get(1, "/never") } else { window_update(1, 1) }), 8);
    assert_eq!(survived(&few, |n| if n == 0 { get(1, "/") } else { window_update(0, 1) }), 28);
}

#[test]
fn octets_that_say_nothing() {
    let limits = limits(Http2Limits { overhead_bytes_max: 100, ..Http2Limits::default() });
    let unknown = |_| frame(FrameType(0xbb), 0, 0, &[0; 91]);
    assert!(survived(&limits, unknown) < 20);
    let ack = |_| frame(FrameType::PING, frames::ACK, 0, &[0; 8]);
    assert!(survived(&limits, ack) < 100);
    // Content is of use even where nobody wants it any more: its sender paid for it.
    let http2 = Http2Limits { overhead_bytes_max: 2_000, ..Http2Limits::default() };
    let limits = Limits { http2, ..limits };
    let unwanted = |n: u32| match n {
        0 => request(1, 0, "POST", "/early"),
        _ => data(1, 0, &[0; 1_000]),
    };
    assert_eq!(survived(&limits, unwanted), u32::MAX);
}

#[test]
fn a_frame_without_content_for_each_request_is_no_flood() {
    let limits = limits(Http2Limits { empty_frames_max: 3, ..Http2Limits::default() });
    let post = |n| {
        let id = id(n);
        [request(id, 0, "POST", "/"), data(id, 0, b""), data(id, END_STREAM, b"x")].concat()
    };
    assert_eq!(survived(&limits, post), u32::MAX);
}

#[test]
fn continuations() {
    let limits = limits(Http2Limits { continuations_max: 4, ..Http2Limits::default() });
    let piece = |n| match n {
        0 => frame(FrameType::HEADERS, END_STREAM, 1, &[]),
        _ => frame(FrameType::CONTINUATION, 0, 1, &[]),
    };
    assert_eq!(survived(&limits, piece), 5);
}

#[test]
fn what_a_connection_owes_is_bounded_while_nobody_reads() {
    let mut peer = Peer::new(Limits::default());
    // A driver that cannot write reads no more; until then this is all that is owed.
    let requests: Vec<u8> =
        (0..100).flat_map(|n| request(id(n), END_STREAM, "BREW", "/")).collect();
    peer.feed(&requests);
    let owed: usize = peer.said().iter().map(|frame| 9 + frame.payload.len()).sum();
    assert!(owed < 100 * 140, "{owed}");
}
