//! How long a clean release build of our program takes on two cores: everything is compiled,
//! nothing is downloaded.

use std::fs;
use std::io::ErrorKind;
use std::path::Path;
use std::time::Instant;

use serde_json::{Value, json};

use super::launch::launched;
use super::machine::Cores;
use super::verdicts::Verdict;
use super::{machine, results_folder, work_folder, write_result};
use crate::error::Error;
use crate::project::{cargo, run};

/// How many cores the build may use.
pub(crate) const CORES: usize = 2;

/// The longest that is good enough.
const SECONDS_MAX: f64 = 120.0;

const FILE: &str = "build.json";

/// A measured build.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct CleanBuild {
    /// From the first to the last moment of cargo.
    pub(crate) seconds: f64,
    date: String,
    revision: String,
}

/// Builds the program from nothing, in a folder of its own.
pub(crate) fn measure() -> Result<CleanBuild, Error> {
    let folder = work_folder().join("clean-build");
    match fs::remove_dir_all(&folder) {
        Err(error) if error.kind() != ErrorKind::NotFound => {
            return Err(Error::io(format!("empty {}", folder.display()))(error));
        }
        _ => {}
    }
    run(cargo().args(["fetch", "--quiet"]))?;
    machine::warn_when_busy()?;
    let cargo = cargo();
    let Cores { server, client } = Cores::choose()?;
    let mut build = launched(&[server, client], Path::new(cargo.get_program()))?;
    build
        .args(["build", "--release", "--offline", "--package", "gnezdo-cli"])
        .args(["--jobs", &CORES.to_string()])
        .arg("--target-dir")
        .arg(&folder)
        .current_dir(crate::project::root())
        // A cache of compiled crates would make the build less than clean.
        .env_remove("RUSTC_WRAPPER");
    let start = Instant::now();
    run(&mut build)?;
    let seconds = start.elapsed().as_secs_f64();
    Ok(CleanBuild { seconds, date: machine::today(), revision: machine::revision() })
}

/// The build that was measured last, if one was.
pub(crate) fn load() -> Result<Option<CleanBuild>, Error> {
    let path = results_folder().join(FILE);
    let text = match fs::read_to_string(&path) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        other => other.map_err(Error::io(format!("read {}", path.display())))?,
    };
    match CleanBuild::from_json(&text) {
        Some(build) => Ok(Some(build)),
        None => Err(Error::Unreadable { source: "bench/results/build.json", problem: text }),
    }
}

/// Whether a build was fast enough.
pub(crate) fn judge(build: &CleanBuild) -> Verdict {
    Verdict {
        figure: format!("Clean release build of the program, {CORES} cores"),
        bar: format!("≤ {SECONDS_MAX:.0} s"),
        measured: Some(format!("{:.0} s ({}, {})", build.seconds, build.date, build.revision)),
        met: Some(build.seconds <= SECONDS_MAX),
        floor: None,
    }
}

impl CleanBuild {
    /// Saves it beside the results of the suites.
    pub(crate) fn save(&self) -> Result<(), Error> {
        write_result(FILE, &self.to_json())
    }

    fn to_json(&self) -> String {
        let seconds = (self.seconds * 10.0).round() / 10.0;
        let value = json!({ "seconds": seconds, "date": self.date, "revision": self.revision });
        format!("{value:#}\n")
    }

    fn from_json(text: &str) -> Option<Self> {
        let value: Value = serde_json::from_str(text).ok()?;
        Some(Self {
            seconds: value["seconds"].as_f64()?,
            date: value["date"].as_str()?.to_owned(),
            revision: value["revision"].as_str()?.to_owned(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_build_is_saved_and_judged() {
        let build = CleanBuild { seconds: 99.5, date: "2026-01-02".into(), revision: "abc".into() };
        assert_eq!(CleanBuild::from_json(&build.to_json()), Some(build.clone()));
        assert_eq!(CleanBuild::from_json("{}"), None);
        let verdict = judge(&build);
        assert_eq!(verdict.measured.as_deref(), Some("100 s (2026-01-02, abc)"));
        assert_eq!(verdict.met, Some(true));
    }
}
