//! HTTP/2 as a client, on bare frames: so that the server is not judged by its own kin.

use std::collections::BTreeMap;
use std::collections::VecDeque;

use gnezdo_h2::hpack::{Bounds, Decoded, Decoder, Lines};
use gnezdo_h2::{ErrorCode, FrameType};

use super::{Ask, Asked, Content, Ending, Fields, Head, Heard};
use crate::support::frames::{
    ACK, END_HEADERS, END_STREAM, Frame, GoAway, INITIAL_WINDOW_SIZE, block, frame, opening, ping,
    request_block, reset, settings_ack, take_frames, window_update,
};
use crate::support::wire::Wire;

/// The window of each answer.
const WINDOW: u32 = 256 * 1024;

/// The window of the connection is never what keeps an answer back.
const CONNECTION_WINDOW: u32 = 1 << 30;

/// What everybody begins with, and the largest frame. RFC 9113 §6.5.2.
const DEFAULT_WINDOW: i64 = 65_535;
const FRAME_OCTETS: usize = 16_384;

pub(super) struct Http2 {
    asked: u32,
    decoder: Decoder,
    /// A header block of which not all has come.
    block: Option<(u32, bool, Vec<u8>)>,
    initial_window: i64,
    window: i64,
    streams: BTreeMap<u32, Stream>,
    is_ping_answered: bool,
    pub(super) goaways: Vec<GoAway>,
}

/// What is yet to be sent on a stream, and what may be.
struct Stream {
    window: i64,
    content: VecDeque<u8>,
    end: Option<Fields>,
    is_held: bool,
    /// Content for which no window has been given back.
    unreleased: u32,
}

impl Http2 {
    /// Begins a connection.
    pub(super) fn open(wire: &mut Wire) -> Self {
        wire.send(opening(&[(INITIAL_WINDOW_SIZE, WINDOW)]));
        wire.send(window_update(0, CONNECTION_WINDOW));
        Self {
            asked: 0,
            decoder: Decoder::new(4_096),
            block: None,
            initial_window: DEFAULT_WINDOW,
            window: DEFAULT_WINDOW,
            streams: BTreeMap::new(),
            is_ping_answered: false,
            goaways: Vec::new(),
        }
    }

    pub(super) fn begin(&mut self, ask: &Ask<'_>, wire: &mut Wire) -> Asked {
        let id = 2 * self.asked + 1;
        self.asked += 1;
        let fields: Vec<_> = ask.fields.iter().map(|(n, v)| (n.to_ascii_lowercase(), *v)).collect();
        let mut fields: Vec<_> = fields.iter().map(|(name, value)| (&**name, *value)).collect();
        let length;
        if let Content::Length(octets) = ask.content {
            length = octets.to_string();
            fields.push(("content-length", &length));
        }
        let block = request_block(ask.method, ask.target, &fields);
        let is_last = ask.content == Content::None;
        let mut pieces = block.chunks(FRAME_OCTETS);
        let first = pieces.next().expect("never empty");
        let end = |rest: usize| if rest == 0 { END_HEADERS } else { 0 };
        let flags = if is_last { END_STREAM } else { 0 };
        wire.send(frame(FrameType::HEADERS, flags | end(pieces.len()), id, first));
        while let Some(piece) = pieces.next() {
            wire.send(frame(FrameType::CONTINUATION, end(pieces.len()), id, piece));
        }
        self.streams.insert(id, Stream::new(self.initial_window));
        Asked(id)
    }

    pub(super) fn send(&mut self, asked: Asked, piece: &[u8], wire: &mut Wire) {
        if let Some(stream) = self.streams.get_mut(&asked.0) {
            stream.content.extend(piece);
        }
        self.send_some(wire);
    }

    pub(super) fn finish(&mut self, asked: Asked, trailers: &[(&str, &str)], wire: &mut Wire) {
        if let Some(stream) = self.streams.get_mut(&asked.0) {
            let fields = trailers.iter().map(|(name, value)| (name.to_string(), value.to_string()));
            stream.end = Some(fields.collect());
        }
        self.send_some(wire);
    }

    pub(super) fn cancel(&mut self, asked: Asked, wire: &mut Wire) {
        self.streams.remove(&asked.0);
        wire.send(reset(asked.0, ErrorCode::CANCEL));
        wire.send(ping(*b"gone now"));
    }

    pub(super) fn hold(&mut self, asked: Asked) {
        self.stream(asked).is_held = true;
    }

    pub(super) fn unhold(&mut self, asked: Asked, wire: &mut Wire) {
        let stream = self.stream(asked);
        stream.is_held = false;
        stream.release(asked.0, 0, wire);
    }

    /// How much content waits for a window.
    pub(super) fn unsent(&self) -> usize {
        self.streams.values().map(|stream| stream.content.len()).sum()
    }

    pub(super) fn is_ping_answered(&self) -> bool {
        self.is_ping_answered
    }

    pub(super) fn hear(&mut self, wire: &mut Wire, heard: &mut BTreeMap<Asked, Heard>) {
        for frame in take_frames(&mut wire.input) {
            self.take(&frame, wire, heard);
        }
        self.send_some(wire);
    }

    fn stream(&mut self, asked: Asked) -> &mut Stream {
        self.streams.get_mut(&asked.0).expect("it was begun")
    }

