//! Interim responses: what a handler says before its answer.
//!
//! `103 (Early Hints)` (RFC 8297) names what a page will need while the page is still being made.
//! It takes the place of HTTP/2's server push, which browsers have removed.
//!
//! A handler has no hand in the connection, and need not: whoever runs its code listens
//! meanwhile, on the same thread.

use std::cell::{Cell, RefCell};

use http::HeaderMap;

thread_local! {
    static STATE: Cell<State> = const { Cell::new(State::Nobody) };
    /// What was said to those who listen, the innermost last.
    static SAID: RefCell<Vec<HeaderMap>> = const { RefCell::new(Vec::new()) };
}

/// Whether somebody listens on this thread. Most handlers say nothing, and are to cost nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Nobody,
    Listening,
    /// And so many hints were given.
    Heard(usize),
}

/// How many hints a handler gives before anybody sees them: more are not of use.
const HINTS_MAX: usize = 16;

/// Sends `103 (Early Hints)` with these fields, before the answer that is being made: mostly
/// `link: </style.css>; rel=preload; as=style`.
///
/// To be called by a handler that waits for something before it can answer; the hints leave as
/// soon as it waits. If the answer is there at once, they are left out. Says whether somebody
/// listens: nobody does outside of a handler, or in a task of its own that it has started.
///
/// ```
/// use gnezdo_core::{early_hints, with_early_hints};
///
/// let handler = || {
///     let link = "</style.css>; rel=preload; as=style".parse().unwrap();
///     early_hints([(http::header::LINK, link)].into_iter().collect())
/// };
/// assert_eq!(handler(), false);
/// let (is_heard, hints) = with_early_hints(handler);
/// assert!(is_heard && hints[0].contains_key("link"));
/// ```
pub fn early_hints(fields: HeaderMap) -> bool {
    let count = match STATE.get() {
        State::Nobody => return false,
        State::Listening => 0,
        State::Heard(count) => count,
    };
    let is_welcome = count < HINTS_MAX;
    if is_welcome {
        SAID.with_borrow_mut(|said| said.push(fields));
        STATE.set(State::Heard(count + 1));
    }
    is_welcome
}

/// Runs code of a handler, and gives the hints that it has given, in their order.
pub fn with_early_hints<T>(run: impl FnOnce() -> T) -> (T, Vec<HeaderMap>) {
    let _listener = Listener { before: STATE.replace(State::Listening) };
    let result = run();
    (result, take_heard())
}

/// Who listens. Puts back who listened before, even if the code panics.
struct Listener {
    before: State,
}

impl Drop for Listener {
    fn drop(&mut self) {
        drop(take_heard());
        STATE.set(self.before);
    }
}

/// What the innermost listener has heard.
fn take_heard() -> Vec<HeaderMap> {
    match STATE.get() {
        State::Nobody | State::Listening => Vec::new(),
        State::Heard(count) => {
            STATE.set(State::Listening);
            SAID.with_borrow_mut(|said| {
                let start = said.len().saturating_sub(count);
                said.split_off(start)
            })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_listener_hears_its_own() {
        let hint = |name: &'static str| {
            early_hints(
                [(name.parse().unwrap(), "1".parse().unwrap())].into_iter().collect::<HeaderMap>(),
            )
        };
        let ((), outer) = with_early_hints(|| {
            hint("a");
            let ((), inner) = with_early_hints(|| {
                hint("b");
            });
            assert!(inner[0].contains_key("b"));
            hint("c");
        });
        assert_eq!(outer.len(), 2);
        assert!(!hint("d"));
    }

    #[test]
    fn a_panic_leaves_nobody_listening() {
        let result = std::panic::catch_unwind(|| with_early_hints(|| panic!("of the handler")));
        assert!(result.is_err() && !early_hints(HeaderMap::new()));
    }

    #[test]
    fn there_is_an_end_of_hints() {
        let (heard, hints) =
            with_early_hints(|| (0..100).filter(|_| early_hints(HeaderMap::new())).count());
        assert_eq!((heard, hints.len()), (HINTS_MAX, HINTS_MAX));
    }
}
