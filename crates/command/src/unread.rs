//! Output of a command that nobody reads to the end: `hello routes | head -1`.
//!
//! `println!` panics when its reader has gone. Programs in C are ended by SIGPIPE then, but a
//! command may have sockets, too, and that signal would end it for any of them. So it stays
//! ignored, and the panic is what ends the program, without words: it is no failure that somebody
//! has seen enough. Whether the reader has gone is asked of the kernel, not read from the text of
//! the panic.

use std::error::Error;
use std::io;
use std::panic::{self, PanicHookInfo};
use std::process;

use rustix::event::{PollFd, PollFlags, Timespec, poll};

/// How the standard library begins when it cannot print.
const PRINTING_FAILED: &str = "failed printing to stdout";

/// From now on the program ends with 0, and without a word, if it prints what nobody reads.
pub(crate) fn end_quietly() {
    let usual = panic::take_hook();
    panic::set_hook(Box::new(move |panic| {
        if is_about_printing(panic) && is_unread() {
            process::exit(0);
        }
        usual(panic);
    }));
}

/// Whether it went wrong because nobody reads the standard output.
pub(crate) fn is_cause_of(error: &(dyn Error + 'static)) -> bool {
    let error = error.downcast_ref::<io::Error>();
    error.is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe) && is_unread()
}

fn is_about_printing(panic: &PanicHookInfo<'_>) -> bool {
    panic.payload_as_str().is_some_and(|text| text.starts_with(PRINTING_FAILED))
}

/// Whether the reader of the standard output has gone.
fn is_unread() -> bool {
    let stdout = io::stdout();
    let mut stdout = [PollFd::new(&stdout, PollFlags::OUT)];
    let now = Timespec { tv_sec: 0, tv_nsec: 0 };
    let gone = PollFlags::ERR | PollFlags::HUP;
    poll(&mut stdout, Some(&now)).is_ok() && stdout[0].revents().intersects(gone)
}
