//! What a handler has of a session.

use std::error::Error;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use gnezdo_core::Response;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::Sessions;
use super::flash::{self, Flash};
use super::record::{Record, seconds_now};
use crate::demands::Demands;
use crate::extract::{FromHead, Routed};
use crate::problem::Problem;
use crate::rejection::Rejection;
use crate::response::IntoResponse;

/// How deep a value is nested at most, in levels of lists and maps. `serde_json` reads back no more
/// than 127, with those around the value: a record that is deeper would be lost as a whole.
const DEPTH_MAX: usize = 100;

/// The session of a visitor: values by key, kept from one request to the next. An argument of
/// handlers behind [`Sessions`].
///
/// Clones are the same session. What is changed is kept after the handler has answered; of several
/// requests at the same time, the one that ends last is kept.
///
/// ```
/// use gnezdo_web::session::SessionError;
/// use gnezdo_web::{App, Redirect, Secret, Session, Sessions};
///
/// fn login(session: Session) -> Result<Redirect, SessionError> {
///     // After the password was found to be right:
///     session.renew();
///     session.insert("user", 7)?;
///     session.flash("success", "Welcome");
///     Ok(Redirect::to("/"))
/// }
///
/// fn logout(session: Session) -> Redirect {
///     session.destroy();
///     Redirect::to("/")
/// }
///
/// let app = App::new()
///     .post("/login", login)
///     .post("/logout", logout)
///     .wrap(Sessions::in_cookie(Secret::generate()));
/// assert!(app.check().is_ok());
/// ```
#[derive(Clone)]
pub struct Session(Arc<Mutex<Inner>>);

struct Inner {
    record: Record,
    touch: Touch,
    fate: Fate,
}

/// What was done with a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Touch {
    Untouched,
    Read,
    Changed,
}

/// What is to become of the session that came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fate {
    /// It goes on.
    Stays,
    /// It goes on under another id.
    Renewed,
    /// It is over.
    Destroyed,
}

/// A session as its handler has left it.
pub(super) struct Left {
    pub(super) record: Record,
    pub(super) touch: Touch,
    pub(super) fate: Fate,
}

impl Session {
    pub(super) fn new(record: Record) -> Self {
        let inner = Inner { record, touch: Touch::Untouched, fate: Fate::Stays };
        Self(Arc::new(Mutex::new(inner)))
    }

    /// A value, if there is one that fits the type.
    pub fn get<T: DeserializeOwned>(&self, key: &str) -> Option<T> {
        T::deserialize(self.value(key)?).ok()
    }

    /// A value as it is kept.
    pub fn value(&self, key: &str) -> Option<Value> {
        self.look(|record| record.values.get(key).cloned())
    }

    /// Keeps a value; one that had the key before is forgotten.
    ///
    /// # Errors
    /// The value is none of JSON, such as a map whose keys are no text, or it is nested more than
    /// 100 levels deep.
    pub fn insert(
        &self,
        key: impl Into<String>,
        value: impl Serialize,
    ) -> Result<(), SessionError> {
        let key = key.into();
        let value = serde_json::to_value(value)
            .map_err(|error| SessionError { key: key.clone(), reason: error.to_string() })?;
        if !is_within(DEPTH_MAX, &value) {
            let reason = format!("it is nested more than {DEPTH_MAX} levels deep");
            return Err(SessionError { key, reason });
        }
        self.change(|record| record.values.insert(key, value));
        Ok(())
    }

    /// Forgets a value.
    pub fn remove(&self, key: &str) {
        self.change(|record| record.values.remove(key));
    }

    /// Forgets all values, messages and tokens. What is inserted afterwards goes on in the same
    /// session, under the same id.
    pub fn clear(&self) {
        self.change(Record::clear);
    }

