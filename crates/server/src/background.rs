//! tokio in the background: so that its timers and sockets work in handlers, whatever waits for
//! the connections.
//!
//! Handlers are polled where their requests were read; what they wait for there is seen to by
//! one thread, which wakes them. A thread that serves connections has entered this runtime.

use std::io;

/// The runtime in the background, if there is one. It ends with the last clone.
#[derive(Clone, Debug, Default)]
pub(crate) struct Background(imp::Background);

/// As long as this lives, tokio works in the thread that holds it.
pub(crate) struct Entered<'b>(#[allow(dead_code)] imp::Entered<'b>);

impl Background {
    /// Starts the runtime; without the feature `tokio` there is none.
    ///
    /// # Errors
    /// No thread or no descriptor was to be had.
    pub(crate) fn start() -> io::Result<Self> {
        imp::Background::start().map(Self)
    }

    pub(crate) fn enter(&self) -> Entered<'_> {
        Entered(self.0.enter())
    }
}

#[cfg(feature = "tokio")]
mod imp {
    use std::io;
    use std::sync::Arc;

    use tokio::runtime::{Builder, EnterGuard, Runtime};

    pub(super) type Entered<'b> = Option<EnterGuard<'b>>;

    #[derive(Clone, Debug, Default)]
    pub(super) struct Background(Option<Arc<Owner>>);

    /// The runtime is there until this is dropped.
    #[derive(Debug)]
    struct Owner(Option<Runtime>);

    impl Background {
        pub(super) fn start() -> io::Result<Self> {
            let runtime = Builder::new_multi_thread()
                .worker_threads(1)
                .thread_name("background")
                .enable_all()
                .build()?;
            Ok(Self(Some(Arc::new(Owner(Some(runtime))))))
        }

        pub(super) fn enter(&self) -> Entered<'_> {
            self.0.as_ref()?.0.as_ref().map(Runtime::enter)
        }
    }

    impl Drop for Owner {
        fn drop(&mut self) {
            if let Some(runtime) = self.0.take() {
                // Without waiting for what handlers have left in it.
                runtime.shutdown_background();
            }
        }
    }
}

#[cfg(not(feature = "tokio"))]
mod imp {
    use std::io;
    use std::marker::PhantomData;

    pub(super) type Entered<'b> = PhantomData<&'b ()>;

    #[derive(Clone, Debug, Default)]
    pub(super) struct Background;

    impl Background {
        pub(super) fn start() -> io::Result<Self> {
            Ok(Self)
        }

        pub(super) fn enter(&self) -> Entered<'_> {
            PhantomData
        }
    }
}

#[cfg(all(test, feature = "tokio"))]
mod tests {
    use std::sync::mpsc::channel;
    use std::time::Duration;

    use tokio::runtime::Handle;
    use tokio::time::sleep;

    use super::*;

    #[test]
    fn a_thread_that_has_entered_it_has_timers() {
        let background = Background::start().unwrap();
        assert!(Handle::try_current().is_err());
        let entered = background.enter();
        let (sender, receiver) = channel();
        let rest = sleep(Duration::from_millis(1));
        tokio::spawn(async move {
            rest.await;
            sender.send("rested").unwrap();
        });
        assert_eq!(receiver.recv(), Ok("rested"));
        drop(entered);
        assert!(Handle::try_current().is_err());
    }

    #[test]
    fn where_there_is_none_nothing_changes() {
        let background = Background::default();
        let _entered = background.enter();
        assert!(Handle::try_current().is_err());
    }

    #[test]
    fn it_may_end_inside_of_another() {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        runtime.block_on(async { drop(Background::start().unwrap()) });
        assert!(runtime.block_on(async { 1 }) == 1);
    }
}
