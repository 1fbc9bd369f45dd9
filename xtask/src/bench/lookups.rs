//! Runs the program that finds routes in our router and in matchit, and reads what it prints.
//!
//! It measures both itself, in turns, once it has seen that both find the same; so its ratio is
//! one of neighbours in time.

use std::path::Path;
use std::process::Stdio;

use serde::Deserialize;

use super::figure::{Figure, Sample};
use super::launch::launched;
use super::measurement::Measured;
use crate::error::Error;

/// What it prints, as far as it is a figure.
#[derive(Debug, Deserialize)]
struct Printed {
    gnezdo_ns: f64,
    matchit_ns: f64,
    /// How many of our lookups fit into the time of one of theirs.
    ratio: f64,
}

/// Finds routes, on `core`.
pub(crate) fn measure(program: &Path, core: usize) -> Result<Measured, Error> {
    let output = launched(&[core], program)?
        .arg("--json")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .output()
        .map_err(Error::io("find routes"))?;
    if !output.status.success() {
        let words = String::from_utf8_lossy(&output.stderr);
        let ending = words.lines().next().unwrap_or("no word why").to_owned();
        return Err(Error::Failed { command: "routing --json".into(), ending });
    }
    Ok(Measured { sample: parse(&output.stdout)?, failure: None })
}

fn parse(text: &[u8]) -> Result<Sample, Error> {
    let printed: Printed = serde_json::from_slice(text).map_err(|error| Error::Unreadable {
        source: "the output of routing",
        problem: error.to_string(),
    })?;
    Ok(Sample::from([
        (Figure::LookupRatio, printed.ratio),
        (Figure::LookupNanoseconds, printed.gnezdo_ns),
        (Figure::MatchitLookupNanoseconds, printed.matchit_ns),
    ]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ratio_is_the_one_that_the_program_gives() {
        let line = b"{\"routes\":1000,\"gnezdo_ns\":50.00,\"matchit_ns\":48.00,\"ratio\":0.970}\n";
        let sample = parse(line).unwrap();
        assert_eq!(sample[&Figure::LookupRatio], 0.97);
        assert_eq!(sample[&Figure::LookupNanoseconds], 50.0);
        assert_eq!(sample[&Figure::MatchitLookupNanoseconds], 48.0);
    }

    #[test]
    fn what_lacks_a_figure_is_an_error() {
        assert!(parse(b"").is_err());
        assert!(parse(b"{\"gnezdo_ns\":50.00,\"matchit_ns\":48.00}").is_err());
    }
}
