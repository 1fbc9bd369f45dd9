//! Benches: our program beside its peers, one after another, on the same files, the server on
//! one core and the client on another. `BENCHMARKING.md` explains the method to readers.
//!
//! ```text
//! suite ── peers ──► programs (found, built) ──► server ◄── wrk, idle clients
//!   │                                              │
//!   └─ scenarios, bars                           usage (/proc)
//!            │                                     │
//!            └──────────► results ◄── samples ◄────┘──► markdown, json, chart
//! ```
//!
//! What is measured is data ([`suite`], [`peer`]); how it is measured is in [`rounds`].

mod clean_build;
mod configuration;
mod documents;
mod exchange;
mod figure;
mod idle;
mod launch;
mod machine;
mod peer;
mod programs;
mod report;
mod results;
mod rounds;
mod server;
mod suite;
mod usage;
mod wrk;

use std::fs;
use std::path::PathBuf;

use crate::error::Error;
use crate::{Outcome, project};

pub(crate) use launch::launch;
pub(crate) use suite::{STATIC, Suite};

/// What a suite is measured with.
#[derive(Clone, Debug)]
pub(crate) struct BenchOptions {
    /// How often each peer is measured.
    pub(crate) rounds: u32,
    /// How long one measurement lasts.
    pub(crate) seconds: u32,
    /// The peers to measure, by name; all without.
    pub(crate) peers: Option<Vec<String>>,
    /// The scenarios to measure, by name; all without.
    pub(crate) scenarios: Option<Vec<String>>,
    /// The architectures of our program.
    pub(crate) architectures: Vec<String>,
    /// Whether our program is built first.
    pub(crate) builds: bool,
    /// Whether the results are saved.
    pub(crate) saves: bool,
}

impl BenchOptions {
    fn is_whole(&self) -> bool {
        self.peers.is_none() && self.scenarios.is_none()
    }
}

/// Measures a suite, prints the report, and saves it.
pub(crate) fn measure_suite(suite: &Suite, options: &BenchOptions) -> Result<Outcome, Error> {
    let scenarios = suite.scenarios(options)?;
    let peers = programs::ready(suite.peers(options)?, options)?;
    let documents = documents::write()?;
    let bench = rounds::Bench::new(peers, scenarios, documents, options)?;
    let series = bench.run()?;
    let results = results::Results::new(suite, options, &bench, series)?;
    println!("{}", report::markdown(&results));
    match options.saves {
        true if options.is_whole() && results.has_ours() => save(&results)?,
        true => eprintln!("not saved: only a whole run, with our program in it, is"),
        false => {}
    }
    Ok(if results.has_failures() { Outcome::Bad } else { Outcome::Good })
}

/// Measures how long a clean release build of our program takes.
pub(crate) fn measure_build() -> Result<Outcome, Error> {
    let build = clean_build::measure()?;
    println!("clean release build on {} cores: {:.1} s", clean_build::CORES, build.seconds);
    build.save()?;
    Ok(Outcome::Good)
}

fn save(results: &results::Results<'_>) -> Result<(), Error> {
    let name = results.suite.name;
    write_result(&format!("{name}.md"), &report::markdown(results))?;
    write_result(&format!("{name}.json"), &report::json(results))?;
    write_result(&format!("{name}.svg"), &report::chart(results))?;
    eprintln!("saved bench/results/{name}.md, .json and .svg");
    Ok(())
}

/// Where the results of all suites lie, in the repository.
fn results_folder() -> PathBuf {
    project::root().join("bench/results")
}

/// Where benches put what they generate: configurations, files to serve, logs, builds.
fn work_folder() -> PathBuf {
    project::root().join("bench/work")
}

fn write_result(name: &str, content: &str) -> Result<(), Error> {
    let folder = results_folder();
    fs::create_dir_all(&folder).map_err(Error::io(format!("make {}", folder.display())))?;
    let path = folder.join(name);
    fs::write(&path, content).map_err(Error::io(format!("write {}", path.display())))
}
