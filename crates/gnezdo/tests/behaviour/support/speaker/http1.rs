//! HTTP/1.1: one request after another.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::{Ask, Asked, Content, Ending, Head, Heard};
use crate::support::wire::{End, Wire};

#[derive(Default)]
pub(super) struct Http1 {
    asked: u32,
    is_head: bool,
    is_chunked: bool,
    reading: Reading,
}

/// What comes next.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Reading {
    #[default]
    Nothing,
    Head,
    Octets(usize),
    ToTheEnd,
    ChunkSize,
    Chunk(usize),
    Trailers,
}

impl Http1 {
    pub(super) fn begin(&mut self, ask: &Ask<'_>, wire: &mut Wire) -> Asked {
        assert!(self.reading == Reading::Nothing, "the answer before has not ended");
        let mut head = format!("{} {} HTTP/1.1\r\nHost: nest.example\r\n", ask.method, ask.target);
        for (name, value) in &ask.fields {
            write!(head, "{name}: {value}\r\n").expect("memory");
        }
        self.is_chunked = ask.content == Content::Unknown;
        match ask.content {
            Content::None => {}
            Content::Length(length) => {
                write!(head, "Content-Length: {length}\r\n").expect("memory");
            }
            Content::Unknown => head.push_str("Transfer-Encoding: chunked\r\n"),
        }
        wire.send(head + "\r\n");
        self.is_head = ask.method == "HEAD";
        self.reading = Reading::Head;
        self.asked += 1;
        Asked(self.asked)
    }

    pub(super) fn send(&self, piece: &[u8], wire: &mut Wire) {
        if !self.is_chunked {
            wire.send(piece);
        } else if !piece.is_empty() {
            // A chunk without octets would be the last.
            wire.send(format!("{:x}\r\n", piece.len()));
            wire.send(piece);
            wire.send("\r\n");
        }
    }

    pub(super) fn finish(&self, trailers: &[(&str, &str)], wire: &mut Wire) {
        if self.is_chunked {
            let lines = trailers.iter().map(|(name, value)| format!("{name}: {value}\r\n"));
            wire.send(format!("0\r\n{}\r\n", lines.collect::<String>()));
        } else {
            assert!(trailers.is_empty(), "only behind chunks");
        }
    }

    pub(super) fn hear(&mut self, wire: &mut Wire, heard: &mut BTreeMap<Asked, Heard>) {
        let Some(heard) = heard.get_mut(&Asked(self.asked)) else {
            return;
        };
        let mut input = std::mem::take(&mut wire.input);
        while self.step(&mut input, heard) {}
        wire.input = input;
        if self.reading == Reading::ToTheEnd && wire.end() == Some(&End::Orderly) {
            self.end(heard);
        }
    }

    /// Says whether there may be more.
    fn step(&mut self, input: &mut Vec<u8>, heard: &mut Heard) -> bool {
        match self.reading {
            Reading::Nothing => return false,
            Reading::Head => match take_through(input, b"\r\n\r\n") {
                Some(text) => self.take_head(&text, heard),
                None => return false,
            },
            Reading::Octets(left) => {
                let count = left.min(input.len());
                heard.body.extend(input.drain(..count));
                self.reading = Reading::Octets(left - count);
                if left == count {
                    self.end(heard);
                }
                return false;
            }
            Reading::ToTheEnd => {
                heard.body.append(input);
                return false;
            }
            Reading::ChunkSize => match take_through(input, b"\r\n") {
                Some(line) => {
                    let size = usize::from_str_radix(line.trim_end(), 16).expect("a chunk size");
                    self.reading = if size == 0 { Reading::Trailers } else { Reading::Chunk(size) };
                }
                None => return false,
            },
            Reading::Chunk(size) => {
                if input.len() < size + 2 {
                    return false;
                }
                heard.body.extend(input.drain(..size));
                assert_eq!(input.drain(..2).as_slice(), b"\r\n");
                self.reading = Reading::ChunkSize;
            }
            Reading::Trailers => match take_through(input, b"\r\n").as_deref() {
                None => return false,
                Some("\r\n") => self.end(heard),
                Some(line) => heard.trailers.push(field(line)),
            },
        }
        true
    }

    fn take_head(&mut self, text: &str, heard: &mut Heard) {
        let mut lines = text.trim_end().split("\r\n");
        let status = lines.next().and_then(|line| line.strip_prefix("HTTP/1.1 ")?.get(..3));
        let status = status.and_then(|status| status.parse().ok()).expect("a status line");
        let head = Head { status, fields: lines.map(field).collect() };
        if status < 200 {
            return heard.interim.push(head);
        }
        let is_chunked = head.field("transfer-encoding") == Some("chunked");
        let length = head.field("content-length").map(|length| length.parse().expect("a length"));
        heard.head = Some(head);
        self.reading = match length {
            _ if self.is_head || status == 204 || status == 304 => Reading::Octets(0),
            _ if is_chunked => Reading::ChunkSize,
            Some(length) => Reading::Octets(length),
            None => Reading::ToTheEnd,
        };
    }

    fn end(&mut self, heard: &mut Heard) {
        heard.ending = Some(Ending::Whole);
        self.reading = Reading::Nothing;
    }
}

fn field(line: &str) -> (String, String) {
    let (name, value) = line.trim_end().split_once(':').expect("a field");
    (name.to_ascii_lowercase(), value.trim().into())
}

fn take_through(input: &mut Vec<u8>, end: &[u8]) -> Option<String> {
    let start = input.windows(end.len()).position(|window| window == end)?;
    Some(String::from_utf8(input.drain(..start + end.len()).collect()).expect("text"))
}
