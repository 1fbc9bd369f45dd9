//! The program `gnezdo`: words typed by people, turned into the library's settings.
//!
//! ```text
//! words ──► options ──► serve ──► settings, files ──► Server
//!              │          └─ Failure: one line that says what to do
//!              ├──► cert: certificates for development
//!              └──► completions, manual: the same table for shells and readers
//! ```
//!
//! What says how a server runs, and what is told about it, is the same for every app and comes
//! from `gnezdo-command`. Here is what is about files, shells and readers.
#![forbid(unsafe_code)]

mod options;
mod usage;

mod field;
mod files;
mod serve;

mod cert;

mod completions;
mod manual;

mod failure;

use std::process::ExitCode;

use clap::{CommandFactory, Parser};
use gnezdo_command::{Environment, complain};

use failure::Failure;
use options::{Command, Options};

fn main() -> ExitCode {
    match run() {
        Ok(code) => code,
        Err(failure) => {
            complain("gnezdo", &failure);
            failure.exit_code()
        }
    }
}

fn run() -> Result<ExitCode, Failure> {
    let words = std::env::args_os().skip(1).collect();
    let words = Environment::read().complete(&usage::USAGE, &Options::command(), words)?;
    let options = match Options::try_parse_from(words) {
        Ok(options) => options,
        Err(error) => return Ok(usage::answer(&error)?),
    };
    match options.command {
        Command::Serve(options) => serve::serve(&options)?,
        Command::Cert(command) => cert::cert(&command)?,
        Command::Completions { shell } => completions::print(shell)?,
        Command::Man => manual::print()?,
    }
    Ok(ExitCode::SUCCESS)
}
