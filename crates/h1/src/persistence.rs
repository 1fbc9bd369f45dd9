//! Whether the connection carries another message after this one. RFC 9112 §9.3.

use http::header::CONNECTION;
use http::{HeaderMap, Version};

use crate::text::{contains, list_members};

/// What becomes of the connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Persistence {
    /// Another message may follow.
    KeepAlive,
    /// This message is the last.
    Close,
}

/// What a message's sender wants. `close` wins over everything; HTTP/1.1 persists by default,
/// HTTP/1.0 when it says `keep-alive`.
pub(crate) fn wanted_by_peer(fields: &HeaderMap, version: Version) -> Persistence {
    if !contains(fields, &CONNECTION) {
        return by_default(version);
    }
    if says_close(fields) {
        Persistence::Close
    } else if says(fields, b"keep-alive") {
        Persistence::KeepAlive
    } else {
        by_default(version)
    }
}

/// Whether a message is its sender's last one.
pub(crate) fn says_close(fields: &HeaderMap) -> bool {
    contains(fields, &CONNECTION) && says(fields, b"close")
}

fn says(fields: &HeaderMap, option: &[u8]) -> bool {
    list_members(fields, &CONNECTION).any(|member| member.eq_ignore_ascii_case(option))
}

fn by_default(version: Version) -> Persistence {
    if version == Version::HTTP_11 { Persistence::KeepAlive } else { Persistence::Close }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn by_the_table() {
        use Persistence::*;
        for (version, field, expected) in [
            (Version::HTTP_11, None, KeepAlive),
            (Version::HTTP_11, Some("close"), Close),
            (Version::HTTP_11, Some("x, Close"), Close),
            (Version::HTTP_11, Some("keep-alive, close"), Close),
            (Version::HTTP_11, Some("closed"), KeepAlive),
            (Version::HTTP_11, Some(",\tclose\t,"), Close),
            (Version::HTTP_10, None, Close),
            (Version::HTTP_10, Some("Keep-Alive"), KeepAlive),
            (Version::HTTP_10, Some("upgrade"), Close),
        ] {
            let mut fields = HeaderMap::new();
            if let Some(value) = field {
                fields.insert(CONNECTION, value.parse().unwrap());
            }
            assert_eq!(wanted_by_peer(&fields, version), expected, "{version:?} {field:?}");
        }
    }
}
