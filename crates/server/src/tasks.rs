//! The async driver: a tokio task for each connection.
//!
//! ```text
//! Reception ──accepts──► Guest ──AsyncFd, Sleep, waker──► Connection
//!     │ asks one at rest to give way ▲  │ borrows for one poll
//!     └────────────► Crowd ──────────┘  └──► Desks
//! ```
//!
//! The tasks live in whatever runtime polls [`run`], with one thread or many, beside those of
//! its owner. They are part of the future: whoever drops it ends them. A task that waits owns
//! no buffer; what a turn needs is lent to it for the length of one poll.
//!
//! Nothing here knows a protocol.

mod crowd;
mod desks;
mod guest;
mod reception;
mod watched;

use std::io;
use std::sync::mpsc::channel;

use gnezdo_socket::Listener;
use tokio::runtime::Builder;

use self::reception::Reception;
use crate::driver::Shared;

/// Serves the listeners in the runtime that polls this, until the shutdown is complete.
///
/// # Errors
/// The runtime refused to watch a listener.
///
/// # Panics
/// Outside of a tokio runtime with I/O and time.
pub(crate) async fn run(shared: Shared, listeners: Vec<Listener>) -> io::Result<()> {
    Reception::new(shared, listeners)?.run().await
}

/// Serves the listeners in a runtime of our own with this many threads.
///
/// # Errors
/// No thread was to be had, or the kernel refused to watch a listener.
pub(crate) fn run_apart(
    shared: Shared,
    listeners: Vec<Listener>,
    workers: usize,
) -> io::Result<()> {
    let runtime = Builder::new_multi_thread()
        .worker_threads(workers)
        .thread_name("tasks")
        .enable_all()
        .build()?;
    // Not `block_on`, which forbids that the caller is in a runtime itself.
    let (sender, receiver) = channel();
    runtime.spawn(async move {
        let _ = sender.send(run(shared, listeners).await);
    });
    let result = receiver.recv().unwrap_or_else(|_| Err(io::Error::other("the driver panicked")));
    // A handler that does not return keeps its thread, but not us.
    runtime.shutdown_background();
    result
}
