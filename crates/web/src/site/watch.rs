//! In debug mode: names the handler that held its thread for too long, once.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use gnezdo_core::complain;

/// How long a handler may hold a thread that others wait for: a person notices twice of it.
const HELD_MAX: Duration = Duration::from_millis(50);

/// Whether a handler has been named.
#[derive(Debug, Default)]
pub(crate) struct Watch(AtomicBool);

impl Watch {
    /// Runs a part of a handler that must not wait.
    pub(super) fn during<T>(&self, handler: &str, run: impl FnOnce() -> T) -> T {
        let start = Instant::now();
        let result = run();
        if let Some(text) = self.judge(handler, start.elapsed()) {
            complain(&text);
        }
        result
    }

    /// What is to be said about a handler that took so long.
    fn judge(&self, handler: &str, held: Duration) -> Option<String> {
        if held <= HELD_MAX || self.0.swap(true, Ordering::Relaxed) {
            return None;
        }
        let held = held.as_millis();
        Some(format!(
            "{handler} held its thread for {held} ms, and others waited for it; make it \
             `.blocking()`, or await what it waits for"
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_handler_is_named_once_and_only_if_it_holds_its_thread() {
        let watch = Watch::default();
        assert_eq!(watch.judge("shop::buy", HELD_MAX), None);
        let text = watch.judge("shop::buy", HELD_MAX + Duration::from_millis(1)).unwrap();
        assert!(text.starts_with("shop::buy held its thread for 51 ms"));
        assert_eq!(watch.judge("shop::buy", HELD_MAX * 2), None);
    }
}
