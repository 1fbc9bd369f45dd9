//! Printing on standard output, for those who may not read to the end.

use std::io::{self, Write};

use crate::failure::Failure;

/// Prints a text on standard output; that nobody reads it to the end is no failure.
///
/// # Errors
/// Writing failed for another reason.
pub fn print(text: &[u8]) -> Result<(), Failure> {
    let mut stdout = io::stdout().lock();
    unless_closed(stdout.write_all(text).and_then(|()| stdout.flush()))
}

/// Prints a text with [styles](crate::style) on standard output: plain where it is no terminal.
///
/// # Errors
/// Writing failed, and not because nobody reads it to the end.
pub fn print_styled(text: &str) -> Result<(), Failure> {
    let mut stdout = anstream::stdout().lock();
    unless_closed(stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()))
}

/// A reader that has seen enough (`| head -1`) is no failure.
pub(crate) fn unless_closed(result: io::Result<()>) -> Result<(), Failure> {
    match result {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(Failure::Print(error)),
        _ => Ok(()),
    }
}
