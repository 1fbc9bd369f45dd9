//! What is done with a session when its handler has answered.

use std::sync::Arc;

use cookie::Cookie;
use gnezdo_core::{Reply, Response, grammar};
use http::header::{CACHE_CONTROL, VARY};
use http::{HeaderMap, HeaderValue};

use super::Shared;
use super::handle::{Fate, Left, Session, Touch};
use super::home::{Home, Known};
use super::id::Id;
use super::record::{Record, Timeouts, seconds_now};
use super::store::{Save, Store, Stored};
use crate::cookies::{CookieError, Way, encrypt, set};
use crate::problem::Problem;
use crate::response::IntoResponse;

/// A request on its way back.
pub(super) struct Ending {
    pub(super) shared: Arc<Shared>,
    pub(super) session: Session,
    /// What the session came by, if it came.
    pub(super) known: Option<Known>,
    pub(super) way: Way,
}

/// What is to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Deed {
    Nothing,
    /// Written where it was, or for the first time.
    Save,
    /// Written under another id, and taken away where it was.
    Move,
    Remove,
}

/// Whether a session came with the request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Past {
    Came,
    None,
}

/// What to do with a session. One without anything in it is none.
fn deed(left: &Left, past: Past, now: u64, timeouts: Timeouts) -> Deed {
    let is_changed = match left.touch {
        Touch::Untouched => return Deed::Nothing,
        Touch::Read => left.record.is_stale(now, timeouts),
        Touch::Changed => true,
    };
    match (past, left.fate) {
        (Past::None, _) if left.record.is_empty() => Deed::Nothing,
        (Past::None, _) => Deed::Save,
        (Past::Came, Fate::Destroyed) => Deed::Remove,
        (Past::Came, _) if !is_changed => Deed::Nothing,
        (Past::Came, _) if left.record.is_empty() => Deed::Remove,
        (Past::Came, Fate::Stays) => Deed::Save,
        (Past::Came, Fate::Renewed) => Deed::Move,
    }
}

impl Ending {
    pub(super) fn is_untouched(&self) -> bool {
        self.session.is_untouched()
    }

    /// Writes what has to be written, and ends the answer.
    pub(super) fn finish(self, mut response: Response) -> Reply {
        let left = self.session.left();
        if left.touch == Touch::Untouched {
            return Reply::Now(response);
        }
        mark(response.headers_mut());
        let now = seconds_now();
        let past = self.known.as_ref().map_or(Past::None, |_| Past::Came);
        let done = match deed(&left, past, now, self.shared.timeouts) {
            Deed::Nothing => return Reply::Now(response),
            Deed::Remove => self.remove(),
            Deed::Save => self.save(left.record, self.known.clone(), now),
            Deed::Move => self.relocate(left.record, now),
        };
        done.and_then(move |cookie| Stored::Now(self.put(cookie, response))).into_reply()
    }

    /// Writes a record where it was, or at a new place; the cookie that has to be set then.
    fn save(
        &self,
        mut record: Record,
        at: Option<Known>,
        now: u64,
    ) -> Stored<Option<Cookie<'static>>> {
        let (content, time_to_live) = record.write(now, self.shared.timeouts);
        match (&self.shared.home, at) {
            (Home::Cookie(key), _) => {
                // JSON is text.
                let text = String::from_utf8(content).unwrap_or_default();
                Stored::Now(Ok(Some(encrypt(key, self.cookie(text)))))
            }
            (Home::Store(store), Some(Known::ById(id))) => {
                let cookie = self.is_cookie_ending().then(|| self.cookie(id.to_value()));
                let saved = store.save(&id.to_key(), content, time_to_live, Save::Known);
                saved.and_then(|()| Stored::Now(Ok(cookie)))
            }
            (Home::Store(store), _) => {
                let id = Id::new();
                let cookie = self.cookie(id.to_value());
                let saved = store.save(&id.to_key(), content, time_to_live, Save::New);
                saved.and_then(|()| Stored::Now(Ok(Some(cookie))))
            }
        }
    }

    fn relocate(&self, record: Record, now: u64) -> Stored<Option<Cookie<'static>>> {
        let saved = self.save(record, None, now);
        let old = self.stored();
        saved.and_then(|cookie| match old {
            Some((store, id)) => store.remove(&id.to_key()).and_then(|()| Stored::Now(Ok(cookie))),
            None => Stored::Now(Ok(cookie)),
        })
    }

    fn remove(&self) -> Stored<Option<Cookie<'static>>> {
        let mut cookie = self.cookie(String::new());
        cookie.make_removal();
        match self.stored() {
            Some((store, id)) => {
                store.remove(&id.to_key()).and_then(|()| Stored::Now(Ok(Some(cookie))))
            }
            None => Stored::Now(Ok(Some(cookie))),
        }
    }

    /// Where the session came from, if that is a store.
    fn stored(&self) -> Option<(Arc<dyn Store>, Id)> {
        match (&self.shared.home, &self.known) {
            (Home::Store(store), Some(Known::ById(id))) => Some((Arc::clone(store), id.clone())),
            _ => None,
        }
    }

    /// Whether the browser forgets the cookie at some time, unless it gets it again.
    fn is_cookie_ending(&self) -> bool {
        let cookie = &self.shared.cookie;
        cookie.max_age().is_some() || cookie.expires_datetime().is_some()
    }

    fn cookie(&self, value: String) -> Cookie<'static> {
        let mut cookie = self.shared.cookie.clone();
        cookie.set_value(value);
        cookie
    }

    /// Puts the cookie into the answer.
    fn put(
        &self,
        cookie: Option<Cookie<'static>>,
        mut response: Response,
    ) -> Result<Response, super::StoreError> {
        let Some(cookie) = cookie else { return Ok(response) };
        match set(cookie, self.way, response.headers_mut()) {
            Ok(()) => Ok(response),
            Err(error @ CookieError::TooLong { .. }) => Err(format!(
                "a session does not fit into its cookie, keep less in it or use a store: {error}"
            )
            .into()),
            Err(error) => Err(error.into()),
        }
    }
}

