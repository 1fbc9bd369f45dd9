//! Frames, made and read without the machine's own code but for the head of nine octets.

use gnezdo_h2::hpack::{Bounds, Decoder, Lines, encode_literal};
use gnezdo_h2::{ErrorCode, FrameHead, FrameType, PREFACE, StreamId};
use gnezdo_testkit::abridged;

pub(crate) const ACK: u8 = 0x1;
pub(crate) const END_STREAM: u8 = 0x1;
pub(crate) const END_HEADERS: u8 = 0x4;
pub(crate) const PADDED: u8 = 0x8;
pub(crate) const PRIORITY: u8 = 0x20;

/// The names of RFC 9113 §6.5.2, RFC 8441 and RFC 9218.
pub(crate) const SETTINGS: [(&str, u16); 8] = [
    ("HEADER_TABLE_SIZE", 1),
    ("ENABLE_PUSH", 2),
    ("MAX_CONCURRENT_STREAMS", 3),
    ("INITIAL_WINDOW_SIZE", 4),
    ("MAX_FRAME_SIZE", 5),
    ("MAX_HEADER_LIST_SIZE", 6),
    ("ENABLE_CONNECT_PROTOCOL", 8),
    ("NO_RFC7540_PRIORITIES", 9),
];

/// A frame as octets.
pub(crate) fn frame(kind: FrameType, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let head = FrameHead { length: payload.len() as u32, kind, flags, stream: StreamId(stream) };
    [&head.to_octets(), payload].concat()
}

/// What a client begins with: preface, SETTINGS, and the acknowledgement of the server's.
pub(crate) fn beginning(settings: &[(u16, u32)]) -> Vec<u8> {
    let (own, ack) = (settings_frame(settings), frame(FrameType::SETTINGS, ACK, 0, &[]));
    [&PREFACE[..], &own, &ack].concat()
}

pub(crate) fn settings_frame(settings: &[(u16, u32)]) -> Vec<u8> {
    let payload: Vec<u8> = settings
        .iter()
        .flat_map(|(s, v)| [&s.to_be_bytes()[..], &v.to_be_bytes()].concat())
        .collect();
    frame(FrameType::SETTINGS, 0, 0, &payload)
}

pub(crate) fn window_update(stream: u32, increment: u32) -> Vec<u8> {
    frame(FrameType::WINDOW_UPDATE, 0, stream, &increment.to_be_bytes())
}

pub(crate) fn reset(stream: u32, code: ErrorCode) -> Vec<u8> {
    frame(FrameType::RST_STREAM, 0, stream, &code.0.to_be_bytes())
}

pub(crate) fn data(stream: u32, flags: u8, content: &[u8]) -> Vec<u8> {
    frame(FrameType::DATA, flags, stream, content)
}

/// A header block whose lines are all literals, so that blocks can be joined and cut.
pub(crate) fn block(fields: &[(&str, &str)]) -> Vec<u8> {
    let mut block = Vec::new();
    for (name, value) in fields {
        encode_literal(name.as_bytes(), value.as_bytes(), &mut block);
    }
    block
}

/// The head of a request.
pub(crate) fn request(stream: u32, flags: u8, method: &str, path: &str) -> Vec<u8> {
    let fields = [(":method", method), (":scheme", "http"), (":path", path), (":authority", "x")];
    frame(FrameType::HEADERS, flags | END_HEADERS, stream, &block(&fields))
}

pub(crate) fn get(stream: u32, path: &str) -> Vec<u8> {
    request(stream, END_STREAM, "GET", path)
}

/// A frame that was read.
#[derive(Clone, Debug)]
pub(crate) struct Frame {
    pub(crate) head: FrameHead,
    pub(crate) payload: Vec<u8>,
}

/// Reads what one side says, frame by frame.
#[derive(Default)]
pub(crate) struct Frames {
    unread: Vec<u8>,
}

