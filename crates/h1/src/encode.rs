//! Messages as octets. RFC 9112 §2 to §7.
//!
//! One writer makes every answer, refusals included, so that each carries what it must. The
//! types of `http` admit no CR, LF or NUL in a name or value: nothing can be smuggled out.

use gnezdo_core::{HttpDate, Ready};
use http::header::{CONNECTION, CONTENT_LENGTH, DATE, TRANSFER_ENCODING};
use http::{HeaderMap, HeaderName, StatusCode};

use crate::framing::allows_content;
use gnezdo_core::grammar::contains;

/// How a message announces the length of its content.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Announcement {
    /// Not at all.
    Nothing,
    Length(u64),
    Chunked,
}

/// What is said about the connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ConnectionOption {
    /// Nothing: the version's default holds.
    Default,
    Close,
    KeepAlive,
}

pub(crate) fn status_line(status: StatusCode, out: &mut Vec<u8>) {
    if status == StatusCode::OK {
        out.extend_from_slice(b"HTTP/1.1 200 OK\r\n");
        return;
    }
    out.extend_from_slice(b"HTTP/1.1 ");
    out.extend_from_slice(status.as_str().as_bytes());
    out.push(b' ');
    out.extend_from_slice(status.canonical_reason().unwrap_or_default().as_bytes());
    out.extend_from_slice(b"\r\n");
}

/// Appends the fields that are the message's own; those that frame it are the machine's.
pub(crate) fn fields(fields: &HeaderMap, out: &mut Vec<u8>) {
    for (name, value) in fields {
        if !is_ours(name) {
            field(name.as_str().as_bytes(), value.as_bytes(), out);
        }
    }
}

pub(crate) fn field(name: &[u8], value: &[u8], out: &mut Vec<u8>) {
    out.reserve(name.len() + value.len() + 4);
    out.extend_from_slice(name);
    out.extend_from_slice(b": ");
    out.extend_from_slice(value);
    out.extend_from_slice(b"\r\n");
}

fn is_ours(name: &HeaderName) -> bool {
    *name == CONTENT_LENGTH || *name == TRANSFER_ENCODING || *name == CONNECTION
}

pub(crate) fn announcement(announcement: Announcement, out: &mut Vec<u8>) {
    match announcement {
        Announcement::Nothing => {}
        Announcement::Length(length) => {
            out.extend_from_slice(b"content-length: ");
            out.extend_from_slice(itoa::Buffer::new().format(length).as_bytes());
            out.extend_from_slice(b"\r\n");
        }
        Announcement::Chunked => out.extend_from_slice(b"transfer-encoding: chunked\r\n"),
    }
}

/// Appends the last lines of a head: date, connection, and the empty line.
pub(crate) fn head_end(date: Option<&HttpDate>, option: ConnectionOption, out: &mut Vec<u8>) {
    if let Some(date) = date {
        out.extend_from_slice(date.field_line());
    }
    out.extend_from_slice(match option {
        ConnectionOption::Default => b"\r\n",
        ConnectionOption::Close => b"connection: close\r\n\r\n",
        ConnectionOption::KeepAlive => b"connection: keep-alive\r\n\r\n",
    });
}

/// The `Date` that a response lacks: a relayed answer keeps its own. RFC 9110 §6.6.1.
pub(crate) fn missing_date<'d>(fields: &HeaderMap, date: &'d HttpDate) -> Option<&'d HttpDate> {
    (!contains(fields, &DATE)).then_some(date)
}

/// All lines of a prepared answer's head that are the same each time.
pub(crate) fn ready_lines(ready: &Ready) -> Vec<u8> {
    let mut out = Vec::with_capacity(256);
    status_line(ready.status(), &mut out);
    announcement(ready_announcement(ready), &mut out);
    fields(ready.headers(), &mut out);
    out
}

/// How those lines announce the content.
pub(crate) fn ready_announcement(ready: &Ready) -> Announcement {
    if allows_content(ready.status()) {
        Announcement::Length(ready.body().len() as u64)
    } else {
        Announcement::Nothing
    }
}

pub(crate) fn chunk(data: &[u8], out: &mut Vec<u8>) {
    // An empty chunk would be the last one.
    if data.is_empty() {
        return;
    }
    chunk_size(data.len(), out);
    out.extend_from_slice(data);
    out.extend_from_slice(b"\r\n");
}

fn chunk_size(size: usize, out: &mut Vec<u8>) {
    let digits = (size.ilog2() / 4 + 1) as usize;
    for position in (0..digits).rev() {
        out.push(b"0123456789abcdef"[size >> (4 * position) & 0xf]);
    }
    out.extend_from_slice(b"\r\n");
}

pub(crate) fn last_chunk(trailers: Option<&HeaderMap>, out: &mut Vec<u8>) {
    out.extend_from_slice(b"0\r\n");
    if let Some(trailers) = trailers {
        fields(trailers, out);
    }
    out.extend_from_slice(b"\r\n");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chunk_sizes() {
        for size in [1, 9, 15, 16, 255, 256, 4095, 4096, 65_535, 65_536] {
            let mut out = Vec::new();
            chunk_size(size, &mut out);
            assert_eq!(out, format!("{size:x}\r\n").into_bytes());
        }
        let mut out = Vec::new();
        chunk(b"", &mut out);
        assert_eq!(out, b"");
    }

    #[test]
    fn framing_fields_of_a_service_are_left_out() {
        let mut map = HeaderMap::new();
        for name in [CONTENT_LENGTH, TRANSFER_ENCODING, CONNECTION] {
            map.insert(name, "x".parse().unwrap());
        }
        map.insert("etag", "\"a\"".parse().unwrap());
        let mut out = Vec::new();
        fields(&map, &mut out);
        assert_eq!(out, b"etag: \"a\"\r\n");
    }
}
