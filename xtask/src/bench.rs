//! Benches: our program beside its peers, one after another, on the same files, the server on
//! one core and the client on another. `BENCHMARKING.md` explains the method to readers.
//!
//! ```text
//! suite ── peers ──► programs (found, built) ──► server ◄── wrk, h2load, idle clients
//!   │                                              │
//!   └─ scenarios, bars                           usage (/proc)
//!            │                                     │
//!            └──────────► results ◄── samples ◄────┘
//!                            │
//!                       SUITE.json ──► report.md (of all suites), SUITE.svg
//! ```
//!
//! What is measured is data ([`suites`], [`peer`]); how it is measured is in [`rounds`] and
//! [`measurement`].

mod clean_build;
mod configuration;
mod documents;
mod exchange;
mod figure;
mod h2load;
mod handshakes;
mod http2;
mod idle;
mod launch;
mod lookups;
mod machine;
mod measurement;
mod peer;
mod programs;
mod report;
mod results;
mod rounds;
mod seen;
mod server;
mod suite;
mod suites;
mod tls;
mod usage;
mod verdicts;
mod wrk;

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use crate::error::Error;
use crate::{Outcome, project};

pub(crate) use launch::launch;
pub(crate) use suite::Suite;
pub(crate) use suites::{ALL, CONNECTIONS, FRAMEWORK, HELLO, HTTP2, LARGE, PIPELINE, STATIC, TLS};

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

/// Measures suites one after another; prints and saves what each gave before the next begins.
pub(crate) fn measure_suites(
    suites: &[&'static Suite],
    options: &BenchOptions,
) -> Result<Outcome, Error> {
    let mut outcome = Outcome::Good;
    for suite in suites {
        if let Outcome::Bad = measure_suite(suite, options)? {
            outcome = Outcome::Bad;
        }
    }
    Ok(outcome)
}

fn measure_suite(suite: &Suite, options: &BenchOptions) -> Result<Outcome, Error> {
    let scenarios = suite.chosen_scenarios(options)?;
    let tools = tools(&scenarios);
    let peers = suite.chosen_peers(&scenarios, options)?;
    let programs = programs::ready(peers, &tools, options)?;
    let documents = documents::write()?;
    let bench = rounds::Bench::new(programs.ready, programs.tools, scenarios, documents, options)?;
    let series = bench.run()?;
    let results = results::Results::new(suite, options, &bench, &programs.missing, &series);
    println!("{}", report::part(suite, &results));
    match options.saves {
        true if options.is_whole() && results.has_ours() => save(&results)?,
        true => eprintln!("not saved: only a whole run, with our program in it, is"),
        false => {}
    }
    Ok(if results.has_failures() { Outcome::Bad } else { Outcome::Good })
}

/// What these scenarios need beside their servers.
fn tools(scenarios: &[&suite::Scenario]) -> Vec<peer::Tool> {
    let tools: BTreeSet<peer::Tool> =
        scenarios.iter().flat_map(|scenario| scenario.tools()).collect();
    tools.into_iter().collect()
}

/// Writes the report anew, from what was saved of each suite.
pub(crate) fn write_report() -> Result<Outcome, Error> {
    report::write()?;
    eprintln!("wrote bench/results/{}", report::FILE);
    Ok(Outcome::Good)
}

/// Measures how long a clean release build of our program takes.
pub(crate) fn measure_build() -> Result<Outcome, Error> {
    let build = clean_build::measure()?;
    println!("clean release build on {} cores: {:.1} s", clean_build::CORES, build.seconds);
    build.save()?;
    write_report()
}

fn save(results: &results::Results) -> Result<(), Error> {
    results.save()?;
    report::write()?;
    let name = &results.suite;
    eprintln!("saved bench/results/{name}.json and {name}.svg; {} is renewed", report::FILE);
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
