//! A folder as JSON: an array of `{"name", "type", "size", "modified"}`.
//!
//! `type` is `"file"` or `"folder"`, `size` is in bytes and `null` for a folder, `modified` is
//! in the form of RFC 3339. A name that is not UTF-8 has U+FFFD where it is not.

use std::fmt::Write;

use super::{Kind, Listing, date};

pub(super) fn write(listing: &Listing<'_>) -> String {
    let mut out = String::with_capacity(100 * listing.items.len() + 3);
    out.push('[');
    for (place, item) in listing.items.iter().enumerate() {
        out.push_str(if place == 0 { "\n" } else { ",\n" });
        out.push_str("{\"name\":");
        write_string(&String::from_utf8_lossy(&item.name), &mut out);
        match item.kind {
            Kind::Folder => out.push_str(",\"type\":\"folder\",\"size\":null"),
            // Writing to a string cannot fail.
            Kind::File(size) => drop(write!(out, ",\"type\":\"file\",\"size\":{size}")),
        }
        let _ = write!(out, ",\"modified\":\"{}\"}}", date::rfc3339(item.modified));
    }
    out.push_str("\n]\n");
    out
}

/// Writes a string with its quotes (RFC 8259 §7).
fn write_string(text: &str, out: &mut String) {
    out.push('"');
    for character in text.chars() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            control @ '\0'..='\x1f' => drop(write!(out, "\\u{:04x}", u32::from(control))),
            other => out.push(other),
        }
    }
    out.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::listing::Item;
    use crate::path::SafePath;

    #[test]
    fn writes_an_array_of_objects() {
        let path = SafePath::decode(b"/").unwrap();
        let folder = Item { name: b"a".to_vec(), kind: Kind::Folder, modified: 0 };
        let file = Item { name: b"\"\\\n\x01\xff".to_vec(), kind: Kind::File(7), modified: 1 };
        let listing = Listing { path: &path, items: vec![folder, file], is_truncated: false };
        let expected = concat!(
            "[\n",
            r#"{"name":"a","type":"folder","size":null,"modified":"1970-01-01T00:00:00Z"},"#,
            "\n",
            r#"{"name":"\"\\\n\u0001"#,
            "\u{fffd}",
            r#"","type":"file","size":7,"modified":"1970-01-01T00:00:01Z"}"#,
            "\n]\n",
        );
        assert_eq!(write(&listing), expected);
        let empty = Listing { path: &path, items: vec![], is_truncated: false };
        assert_eq!(write(&empty), "[\n]\n");
    }
}
