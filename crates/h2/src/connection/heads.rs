//! Header blocks as frames: HEADERS, and CONTINUATION where one does not suffice. RFC 9113 §4.3.

use gnezdo_core::grammar::trim_ows;
use http::header::CONTENT_LENGTH;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};

use super::Connection;
use crate::frame::{FrameHead, FrameType, HEAD_OCTETS, PAYLOAD_OCTETS_MAX, flag};
use crate::hpack::{Encoder, Indexing, Prepared, usual_indexing};
use crate::role::Role;
use crate::rules::is_about_connection;
use crate::stream::{Ends, StreamId};

impl<R: Role> Connection<R> {
    /// Appends a header block, whose lines `encode` gives to the encoder.
    pub(crate) fn write_head(
        &mut self,
        id: StreamId,
        ends: Ends,
        out: &mut Vec<u8>,
        encode: impl FnOnce(&mut Encoder, &mut Vec<u8>),
    ) {
        self.speak(out);
        let start = out.len();
        out.extend_from_slice(&[0; HEAD_OCTETS]);
        self.encoder.begin(out);
        encode(&mut self.encoder, out);
        self.budget.useful(out.len() - start);
        let end_stream = if ends == Ends::Yes { flag::END_STREAM } else { flag::NONE };
        close_block(id, end_stream, start, out);
    }
}

/// Completes the frame that begins at `start` and reaches to the end, in several if need be.
fn close_block(id: StreamId, end_stream: u8, start: usize, out: &mut Vec<u8>) {
    let length = out.len() - start - HEAD_OCTETS;
    let head = |kind, flags, length: usize| {
        FrameHead { length: length as u32, kind, flags, stream: id }.to_octets()
    };
    if length <= PAYLOAD_OCTETS_MAX {
        let flags = end_stream | flag::END_HEADERS;
        let octets = head(FrameType::HEADERS, flags, length);
        out[start..start + HEAD_OCTETS].copy_from_slice(&octets);
        return;
    }
    let block = out.split_off(start + HEAD_OCTETS);
    out.truncate(start);
    let mut kind = FrameType::HEADERS;
    let mut pieces = block.chunks(PAYLOAD_OCTETS_MAX).peekable();
    while let Some(piece) = pieces.next() {
        let first = if kind == FrameType::HEADERS { end_stream } else { flag::NONE };
        let last = if pieces.peek().is_none() { flag::END_HEADERS } else { flag::NONE };
        out.extend_from_slice(&head(kind, first | last, piece.len()));
        out.extend_from_slice(piece);
        kind = FrameType::CONTINUATION;
    }
}

/// Encodes fields, without those that HTTP/2 has no use for, and without `except`.
pub(crate) fn encode_fields(
    fields: &HeaderMap,
    except: impl Fn(&HeaderName) -> bool,
    encoder: &mut Encoder,
    out: &mut Vec<u8>,
) {
    for (name, value) in fields {
        if !except(name) {
            encode_field(name.as_str().as_bytes(), value, encoder, out);
        }
    }
}

/// Encodes a field, unless it has no place in HTTP/2.
pub(crate) fn encode_field(
    name: &[u8],
    value: &HeaderValue,
    encoder: &mut Encoder,
    out: &mut Vec<u8>,
) {
    if let Some((octets, indexing)) = as_sent(name, value) {
        encoder.encode(name, octets, indexing, out);
    }
}

/// A field as it is sent, unless it has no place in HTTP/2.
fn as_sent<'v>(name: &[u8], value: &'v HeaderValue) -> Option<(&'v [u8], Indexing)> {
    // The types of `http` allow no other octets that HTTP/2 forbids.
    let octets = trim_ows(value.as_bytes());
    if is_about_connection(name, octets) {
        return None;
    }
    let indexing =
        if value.is_sensitive() { Indexing::Never } else { usual_indexing(name, octets) };
    Some((octets, indexing))
}

/// The head of an answer that is the same each time, but for its date.
pub(crate) fn prepare(status: StatusCode, length: Option<u64>, fields: &HeaderMap) -> Prepared {
    let mut prepared = Prepared::default();
    prepared.push(b":status", status.as_str().as_bytes(), Indexing::Incremental);
    if let Some(length) = length {
        let digits = itoa::Buffer::new().format(length).to_owned();
        prepared.push(b"content-length", digits.as_bytes(), Indexing::Without);
    }
    for (name, value) in fields {
        let name_octets = name.as_str().as_bytes();
        if let Some((octets, indexing)) = as_sent(name_octets, value)
            && *name != CONTENT_LENGTH
        {
            prepared.push(name_octets, octets, indexing);
        }
    }
    prepared
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_large_block_goes_on_in_continuations() {
        let mut out = b"before".to_vec();
        let start = out.len();
        out.extend_from_slice(&[0; HEAD_OCTETS]);
        out.extend((0..40_000).map(|i| i as u8));
        close_block(StreamId(5), flag::END_STREAM, start, &mut out);
        let mut at = start;
        let mut seen = Vec::new();
        let mut block = Vec::new();
        while let Some(head) = FrameHead::read(&out[at..]) {
            seen.push((head.kind, head.flags, head.length, head.stream.0));
            at += HEAD_OCTETS;
            block.extend_from_slice(&out[at..at + head.length as usize]);
            at += head.length as usize;
        }
        let continuation = FrameType::CONTINUATION;
        assert_eq!(
            seen,
            [
                (FrameType::HEADERS, flag::END_STREAM, 16_384, 5),
                (continuation, flag::NONE, 16_384, 5),
                (continuation, flag::END_HEADERS, 7_232, 5),
            ]
        );
        assert!(block.iter().copied().eq((0..40_000).map(|i| i as u8)));
    }
}
