//! HTTP/2 by hand, as much as it takes to prove that a server answers rightly and to leave a
//! connection idle: GET without content, POST with it, many at once on one connection.
//!
//! Windows of ours are as large as they go, so none has to be widened later. Those of the server
//! are kept: content leaves as it takes it. Of the fields of an answer only the status is read,
//! and only if it is 200, which every server sends as one octet (RFC 7541 §6.1).

use std::io::{self, Read, Write};

use super::suite::Protocol;

const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
/// The window of RFC 9113 §6.9.2, before anybody changes it.
const WINDOW_BYTES: i64 = 65_535;
/// The largest window there may be.
const WINDOW_BYTES_MAX: u32 = (1 << 31) - 1;
/// The longest frame that every server takes.
const FRAME_BYTES_MAX: i64 = 16_384;
/// A server that needs more turns than this to get an upload of ours is not well.
const FRAMES_MAX: u32 = 1_000_000;

const DATA: u8 = 0;
const HEADERS: u8 = 1;
const RST_STREAM: u8 = 3;
const SETTINGS: u8 = 4;
const PING: u8 = 6;
const GOAWAY: u8 = 7;
const WINDOW_UPDATE: u8 = 8;

const ACK: u8 = 1;
const END_STREAM: u8 = 1;
const END_HEADERS: u8 = 4;
const PADDED: u8 = 8;
const PRIORITY: u8 = 32;

const INITIAL_WINDOW_SIZE: u16 = 4;

/// What is asked, as often as it is asked.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Question<'a> {
    pub(crate) scheme: &'a str,
    pub(crate) authority: &'a str,
    pub(crate) target: &'a str,
    /// The content of a POST; nothing for GET.
    pub(crate) content: Option<&'a [u8]>,
}

/// An answer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Answer {
    /// Whether its status is 200.
    pub(crate) is_ok: bool,
    /// The content.
    pub(crate) content: Vec<u8>,
}

/// Opens a connection, asks `count` times at once, and reads all answers. Nothing is under way on
/// the connection afterwards.
pub(crate) fn exchange<S: Read + Write>(
    stream: &mut S,
    question: &Question<'_>,
    count: u32,
) -> io::Result<Vec<Answer>> {
    let mut connection = Connection::open(stream, question, count)?;
    for _ in 0..FRAMES_MAX {
        if connection.is_done() {
            return Ok(connection.streams.into_iter().map(|stream| stream.answer).collect());
        }
        connection.send_content()?;
        let frame = Frame::read(connection.line)?;
        connection.handle(&frame)?;
    }
    Err(io::Error::other("its frames do not come to an end"))
}

struct Connection<'a, S> {
    line: &'a mut S,
    /// What may still be sent on all streams together.
    window: i64,
    /// What a new stream may send.
    initial_window: i64,
    has_settings: bool,
    is_confirmed: bool,
    streams: Vec<Stream<'a>>,
}

struct Stream<'a> {
    unsent: &'a [u8],
    window: i64,
    has_head: bool,
    is_done: bool,
    answer: Answer,
}

impl<'a, S: Read + Write> Connection<'a, S> {
    fn open(line: &'a mut S, question: &Question<'a>, count: u32) -> io::Result<Self> {
        let [id, value] = [INITIAL_WINDOW_SIZE.to_be_bytes().to_vec(), window_octets(0)];
        let mut octets = PREFACE.to_vec();
        octets.extend(frame(SETTINGS, 0, 0, &[id, value].concat()));
        octets.extend(frame(WINDOW_UPDATE, 0, 0, &window_octets(WINDOW_BYTES as u32)));
        let (flags, unsent) = match question.content {
            Some(content) => (END_HEADERS, content),
            None => (END_HEADERS | END_STREAM, [].as_slice()),
        };
        for index in 0..count as usize {
            octets.extend(frame(HEADERS, flags, id_of(index), &field_block(question)));
        }
        line.write_all(&octets)?;
        line.flush()?;
        let stream = |_| Stream {
            unsent,
            window: WINDOW_BYTES,
            has_head: false,
            is_done: false,
            answer: Answer::default(),
        };
        Ok(Self {
            line,
            window: WINDOW_BYTES,
            initial_window: WINDOW_BYTES,
            has_settings: false,
            is_confirmed: false,
            streams: (0..count).map(stream).collect(),
        })
    }

    fn is_done(&self) -> bool {
        self.has_settings && self.is_confirmed && self.streams.iter().all(|stream| stream.is_done)
    }

    /// As much as the windows allow.
    fn send_content(&mut self) -> io::Result<()> {
        for (index, stream) in self.streams.iter_mut().enumerate() {
            while !stream.unsent.is_empty() {
                let room = stream.window.min(self.window).min(FRAME_BYTES_MAX);
                if room <= 0 {
                    break;
                }
                let length = stream.unsent.len().min(room as usize);
                let (piece, rest) = stream.unsent.split_at(length);
                let flags = if rest.is_empty() { END_STREAM } else { 0 };
                self.line.write_all(&frame(DATA, flags, id_of(index), piece))?;
                stream.unsent = rest;
                stream.window -= length as i64;
                self.window -= length as i64;
            }
        }
        self.line.flush()
    }

