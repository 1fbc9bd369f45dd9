//! Whether the connection carries another message after this one. RFC 9112 §9.3.

use http::header::CONNECTION;
use http::{HeaderMap, Version};

use gnezdo_core::grammar::{contains, list_members};

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
    if contains(fields, &CONNECTION) {
        wanted_by_options(fields, version)
    } else {
        by_default(version)
    }
}

/// Apart, so that what most messages need stays small.
#[inline(never)]
fn wanted_by_options(fields: &HeaderMap, version: Version) -> Persistence {
    let mut wanted = by_default(version);
    for option in list_members(fields, &CONNECTION) {
        if option.eq_ignore_ascii_case(b"close") {
            return Persistence::Close;
        }
        if option.eq_ignore_ascii_case(b"keep-alive") {
            wanted = Persistence::KeepAlive;
        }
    }
    wanted
}

/// Whether a message is its sender's last one.
pub(crate) fn says_close(fields: &HeaderMap) -> bool {
    wanted_by_peer(fields, Version::HTTP_11) == Persistence::Close
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
