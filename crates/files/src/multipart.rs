//! A body of several ranges: `multipart/byteranges` (RFC 9110 §14.6).
//!
//! Its length is known before the first octet is read, and no part is held in memory before
//! its turn: pieces of files are read as they are polled.

use std::collections::VecDeque;
use std::fs::File;
use std::hash::{BuildHasher, Hasher};
use std::ops::Range;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use gnezdo_core::{Body, BodyError, FileRange};
use http::HeaderValue;
use http_body::{Frame, SizeHint};

/// Where the parts come from.
#[derive(Clone, Debug)]
pub(crate) enum Source {
    Bytes(Bytes),
    File(Arc<File>),
}

impl Source {
    /// The body that is one part of the source.
    pub(crate) fn part(&self, part: &Range<u64>) -> Body {
        match self {
            Self::Bytes(bytes) => slice(bytes, part).into(),
            Self::File(file) => Body::file(file.clone(), part.start, part.end - part.start),
        }
    }

    fn piece(&self, part: &Range<u64>) -> Piece {
        match self {
            Self::Bytes(bytes) => Piece::Bytes(slice(bytes, part)),
            Self::File(file) => Piece::File(FileRange {
                file: file.clone(),
                offset: part.start,
                length: part.end - part.start,
            }),
        }
    }
}

/// Makes the body of all `parts` of a representation of `length` bytes, and its content type.
pub(crate) fn multipart(
    source: &Source,
    parts: &[Range<u64>],
    length: u64,
    content_type: Option<&HeaderValue>,
) -> (Body, HeaderValue) {
    let boundary = boundary();
    let mut pieces = VecDeque::with_capacity(parts.len() * 2 + 1);
    for part in parts {
        pieces.push_back(Piece::Bytes(part_head(&boundary, part, length, content_type).into()));
        pieces.push_back(source.piece(part));
    }
    pieces.push_back(Piece::Bytes(format!("\r\n--{boundary}--\r\n").into()));
    let left = pieces.iter().map(Piece::length).sum();
    let mut field = b"multipart/byteranges; boundary=".to_vec();
    field.extend_from_slice(boundary.as_bytes());
    let field = HeaderValue::from_bytes(&field)
        .unwrap_or_else(|_| HeaderValue::from_static("multipart/byteranges"));
    (Body::stream(Multipart { pieces, left }), field)
}

fn part_head(
    boundary: &str,
    part: &Range<u64>,
    length: u64,
    content_type: Option<&HeaderValue>,
) -> Vec<u8> {
    let mut head = format!("\r\n--{boundary}\r\n").into_bytes();
    if let Some(content_type) = content_type {
        head.extend_from_slice(b"content-type: ");
        head.extend_from_slice(content_type.as_bytes());
        head.extend_from_slice(b"\r\n");
    }
    let range = format!("content-range: bytes {}-{}/{length}\r\n\r\n", part.start, part.end - 1);
    head.extend_from_slice(range.as_bytes());
    head
}

/// A boundary that the maker of the content could not foresee.
fn boundary() -> String {
    let random = || foldhash::quality::RandomState::default().build_hasher().finish();
    format!("gnezdo-{:016x}{:016x}", random(), random())
}

fn slice(bytes: &Bytes, part: &Range<u64>) -> Bytes {
    let end = usize::try_from(part.end).map_or(bytes.len(), |end| end.min(bytes.len()));
    let start = usize::try_from(part.start).map_or(end, |start| start.min(end));
    bytes.slice(start..end)
}

struct Multipart {
    pieces: VecDeque<Piece>,
    left: u64,
}

enum Piece {
    Bytes(Bytes),
    File(FileRange),
}

impl Piece {
    fn length(&self) -> u64 {
        match self {
            Self::Bytes(bytes) => bytes.len() as u64,
            Self::File(range) => range.length,
        }
    }
}

impl http_body::Body for Multipart {
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        let data = loop {
            match self.pieces.pop_front() {
                None => return Poll::Ready(None),
                Some(Piece::Bytes(bytes)) => break bytes,
                Some(Piece::File(mut range)) => {
                    let Some(bytes) = range.read_piece()? else { continue };
                    self.pieces.push_front(Piece::File(range));
                    break bytes;
                }
            }
        };
        self.left = self.left.saturating_sub(data.len() as u64);
        Poll::Ready(Some(Ok(Frame::data(data))))
    }

    fn is_end_stream(&self) -> bool {
        self.pieces.is_empty()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.left)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn collect(mut body: Body) -> Result<Vec<u8>, BodyError> {
        let mut content = Vec::new();
        let mut cx = Context::from_waker(std::task::Waker::noop());
        loop {
            match http_body::Body::poll_frame(Pin::new(&mut body), &mut cx) {
                Poll::Ready(None) => return Ok(content),
                Poll::Ready(Some(frame)) => {
                    content.extend_from_slice(&frame?.into_data().unwrap_or_default());
                }
                Poll::Pending => unreachable!("a multipart body never waits"),
            }
        }
    }

    #[test]
    fn bytes_and_files_give_the_same_parts_of_the_promised_length() {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(b"0123456789").unwrap();
        let kind = HeaderValue::from_static("text/plain");
        for source in [Source::Bytes("0123456789".into()), Source::File(Arc::new(file))] {
            let (body, field) = multipart(&source, &[0..2, 7..10], 10, Some(&kind));
            let promised = body.length().unwrap();
            let content = String::from_utf8(collect(body).unwrap()).unwrap();
            assert_eq!(content.len() as u64, promised);
            let (_, boundary) = field.to_str().unwrap().split_once("boundary=").unwrap();
            let expected = format!(
                "\r\n--{boundary}\r\ncontent-type: text/plain\r\ncontent-range: bytes 0-1/10\r\n\r\n01\
                 \r\n--{boundary}\r\ncontent-type: text/plain\r\ncontent-range: bytes 7-9/10\r\n\r\n789\
                 \r\n--{boundary}--\r\n"
            );
            assert_eq!(content, expected);
        }
    }

    #[test]
    fn a_file_that_shrank_breaks_the_body_off() {
        let file = Arc::new(tempfile::tempfile().unwrap());
        let (body, _) = multipart(&Source::File(file), &[0..2, 7..10], 10, None);
        assert!(collect(body).is_err());
    }
}