    /// Goes on under another id, with the same values, for another
    /// [absolute timeout](Sessions::absolute_timeout). To be called when a visitor logs in or gets
    /// more rights: who has made the visitor use a known id knows nothing then. Tokens of forms that
    /// were made before end with the old id.
    pub fn renew(&self) {
        let mut inner = self.inner();
        inner.record.restart(seconds_now());
        inner.touch = Touch::Changed;
        inner.fate = Fate::Renewed;
    }

    /// Ends the session: the browser and the store forget it. What is inserted afterwards begins
    /// another one.
    pub fn destroy(&self) {
        let mut inner = self.inner();
        inner.record = Record::new(seconds_now());
        inner.touch = Touch::Changed;
        inner.fate = Fate::Destroyed;
    }

    /// Leaves a message for the next page that shows them, of a level such as `success`. No more
    /// than 32 wait; the oldest go first.
    pub fn flash(&self, level: impl Into<String>, text: impl Into<String>) {
        let (level, text) = (level.into(), text.into());
        self.change(|record| flash::push(&mut record.flashes, level, text));
    }

    /// The messages that were left, which are forgotten by that.
    pub fn take_flashes(&self) -> Vec<Flash> {
        if self.look(|record| record.flashes.is_empty()) {
            return Vec::new();
        }
        self.change(|record| std::mem::take(&mut record.flashes))
    }

    /// What tokens in forms are made of, if any has been made.
    pub(crate) fn known_token(&self) -> Option<String> {
        self.look(|record| record.token.clone())
    }

    /// What tokens in forms are made of; `make` makes it if it is not there.
    pub(crate) fn token(&self, make: impl FnOnce() -> String) -> String {
        let known = self.known_token();
        known.unwrap_or_else(|| self.change(|record| record.token.get_or_insert_with(make).clone()))
    }

    fn look<T>(&self, look: impl FnOnce(&Record) -> T) -> T {
        let mut inner = self.inner();
        inner.touch = inner.touch.max(Touch::Read);
        look(&inner.record)
    }

    fn change<T>(&self, change: impl FnOnce(&mut Record) -> T) -> T {
        let mut inner = self.inner();
        inner.touch = Touch::Changed;
        if inner.fate == Fate::Destroyed {
            inner.fate = Fate::Renewed;
        }
        change(&mut inner.record)
    }

    pub(super) fn is_untouched(&self) -> bool {
        self.inner().touch == Touch::Untouched
    }

    pub(super) fn left(&self) -> Left {
        let inner = self.inner();
        Left { record: inner.record.clone(), touch: inner.touch, fate: inner.fate }
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether a value is nested no deeper than so many levels.
fn is_within(levels: usize, value: &Value) -> bool {
    match (value, levels.checked_sub(1)) {
        (Value::Array(items), Some(inner)) => items.iter().all(|item| is_within(inner, item)),
        (Value::Object(members), Some(inner)) => {
            members.values().all(|member| is_within(inner, member))
        }
        (Value::Array(_) | Value::Object(_), None) => false,
        _ => true,
    }
}

impl FromHead for Session {
    type Rejection = Rejection;

    fn from_head(routed: &Routed<'_>) -> Result<Self, Rejection> {
        let session = routed.request().extensions().get::<Self>().cloned();
        session.ok_or(Rejection::NotProvided { what: "middleware Sessions" })
    }

    fn demands(demands: &mut Demands) {
        demands.middleware::<Sessions>();
    }
}

/// Shows no value.
impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let inner = self.inner();
        let mut f = f.debug_struct("Session");
        f.field("touch", &inner.touch).field("fate", &inner.fate).finish_non_exhaustive()
    }
}

/// Why a value cannot be kept in a session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionError {
    key: String,
    reason: String,
}

impl fmt::Display for SessionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { key, reason } = self;
        write!(f, "the value {key:?} cannot be kept in a session: {reason}")
    }
}

impl Error for SessionError {}

/// 500.
impl IntoResponse for SessionError {
    fn into_response(self) -> Response {
        Problem::internal(self).into_response()
    }
}
