//! Somebody who watches one side of a connection, and knows RFC 9113 §5.2 and §6.9 by heart: a
//! model of the windows that shares nothing with the machine's own.

use std::collections::BTreeMap;

use gnezdo_h2::FrameType;

use super::frames::{ACK, END_STREAM, Frames};

/// The windows for what one side sends.
pub(crate) struct Referee {
    heard: Frames,
    said: Frames,
    initial: i64,
    pub(crate) connection: i64,
    pub(crate) streams: BTreeMap<u32, i64>,
    ended: BTreeMap<u32, bool>,
}

impl Referee {
    pub(crate) fn new() -> Self {
        Self {
            heard: Frames::default(),
            said: Frames::default(),
            initial: 65_535,
            connection: 65_535,
            streams: BTreeMap::new(),
            ended: BTreeMap::new(),
        }
    }

    /// The side has been told this, and has dealt with it.
    pub(crate) fn hear(&mut self, octets: &[u8]) {
        for frame in self.heard.read(octets) {
            let (id, payload) = (frame.head.stream.0, &frame.payload);
            match frame.head.kind {
                FrameType::HEADERS => self.open(id),
                FrameType::WINDOW_UPDATE => {
                    let increment = i64::from(u32::from_be_bytes(payload[..4].try_into().unwrap()));
                    match id {
                        0 => self.connection += increment,
                        _ => *self.streams.entry(id).or_insert(self.initial) += increment,
                    }
                }
                FrameType::SETTINGS if frame.head.flags & ACK == 0 => self.take_settings(payload),
                _ => {}
            }
        }
    }

    /// The side has said this.
    ///
    /// # Panics
    /// If it was not allowed to.
    pub(crate) fn say(&mut self, octets: &[u8]) {
        for frame in self.said.read(octets) {
            let id = frame.head.stream.0;
            assert!(frame.head.length <= 16_384, "a frame of {}", frame.head.length);
            match frame.head.kind {
                FrameType::HEADERS => self.open(id),
                FrameType::DATA => self.take_data(id, i64::from(frame.head.length)),
                _ => {}
            }
            let ends = matches!(frame.head.kind, FrameType::HEADERS | FrameType::DATA);
            if ends && frame.head.flags & END_STREAM != 0 {
                assert_eq!(self.ended.insert(id, true), None, "an end after the end on {id}");
            }
        }
    }

    fn open(&mut self, id: u32) {
        self.streams.entry(id).or_insert(self.initial);
    }

    fn take_data(&mut self, id: u32, length: i64) {
        assert!(!self.ended.contains_key(&id), "content after the end on {id}");
        let window = self.streams.get_mut(&id).unwrap_or_else(|| panic!("content on idle {id}"));
        *window -= length;
        self.connection -= length;
        // An empty frame needs no window. RFC 9113 §6.9.1.
        assert!(length == 0 || *window >= 0, "the window of {id} is {window}");
        assert!(length == 0 || self.connection >= 0, "the connection's is {}", self.connection);
    }

    fn take_settings(&mut self, payload: &[u8]) {
        for setting in payload.chunks(6) {
            if setting[..2] == [0, 4] {
                let value = i64::from(u32::from_be_bytes(setting[2..].try_into().unwrap()));
                let growth = value - self.initial;
                self.initial = value;
                self.streams.values_mut().for_each(|window| *window += growth);
            }
        }
    }
}
