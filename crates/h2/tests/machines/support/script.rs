//! Frames as people write them: `corpus/h2/README.md`.

use gnezdo_h2::{ErrorCode, FrameType, PREFACE};
use gnezdo_testkit::corpus::unescape;

use super::frames::{self, ACK, END_HEADERS, END_STREAM, PADDED, PRIORITY, block, frame};

/// One line and the field lines below it.
#[derive(Debug)]
pub(crate) struct Words<'t> {
    line: &'t str,
    fields: Vec<(String, String)>,
    /// What an identifier that ends with `+` gains.
    shift: u32,
}

/// The octets of a script.
///
/// # Panics
/// If a line means nothing.
pub(crate) fn octets(lines: &[&str]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut at = 0;
    while at < lines.len() {
        if let Some(count) = lines[at].strip_prefix("REPEAT ") {
            let count: u32 = count.parse().expect("how often");
            let end = at + lines[at..].iter().position(|l| *l == "END").expect("the end");
            for round in 0..count {
                out.extend(block_of(&lines[at + 1..end], round * 2));
            }
            at = end + 1;
        } else {
            let end = end_of(lines, at);
            out.extend(block_of(&lines[at..end], 0));
            at = end;
        }
    }
    out
}

/// Where the field lines end that belong to a line.
fn end_of(lines: &[&str], at: usize) -> usize {
    let fields = lines[at + 1..].iter().take_while(|line| line.starts_with(' ')).count();
    at + 1 + fields
}

fn block_of(lines: &[&str], shift: u32) -> Vec<u8> {
    let (mut out, mut at) = (Vec::new(), 0);
    while at < lines.len() {
        let end = end_of(lines, at);
        let fields = lines[at + 1..end].iter().map(|line| field(line)).collect();
        out.extend(Words { line: lines[at], fields, shift }.octets());
        at = end;
    }
    out
}

/// `  name: value`, where a pseudo-header field begins with the colon that its name has.
fn field(line: &str) -> (String, String) {
    let line = line.strip_prefix("  ").expect("two spaces");
    let octets = unescape(line).expect("known escapes");
    let line: String = octets.into_iter().map(char::from).collect();
    let start = usize::from(line.starts_with(':'));
    let (name, value) = line[start..].split_once(':').unwrap_or((&line[start..], ""));
    let value = value.strip_prefix(' ').unwrap_or(value);
    (line[..start].to_owned() + name, value.to_owned())
}