impl Stored<Response> {
    /// The answer, or the problem that comes in its place.
    fn into_reply(self) -> Reply {
        match self {
            Self::Now(result) => Reply::Now(answer(result)),
            Self::Later(future) => Reply::later(async { answer(future.await) }),
        }
    }
}

fn answer(result: Result<Response, super::StoreError>) -> Response {
    result.unwrap_or_else(|error| Problem::internal(error).into_response())
}

/// Keeps an answer that was made for one visitor from all others.
fn mark(headers: &mut HeaderMap) {
    if !headers.contains_key(CACHE_CONTROL) {
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    let is_varied = |name: &[u8]| name == b"*" || name.eq_ignore_ascii_case(b"cookie");
    if !grammar::list_members(headers, &VARY).any(is_varied) {
        headers.append(VARY, HeaderValue::from_static("cookie"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: u64 = 10_000;

    fn left(touch: Touch, fate: Fate, record: Record) -> Left {
        Left { record, touch, fate }
    }

    fn full(created: u64) -> Record {
        let mut record = Record::new(created);
        record.values.insert("a".into(), 1.into());
        record
    }

    #[test]
    fn only_what_has_changed_is_written() {
        use {Deed as D, Fate as F, Past as P, Touch as T};
        let (fresh, stale, empty) = (full(NOW), full(NOW - 181), Record::new(NOW));
        for (touch, fate, record, past, expected) in [
            (T::Untouched, F::Stays, &stale, P::Came, D::Nothing),
            (T::Read, F::Stays, &fresh, P::Came, D::Nothing),
            (T::Read, F::Stays, &stale, P::Came, D::Save),
            (T::Read, F::Stays, &empty, P::None, D::Nothing),
            (T::Changed, F::Stays, &fresh, P::Came, D::Save),
            (T::Changed, F::Stays, &fresh, P::None, D::Save),
            (T::Changed, F::Stays, &empty, P::Came, D::Remove),
            (T::Changed, F::Stays, &empty, P::None, D::Nothing),
            (T::Changed, F::Renewed, &fresh, P::Came, D::Move),
            (T::Changed, F::Renewed, &fresh, P::None, D::Save),
            (T::Changed, F::Renewed, &empty, P::Came, D::Remove),
            (T::Changed, F::Destroyed, &empty, P::Came, D::Remove),
            (T::Changed, F::Destroyed, &empty, P::None, D::Nothing),
        ] {
            let left = left(touch, fate, record.clone());
            let found = deed(&left, past, NOW, Timeouts::default());
            assert_eq!(found, expected, "{touch:?} {fate:?} {past:?}");
        }
    }

    #[test]
    fn an_answer_for_one_visitor_is_marked_once() {
        let mut headers = HeaderMap::new();
        mark(&mut headers);
        mark(&mut headers);
        assert_eq!(headers[CACHE_CONTROL], "no-store");
        assert_eq!(headers.get_all(VARY).iter().collect::<Vec<_>>(), ["cookie"]);
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("private, max-age=60"));
        headers.insert(VARY, HeaderValue::from_static("accept, Cookie"));
        mark(&mut headers);
        assert_eq!(headers[CACHE_CONTROL], "private, max-age=60");
        assert_eq!(headers.get_all(VARY).iter().count(), 1);
    }
}
