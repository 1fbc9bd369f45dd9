//! Users of the two machines, frames as text, and how the corpus tells what to do.

pub(crate) mod cases;
pub(crate) mod client_user;
pub(crate) mod frames;
pub(crate) mod operations;
pub(crate) mod peer;
pub(crate) mod referee;
pub(crate) mod script;
pub(crate) mod server_user;

use gnezdo_h2::{Content, StreamId};
use gnezdo_testkit::Transcript;
use http::HeaderMap;

/// The octets that content consists of, as far as a place in it says: so that none is lost,
/// doubled or out of order without being noticed.
pub(crate) fn pattern(start: usize, length: usize) -> Vec<u8> {
    (start..start + length).map(|at| b'a' + (at % 23) as u8).collect()
}

/// Writes down the fields of a message, a line each.
pub(crate) fn note_fields(kind: &str, fields: &HeaderMap, log: &mut Transcript) {
    for (name, value) in fields {
        if name != http::header::DATE {
            log.line(format!("{kind} {name}: {}", frames::text(value.as_bytes())));
        }
    }
}

/// Writes down what follows a head.
pub(crate) fn note_content(content: Content, log: &mut Transcript) {
    match content {
        Content::None => {}
        Content::Length(length) => log.line(format!("content of {length}")),
        Content::Unknown => log.line("content"),
    }
}

/// Writes down content; pieces of one stream that follow each other are one line.
#[derive(Default)]
pub(crate) struct Pieces(Option<StreamId>);

impl Pieces {
    pub(crate) fn note(&mut self, stream: StreamId, piece: &[u8], log: &mut Transcript) {
        if self.0.replace(stream) != Some(stream) {
            log.line(format!("on {stream}"));
        }
        log.content(piece);
    }

    pub(crate) fn end(&mut self) {
        self.0 = None;
    }
}
