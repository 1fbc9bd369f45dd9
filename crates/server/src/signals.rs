//! SIGINT and SIGTERM: the first lets the server finish, the second ends it at once.
//!
//! A handler that does not return keeps its thread beyond every deadline. Only the end of the
//! process can end it, so that comes, too, a moment after the deadline of the shutdown.

use std::io;
use std::time::Duration;

use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

use crate::shutdown::Shutdown;

/// What the server is given beyond its deadline.
const EXIT_GRACE: Duration = Duration::from_millis(500);

/// Listens for signals on a thread of its own, for the rest of the process's life. `timeout` is
/// the deadline of the shutdown.
///
/// # Errors
/// The signal handlers could not be installed.
pub(crate) fn stop_on_signals(shutdown: Shutdown, timeout: Duration) -> io::Result<()> {
    let mut signals = Signals::new([SIGINT, SIGTERM])?;
    std::thread::Builder::new().name("signals".into()).spawn(move || {
        for signal in signals.forever() {
            if shutdown.has_begun() {
                // As a shell reports a process that a signal ended.
                std::process::exit(128 + signal);
            }
            shutdown.begin();
            exit_after(timeout.saturating_add(EXIT_GRACE));
        }
    })?;
    Ok(())
}

fn exit_after(time: Duration) {
    // Without the thread, the second signal is still there.
    let _ = std::thread::Builder::new().name("deadline".into()).spawn(move || {
        std::thread::sleep(time);
        std::process::exit(0);
    });
}