impl Words<'_> {
    fn octets(&self) -> Vec<u8> {
        let mut words = self.line.split(' ');
        let kind = words.next().unwrap_or_default();
        let rest: Vec<_> = words.collect();
        match kind {
            "" => Vec::new(),
            "PREFACE" => PREFACE.to_vec(),
            "RAW" => hex(&rest),
            "FRAME" => {
                let stream = self.id(rest[2]);
                frame(FrameType(byte(rest[0])), byte(rest[1]), stream, &hex(&rest[3..]))
            }
            "GET" | "POST" => self.request(kind, &rest),
            "DATA" => self.padded(FrameType::DATA, &rest, |rest| {
                unescape(&rest.join(" ")).expect("known escapes")
            }),
            "HEADERS" => self.headers(&rest),
            "CONTINUATION" => self.padded(FrameType::CONTINUATION, &rest, |_| self.block()),
            "PUSH_PROMISE" => self.padded(FrameType::PUSH_PROMISE, &rest, |rest| {
                [&number(rest[0]).to_be_bytes(), self.block().as_slice()].concat()
            }),
            "PRIORITY" => {
                frame(FrameType::PRIORITY, 0, self.id(rest[0]), &dependency(rest[1], rest[2]))
            }
            "RST_STREAM" => frames::reset(self.id(rest[0]), code(rest[1])),
            "SETTINGS" if rest == ["ACK"] => frame(FrameType::SETTINGS, ACK, 0, &[]),
            "SETTINGS" => {
                frames::settings_frame(&rest.into_iter().map(setting).collect::<Vec<_>>())
            }
            "PING" if rest[0] == "ACK" => frame(FrameType::PING, ACK, 0, rest[1].as_bytes()),
            "PING" => frame(FrameType::PING, 0, 0, rest[0].as_bytes()),
            "GOAWAY" => {
                let numbers = [self.id(rest[0]).to_be_bytes(), code(rest[1]).0.to_be_bytes()];
                frame(FrameType::GOAWAY, 0, 0, &numbers.concat())
            }
            "WINDOW_UPDATE" => frames::window_update(self.id(rest[0]), number(rest[1])),
            "PRIORITY_UPDATE" => {
                let id = self.id(rest[0]).to_be_bytes();
                let value = rest[1..].join(" ");
                frame(FrameType::PRIORITY_UPDATE, 0, 0, &[&id, value.as_bytes()].concat())
            }
            _ => panic!("nobody knows what this means: {}", self.line),
        }
    }

    fn request(&self, method: &str, rest: &[&str]) -> Vec<u8> {
        let path = rest.get(1).copied().unwrap_or("/");
        let mut fields =
            vec![(":method", method), (":scheme", "http"), (":path", path), (":authority", "x")];
        fields.extend(self.fields.iter().map(|(n, v)| (n.as_str(), v.as_str())));
        let end = if method == "GET" { END_STREAM } else { 0 };
        frame(FrameType::HEADERS, end | END_HEADERS, self.id(rest[0]), &block(&fields))
    }

    fn headers(&self, rest: &[&str]) -> Vec<u8> {
        self.padded(FrameType::HEADERS, rest, |rest| {
            let priority = rest.iter().find_map(|word| word.strip_prefix("priority="));
            let mut payload = priority.map_or(Vec::new(), |on| dependency(on, "0").to_vec());
            match rest.iter().find_map(|word| word.strip_prefix("block=")) {
                Some(digits) => payload.extend(hex(&[digits])),
                None => payload.extend(self.block()),
            }
            payload
        })
    }

    /// A frame with flags, and padding if it says so.
    fn padded(
        &self,
        kind: FrameType,
        rest: &[&str],
        payload: impl FnOnce(&[&str]) -> Vec<u8>,
    ) -> Vec<u8> {
        let id = self.id(rest[0]);
        let (mut flags, mut at, mut padding) = (0, 1, None);
        while let Some(word) = rest.get(at) {
            match word.strip_prefix("pad=") {
                _ if *word == "END_STREAM" => flags |= END_STREAM,
                _ if *word == "END_HEADERS" => flags |= END_HEADERS,
                Some(octets) => (flags, padding) = (flags | PADDED, Some(byte(octets))),
                None => break,
            }
            at += 1;
        }
        if rest[at..].iter().any(|word| word.starts_with("priority=")) {
            flags |= PRIORITY;
        }
        let mut payload = payload(&rest[at..]);
        if let Some(padding) = padding {
            payload.insert(0, padding);
            payload.resize(payload.len() + usize::from(padding), 0);
        }
        frame(kind, flags, id, &payload)
    }

    fn block(&self) -> Vec<u8> {
        let fields = self.fields.iter();
        // Octets beyond ASCII were kept as characters of their number.
        let narrow = |text: &str| text.chars().map(|c| c as u8).collect::<Vec<_>>();
        let mut out = Vec::new();
        for (name, value) in fields {
            gnezdo_h2::hpack::encode_literal(&narrow(name), &narrow(value), &mut out);
        }
        out
    }

    fn id(&self, word: &str) -> u32 {
        match word.strip_suffix('+') {
            Some(first) => number(first) + self.shift,
            None => number(word),
        }
    }
}

fn number(word: &str) -> u32 {
    word.parse().unwrap_or_else(|_| panic!("{word} is no number"))
}

fn byte(word: &str) -> u8 {
    let digits = word.strip_prefix("0x").map(|digits| u8::from_str_radix(digits, 16));
    digits.unwrap_or_else(|| word.parse()).unwrap_or_else(|_| panic!("{word} is no octet"))
}

fn hex(words: &[&str]) -> Vec<u8> {
    let digits: Vec<u8> =
        words.concat().chars().map(|c| c.to_digit(16).expect("hex digits") as u8).collect();
    digits.chunks(2).map(|pair| pair[0] << 4 | pair[1]).collect()
}

fn dependency(on: &str, weight: &str) -> [u8; 5] {
    let [a, b, c, d] = number(on).to_be_bytes();
    [a, b, c, d, byte(weight)]
}

fn setting(word: &str) -> (u16, u32) {
    let (name, value) = word.split_once('=').expect("NAME=VALUE");
    let known = frames::SETTINGS.iter().find(|(known, _)| *known == name);
    let key = known.map_or_else(|| name.parse().expect("a setting"), |(_, key)| *key);
    (key, number(value))
}

/// An error code by its name or number.
fn code(word: &str) -> ErrorCode {
    let named = (0..=0xd).map(ErrorCode).find(|code| code.name() == Some(word));
    named.unwrap_or_else(|| ErrorCode(number(word)))
}
