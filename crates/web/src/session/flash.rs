//! Messages for the next page that a visitor sees.

use serde::{Deserialize, Serialize};

/// How many messages wait in a session: a visitor who never sees a page that shows them would
/// gather more and more. The oldest go first.
pub(super) const FLASHES_MAX: usize = 32;

/// A message for the next page: see [`Session::flash`](super::Session::flash).
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[non_exhaustive]
pub struct Flash {
    /// What kind of message it is, such as `success`.
    pub level: String,
    /// What it says.
    pub text: String,
}

/// Adds a message.
pub(super) fn push(flashes: &mut Vec<Flash>, level: String, text: String) {
    if flashes.len() >= FLASHES_MAX {
        flashes.remove(0);
    }
    flashes.push(Flash { level, text });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_messages_go_first() {
        let mut flashes = Vec::new();
        for at in 0..FLASHES_MAX {
            push(&mut flashes, "info".into(), at.to_string());
        }
        assert_eq!((flashes.len(), &*flashes[0].text), (FLASHES_MAX, "0"));
        push(&mut flashes, "info".into(), "last".into());
        assert_eq!((flashes.len(), &*flashes[0].text), (FLASHES_MAX, "1"));
        assert_eq!(flashes.last().map(|flash| &*flash.text), Some("last"));
    }
}
