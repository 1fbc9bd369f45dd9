//! What a client sends, one turn after another.

use gnezdo_h2::hpack::{Encoder, Indexing};
use gnezdo_h2::{FrameHead, FrameType, PREFACE, StreamId};

/// A version of HTTP, and what is asked in it.
#[derive(Clone, Copy)]
pub(crate) enum Ask {
    /// The octets of one request.
    Http1(fn() -> String),
    /// `GET` of this path, with what h2load sends besides.
    Http2(&'static str),
}

/// Who asks, in each turn so many requests at once.
pub(crate) enum Asker {
    Http1(Vec<u8>),
    Http2(Http2),
}

/// Requests that differ in their streams only, once the tables of both sides know their fields.
pub(crate) struct Http2 {
    input: Vec<u8>,
    next_stream: u32,
    is_first: bool,
    path: &'static str,
    encoder: Encoder,
    count: usize,
}

const END_STREAM_AND_HEADERS: u8 = 0x5;

/// Room for all answers of a run in the connection's window: 2^31-1 in all.
const WINDOW_INCREMENT: u32 = (1 << 31) - 1 - 65_535;

impl Asker {
    pub(crate) fn new(ask: Ask, count: usize) -> Self {
        match ask {
            Ask::Http1(input) => Self::Http1(input().into_bytes().repeat(count)),
            Ask::Http2(path) => Self::Http2(Http2 {
                input: Vec::new(),
                next_stream: 1,
                is_first: true,
                path,
                encoder: Encoder::new(),
                count,
            }),
        }
    }

    /// The octets of the next turn.
    pub(crate) fn next(&mut self) -> &[u8] {
        match self {
            Self::Http1(input) => input,
            Self::Http2(http2) => http2.next(),
        }
    }

    /// What stands before the content of each answer.
    pub(crate) fn answer_start(&self) -> Option<&'static str> {
        match self {
            Self::Http1(_) => Some("HTTP/1.1 200 OK\r\n"),
            Self::Http2(_) => None,
        }
    }
}

impl Http2 {
    fn next(&mut self) -> &[u8] {
        // The blocks of the second turn are those of all that follow.
        let is_new = self.next_stream <= 2 * self.count as u32 + 1;
        if is_new {
            self.write_turn();
        } else {
            self.renumber();
        }
        &self.input
    }

    fn write_turn(&mut self) {
        self.input.clear();
        if std::mem::take(&mut self.is_first) {
            self.input.extend_from_slice(PREFACE);
            self.write_frame(FrameType::SETTINGS, 0, 0, &[]);
            let increment = WINDOW_INCREMENT.to_be_bytes();
            self.write_frame(FrameType::WINDOW_UPDATE, 0, 0, &increment);
        }
        for _ in 0..self.count {
            let block = self.block();
            let stream = self.next_stream;
            self.write_frame(FrameType::HEADERS, END_STREAM_AND_HEADERS, stream, &block);
            self.next_stream += 2;
        }
    }

    fn block(&mut self) -> Vec<u8> {
        let mut block = Vec::new();
        self.encoder.begin(&mut block);
        for (name, value) in [
            (":method", "GET"),
            (":scheme", "http"),
            (":authority", "127.0.0.1:8080"),
            (":path", self.path),
            ("user-agent", "h2load nghttp2/1.52.0"),
        ] {
            let (name, value) = (name.as_bytes(), value.as_bytes());
            self.encoder.encode(name, value, Indexing::Incremental, &mut block);
        }
        block
    }

    fn write_frame(&mut self, kind: FrameType, flags: u8, stream: u32, payload: &[u8]) {
        let stream = StreamId(stream);
        let head = FrameHead { length: payload.len() as u32, kind, flags, stream };
        self.input.extend_from_slice(&head.to_octets());
        self.input.extend_from_slice(payload);
    }

    /// Gives the frames of the last turn the next streams.
    fn renumber(&mut self) {
        let frame_bytes = self.input.len() / self.count;
        for frame in self.input.chunks_mut(frame_bytes) {
            frame[5..9].copy_from_slice(&self.next_stream.to_be_bytes());
            self.next_stream += 2;
        }
    }
}
