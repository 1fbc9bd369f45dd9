//! The media type of a file: by the extension of its name, else by a look at its start.

use std::fs::File;
use std::os::unix::fs::FileExt;

use http::HeaderValue;

/// How much of a file without a telling name is looked at, in bytes.
const START_BYTES: usize = 512;

/// The media type of `file`, with the charset where browsers would guess one.
pub(crate) fn content_type(path: &[u8], file: &File) -> &'static str {
    match by_extension(path) {
        Some(essence) => with_charset(essence),
        None if starts_as_text(file) => "text/plain; charset=utf-8",
        None => "application/octet-stream",
    }
}

/// Whether content of this type gets smaller when it is compressed.
pub fn is_compressible(content_type: &HeaderValue) -> bool {
    let value = content_type.to_str().unwrap_or_default();
    let essence = value.split(';').next().unwrap_or_default();
    essence.starts_with("text/")
        || essence.ends_with("+json")
        || essence.ends_with("+xml")
        || matches!(
            essence,
            "application/json"
                | "application/xml"
                | "application/wasm"
                | "application/x-sh"
                | "application/x-ndjson"
                | "application/rtf"
                | "application/vnd.ms-fontobject"
                | "application/font-sfnt"
                | "font/ttf"
                | "font/otf"
                | "font/collection"
                | "image/bmp"
                | "image/x-icon"
        )
}

fn by_extension(path: &[u8]) -> Option<&'static str> {
    let name = path.rsplit(|&octet| octet == b'/').next()?;
    let dot = name.iter().rposition(|&octet| octet == b'.')?;
    let extension = std::str::from_utf8(&name[dot + 1..]).ok()?;
    // Where the common table follows old registrations and browsers want newer ones.
    match extension.to_ascii_lowercase().as_str() {
        "mjs" | "cjs" => Some("text/javascript"),
        "map" => Some("application/json"),
        "ts" => Some("video/mp2t"),
        "otf" => Some("font/otf"),
        "ndjson" | "jsonl" => Some("application/x-ndjson"),
        "toml" | "yaml" | "yml" | "rs" | "lock" | "conf" | "ini" => Some("text/plain"),
        other => mime_guess::from_ext(other).first_raw(),
    }
}

fn with_charset(essence: &'static str) -> &'static str {
    match essence {
        "text/html" => "text/html; charset=utf-8",
        "text/css" => "text/css; charset=utf-8",
        "text/plain" => "text/plain; charset=utf-8",
        "text/javascript" | "application/javascript" => "text/javascript; charset=utf-8",
        "text/markdown" => "text/markdown; charset=utf-8",
        "text/csv" => "text/csv; charset=utf-8",
        "text/xml" | "application/xml" => "text/xml; charset=utf-8",
        "text/vtt" => "text/vtt; charset=utf-8",
        "text/calendar" => "text/calendar; charset=utf-8",
        "application/json" => "application/json; charset=utf-8",
        "application/manifest+json" => "application/manifest+json; charset=utf-8",
        "application/ld+json" => "application/ld+json; charset=utf-8",
        "application/xhtml+xml" => "application/xhtml+xml; charset=utf-8",
        "application/atom+xml" => "application/atom+xml; charset=utf-8",
        "application/rss+xml" => "application/rss+xml; charset=utf-8",
        "image/svg+xml" => "image/svg+xml; charset=utf-8",
        other if other.starts_with("text/") => "text/plain; charset=utf-8",
        other => other,
    }
}

/// Whether the file starts with UTF-8 free of control characters. Such a file is shown as
/// plain text and never as a page, whatever it contains.
fn starts_as_text(file: &File) -> bool {
    let mut start = [0; START_BYTES];
    let Ok(read) = file.read_at(&mut start, 0) else {
        return false;
    };
    let start = &start[..read];
    let is_utf8 = match std::str::from_utf8(start) {
        Ok(_) => true,
        // The end may cut a character in two.
        Err(error) => error.error_len().is_none() && read == START_BYTES,
    };
    let is_control = |octet: &u8| matches!(octet, 0..=8 | 11 | 14..=26 | 28..=31 | 127);
    is_utf8 && read > 0 && !start.iter().any(is_control)
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn file_of(content: &[u8]) -> File {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(content).unwrap();
        file
    }

    #[test]
    fn the_extension_decides() {
        let empty = file_of(b"");
        let cases = [
            ("a/index.html", "text/html; charset=utf-8"),
            ("INDEX.HTM", "text/html; charset=utf-8"),
            ("a.css", "text/css; charset=utf-8"),
            ("a.js", "text/javascript; charset=utf-8"),
            ("a.mjs", "text/javascript; charset=utf-8"),
            ("a.json", "application/json; charset=utf-8"),
            ("a.svg", "image/svg+xml; charset=utf-8"),
            ("a.xml", "text/xml; charset=utf-8"),
            ("a.md", "text/markdown; charset=utf-8"),
            ("a.txt", "text/plain; charset=utf-8"),
            ("a.wasm", "application/wasm"),
            ("a.png", "image/png"),
            ("a.avif", "image/avif"),
            ("a.woff2", "font/woff2"),
            ("a.pdf", "application/pdf"),
            ("a.mp4", "video/mp4"),
            ("a.tar.gz", "application/gzip"),
            ("a.webmanifest", "application/manifest+json; charset=utf-8"),
            ("a.d/b", "application/octet-stream"),
            ("a.unknown", "application/octet-stream"),
        ];
        for (path, expected) in cases {
            assert_eq!(content_type(path.as_bytes(), &empty), expected, "{path}");
        }
        assert_eq!(content_type(b"\xff.\xff", &empty), "application/octet-stream");
    }

    #[test]
    fn a_file_without_a_telling_name_is_looked_at() {
        let kind = |content: &[u8]| content_type(b"LICENSE", &file_of(content));
        assert_eq!(kind(b"Copyright \xc2\xa9\r\n\t1\x0c"), "text/plain; charset=utf-8");
        assert_eq!(kind(b"<script>alert(1)</script>"), "text/plain; charset=utf-8");
        assert_eq!(kind(b"\x7fELF\x02\x01"), "application/octet-stream");
        assert_eq!(kind(b"a\0b"), "application/octet-stream");
        assert_eq!(kind(b"\xff\xfe"), "application/octet-stream");
        assert_eq!(kind("a".repeat(511).as_bytes()), "text/plain; charset=utf-8");
        assert_eq!(kind(format!("{}é", "a".repeat(511)).as_bytes()), "text/plain; charset=utf-8");
    }

    #[test]
    fn text_and_its_relatives_are_compressible() {
        let check = |value| is_compressible(&HeaderValue::from_static(value));
        assert!(check("text/html; charset=utf-8"));
        assert!(check("image/svg+xml; charset=utf-8"));
        assert!(check("application/json"));
        assert!(check("application/wasm"));
        assert!(!check("image/png"));
        assert!(!check("video/mp4"));
        assert!(!check("font/woff2"));
        assert!(!check("application/octet-stream"));
    }
}
