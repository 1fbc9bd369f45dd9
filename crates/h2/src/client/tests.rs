//! What a client puts on the wire.

use std::sync::Arc;

use gnezdo_core::Limits;

use super::*;
use crate::frame::{FrameHead, HEAD_OCTETS};
use crate::hpack::{Bounds, Decoder, Lines};

/// The field lines of a request to this URI.
fn said(method: &str, uri: &str, fields: &[(&'static str, &str)]) -> Vec<(String, String)> {
    let now = Now::read();
    let mut client = Client::new(&now, Arc::new(Limits::default()));
    let mut out = Vec::new();
    client.speak(&mut out);
    out.clear();
    let mut request = http::Request::builder().method(method).uri(uri);
    for (name, value) in fields {
        request = request.header(*name, *value);
    }
    let (head, ()) = request.body(()).unwrap().into_parts();
    client.send_request(&now, &head, Content::None, &mut out).unwrap();
    let length = FrameHead::read(&out).unwrap().length as usize;
    let bounds = Bounds { list_bytes_max: 1 << 16, lines_max: 100 };
    let mut lines = Lines::new();
    let block = &out[HEAD_OCTETS..HEAD_OCTETS + length];
    Decoder::new(4096).decode(block, &bounds, &mut lines).unwrap();
    let text = |octets: &[u8]| String::from_utf8_lossy(octets).into_owned();
    lines.iter().map(|line| (text(line.name), text(line.value))).collect()
}

#[test]
fn pseudo_fields_by_the_table() {
    for (method, uri, expected) in [
        ("GET", "https://x/a?b", "GET https /a?b x"),
        ("GET", "http://x:81", "GET http / x:81"),
        ("GET", "http://u:p@x/", "GET http / x"),
        ("OPTIONS", "https://x/*", "OPTIONS https /* x"),
        ("CONNECT", "x:443", "CONNECT x:443"),
        ("CONNECT", "u@x:443", "CONNECT x:443"),
    ] {
        let lines = said(method, uri, &[]);
        let values: Vec<_> = lines.iter().map(|(_, value)| value.as_str()).collect();
        assert_eq!(values.join(" "), expected);
    }
}

#[test]
fn host_takes_the_place_of_an_authority_and_connection_fields_are_left_out() {
    let lines = said("GET", "/", &[("host", "x"), ("connection", "close"), ("te", "gzip")]);
    assert!(lines.contains(&(":authority".into(), "x".into())), "{lines:?}");
    assert_eq!(lines.len(), 4, "{lines:?}");
}
