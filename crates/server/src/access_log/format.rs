//! The line formats of the access log.
//!
//! `common` and `combined` are those of Apache httpd and nginx; octets that could break a line
//! or a terminal are escaped as `\xhh`. `json` is one object a line.

use std::io::Write as _;
use std::time::Duration;

use gnezdo_core::HttpDate;
use http::{HeaderValue, Version};
use serde::Serialize;

use super::record::{Record, RequestLine};

/// How a line of the access log looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    /// `host - - [time] "request" status bytes`
    Common,
    /// Common, then `"referer" "user-agent"`.
    Combined,
    /// A JSON object with the same content, and `duration_us`.
    Json,
}

impl LogFormat {
    /// Appends a line.
    pub(crate) fn write(self, record: &Record, out: &mut Vec<u8>) {
        match self {
            Self::Common => common(record, out),
            Self::Combined => {
                common(record, out);
                for field in [&record.referer, &record.user_agent] {
                    out.extend_from_slice(b" \"");
                    escaped(field.as_ref().map_or(b"-", |value| value.as_bytes()), out);
                    out.push(b'"');
                }
            }
            Self::Json => json(record, record.start.elapsed(), out),
        }
        out.push(b'\n');
    }
}

fn common(record: &Record, out: &mut Vec<u8>) {
    // Writing to a Vec cannot fail.
    let _ = write!(out, "{} - - [", record.peer);
    log_time(&record.date, out);
    out.extend_from_slice(b"] \"");
    match &record.request {
        None => out.push(b'-'),
        Some(request) => {
            out.extend_from_slice(request.method.as_str().as_bytes());
            out.push(b' ');
            escaped(request.target.to_string().as_bytes(), out);
            out.push(b' ');
            out.extend_from_slice(version(request).as_bytes());
        }
    }
    let _ = write!(out, "\" {} ", record.status.as_u16());
    match record.bytes {
        0 => out.push(b'-'),
        bytes => {
            let _ = write!(out, "{bytes}");
        }
    }
}

/// `Sun, 06 Nov 1994 08:49:37 GMT` as `06/Nov/1994:08:49:37 +0000`.
fn log_time(date: &HttpDate, out: &mut Vec<u8>) {
    let text = date.as_bytes();
    for (part, after) in [(5..7, &b"/"[..]), (8..11, b"/"), (12..16, b":"), (17..25, b" +0000")] {
        out.extend_from_slice(&text[part]);
        out.extend_from_slice(after);
    }
}

/// `Sun, 06 Nov 1994 08:49:37 GMT` as `1994-11-06T08:49:37Z`, RFC 3339.
fn rfc3339(date: &HttpDate) -> String {
    const MONTHS: &[u8; 36] = b"JanFebMarAprMayJunJulAugSepOctNovDec";
    let text = date.as_bytes();
    let part = |range: std::ops::Range<usize>| String::from_utf8_lossy(&text[range]).into_owned();
    let month = MONTHS.chunks(3).position(|name| name == &text[8..11]).unwrap_or(0) + 1;
    format!("{}-{month:02}-{}T{}Z", part(12..16), part(5..7), part(17..25))
}

fn version(request: &RequestLine) -> &'static str {
    match request.version {
        Version::HTTP_10 => "HTTP/1.0",
        Version::HTTP_2 => "HTTP/2.0",
        _ => "HTTP/1.1",
    }
}

fn escaped(octets: &[u8], out: &mut Vec<u8>) {
    for &octet in octets {
        match octet {
            b'"' | b'\\' => out.extend_from_slice(&[b'\\', octet]),
            b' '..=b'~' => out.push(octet),
            _ => {
                let _ = write!(out, "\\x{octet:02x}");
            }
        }
    }
}

#[derive(Serialize)]
struct JsonLine<'r> {
    time: String,
    peer: String,
    method: Option<&'r str>,
    target: Option<String>,
    version: Option<&'static str>,
    status: u16,
    bytes: u64,
    duration_us: u64,
    referer: Option<String>,
    user_agent: Option<String>,
}

fn json(record: &Record, duration: Duration, out: &mut Vec<u8>) {
    let request = record.request.as_ref();
    let text = |value: &Option<HeaderValue>| {
        value.as_ref().map(|v| String::from_utf8_lossy(v.as_bytes()).into_owned())
    };
    let line = JsonLine {
        time: rfc3339(&record.date),
        peer: record.peer.to_string(),
        method: request.map(|r| r.method.as_str()),
        target: request.map(|r| r.target.to_string()),
        version: request.map(version),
        status: record.status.as_u16(),
        bytes: record.bytes,
        duration_us: u64::try_from(duration.as_micros()).unwrap_or(u64::MAX),
        referer: text(&record.referer),
        user_agent: text(&record.user_agent),
    };
    // Strings and numbers into a Vec cannot fail.
    let _ = serde_json::to_writer(out, &line);
}

#[cfg(test)]
mod tests {
    use std::time::SystemTime;

    use gnezdo_core::Now;
    use gnezdo_socket::Peer;

    use super::*;

    fn line(format: LogFormat, target: &str, agent: &[u8]) -> String {
        let mut now = Now::read();
        now.date = HttpDate::from(SystemTime::UNIX_EPOCH + Duration::from_secs(784_111_777));
        let head = http::Request::get(target)
            .header("user-agent", HeaderValue::from_bytes(agent).unwrap())
            .body(())
            .unwrap();
        let peer = Peer::Ip("192.0.2.7:4711".parse().unwrap());
        let mut record = Record::of_request(peer, &head, &now);
        record.answered(http::StatusCode::OK, Some(2326));
        let mut out = Vec::new();
        format.write(&record, &mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn common_and_combined() {
        let common = r#"192.0.2.7 - - [06/Nov/1994:08:49:37 +0000] "GET /a?b HTTP/1.1" 200 2326"#;
        assert_eq!(line(LogFormat::Common, "/a?b", b"curl"), format!("{common}\n"));
        assert_eq!(
            line(LogFormat::Combined, "/a?b", b"curl"),
            format!("{common} \"-\" \"curl\"\n")
        );
    }

    #[test]
    fn nothing_breaks_a_line() {
        let combined = line(LogFormat::Combined, "/\"\\", b"a\"b\\c\xff\td");
        assert!(combined.contains(r#"GET /\"\\ HTTP"#), "{combined}");
        assert!(combined.ends_with("\"a\\\"b\\\\c\\xff\\x09d\"\n"), "{combined}");
    }

    #[test]
    fn json_is_one_object() {
        let text = line(LogFormat::Json, "/a", b"x\"\xff");
        let value: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!(value["time"], "1994-11-06T08:49:37Z");
        assert_eq!(value["peer"], "192.0.2.7");
        assert_eq!(value["status"], 200);
        assert_eq!(value["user_agent"], "x\"\u{fffd}");
        assert_eq!(value["referer"], serde_json::Value::Null);
    }
}
