//! Whole and split agree; used is never more than given; what our encoder writes is decoded to
//! what it was given.
#![no_main]

use gnezdo_core::{Limits, Machine, Now};
use gnezdo_fuzz::cuts_by;
use gnezdo_h1::{ChunkedDecoder, PeerError, Server};
use http::HeaderMap;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|octets: &[u8]| {
    let Some((seed, octets)) = octets.split_first() else { return };
    let cuts = cuts_by(*seed, octets.len());
    assert_eq!(decode(octets, &[]), decode(octets, &cuts));
    let encoded = encode(octets, &cuts);
    let (content, ending) = decode(&encoded, &[]);
    assert_eq!(content, octets);
    assert_eq!(ending, Ending::Complete { at: encoded.len(), trailers: None });
});

#[derive(Debug, PartialEq)]
enum Ending {
    Open,
    Complete { at: usize, trailers: Option<HeaderMap> },
    Refused(PeerError),
}

/// The content, and how it ended.
fn decode(octets: &[u8], cuts: &[usize]) -> (Vec<u8>, Ending) {
    let (mut decoder, mut content, mut at) = (ChunkedDecoder::new(), Vec::new(), 0);
    for end in cuts.iter().copied().chain([octets.len()]) {
        loop {
            let step = match decoder.decode(&octets[at..end.max(at)], &Limits::default()) {
                Ok(step) => step,
                Err(error) => return (content, Ending::Refused(error)),
            };
            assert!(step.used <= end.max(at) - at);
            at += step.used;
            match step.event {
                Some(gnezdo_h1::Decoded::Data(piece)) => content.extend_from_slice(piece),
                Some(gnezdo_h1::Decoded::End(trailers)) => {
                    return (content, Ending::Complete { at, trailers });
                }
                None if step.used == 0 => break,
                None => {}
            }
        }
    }
    (content, Ending::Open)
}

/// The pieces between the cuts as a server sends them, without the head.
fn encode(octets: &[u8], cuts: &[usize]) -> Vec<u8> {
    let now = Now::read();
    let mut server = Server::new(&now, Default::default());
    server.handle_input(&now, b"GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    let (mut out, mut at) = (Vec::new(), 0);
    server.send_response(&now, &http::Response::new(()).into_parts().0, None, &mut out);
    out.clear();
    for end in cuts.iter().copied().chain([octets.len()]) {
        server.send_data(&octets[at..end], &mut out);
        at = end;
    }
    server.send_end(&now, None, &mut out);
    out
}
