//! SIGINT and SIGTERM: the first lets the server finish, the second ends it at once.

use std::io;

use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

use crate::shutdown::Shutdown;

/// Listens for signals on a thread of its own, for the rest of the process's life.
///
/// # Errors
/// The signal handlers could not be installed.
pub(crate) fn stop_on_signals(shutdown: Shutdown) -> io::Result<()> {
    let mut signals = Signals::new([SIGINT, SIGTERM])?;
    std::thread::Builder::new().name("signals".into()).spawn(move || {
        for signal in signals.forever() {
            if shutdown.has_begun() {
                // As a shell reports a process that a signal ended.
                std::process::exit(128 + signal);
            }
            shutdown.begin();
        }
    })?;
    Ok(())
}
