//! `gnezdo completions`: the table of options as a script for a shell.

use clap::CommandFactory;
use clap_complete::Shell;
use gnezdo_command::Failure;

use crate::options::Options;

/// Prints the script by which a shell completes words.
pub(crate) fn print(shell: Shell) -> Result<(), Failure> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Options::command(), "gnezdo", &mut script);
    gnezdo_command::print(&script)
}
