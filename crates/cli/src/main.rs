//! The program `gnezdo`: words typed by people, turned into the library's settings.
//!
//! ```text
//! words ──► options ──► serve ──► settings ──► Server ──► banner, then run
//!              │          └─ Failure: one line that says what to do
//!              ├──► completions, manual: the same table for shells and readers
//!              └──► usage: what is wrong with the words, in one line
//! ```
//!
//! Standard output carries what somebody may want to pipe on: the access log, a script of
//! completions, the manual. What is said to the person at the terminal, the banner included,
//! goes to standard error.
#![forbid(unsafe_code)]

mod options;
mod usage;
mod values;

mod banner;
mod farewell;
mod serve;
mod settings;

mod completions;
mod manual;

mod failure;
mod one_line;
mod print;

use std::io::Write;
use std::process::ExitCode;

use clap::Parser;

use failure::Failure;
use options::{Command, Options};

fn main() -> ExitCode {
    match run() {
        Ok(code) => code,
        Err(failure) => {
            // Nobody may be there to read it; the exit code says it as well.
            let _ = writeln!(std::io::stderr(), "gnezdo: {failure}");
            failure.exit_code()
        }
    }
}

fn run() -> Result<ExitCode, Failure> {
    let options = match Options::try_parse() {
        Ok(options) => options,
        Err(error) => return usage::answer(&error),
    };
    match options.command {
        Command::Serve(options) => serve::serve(&options)?,
        Command::Completions { shell } => completions::print(shell)?,
        Command::Man => manual::print()?,
    }
    Ok(ExitCode::SUCCESS)
}
