//! Where sessions may live: what a store has to do.

use std::error::Error;
use std::fmt;
use std::pin::Pin;
use std::time::Duration;

/// Why a store could not do what it was asked: the request is answered with 500, and the log has
/// this.
pub type StoreError = Box<dyn Error + Send + Sync>;

/// Keeps sessions by key: a database, or a service such as Redis.
///
/// A key is 64 hexadecimal digits, a content any bytes. What is over its time to live is as good as
/// not there, and it is the store that takes it away. A store only keeps: ids, timeouts and cookies
/// are the business of [`Sessions`](super::Sessions).
///
/// ```
/// use std::collections::HashMap;
/// use std::sync::{Arc, Mutex};
/// use std::time::Duration;
/// use gnezdo_web::session::{Save, Sessions, Store, Stored};
///
/// /// Keeps sessions for ever: not for use.
/// #[derive(Default)]
/// struct Forever(Mutex<HashMap<String, Vec<u8>>>);
///
/// impl Store for Forever {
///     fn load(&self, key: &str) -> Stored<Option<Vec<u8>>> {
///         Stored::Now(Ok(self.0.lock().unwrap().get(key).cloned()))
///     }
///
///     fn save(&self, key: &str, content: Vec<u8>, _: Duration, save: Save) -> Stored<()> {
///         let mut all = self.0.lock().unwrap();
///         if save == Save::New || all.contains_key(key) {
///             all.insert(key.to_owned(), content);
///         }
///         Stored::Now(Ok(()))
///     }
///
///     fn remove(&self, key: &str) -> Stored<()> {
///         self.0.lock().unwrap().remove(key);
///         Stored::Now(Ok(()))
///     }
/// }
///
/// let sessions = Sessions::with_store(Forever::default());
/// ```
pub trait Store: Send + Sync + 'static {
    /// The content that was saved last, if there is any: `GET` of Redis.
    fn load(&self, key: &str) -> Stored<Option<Vec<u8>>>;

    /// Keeps a content for so long: `SET … EX` of Redis, with `XX` for [`Save::Known`].
    fn save(&self, key: &str, content: Vec<u8>, time_to_live: Duration, save: Save) -> Stored<()>;

    /// Forgets a content, if there is any: `DEL` of Redis.
    fn remove(&self, key: &str) -> Stored<()>;
}

/// Whether what is saved was there before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Save {
    /// It is new.
    New,
    /// It was loaded before. If it is not there any more it was destroyed meanwhile, and must not
    /// come back: nothing is saved, and that is no error.
    Known,
}

/// What a store has done, or will have.
pub enum Stored<T> {
    /// It is done.
    Now(Result<T, StoreError>),
    /// It has to be waited for.
    Later(Pin<Box<dyn Future<Output = Result<T, StoreError>> + Send>>),
}

impl<T: Send + 'static> Stored<T> {
    /// Waits for a future.
    pub fn later(future: impl Future<Output = Result<T, StoreError>> + Send + 'static) -> Self {
        Self::Later(Box::pin(future))
    }

    /// Goes on with what was done.
    pub(super) fn and_then<U: Send + 'static>(
        self,
        next: impl FnOnce(T) -> Stored<U> + Send + 'static,
    ) -> Stored<U> {
        match self {
            Self::Now(Ok(value)) => next(value),
            Self::Now(Err(error)) => Stored::Now(Err(error)),
            Self::Later(future) => Stored::later(async move {
                match next(future.await?) {
                    Stored::Now(result) => result,
                    Stored::Later(future) => future.await,
                }
            }),
        }
    }
}

impl<T: fmt::Debug> fmt::Debug for Stored<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Now(result) => f.debug_tuple("Now").field(result).finish(),
            Self::Later(_) => f.write_str("Later(…)"),
        }
    }
}