    fn handle(&mut self, frame: &Frame) -> io::Result<()> {
        match frame.kind {
            SETTINGS if frame.flags & ACK != 0 => self.is_confirmed = true,
            SETTINGS => self.handle_settings(&frame.payload)?,
            PING if frame.flags & ACK == 0 => self.send(PING, ACK, &frame.payload)?,
            GOAWAY => return Err(io::Error::other("it sent GOAWAY")),
            WINDOW_UPDATE => self.handle_window_update(frame),
            RST_STREAM if frame.payload != [0; 4] => {
                return Err(io::Error::other("it reset a stream"));
            }
            DATA | HEADERS => self.handle_answer(frame)?,
            _ => {}
        }
        Ok(())
    }

    fn handle_settings(&mut self, payload: &[u8]) -> io::Result<()> {
        for setting in payload.chunks_exact(6) {
            if setting[..2] == INITIAL_WINDOW_SIZE.to_be_bytes() {
                let value = i64::from(number(&setting[2..]));
                for stream in &mut self.streams {
                    stream.window += value - self.initial_window;
                }
                self.initial_window = value;
            }
        }
        self.has_settings = true;
        self.send(SETTINGS, ACK, &[])
    }

    fn handle_window_update(&mut self, frame: &Frame) {
        let more = i64::from(number(&frame.payload));
        match frame.stream {
            0 => self.window += more,
            id => {
                if let Some(stream) = self.streams.get_mut(index_of(id)) {
                    stream.window += more;
                }
            }
        }
    }

    fn handle_answer(&mut self, frame: &Frame) -> io::Result<()> {
        let unknown = || io::Error::other("it answers what was not asked");
        let stream = self.streams.get_mut(index_of(frame.stream)).ok_or_else(unknown)?;
        if !stream.unsent.is_empty() {
            return Err(io::Error::other("it answered before it had all of the content"));
        }
        match frame.kind {
            HEADERS if !stream.has_head => {
                stream.has_head = true;
                stream.answer.is_ok = is_status_200(frame.content()?);
            }
            DATA => stream.answer.content.extend(frame.content()?),
            _ => {}
        }
        stream.is_done |= frame.flags & END_STREAM != 0;
        Ok(())
    }

    fn send(&mut self, kind: u8, flags: u8, payload: &[u8]) -> io::Result<()> {
        self.line.write_all(&frame(kind, flags, 0, payload))?;
        self.line.flush()
    }
}

/// A frame that has come.
#[derive(Debug)]
struct Frame {
    kind: u8,
    flags: u8,
    stream: u32,
    payload: Vec<u8>,
}

impl Frame {
    fn read(line: &mut impl Read) -> io::Result<Self> {
        let mut head = [0; 9];
        line.read_exact(&mut head)?;
        let [a, b, c, kind, flags, stream @ ..] = head;
        let mut payload = vec![0; number(&[0, a, b, c]) as usize];
        line.read_exact(&mut payload)?;
        Ok(Self { kind, flags, stream: number(&stream) & WINDOW_BYTES_MAX, payload })
    }

    /// The payload without padding and priority.
    fn content(&self) -> io::Result<&[u8]> {
        let broken = || io::Error::other("its frame is broken");
        let mut content = self.payload.as_slice();
        if self.flags & PADDED != 0 {
            let (&padding, rest) = content.split_first().ok_or_else(broken)?;
            let end = rest.len().checked_sub(padding.into()).ok_or_else(broken)?;
            content = &rest[..end];
        }
        if self.kind == HEADERS && self.flags & PRIORITY != 0 {
            content = content.get(5..).ok_or_else(broken)?;
        }
        Ok(content)
    }
}

fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = (payload.len() as u32).to_be_bytes();
    let mut octets = length[1..].to_vec();
    octets.extend([kind, flags]);
    octets.extend(stream.to_be_bytes());
    octets.extend(payload);
    octets
}

/// What widens a window of `bytes` to the largest there may be.
fn window_octets(bytes: u32) -> Vec<u8> {
    (WINDOW_BYTES_MAX - bytes).to_be_bytes().to_vec()
}

/// The fields of a request, by the static table of RFC 7541, Appendix A. Only the authority is
/// remembered by the server, as clients have it.
fn field_block(question: &Question<'_>) -> Vec<u8> {
    let mut block = vec![
        if question.content.is_some() { 0x83 } else { 0x82 },
        if question.scheme == Protocol::SECURE_SCHEME { 0x87 } else { 0x86 },
    ];
    literal(&mut block, &[0x04], question.target);
    literal(&mut block, &[0x41], question.authority);
    if let Some(content) = question.content {
        // Content-Length: 28, which exceeds the four bits by 13.
        literal(&mut block, &[0x0f, 0x0d], &content.len().to_string());
    }
    block
}

