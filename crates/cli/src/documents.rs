//! The words of the program for shells and readers, made from the table that it parses with.

use std::io::{self, Write};

use clap::CommandFactory;
use clap_complete::Shell;

use crate::failure::Failure;
use crate::options::Options;

/// Prints the script by which a shell completes words.
pub(crate) fn print_completions(shell: Shell) -> Result<(), Failure> {
    let mut command = Options::command();
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut command, "gnezdo", &mut script);
    print(&script)
}

/// Prints the manual in the format of man(1).
pub(crate) fn print_manual() -> Result<(), Failure> {
    let mut page = Vec::new();
    clap_mangen::Man::new(Options::command()).render(&mut page).map_err(Failure::Print)?;
    print(&page)
}

/// A reader that has seen enough (`| head -1`) is no failure.
pub(crate) fn print(text: &[u8]) -> Result<(), Failure> {
    let mut stdout = io::stdout().lock();
    match stdout.write_all(text).and_then(|()| stdout.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(Failure::Print(error)),
        _ => Ok(()),
    }
}
