//! How connections come to their end, and when they do not.

use gnezdo_core::{Http2Limits, Limits, Machine, Now};
use gnezdo_h2::{Client, ErrorCode, FrameType, Server, StreamId};

use crate::support::frames::{
    END_STREAM, Frame, Frames, beginning, data, frame, get, request, settings_frame, window_update,
};
use crate::support::peer::Peer;

const WINDOW: u16 = 4;

fn count(frames: &[Frame], kind: FrameType) -> usize {
    frames.iter().filter(|frame| frame.head.kind == kind).count()
}

#[test]
fn a_slow_connection_is_not_a_stalled_one() {
    // A hundred large answers in the order of their requests, over a connection whose window lets
    // 300 octets pass in a second: the last wait for many minutes, and are not given up.
    let mut peer = Peer::with_settings(Limits::default(), &[(WINDOW, 1 << 20)]);
    peer.feed(&(0..20).flat_map(|n| get(2 * n + 1, "/size/20000")).collect::<Vec<_>>());
    let mut ended = 0;
    for _ in 0..400 {
        peer.wait(5);
        peer.feed(&window_update(0, 1_500));
        let said = peer.said();
        assert_eq!(count(&said, FrameType::RST_STREAM), 0);
        ended +=
            said.iter().filter(|f| f.head.kind == FrameType::DATA && f.head.flags == 1).count();
    }
    assert_eq!(ended, 20);
}

#[test]
fn a_connection_that_is_opened_by_octets_is_a_stalled_one() {
    let mut peer = Peer::with_settings(Limits::default(), &[(WINDOW, 1 << 20)]);
    peer.feed(&(0..20).flat_map(|n| get(2 * n + 1, "/size/20000")).collect::<Vec<_>>());
    let mut resets = 0;
    for _ in 0..10 {
        peer.wait(10);
        peer.feed(&window_update(0, 1));
        resets += count(&peer.said(), FrameType::RST_STREAM);
    }
    // Three were sent before the window was shut.
    assert_eq!(resets, 17);
}

#[test]
fn the_service_may_let_content_wait() {
    let http2 = Http2Limits { stream_window_bytes: 10, ..Http2Limits::default() };
    let mut peer = Peer::new(Limits { http2, ..Limits::default() });
    peer.feed(&[request(1, 0, "POST", "/"), data(1, 0, &[b'a'; 10])].concat());
    // The window is shut, by us: the client cannot go on.
    peer.wait(3_600);
    assert_eq!(count(&peer.said(), FrameType::RST_STREAM), 0);
    // It is opened, and the client does not go on.
    let now = peer.drive.now().clone();
    let server = peer.drive.subject_mut().server();
    server.release(StreamId(1), 10);
    server.resume_content(&now, StreamId(1));
    peer.wait(31);
    assert_eq!(count(&peer.said(), FrameType::HEADERS), 1, "408");
    // The rest is waited for as long as over HTTP/1.
    peer.wait(5);
    assert_eq!(count(&peer.said(), FrameType::RST_STREAM), 1);
}

#[test]
fn entries_that_a_smaller_table_lost_are_not_named() {
    let mut peer = Peer::new(Limits::default());
    peer.feed(&get(1, "/"));
    peer.said();
    peer.feed(&[settings_frame(&[(1, 0), (1, 4_096)]), get(3, "/")].concat());
    let said = peer.said();
    let head = said.iter().find(|frame| frame.head.kind == FrameType::HEADERS).unwrap();
    // RFC 7541 §4.2: the smallest size, then the last.
    assert_eq!(head.payload[..4], [0x20, 0x3f, 0xe1, 0x1f]);
}

