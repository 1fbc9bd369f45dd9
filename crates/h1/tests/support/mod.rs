//! Users of the two machines, and how the corpus tells them what to do.

pub(crate) mod cases;
pub(crate) mod client_user;
pub(crate) mod server_user;

use gnezdo_h1::Framing;
use gnezdo_testkit::{Transcript, abridged};
use http::{HeaderMap, Version};

/// Writes down the fields of a message, a line each.
pub(crate) fn note_fields(kind: &str, fields: &HeaderMap, log: &mut Transcript) {
    for (name, value) in fields {
        log.line(format!("{kind} {name}: {}", text(value.as_bytes())));
    }
}

/// Writes down how a body ends.
pub(crate) fn note_body(body: Framing, log: &mut Transcript) {
    match body {
        Framing::None => {}
        Framing::Length(length) => log.line(format!("body of {length}")),
        Framing::Chunked => log.line("body in chunks"),
        Framing::UntilClose => log.line("body until close"),
    }
}

/// A value or a target, abridged if it is long.
pub(crate) fn text(octets: &[u8]) -> String {
    if octets.len() <= 64 { octets.escape_ascii().to_string() } else { abridged(octets) }
}

pub(crate) fn version_name(version: Version) -> &'static str {
    if version == Version::HTTP_10 { "HTTP/1.0" } else { "HTTP/1.1" }
}
