//! Frames of HTTP/2 as octets, right or wrong: for what no library would send.

use std::fmt;

use gnezdo_h2::hpack::encode_literal;
use gnezdo_h2::{ErrorCode, FrameHead, FrameType, PREFACE, StreamId};

/// Flags, whose meaning depends on the type.
pub(crate) const ACK: u8 = 0x1;
pub(crate) const END_STREAM: u8 = 0x1;
pub(crate) const END_HEADERS: u8 = 0x4;

/// The parameters of RFC 9113 §6.5.2 that tests set.
pub(crate) const INITIAL_WINDOW_SIZE: u16 = 0x4;

/// How long a frame's head is.
const HEAD_OCTETS: usize = 9;

/// One frame.
pub(crate) struct Frame {
    pub(crate) kind: FrameType,
    pub(crate) flags: u8,
    pub(crate) stream: u32,
    pub(crate) payload: Vec<u8>,
}

/// The last words of a connection. RFC 9113 §6.8.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct GoAway {
    pub(crate) last: u32,
    pub(crate) code: ErrorCode,
    pub(crate) words: String,
}

impl Frame {
    pub(crate) fn has(&self, flag: u8) -> bool {
        self.flags & flag != 0
    }

    /// The 31-bit number with which the payload begins.
    pub(crate) fn number(&self) -> u32 {
        let octets = self.payload.first_chunk().expect("four octets");
        u32::from_be_bytes(*octets) & 0x7fff_ffff
    }

    pub(crate) fn goaway(&self) -> GoAway {
        let code = self.payload[4..].first_chunk().expect("four octets");
        GoAway {
            last: self.number(),
            code: ErrorCode(u32::from_be_bytes(*code)),
            words: String::from_utf8_lossy(&self.payload[8..]).into_owned(),
        }
    }
}

/// Takes all whole frames from the front of the octets.
pub(crate) fn take_frames(octets: &mut Vec<u8>) -> Vec<Frame> {
    let (mut frames, mut at) = (Vec::new(), 0);
    while let Some(head) = FrameHead::read(&octets[at..]) {
        let start = at + HEAD_OCTETS;
        let Some(payload) = octets.get(start..start + head.length as usize) else {
            break;
        };
        at = start + payload.len();
        let (payload, StreamId(stream)) = (payload.to_vec(), head.stream);
        frames.push(Frame { kind: head.kind, flags: head.flags, stream, payload });
    }
    octets.drain(..at);
    frames
}

/// A frame as octets.
pub(crate) fn frame(kind: FrameType, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).expect("a short payload");
    let head = FrameHead { length, kind, flags, stream: StreamId(stream) };
    [&head.to_octets(), payload].concat()
}

/// What a connection begins with: the preface and these settings.
pub(crate) fn opening(settings: &[(u16, u32)]) -> Vec<u8> {
    let settings = settings
        .iter()
        .flat_map(|(name, value)| [&name.to_be_bytes()[..], &value.to_be_bytes()].concat());
    let settings = frame(FrameType::SETTINGS, 0, 0, &settings.collect::<Vec<_>>());
    [&PREFACE[..], &settings].concat()
}

pub(crate) fn settings_ack() -> Vec<u8> {
    frame(FrameType::SETTINGS, ACK, 0, &[])
}

pub(crate) fn ping(octets: [u8; 8]) -> Vec<u8> {
    frame(FrameType::PING, 0, 0, &octets)
}

pub(crate) fn window_update(stream: u32, increment: u32) -> Vec<u8> {
    frame(FrameType::WINDOW_UPDATE, 0, stream, &increment.to_be_bytes())
}

pub(crate) fn reset(stream: u32, code: ErrorCode) -> Vec<u8> {
    frame(FrameType::RST_STREAM, 0, stream, &code.0.to_be_bytes())
}

/// A complete request without content.
pub(crate) fn get(stream: u32, path: &str) -> Vec<u8> {
    let block = request_block("GET", path, &[]);
    frame(FrameType::HEADERS, END_HEADERS | END_STREAM, stream, &block)
}

/// The head of a request with content to follow.
pub(crate) fn post(stream: u32, path: &str) -> Vec<u8> {
    let block = request_block("POST", path, &[]);
    frame(FrameType::HEADERS, END_HEADERS, stream, &block)
}

/// The fields of a request as a header block that leaves no trace in any table.
pub(crate) fn request_block(method: &str, path: &str, fields: &[(&str, &str)]) -> Vec<u8> {
    let pseudo =
        [(":method", method), (":scheme", "http"), (":path", path), (":authority", "nest.example")];
    block([&pseudo, fields].concat().as_slice())
}

pub(crate) fn block(fields: &[(&str, &str)]) -> Vec<u8> {
    let mut block = Vec::new();
    for (name, value) in fields {
        encode_literal(name.as_bytes(), value.as_bytes(), &mut block);
    }
    block
}

impl fmt::Debug for Frame {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { kind, flags, stream, payload } = self;
        write!(f, "{kind:?}({stream}, {flags:#x}, {} octets)", payload.len())
    }
}
