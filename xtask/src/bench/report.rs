//! The results for readers: one report of all suites, and a chart of each.

mod chart;
mod markdown;

use super::clean_build;
use super::results::Results;
use super::suite::Suite;
use super::suites;
use super::{results_folder, write_result};
use crate::error::Error;

pub(crate) use markdown::part;

/// The file of the report.
pub(crate) const FILE: &str = "report.md";

/// What other chores write beside it.
const PAGES: [[&str; 3]; 1] =
    [["Instructions of a request", "instructions.md", "cargo xtask instructions"]];

/// Writes the report and the charts anew, from what was saved of each suite.
pub(crate) fn write() -> Result<(), Error> {
    let mut parts: Vec<(&Suite, Results)> = Vec::new();
    for suite in suites::ALL {
        match Results::load(suite) {
            Ok(Some(results)) => parts.push((suite, results)),
            Ok(None) => {}
            // Written by another version of this program; measuring it again replaces it.
            Err(error) => eprintln!("{} is left out of the report: {error}", suite.name),
        }
    }
    for (suite, results) in &parts {
        write_result(&format!("{}.svg", suite.name), &chart::chart(suite, results))?;
    }
    let is_there = |page: &&[&str; 3]| results_folder().join(page[1]).exists();
    let pages: Vec<[&str; 3]> = PAGES.iter().filter(is_there).copied().collect();
    write_result(FILE, &markdown::report(&parts, clean_build::load()?.as_ref(), &pages))
}