#[test]
fn going_is_said_twice_at_most() {
    let mut peer = Peer::new(Limits::default());
    peer.feed(&request(1, 0, "POST", "/"));
    for _ in 0..5 {
        peer.drive.subject_mut().server().finish_soon();
        peer.drive.subject_mut().server().leave();
    }
    peer.drive.settle();
    let said = peer.said();
    let last: Vec<_> = said
        .iter()
        .filter(|frame| frame.head.kind == FrameType::GOAWAY)
        .map(|frame| frame.payload[..4].to_vec())
        .collect();
    assert_eq!(last, [[0x7f, 0xff, 0xff, 0xff], [0, 0, 0, 1]]);
    peer.feed(&data(1, END_STREAM, b"x"));
    assert!(!peer.is_open());
    assert_eq!(count(&peer.said(), FrameType::GOAWAY), 0);
}

#[test]
fn more_than_was_granted_breaks_the_stream_and_not_the_connection() {
    let now = Now::read();
    let mut server = Server::new(&now, Default::default());
    let input = [beginning(&[(WINDOW, 100_000)]), get(1, "/")].concat();
    let (mut at, mut out) = (0, Vec::new());
    while at < input.len() {
        at += server.handle_input(&now, &input[at..]).used;
    }
    let (head, ()) = http::Response::new(()).into_parts();
    server.send_response(&now, StreamId(1), &head, None, &mut out);
    server.send_data(&now, StreamId(1), &[0; 20_000], &mut out);
    server.poll_output(&now, &mut out);
    let said = Frames::default().read(&out);
    let last = said.last().unwrap();
    assert_eq!(last.head.kind, FrameType::RST_STREAM);
    assert_eq!(last.payload, ErrorCode::INTERNAL_ERROR.0.to_be_bytes());
    assert_eq!(count(&said, FrameType::DATA), 0);
}

#[test]
fn a_frame_of_nothing_does_not_stop_what_follows() {
    // All in one piece: a driver that is told "nothing used" reads before it asks again.
    for nothing in [frame(FrameType(0xbb), 0, 0, &[]), data(1, 0, &[])] {
        let mut peer = Peer::new(Limits::default());
        peer.feed(&[request(1, 0, "POST", "/early"), nothing, get(3, "/")].concat());
        assert_eq!(peer.requests(), 2);
    }
}

#[test]
fn a_client_gives_back_what_an_unprocessed_stream_held() {
    let now = Now::read();
    let mut client = Client::new(&now, Default::default());
    let mut out = Vec::new();
    for _ in 0..2 {
        let (head, ()) = http::Request::get("http://x/").body(()).unwrap().into_parts();
        client.send_request(&now, &head, gnezdo_h2::Content::None, &mut out).unwrap();
    }
    client.poll_output(&now, &mut out);
    let head = frame(FrameType::HEADERS, 4, 3, &[0x88]);
    let mut input = [settings_frame(&[]), frame(FrameType::SETTINGS, 1, 0, &[]), head].concat();
    (0..16).for_each(|_| input.extend(data(3, 0, &[0; 16_384])));
    let mut out = Vec::new();
    let mut feed = |client: &mut Client, input: &[u8]| {
        let mut at = 0;
        while at < input.len() {
            at += client.handle_input(&now, &input[at..]).used;
        }
        out.clear();
        client.poll_output(&now, &mut out);
        Frames::default().read(&out)
    };
    feed(&mut client, &input);
    let goaway = frame(FrameType::GOAWAY, 0, 0, &[0, 0, 0, 1, 0, 0, 0, 0]);
    feed(&mut client, &goaway);
    // The rest up to half of the window, on the stream that is served.
    let mut rest = frame(FrameType::HEADERS, 4, 1, &[0x88]);
    (0..16).for_each(|_| rest.extend(data(1, 0, &[0; 16_384])));
    feed(&mut client, &rest);
    client.release(StreamId(1), 16 * 16_384);
    let mut out = Vec::new();
    client.poll_output(&now, &mut out);
    let said = Frames::default().read(&out);
    let update = said.iter().find(|frame| frame.head.stream.0 == 0).unwrap();
    assert_eq!(update.payload, (32 * 16_384_u32).to_be_bytes());
}
