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

/// How much of the field `x-request-id` is logged, in bytes: three times a UUID, and more than
/// anybody compares by eye.
const REQUEST_ID_BYTES_MAX: usize = 128;

/// How a line of the access log looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    /// `host - - [time] "request" status bytes`
    Common,
    /// Common, then `"referer" "user-agent"`.
    Combined,
    /// A JSON object with the same content, and `duration_us`; and `request_id`, if the answer
    /// has a field `x-request-id`.
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
    #[serde(skip_serializing_if = "Option::is_none")]
    request_id: Option<String>,
}

fn json(record: &Record, duration: Duration, out: &mut Vec<u8>) {
    let request = record.request.as_ref();
    let lossy = |octets: &[u8]| String::from_utf8_lossy(octets).into_owned();
    let text = |value: &Option<HeaderValue>| value.as_ref().map(|v| lossy(v.as_bytes()));
    let request_id = record.request_id.as_ref().map(|id| lossy(start_of(id)));
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
        request_id,
    };
    // Strings and numbers into a Vec cannot fail.
    let _ = serde_json::to_writer(out, &line);
}

/// As much of a request's name as a line has room for.
fn start_of(request_id: &HeaderValue) -> &[u8] {
    let octets = request_id.as_bytes();
    &octets[..octets.len().min(REQUEST_ID_BYTES_MAX)]
}

#[cfg(test)]
mod tests {
    use std::time::SystemTime;

    use gnezdo_core::Now;
    use gnezdo_socket::Peer;
    use http::HeaderMap;

    use super::*;

    fn line(format: LogFormat, target: &str, agent: &[u8]) -> String {
        line_of_named(format, target, agent, &HeaderMap::new())
    }

    /// A line about an answer with these fields.
    fn line_of_named(format: LogFormat, target: &str, agent: &[u8], fields: &HeaderMap) -> String {
        let mut now = Now::read();
        now.date = HttpDate::from(SystemTime::UNIX_EPOCH + Duration::from_secs(784_111_777));
        let head = http::Request::get(target)
            .header("user-agent", HeaderValue::from_bytes(agent).unwrap())
            .body(())
            .unwrap();
        let peer = Peer::Ip("192.0.2.7:4711".parse().unwrap());
        let mut record = Record::of_request(peer, &head, &now);
        record.answered(http::StatusCode::OK, Some(2326));
        record.named_by(fields);
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

    #[test]
    fn a_request_has_the_name_that_the_answer_says() {
        let named = |format, id: &[u8]| {
            let fields = [("x-request-id", id)].map(|(name, value)| {
                (name.parse().unwrap(), HeaderValue::from_bytes(value).unwrap())
            });
            line_of_named(format, "/a", b"curl", &HeaderMap::from_iter(fields))
        };
        let id = |id: &[u8]| {
            let line = named(LogFormat::Json, id);
            serde_json::from_str::<serde_json::Value>(&line).unwrap()["request_id"].clone()
        };
        assert_eq!(id(b"nest-7"), "nest-7");
        assert_eq!(id(b"a\"b\\c\td"), "a\"b\\c\td");
        assert_eq!(id(&[b'x'; 128]), "x".repeat(128));
        assert_eq!(id(&[b'x'; 129]), "x".repeat(128));
        assert_eq!(id(&"é".repeat(65).into_bytes()), "é".repeat(64));
        assert!(!line(LogFormat::Json, "/a", b"curl").contains("request_id"));
        for format in [LogFormat::Common, LogFormat::Combined] {
            assert_eq!(named(format, b"nest-7"), line(format, "/a", b"curl"));
        }
    }
}
