//! What servers answer: files, a page of about 600 bytes and one of 1 MiB, constants, and what
//! frameworks make of a request.

use std::fs;
use std::path::PathBuf;

use serde_json::Value;

use super::work_folder;
use crate::error::Error;

/// The request target of the page.
pub(crate) const SMALL_TARGET: &str = "/index.html";
/// The request target of the large file.
pub(crate) const LARGE_TARGET: &str = "/1m.bin";
/// The request target of the constant answer.
pub(crate) const PLAINTEXT_TARGET: &str = "/plaintext";

/// The request target to which content is sent.
pub(crate) const UPLOAD_TARGET: &str = "/upload";
/// What is answered there, once all of the content has come.
pub(crate) const RECEIVED: &str = "received";

/// The request target with two parameters, a text and a number.
pub(crate) const POST_TARGET: &str = "/shops/north/posts/1234567";
/// The request target to which orders are sent.
pub(crate) const ORDERS_TARGET: &str = "/orders";
/// The request target of the page that is made from a template.
pub(crate) const TABLE_TARGET: &str = "/table";
/// The document that is sent as an order.
pub(crate) const ORDER: &str = "/order.json";
/// The type of that document.
pub(crate) const JSON: &str = "application/json";

const SMALL: &[u8] = include_bytes!("../../../bench/documents/index.html");
const POST: &[u8] = include_bytes!("../../../bench/documents/post.json");
const ORDER_CONTENT: &[u8] = include_bytes!("../../../bench/documents/order.json");
const RECEIPT: &[u8] = include_bytes!("../../../bench/documents/receipt.json");
const TABLE: &[u8] = include_bytes!("../../../bench/documents/table.html");
const LARGE_BYTES: usize = 1 << 20;
const PLAINTEXT: &[u8] = b"Hello, World!";

/// The files, on disk.
#[derive(Clone, Debug)]
pub(crate) struct Documents {
    /// The folder that is served.
    pub(crate) root: PathBuf,
}

impl Documents {
    /// The file of a target.
    pub(crate) fn path(&self, target: &str) -> PathBuf {
        self.root.join(&target[1..])
    }
}

/// Writes the files.
pub(crate) fn write() -> Result<Documents, Error> {
    let root = work_folder().join("documents");
    fs::create_dir_all(&root).map_err(Error::io(format!("make {}", root.display())))?;
    // Servers compare paths with their root: `xtask/..` would not be the same.
    let root = root.canonicalize().map_err(Error::io(format!("find {}", root.display())))?;
    let documents = Documents { root };
    for target in [SMALL_TARGET, LARGE_TARGET, PLAINTEXT_TARGET, UPLOAD_TARGET, ORDER] {
        let path = documents.path(target);
        fs::write(&path, content(target))
            .map_err(Error::io(format!("write {}", path.display())))?;
    }
    Ok(documents)
}

/// Whether this is what the answer for a target has to contain: to the octet, or if it is JSON
/// the same value, since fields have no order there.
pub(crate) fn is_right(target: &str, found: &[u8]) -> bool {
    let expected = content(target);
    match target {
        POST_TARGET | ORDERS_TARGET => match serde_json::from_slice::<Value>(found) {
            Ok(found) => serde_json::from_slice::<Value>(&expected).is_ok_and(|e| e == found),
            Err(_) => false,
        },
        _ => found == expected,
    }
}

/// What the answer for a target has to contain, and what a document that is sent contains.
pub(crate) fn content(target: &str) -> Vec<u8> {
    match target {
        LARGE_TARGET => noise(LARGE_BYTES),
        PLAINTEXT_TARGET => PLAINTEXT.to_vec(),
        UPLOAD_TARGET => RECEIVED.into(),
        POST_TARGET => POST.to_vec(),
        ORDERS_TARGET => RECEIPT.to_vec(),
        TABLE_TARGET => TABLE.to_vec(),
        ORDER => ORDER_CONTENT.to_vec(),
        _ => SMALL.to_vec(),
    }
}

/// Octets without a pattern, the same each time: a generator by Marsaglia (xorshift64).
fn noise(length: usize) -> Vec<u8> {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut octets = Vec::with_capacity(length + 8);
    while octets.len() < length {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        octets.extend(state.to_le_bytes());
    }
    octets.truncate(length);
    octets
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documents_have_the_sizes_that_the_reports_name() {
        assert!((550..=650).contains(&content(SMALL_TARGET).len()));
        assert_eq!(content(LARGE_TARGET).len(), 1 << 20);
        assert_eq!(content(PLAINTEXT_TARGET).len(), 13);
        assert_eq!(content(ORDER).len(), 1 << 10);
    }

    #[test]
    fn json_is_compared_by_its_value_and_all_else_by_its_octets() {
        let spaced = b"{ \"total\": 61250, \"count\": 23, \"id\": 48213 }";
        assert!(is_right(ORDERS_TARGET, spaced));
        assert!(!is_right(ORDERS_TARGET, b"{\"id\":48213,\"total\":61250}"));
        assert!(!is_right(ORDERS_TARGET, b""));
        assert!(is_right(TABLE_TARGET, TABLE) && !is_right(TABLE_TARGET, &TABLE[1..]));
    }
}
