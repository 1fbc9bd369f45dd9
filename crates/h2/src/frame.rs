//! Frames as octets: a head of nine, then a payload. RFC 9113 §4.1.

use std::fmt;

use crate::{ErrorCode, StreamId};

/// What a client's connection begins with. RFC 9113 §3.4.
pub const PREFACE: &[u8; 24] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/// How long a frame's head is.
pub(crate) const HEAD_OCTETS: usize = 9;

/// The largest payload that everybody takes, and the only one that we do. RFC 9113 §4.2.
pub(crate) const PAYLOAD_OCTETS_MAX: usize = 16_384;

/// The largest payload that a peer can allow. RFC 9113 §6.5.2.
pub(crate) const PAYLOAD_OCTETS_LIMIT: u32 = (1 << 24) - 1;

/// The type of a frame. RFC 9113 §6.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct FrameType(pub u8);

#[expect(missing_docs, reason = "the names are those of RFC 9113 §6 and RFC 9218 §7")]
impl FrameType {
    pub const DATA: Self = Self(0x0);
    pub const HEADERS: Self = Self(0x1);
    pub const PRIORITY: Self = Self(0x2);
    pub const RST_STREAM: Self = Self(0x3);
    pub const SETTINGS: Self = Self(0x4);
    pub const PUSH_PROMISE: Self = Self(0x5);
    pub const PING: Self = Self(0x6);
    pub const GOAWAY: Self = Self(0x7);
    pub const WINDOW_UPDATE: Self = Self(0x8);
    pub const CONTINUATION: Self = Self(0x9);
    pub const PRIORITY_UPDATE: Self = Self(0x10);
}

impl fmt::Debug for FrameType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = [
            "DATA",
            "HEADERS",
            "PRIORITY",
            "RST_STREAM",
            "SETTINGS",
            "PUSH_PROMISE",
            "PING",
            "GOAWAY",
            "WINDOW_UPDATE",
            "CONTINUATION",
        ];
        match names.get(usize::from(self.0)) {
            Some(name) => f.write_str(name),
            None if *self == Self::PRIORITY_UPDATE => f.write_str("PRIORITY_UPDATE"),
            None => write!(f, "{:#x}", self.0),
        }
    }
}

/// The flags of a frame, whose meaning depends on its type.
pub(crate) mod flag {
    pub(crate) const NONE: u8 = 0;
    pub(crate) const ACK: u8 = 0x1;
    pub(crate) const END_STREAM: u8 = 0x1;
    pub(crate) const END_HEADERS: u8 = 0x4;
    pub(crate) const PADDED: u8 = 0x8;
    pub(crate) const PRIORITY: u8 = 0x20;
}

/// The head of a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FrameHead {
    /// Octets of the payload, 24 bits.
    pub length: u32,
    /// The type.
    pub kind: FrameType,
    /// Flags, as bits.
    pub flags: u8,
    /// The stream, 31 bits; zero is the connection.
    pub stream: StreamId,
}

impl FrameHead {
    /// Reads a head that `octets` start with; `None` if they are too few.
    pub fn read(octets: &[u8]) -> Option<Self> {
        let [a, b, c, kind, flags, stream @ ..] = octets.first_chunk::<HEAD_OCTETS>()?;
        Some(Self {
            length: u32::from_be_bytes([0, *a, *b, *c]),
            kind: FrameType(*kind),
            flags: *flags,
            stream: StreamId::read(*stream),
        })
    }

    /// The head as octets. A length beyond 24 bits is cut.
    pub fn to_octets(self) -> [u8; HEAD_OCTETS] {
        let [_, a, b, c] = self.length.to_be_bytes();
        let [d, e, f, g] = self.stream.0.to_be_bytes();
        [a, b, c, self.kind.0, self.flags, d, e, f, g]
    }

    pub(crate) fn has(self, flag: u8) -> bool {
        self.flags & flag != 0
    }
}

/// A 31-bit number whose first bit is reserved and ignored.
pub(crate) fn number31(octets: [u8; 4]) -> u32 {
    u32::from_be_bytes(octets) & 0x7fff_ffff
}

/// Appends a frame whose payload is at hand.
pub(crate) fn write(
    kind: FrameType,
    flags: u8,
    stream: StreamId,
    payload: &[u8],
    out: &mut Vec<u8>,
) {
    let head = FrameHead { length: payload.len() as u32, kind, flags, stream };
    out.extend_from_slice(&head.to_octets());
    out.extend_from_slice(payload);
}

/// Appends a WINDOW_UPDATE. RFC 9113 §6.9.
pub(crate) fn write_window_update(stream: StreamId, increment: u32, out: &mut Vec<u8>) {
    write(FrameType::WINDOW_UPDATE, flag::NONE, stream, &increment.to_be_bytes(), out);
}

/// Appends a RST_STREAM. RFC 9113 §6.4.
pub(crate) fn write_reset(stream: StreamId, code: ErrorCode, out: &mut Vec<u8>) {
    write(FrameType::RST_STREAM, flag::NONE, stream, &code.0.to_be_bytes(), out);
}

/// Appends a GOAWAY with words for people. RFC 9113 §6.8.
pub(crate) fn write_goaway(last: StreamId, code: ErrorCode, words: &str, out: &mut Vec<u8>) {
    let numbers = [last.0.to_be_bytes(), code.0.to_be_bytes()].concat();
    let payload = [&numbers, words.as_bytes()].concat();
    write(FrameType::GOAWAY, flag::NONE, StreamId::CONNECTION, &payload, out);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_head_is_nine_octets_both_ways() {
        let octets = [0x01, 0x02, 0x03, 0x08, 0x05, 0x80, 0x00, 0x00, 0x07];
        let head = FrameHead::read(&octets).unwrap();
        assert_eq!(head.length, 0x01_02_03);
        assert_eq!(head.kind, FrameType::WINDOW_UPDATE);
        assert_eq!((head.flags, head.stream), (5, StreamId(7)));
        let mut without_reserved = octets;
        without_reserved[5] = 0;
        assert_eq!(head.to_octets(), without_reserved);
        assert_eq!(FrameHead::read(&octets[..8]), None);
    }

    #[test]
    fn types_have_their_names() {
        let name = |kind: u8| format!("{:?}", FrameType(kind));
        assert_eq!(
            [name(0), name(9), name(16), name(10)],
            ["DATA", "CONTINUATION", "PRIORITY_UPDATE", "0xa"]
        );
    }
}