impl Frames {
    pub(crate) fn read(&mut self, octets: &[u8]) -> Vec<Frame> {
        self.unread.extend_from_slice(octets);
        if self.unread.starts_with(PREFACE) {
            self.unread.drain(..PREFACE.len());
        }
        let mut frames = Vec::new();
        while let Some(head) = FrameHead::read(&self.unread) {
            let end = 9 + head.length as usize;
            let Some(payload) = self.unread.get(9..end) else { break };
            frames.push(Frame { head, payload: payload.to_vec() });
            self.unread.drain(..end);
        }
        frames
    }

    /// Whether all that came were whole frames.
    pub(crate) fn is_at_end(&self) -> bool {
        self.unread.is_empty()
    }
}

/// Writes down what one side says.
pub(crate) struct Narrator {
    frames: Frames,
    decoder: Decoder,
    block: Vec<u8>,
}

impl Narrator {
    pub(crate) fn new() -> Self {
        Self { frames: Frames::default(), decoder: Decoder::new(4096), block: Vec::new() }
    }

    /// # Panics
    /// If a header block cannot be decoded: then the machine's encoder is wrong.
    pub(crate) fn tell(&mut self, octets: &[u8]) -> Vec<String> {
        let frames = self.frames.read(octets);
        assert!(self.frames.is_at_end(), "something else than whole frames was said");
        frames.iter().flat_map(|frame| self.tell_frame(frame)).collect()
    }

    fn tell_frame(&mut self, Frame { head, payload }: &Frame) -> Vec<String> {
        let words = [format!("{:?}", head.kind), head.stream.to_string()];
        let mut line = words.join(" ");
        let is_block = matches!(head.kind, FrameType::HEADERS | FrameType::CONTINUATION);
        if head.flags & END_STREAM != 0 {
            let has_end = matches!(head.kind, FrameType::HEADERS | FrameType::DATA);
            line += if has_end { " END_STREAM" } else { " ACK" };
        }
        if is_block && head.flags & END_HEADERS == 0 {
            line += " and so on";
        }
        line += &tell_payload(head.kind, payload);
        let mut lines = vec![format!("< {line}")];
        if is_block {
            self.block.extend_from_slice(payload);
            if head.flags & END_HEADERS != 0 {
                lines.extend(self.tell_block());
            }
        }
        lines
    }

    fn tell_block(&mut self) -> Vec<String> {
        let bounds = Bounds { list_bytes_max: 1 << 20, lines_max: 1 << 20 };
        let mut lines = Lines::new();
        let block = std::mem::take(&mut self.block);
        self.decoder.decode(&block, &bounds, &mut lines).expect("a block that can be decoded");
        let told = lines.iter().filter(|line| line.name != b"date");
        told.map(|line| format!("<   {}: {}", line.name.escape_ascii(), text(line.value))).collect()
    }
}

fn tell_payload(kind: FrameType, payload: &[u8]) -> String {
    let number = |at: usize| {
        let octets = payload.get(at..at + 4).and_then(|octets| octets.try_into().ok());
        octets.map_or(0, u32::from_be_bytes)
    };
    match kind {
        FrameType::DATA => format!(" {}", abridged(payload)),
        FrameType::RST_STREAM => format!(" {}", ErrorCode(number(0))),
        FrameType::PING => format!(" {}", payload.escape_ascii()),
        FrameType::WINDOW_UPDATE => format!(" {}", number(0)),
        FrameType::GOAWAY => {
            format!(" {} {} {}", number(0), ErrorCode(number(4)), payload[8..].escape_ascii())
        }
        FrameType::SETTINGS => payload.chunks(6).map(tell_setting).collect(),
        _ => String::new(),
    }
}

fn tell_setting(setting: &[u8]) -> String {
    let key = u16::from_be_bytes([setting[0], setting[1]]);
    let value = u32::from_be_bytes([setting[2], setting[3], setting[4], setting[5]]);
    let name = SETTINGS.iter().find(|(_, k)| *k == key).map_or("?", |(name, _)| name);
    format!(" {name}={value}")
}

/// A value or a target, abridged if it is long.
pub(crate) fn text(octets: &[u8]) -> String {
    if octets.len() <= 64 { octets.escape_ascii().to_string() } else { abridged(octets) }
}
