//! The functions that templates have, and what they know of the request.

use std::cell::RefCell;

use gnezdo_core::escape;
use minijinja::value::{Kwargs, Value};
use minijinja::{AutoEscape, Environment, Error, ErrorKind, State};

#[cfg(feature = "sessions")]
use super::visitor::{self, Visitor};
use crate::urls::Urls;

thread_local! {
    /// What is being rendered on this thread, the innermost last.
    static CURRENT: RefCell<Vec<Current>> = const { RefCell::new(Vec::new()) };
}

/// What the functions of templates know of the request.
#[derive(Clone, Debug)]
pub(super) struct Current {
    pub(super) urls: Urls,
    #[cfg(feature = "sessions")]
    pub(super) visitor: Visitor,
}

impl Current {
    /// Runs something that renders.
    pub(super) fn during<T>(&self, render: impl FnOnce() -> T) -> T {
        CURRENT.with_borrow_mut(|all| all.push(self.clone()));
        let _end = End;
        render()
    }

    pub(super) fn get() -> Result<Self, Error> {
        let current = CURRENT.with_borrow(|all| all.last().cloned());
        let outside = "this function knows only templates that Page::render renders";
        current.ok_or_else(|| Error::new(ErrorKind::InvalidOperation, outside))
    }
}

/// Takes away what was being rendered, even if that panics.
struct End;

impl Drop for End {
    fn drop(&mut self) {
        CURRENT.with_borrow_mut(|all| drop(all.pop()));
    }
}

/// An environment with our functions.
pub(super) fn environment() -> Environment<'static> {
    let mut environment = Environment::new();
    environment.set_debug(cfg!(debug_assertions));
    environment.add_function("url_for", url_for);
    #[cfg(feature = "sessions")]
    visitor::add_functions(&mut environment);
    environment
}

/// `url_for("post", post_id=7)`.
// Functions of templates own their arguments.
#[allow(clippy::needless_pass_by_value)]
fn url_for(state: &State<'_, '_>, name: &str, values: Kwargs) -> Result<Value, Error> {
    let pair = |key: &str| Ok((key.to_owned(), values.get::<Value>(key)?.to_string()));
    let pairs = values.args().map(pair).collect::<Result<Vec<_>, Error>>()?;
    let url = Current::get()?.urls.url_for(name, pairs);
    let url = url.map_err(|error| Error::new(ErrorKind::InvalidOperation, error.to_string()))?;
    // The slashes of an address stay readable; the library would escape them.
    Ok(match state.auto_escape() {
        AutoEscape::Html => Value::from_safe_string(escape(&url).into_owned()),
        _ => url.into(),
    })
}