    fn take(&mut self, frame: &Frame, wire: &mut Wire, heard: &mut BTreeMap<Asked, Heard>) {
        match frame.kind {
            FrameType::HEADERS | FrameType::CONTINUATION => self.take_block(frame, heard),
            FrameType::DATA => self.take_data(frame, wire, heard),
            FrameType::SETTINGS if !frame.has(ACK) => {
                self.take_settings(&frame.payload);
                wire.send(settings_ack());
            }
            FrameType::PING if frame.has(ACK) => self.is_ping_answered = true,
            FrameType::WINDOW_UPDATE if frame.stream == 0 => {
                self.window += i64::from(frame.number());
            }
            FrameType::WINDOW_UPDATE => {
                if let Some(stream) = self.streams.get_mut(&frame.stream) {
                    stream.window += i64::from(frame.number());
                }
            }
            FrameType::GOAWAY => self.goaways.push(frame.goaway()),
            FrameType::RST_STREAM => {
                let code = ErrorCode(frame.number());
                self.streams.remove(&frame.stream);
                let heard = heard.get_mut(&Asked(frame.stream));
                if let Some(heard) = heard.filter(|heard| heard.ending.is_none()) {
                    heard.ending = Some(Ending::Broken(format!("{code:?}")));
                }
            }
            FrameType::SETTINGS => {}
            kind => panic!("nobody asked for {kind:?}"),
        }
    }

    fn take_settings(&mut self, payload: &[u8]) {
        for setting in payload.chunks(6) {
            let [a, b, value @ ..] = setting.first_chunk::<6>().expect("whole settings");
            if u16::from_be_bytes([*a, *b]) == INITIAL_WINDOW_SIZE {
                let window = i64::from(u32::from_be_bytes(*value));
                let growth = window - self.initial_window;
                self.initial_window = window;
                self.streams.values_mut().for_each(|stream| stream.window += growth);
            }
        }
    }

    fn take_block(&mut self, frame: &Frame, heard: &mut BTreeMap<Asked, Heard>) {
        let is_last = frame.has(END_STREAM) && frame.kind == FrameType::HEADERS;
        let new = (frame.stream, is_last, Vec::new());
        let (stream, is_last, mut octets) = self.block.take().unwrap_or(new);
        octets.extend_from_slice(&frame.payload);
        if !frame.has(END_HEADERS) {
            self.block = Some((stream, is_last, octets));
            return;
        }
        let mut lines = Lines::new();
        let bounds = Bounds { list_bytes_max: 1 << 20, lines_max: 1_000 };
        let decoded = self.decoder.decode(&octets, &bounds, &mut lines);
        assert_eq!(decoded, Ok(Decoded::Complete));
        let text = |octets: &[u8]| String::from_utf8(octets.into()).expect("text");
        let mut fields: Fields =
            lines.iter().map(|line| (text(line.name), text(line.value))).collect();
        // The client may have lost interest.
        let Some(heard) = heard.get_mut(&Asked(stream)) else {
            return;
        };
        if heard.head.is_some() {
            assert!(is_last, "trailers end their stream");
            heard.trailers = fields;
        } else {
            assert_eq!(fields[0].0, ":status");
            let status = fields.remove(0).1.parse().expect("a status");
            let head = Head { status, fields };
            if status < 200 { heard.interim.push(head) } else { heard.head = Some(head) }
        }
        self.end_if(is_last, stream, heard);
    }

    fn take_data(&mut self, frame: &Frame, wire: &mut Wire, heard: &mut BTreeMap<Asked, Heard>) {
        let length = frame.payload.len() as u32;
        if let Some(stream) = self.streams.get_mut(&frame.stream) {
            stream.release(frame.stream, length, wire);
        }
        if let Some(heard) = heard.get_mut(&Asked(frame.stream)) {
            heard.body.extend_from_slice(&frame.payload);
            self.end_if(frame.has(END_STREAM), frame.stream, heard);
        }
    }

    fn end_if(&mut self, is_last: bool, stream: u32, heard: &mut Heard) {
        if is_last {
            assert!(heard.head.is_some(), "an interim answer ends no stream");
            heard.ending = Some(Ending::Whole);
            // What has not been sent of the request may still be wanted.
            if self.streams.get(&stream).is_some_and(Stream::is_sent) {
                self.streams.remove(&stream);
            }
        }
    }

    /// Sends content as far as the windows go.
    fn send_some(&mut self, wire: &mut Wire) {
        for (id, stream) in &mut self.streams {
            while stream.window.min(self.window) > 0 && !stream.content.is_empty() {
                let room = stream.window.min(self.window) as usize;
                let count = room.min(FRAME_OCTETS).min(stream.content.len());
                let piece: Vec<_> = stream.content.drain(..count).collect();
                stream.window -= count as i64;
                self.window -= count as i64;
                wire.send(frame(FrameType::DATA, 0, *id, &piece));
            }
            if !stream.content.is_empty() {
                continue;
            }
            match stream.end.take().as_deref() {
                None => {}
                Some([]) => wire.send(frame(FrameType::DATA, END_STREAM, *id, &[])),
                Some(trailers) => {
                    let fields: Vec<_> = trailers.iter().map(|(n, v)| (&**n, &**v)).collect();
                    let flags = END_HEADERS | END_STREAM;
                    wire.send(frame(FrameType::HEADERS, flags, *id, &block(&fields)));
                }
            }
        }
    }
}

impl Stream {
    fn new(window: i64) -> Self {
        Self { window, content: VecDeque::new(), end: None, is_held: false, unreleased: 0 }
    }

    fn is_sent(&self) -> bool {
        self.content.is_empty() && self.end.is_none()
    }

    /// Gives the window back when half of it has been used.
    fn release(&mut self, id: u32, octets: u32, wire: &mut Wire) {
        self.unreleased += octets;
        if !self.is_held && self.unreleased >= WINDOW / 2 {
            wire.send(window_update(id, self.unreleased));
            self.unreleased = 0;
        }
    }
}
