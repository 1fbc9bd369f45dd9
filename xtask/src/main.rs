//! The project's own chores: `cargo xtask bench …` measures, `cargo xtask fuzz …` fuzzes,
//! `cargo xtask instructions` counts.
//!
//! A chore is a module; the words that start it stand in [`words`]. Linux only: chores pin
//! processes to cores and read `/proc`.
#![forbid(unsafe_code)]

mod bench;
mod error;
mod fuzz;
mod instructions;
mod project;
mod words;

use std::process::ExitCode;

use error::Error;
use words::Chore;

fn main() -> ExitCode {
    match words::from_system().and_then(|words| run(&words)) {
        Ok(Outcome::Good) => ExitCode::SUCCESS,
        Ok(Outcome::Bad) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("xtask: {error}");
            ExitCode::from(if matches!(error, Error::Usage { .. }) { 2 } else { 1 })
        }
    }
}

fn run(words: &[String]) -> Result<Outcome, Error> {
    match words::read(words)? {
        Chore::Help(text) => {
            print!("{text}");
            Ok(Outcome::Good)
        }
        Chore::BenchSuites(suites, options) => bench::measure_suites(&suites, &options),
        Chore::BenchReport => bench::write_report(),
        Chore::BenchBuild => bench::measure_build(),
        Chore::Fuzz(options) => fuzz::fuzz(&options),
        Chore::Instructions(purpose) => instructions::instructions(purpose),
        Chore::Launch(words) => bench::launch(&words),
    }
}

/// How a chore that ran to its end went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Outcome {
    /// As it should.
    Good,
    /// Something was found: a crash, a failed request. It has been reported.
    Bad,
}
