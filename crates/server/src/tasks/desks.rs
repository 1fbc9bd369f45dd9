//! The desks of a driver's tasks: one for each task that runs at the moment, none for the
//! thousands that wait.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::context::{Context, Desk};

/// The buffer into which a task reads during its poll, in bytes.
const INPUT_BYTES: usize = 64 * 1024;

/// How many desks are kept that nobody uses. More than this are in use at once only while
/// handlers block threads of a very large runtime.
const SPARE_MAX: usize = 64;

pub(super) struct Desks {
    context: Arc<Context>,
    spare: Mutex<Vec<Desk>>,
}

impl Desks {
    pub(super) fn new(context: Arc<Context>) -> Self {
        Self { context, spare: Mutex::default() }
    }

    /// Lends a desk, at which it is now. One at which somebody panicked is not used again.
    pub(super) fn with<R>(&self, using: impl FnOnce(&mut Desk) -> R) -> R {
        let spare = self.spare().pop();
        let mut desk = spare.unwrap_or_else(|| Desk::new(&self.context, INPUT_BYTES));
        desk.now.advance();
        let result = using(&mut desk);
        desk.close_turn();
        self.keep(desk);
        result
    }

    fn keep(&self, desk: Desk) {
        let mut spare = self.spare();
        if spare.len() < SPARE_MAX {
            spare.push(desk);
        }
    }

    fn spare(&self) -> MutexGuard<'_, Vec<Desk>> {
        // Desks come and go whole.
        self.spare.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::panic::{AssertUnwindSafe, catch_unwind};

    use gnezdo_core::{Limits, Reply, Request, Service};

    use super::*;

    struct Silent;

    impl Service for Silent {
        fn call(&self, _: Request) -> Reply {
            Reply::Now(Default::default())
        }
    }

    #[test]
    fn there_are_as_many_as_are_used_at_once() {
        let limits = Arc::new(Limits::default());
        let desks = Desks::new(Arc::new(Context::new(Box::new(Silent), limits)));
        desks.with(|_| desks.with(|_| assert!(desks.spare().is_empty())));
        assert_eq!(desks.spare().len(), 2);
        for _ in 0..10 {
            desks.with(|desk| assert_eq!(desk.input.len(), INPUT_BYTES));
        }
        assert_eq!(desks.spare().len(), 2);
        let broken = AssertUnwindSafe(|| desks.with(|_| panic!("asked for")));
        assert!(catch_unwind(broken).is_err());
        assert_eq!(desks.spare().len(), 1);
    }
}
