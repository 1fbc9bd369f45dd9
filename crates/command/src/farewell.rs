//! What is said after Ctrl-C, if the end is not there at once.

use std::io::{IsTerminal, Write};
use std::thread;
use std::time::Duration;

use gnezdo_server::Shutdown;
use rustix::event::{PollFd, PollFlags, poll};

use crate::values::TimeSpan;

/// An end that comes sooner needs no words.
const PATIENCE: Duration = Duration::from_secs(1);

/// Tells the person at the terminal, once the shutdown has begun, why the program goes on.
pub(crate) fn announce(shutdown: Shutdown, timeout: Duration) {
    if !std::io::stderr().is_terminal() {
        return;
    }
    // Without the thread nothing is said, and everything works. The end of the program ends it.
    let _ = thread::Builder::new().name("farewell".into()).spawn(move || {
        while !shutdown.has_begun() {
            let _ = poll(&mut [PollFd::new(&shutdown, PollFlags::IN)], None);
        }
        thread::sleep(PATIENCE);
        let timeout = TimeSpan::from(timeout);
        let _ = writeln!(
            std::io::stderr(),
            "finishing what is in progress, {timeout} at most; Ctrl-C again ends it at once"
        );
    });
}
