//! Which fields are worth a place in the dynamic table, and which must not have one.
//!
//! Worth it is what comes again with the same value: most fields of a browser, and of a server
//! those that say what it is. A field that is new each time only drives others out. Secrets must
//! not have one at all: who can make a client send guesses beside them sees by the length of a
//! block which guess was right (RFC 7541 §7.1).

use super::{TABLE_BYTES, line_bytes};

/// How a field is encoded that is in no table as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Indexing {
    /// It goes into the dynamic table, and is an index from then on. RFC 7541 §6.2.1.
    Incremental,
    /// It does not go into the table. RFC 7541 §6.2.2.
    Without,
    /// It goes into no table, neither here nor behind any intermediary. RFC 7541 §6.2.3.
    Never,
}

/// A cookie below this could be guessed. So says nghttp2, too.
const COOKIE_BYTES_MIN: usize = 20;

/// What indexing suits a field, by its name and its size.
///
/// ```
/// use gnezdo_h2::hpack::{Indexing, usual_indexing};
///
/// assert_eq!(usual_indexing(b"user-agent", b"gnezdo"), Indexing::Incremental);
/// assert_eq!(usual_indexing(b"etag", b"\"1\""), Indexing::Without);
/// assert_eq!(usual_indexing(b"authorization", b"Basic eA=="), Indexing::Never);
/// ```
pub fn usual_indexing(name: &[u8], value: &[u8]) -> Indexing {
    match name {
        b"authorization" | b"proxy-authorization" | b"set-cookie" => Indexing::Never,
        b"cookie" if value.len() < COOKIE_BYTES_MIN => Indexing::Never,
        b":path"
        | b"age"
        | b"content-length"
        | b"content-location"
        | b"content-range"
        | b"etag"
        | b"expires"
        | b"if-match"
        | b"if-modified-since"
        | b"if-none-match"
        | b"if-range"
        | b"if-unmodified-since"
        | b"last-modified"
        | b"location"
        | b"range" => Indexing::Without,
        _ if line_bytes(name, value) > TABLE_BYTES / 2 => Indexing::Without,
        _ => Indexing::Incremental,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_never_indexed_however_long() {
        let long = [b'x'; 5000];
        assert_eq!(usual_indexing(b"authorization", &long), Indexing::Never);
        assert_eq!(usual_indexing(b"set-cookie", &long), Indexing::Never);
        assert_eq!(usual_indexing(b"cookie", b"id=1"), Indexing::Never);
        assert_eq!(usual_indexing(b"cookie", &long[..20]), Indexing::Incremental);
    }

    #[test]
    fn half_a_table_is_too_much() {
        let value = [b'x'; 2048 - 32 - 4];
        assert_eq!(usual_indexing(b"x-id", &value), Indexing::Incremental);
        assert_eq!(usual_indexing(b"x-id2", &value), Indexing::Without);
    }
}
