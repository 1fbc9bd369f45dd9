//! Any octets are a head or a `PeerError`; an accepted head that is written again is read as
//! the same head.
#![no_main]

use gnezdo_core::Limits;
use gnezdo_h1::{parse_request, parse_response};
use http::{HeaderMap, Version};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|octets: &[u8]| {
    if let Ok(head) = parse_request(octets, &Limits::default()) {
        let line = format!("{} {} {}", head.method(), head.uri(), version(head.version()));
        let again = parse_request(&written(&line, head.headers()), &roomy()).expect("a head");
        assert_eq!((again.method(), again.uri()), (head.method(), head.uri()));
        assert_eq!((again.version(), again.headers()), (head.version(), head.headers()));
    }
    if let Ok(head) = parse_response(octets, &Limits::default()) {
        let line = format!("{} {} ", version(head.version()), head.status().as_str());
        let again = parse_response(&written(&line, head.headers()), &roomy()).expect("a head");
        assert_eq!((again.status(), again.version()), (head.status(), head.version()));
        assert_eq!(again.headers(), head.headers());
    }
});

fn written(start_line: &str, fields: &HeaderMap) -> Vec<u8> {
    let mut out = format!("{start_line}\r\n").into_bytes();
    for (name, value) in fields {
        out.extend([name.as_str().as_bytes(), b": ", value.as_bytes(), b"\r\n"].concat());
    }
    out.extend_from_slice(b"\r\n");
    out
}

fn version(version: Version) -> &'static str {
    if version == Version::HTTP_10 { "HTTP/1.0" } else { "HTTP/1.1" }
}

/// Normal forms may be longer: a slash, a Host, a space before each value.
fn roomy() -> Limits {
    Limits {
        head_bytes_max: 1 << 20,
        target_bytes_max: 1 << 14,
        fields_max: 200,
        ..Limits::default()
    }
}
