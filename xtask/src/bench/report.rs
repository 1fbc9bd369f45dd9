//! The results for readers: one report of all suites, and a chart of each.

mod chart;
mod markdown;

use super::clean_build;
use super::results::Results;
use super::suite::Suite;
use super::suites;
use super::write_result;
use crate::error::Error;

pub(crate) use markdown::part;

/// The file of the report.
pub(crate) const FILE: &str = "report.md";

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
    write_result(FILE, &markdown::report(&parts, clean_build::load()?.as_ref()))
}