/// A value of fewer than 127 octets, as it is.
fn literal(block: &mut Vec<u8>, name: &[u8], value: &str) {
    block.extend(name);
    block.push(value.len() as u8);
    block.extend(value.as_bytes());
}

/// Whether a field block begins with `:status: 200`, after changes of the table's size.
fn is_status_200(block: &[u8]) -> bool {
    let mut octets = block.iter().copied();
    loop {
        match octets.next() {
            Some(size) if size & 0xe0 == 0x20 => {
                let is_long = size & 0x1f == 0x1f;
                while is_long && octets.next().is_some_and(|more| more & 0x80 != 0) {}
            }
            first => return first == Some(0x88),
        }
    }
}

fn number(octets: &[u8]) -> u32 {
    octets.iter().fold(0, |number, &octet| number << 8 | u32::from(octet))
}

fn id_of(index: usize) -> u32 {
    index as u32 * 2 + 1
}

fn index_of(id: u32) -> usize {
    // An even identifier is none of ours.
    if id % 2 == 1 { id as usize / 2 } else { usize::MAX }
}

#[cfg(test)]
mod tests {
    use super::*;

    const QUESTION: Question<'_> =
        Question { scheme: "http", authority: "a:1", target: "/x", content: None };

    /// A line on which everything that is to be read stands from the beginning.
    struct Canned {
        to_read: io::Cursor<Vec<u8>>,
        written: Vec<u8>,
    }

    impl Read for Canned {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            self.to_read.read(buffer)
        }
    }

    impl Write for Canned {
        fn write(&mut self, octets: &[u8]) -> io::Result<usize> {
            self.written.write(octets)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn settings() -> Vec<u8> {
        [frame(SETTINGS, 0, 0, &[]), frame(SETTINGS, ACK, 0, &[])].concat()
    }

    fn exchanged(
        frames: &[Vec<u8>],
        question: &Question<'_>,
        count: u32,
    ) -> (io::Result<Vec<Answer>>, Vec<u8>) {
        let to_read = io::Cursor::new([&[settings()], frames].concat().concat());
        let mut line = Canned { to_read, written: Vec::new() };
        let answers = exchange(&mut line, question, count);
        (answers, line.written)
    }

    #[test]
    fn answers_of_several_streams_are_told_apart() {
        let frames = [
            frame(HEADERS, END_HEADERS, 3, &[0x20, 0x88]),
            frame(HEADERS, END_HEADERS, 1, &[0x3f, 0xe1, 0x1f, 0x8d]),
            frame(DATA, PADDED, 3, b"\x02abPP"),
            frame(DATA, END_STREAM, 1, b"no"),
            frame(DATA, END_STREAM, 3, b"c"),
        ];
        let (answers, written) = exchanged(&frames, &QUESTION, 2);
        let no = Answer { is_ok: false, content: b"no".to_vec() };
        assert_eq!(answers.unwrap(), [no, Answer { is_ok: true, content: b"abc".to_vec() }]);
        assert!(written.starts_with(PREFACE));
        let head = b"\x82\x86\x04\x02/x\x41\x03a:1";
        assert!(written.windows(head.len()).any(|window| window == head));
        assert!(written.ends_with(&frame(SETTINGS, ACK, 0, &[])));
    }

    #[test]
    fn content_leaves_as_the_windows_allow() {
        let content = vec![b'x'; 70_000];
        let question = Question { content: Some(&content), ..QUESTION };
        let answer = frame(HEADERS, END_HEADERS | END_STREAM, 1, &[0x88]);
        let more = |stream| frame(WINDOW_UPDATE, 0, stream, &5_000_u32.to_be_bytes());
        let (answers, written) = exchanged(&[more(0), more(1), answer.clone()], &question, 1);
        assert!(answers.unwrap()[0].is_ok);
        assert_eq!(written.iter().filter(|&&octet| octet == b'x').count(), 70_000 + 1);
        let (answers, _) = exchanged(&[more(0), answer], &question, 1);
        assert!(answers.unwrap_err().to_string().contains("before it had all"));
    }

    #[test]
    fn what_is_no_answer_is_an_error() {
        let problem = |frame: Vec<u8>| exchanged(&[frame], &QUESTION, 1).0.unwrap_err().to_string();
        assert!(problem(frame(GOAWAY, 0, 0, &[0; 8])).contains("GOAWAY"));
        assert!(problem(frame(RST_STREAM, 0, 1, &[0, 0, 0, 7])).contains("reset"));
        assert!(problem(frame(DATA, PADDED, 1, &[9, 0])).contains("broken"));
        assert!(problem(frame(DATA, 0, 2, &[])).contains("not asked"));
    }
}
