//! What is wrong with the words: as of every server, with one thought more.

use std::path::Path;
use std::process::ExitCode;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use gnezdo_command::{Failure, Usage};

/// The names by which advice speaks of the program.
pub(crate) const USAGE: Usage<'_> = Usage { program: "gnezdo", command: "serve" };

/// Prints the help or the version if that is what clap has to say, or tells what is wrong.
pub(crate) fn answer(error: &clap::Error) -> Result<ExitCode, Failure> {
    match path_as_command(error) {
        Some(word) => Err(Failure::Usage(format!(
            "there is no command {word:?}; to serve it, say: gnezdo serve {word:?}"
        ))),
        None => USAGE.answer(error),
    }
}

/// The word in the place of a command, if it is a folder that somebody wants to serve.
fn path_as_command(error: &clap::Error) -> Option<&str> {
    match (error.kind(), error.get(ContextKind::InvalidSubcommand)) {
        (ErrorKind::InvalidSubcommand, Some(ContextValue::String(word))) => {
            let is_first = USAGE.command_of(error) == USAGE.program;
            (is_first && Path::new(word).exists()).then_some(word)
        }
        _ => None,
    }
}
