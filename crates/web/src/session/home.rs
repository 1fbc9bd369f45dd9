//! Where the records of sessions live, and how they are found.

use std::fmt;
use std::sync::Arc;

use cookie::Key;

use super::Shared;
use super::id::Id;
use super::record::{Record, seconds_now};
use super::store::{Store, Stored};
use crate::cookies::decrypt;
use crate::secret::{Purpose, Secret};

/// Where the records of sessions live.
#[derive(Clone)]
pub(super) enum Home {
    /// In the cookie itself.
    Cookie(Box<Key>),
    /// In a store; the cookie has an id.
    Store(Arc<dyn Store>),
}

/// What a session was found by.
#[derive(Clone)]
pub(super) enum Known {
    ByCookie,
    ById(Id),
}

/// A session that came with a request.
pub(super) struct Loaded {
    pub(super) known: Known,
    pub(super) record: Record,
}

impl Home {
    pub(super) fn cookie(secret: &Secret) -> Self {
        Self::Cookie(Box::new(secret.key(Purpose::Session, "")))
    }

    /// The session that one of these values of the cookie stands for, if it is still one. Several
    /// come if another host of the domain has set its own.
    pub(super) fn load<'v>(
        &self,
        shared: &Shared,
        mut values: impl Iterator<Item = &'v str>,
    ) -> Stored<Option<Loaded>> {
        let timeouts = shared.timeouts;
        let read = move |content: &[u8], known| {
            let record = Record::read(content, seconds_now(), timeouts)?;
            Some(Loaded { known, record })
        };
        match self {
            Self::Cookie(key) => {
                let name = shared.cookie.name();
                let loaded = values.find_map(|value| {
                    let content = decrypt(key, name, value)?;
                    read(content.as_bytes(), Known::ByCookie)
                });
                Stored::Now(Ok(loaded))
            }
            Self::Store(store) => {
                let Some(id) = values.find_map(Id::read) else { return Stored::Now(Ok(None)) };
                store.load(&id.to_key()).and_then(move |content| {
                    let loaded = content.and_then(|content| read(&content, Known::ById(id)));
                    Stored::Now(Ok(loaded))
                })
            }
        }
    }
}

impl fmt::Debug for Home {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Cookie(_) => "Cookie",
            Self::Store(_) => "Store",
        })
    }
}
