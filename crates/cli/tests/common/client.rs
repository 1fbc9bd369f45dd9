//! As little of an HTTP client as a test needs, over whatever can be read and written, so that
//! nothing of ours judges itself.

use std::io::{BufRead, BufReader, Read, Write};

/// An answer as it came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    /// Names in lower case.
    pub(crate) fields: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    /// The value of a field that is there once or not at all.
    pub(crate) fn field(&self, name: &str) -> Option<&str> {
        let mut values = self.fields.iter().filter(|(n, _)| n == name);
        let value = values.next().map(|(_, value)| value.as_str());
        assert!(values.next().is_none(), "{name} is there twice: {self:?}");
        value
    }

    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.body).expect("text")
    }
}

/// Gets a path; the connection can be used again.
pub(crate) fn get(stream: &mut (impl Read + Write), path: &str) -> Answer {
    // In one piece: a server may answer, and close, before a second one.
    let request = format!("GET {path} HTTP/1.1\r\nHost: test\r\n\r\n");
    stream.write_all(request.as_bytes()).expect("the request is taken");
    read_answer(stream)
}

/// Reads one answer to a GET. Nothing may come after it: what is read ahead is lost.
pub(crate) fn read_answer(stream: &mut impl Read) -> Answer {
    let mut stream = BufReader::new(stream);
    let status_line = line(&mut stream);
    let status = status_line.split(' ').nth(1).and_then(|status| status.parse().ok());
    let status = status.unwrap_or_else(|| panic!("no status line: {status_line:?}"));
    let mut answer = Answer { status, fields: read_fields(&mut stream), body: Vec::new() };
    answer.body = match (answer.field("transfer-encoding"), answer.field("content-length")) {
        (Some("chunked"), None) => read_chunks(&mut stream),
        (None, Some(length)) => read_exactly(&mut stream, length.parse().expect("a length")),
        (None, None) if status == 304 || status == 204 => Vec::new(),
        (None, None) => read_to_the_end(&mut stream),
        framing => panic!("no framing of RFC 9112: {framing:?}"),
    };
    answer
}

fn read_fields(stream: &mut impl BufRead) -> Vec<(String, String)> {
    let mut fields = Vec::new();
    loop {
        let line = line(stream);
        if line.is_empty() {
            return fields;
        }
        let (name, value) = line.split_once(':').unwrap_or_else(|| panic!("no field: {line:?}"));
        fields.push((name.to_ascii_lowercase(), value.trim().to_owned()));
    }
}

fn read_chunks(stream: &mut impl BufRead) -> Vec<u8> {
    let mut body = Vec::new();
    loop {
        let size = usize::from_str_radix(&line(stream), 16).expect("a chunk size");
        if size == 0 {
            read_fields(stream);
            return body;
        }
        body.extend(read_exactly(stream, size));
        assert_eq!(line(stream), "", "a chunk ends with its size");
    }
}

fn read_exactly(stream: &mut impl Read, length: usize) -> Vec<u8> {
    let mut body = vec![0; length];
    stream.read_exact(&mut body).expect("the whole body");
    body
}

fn read_to_the_end(stream: &mut impl Read) -> Vec<u8> {
    let mut body = Vec::new();
    stream.read_to_end(&mut body).expect("the end of the body");
    body
}

/// A line without its CRLF, which has to be there.
fn line(stream: &mut impl BufRead) -> String {
    let mut line = String::new();
    stream.read_line(&mut line).expect("a line of text");
    let end = line.strip_suffix("\r\n");
    end.unwrap_or_else(|| panic!("a line without CRLF: {line:?}")).to_owned()
}
