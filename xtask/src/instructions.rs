//! How many instructions a request takes, from octets in to octets out, without the kernel.
//!
//! callgrind runs the program of `bench/instructions` twice for each case; the difference
//! between the two, divided by the requests that the second answered more, is free of what
//! start and end cost. It is the same from run to run, on a busy machine as on a quiet one, so a
//! regression of a few per cent shows without a stopwatch. It is no measure of time: a missed
//! cache or a locked instruction counts like any other.
//!
//! Another compiler or C library counts otherwise: then the figures are shown and not judged.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::{Map, Value, json};

use crate::Outcome;
use crate::error::Error;
use crate::project::{self, cargo, first_line, run};

/// What becomes of the figures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Use {
    /// They are printed.
    Show,
    /// They are compared with those that were saved; a worse one is a failure.
    Check,
    /// They are saved.
    Bless,
}

/// How many requests the two runs of a case answer. Multiples of what any case sends at once.
const REQUESTS: [u64; 2] = [1_600, 4_800];

/// How far a figure may be from the saved one, in per cent: twice what differs between
/// processors of one family, for which the C library picks different copy routines.
const TOLERANCE: f64 = 2.0;

const JSON_FILE: &str = "instructions.json";
const TABLE_FILE: &str = "instructions.md";

/// Counts, and reports.
pub(crate) fn instructions(purpose: Use) -> Result<Outcome, Error> {
    if first_line("valgrind", &["--version"]).is_none() {
        return Err(Error::NotInstalled {
            programs: "valgrind".into(),
            packages: "valgrind".into(),
        });
    }
    run(cargo().args(["build", "--release", "--quiet", "--package", "gnezdo-instructions"]))?;
    let program = project::target_folder().join("release/instructions");
    let counted = Counted { tools: tools(), cases: count_all(&program)? };
    let saved = Saved::read()?;
    print!("{}", counted.compared_table(&saved));
    match purpose {
        Use::Show => Ok(Outcome::Good),
        Use::Check => Ok(counted.judge(&saved)),
        Use::Bless => counted.save().map(|()| Outcome::Good),
    }
}

/// The tools that have a say in the figures.
fn tools() -> Map<String, Value> {
    let version = |program, argument| first_line(program, &[argument]).unwrap_or_default().into();
    let tools = [
        ("rustc", version("rustc", "--version")),
        ("libc", version("ldd", "--version")),
        ("valgrind", version("valgrind", "--version")),
    ];
    tools.into_iter().map(|(name, version)| (name.to_owned(), version)).collect()
}

fn count_all(program: &Path) -> Result<Vec<Case>, Error> {
    let listed = Command::new(program).output().map_err(Error::io("list the cases"))?;
    let listed = String::from_utf8_lossy(&listed.stdout);
    let cases = listed.lines().filter_map(|line| line.split_once('\t'));
    cases.map(|(name, about)| Case::count(program, name, about)).collect()
}

/// A kind of request, and what one of it takes.
#[derive(Debug)]
struct Case {
    name: String,
    about: String,
    instructions: f64,
}

impl Case {
    fn count(program: &Path, name: &str, about: &str) -> Result<Self, Error> {
        let [few, many] = REQUESTS;
        let more = count(program, name, many)?.saturating_sub(count(program, name, few)?);
        let instructions = more as f64 / (many - few) as f64;
        Ok(Self { name: name.into(), about: about.into(), instructions })
    }
}

/// Instructions of one run of the program.
fn count(program: &Path, case: &str, requests: u64) -> Result<u64, Error> {
    let mut valgrind = Command::new("valgrind");
    valgrind.args(["--tool=callgrind", "--callgrind-out-file=/dev/null"]);
    valgrind.arg(program).args([case, &requests.to_string()]).stdin(Stdio::null());
    let output = valgrind.output().map_err(Error::io("run valgrind"))?;
    let text = String::from_utf8_lossy(&output.stderr);
    if !output.status.success() {
        let command = format!("valgrind … instructions {case} {requests}");
        return Err(Error::Failed { command, ending: format!("{}\n{text}", output.status) });
    }
    collected(&text).ok_or_else(|| Error::Unreadable {
        source: "valgrind's report",
        problem: "no line says how many instructions were collected".into(),
    })
}

/// The figure in `==123== Collected : 456`.
fn collected(report: &str) -> Option<u64> {
    let mut lines = report.lines().filter_map(|line| line.split_once("Collected :"));
    lines.next().and_then(|(_, count)| count.trim().parse().ok())
}

/// The figures of this run.
struct Counted {
    tools: Map<String, Value>,
    cases: Vec<Case>,
}

impl Counted {
    fn judge(&self, saved: &Saved) -> Outcome {
        if !saved.is_comparable(&self.tools) {
            println!("\nNot judged: the saved figures are of other tools; --bless saves these.");
            return Outcome::Good;
        }
        let strays = self.cases.iter().filter(|case| !saved.fits(case)).map(|c| c.name.as_str());
        let strays: Vec<&str> = strays.collect();
        if strays.is_empty() {
            return Outcome::Good;
        }
        println!(
            "\nFarther than {TOLERANCE} % from the saved figure: {}. If that is meant to be, \
             --bless saves the new ones.",
            strays.join(", ")
        );
        Outcome::Bad
    }

    fn compared_table(&self, saved: &Saved) -> String {
        let row = |case: &Case| {
            let change = saved.instructions(case).map_or("new".into(), |before| {
                format!("{:+.2} %", (case.instructions / before - 1.0) * 100.0)
            });
            format!("{:<20} {:>10.0} {:>10}\n", case.name, case.instructions, change)
        };
        self.cases.iter().map(row).collect()
    }

    fn save(&self) -> Result<(), Error> {
        let round = |case: &Case| (case.name.clone(), json!(case.instructions.round() as u64));
        let figures: Map<_, _> = self.cases.iter().map(round).collect();
        let json = json!({ "tools": self.tools, "instructions": figures });
        write(JSON_FILE, &format!("{json:#}\n"))?;
        write(TABLE_FILE, &self.table())
    }

    fn table(&self) -> String {
        let mut text = String::from(
            "# Instructions per request\n\n\
             From octets in to octets out, in memory, without the kernel; counted by callgrind. \
             Written by\n`cargo xtask instructions --bless`.\n\n\
             | | what is answered | instructions |\n|---|---|---:|\n",
        );
        for case in &self.cases {
            let Case { name, about, instructions } = case;
            text += &format!("| `{name}` | {about} | {instructions:.0} |\n");
        }
        let tools = self.tools.values().filter_map(Value::as_str).collect::<Vec<_>>().join("; ");
        text + &format!("\n{tools}\n")
    }
}

/// The figures that were saved, if any were.
struct Saved(Value);

impl Saved {
    fn read() -> Result<Self, Error> {
        let path = path_of(JSON_FILE);
        let Ok(text) = fs::read_to_string(&path) else { return Ok(Self(Value::Null)) };
        serde_json::from_str(&text).map(Self).map_err(|error| Error::Unreadable {
            source: "bench/results/instructions.json",
            problem: error.to_string(),
        })
    }

    fn is_comparable(&self, tools: &Map<String, Value>) -> bool {
        self.0["tools"].as_object() == Some(tools)
    }

    fn instructions(&self, case: &Case) -> Option<f64> {
        self.0["instructions"][&case.name].as_f64()
    }

    fn fits(&self, case: &Case) -> bool {
        let before = self.instructions(case);
        before.is_some_and(|before| (case.instructions / before - 1.0).abs() * 100.0 <= TOLERANCE)
    }
}

fn path_of(file: &str) -> PathBuf {
    project::root().join("bench/results").join(file)
}

fn write(file: &str, text: &str) -> Result<(), Error> {
    let path = path_of(file);
    fs::write(&path, text).map_err(Error::io(format!("write {}", path.display())))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counted(instructions: f64, rustc: &str) -> Counted {
        let case = Case { name: "a".into(), about: String::new(), instructions };
        let tools = Map::from_iter([("rustc".to_owned(), rustc.into())]);
        Counted { tools, cases: vec![case] }
    }

    #[test]
    fn the_figure_is_found_in_the_report() {
        let report = "==7== Events    : Ir\n==7== Collected : 93014444\n==7==\n";
        assert_eq!(collected(report), Some(93_014_444));
        assert_eq!(collected("==7== Killed\n"), None);
    }

    #[test]
    fn more_or_fewer_than_the_tolerance_is_bad_and_other_tools_are_not_judged() {
        let saved = Saved(json!({ "tools": { "rustc": "1" }, "instructions": { "a": 1_000 } }));
        let judged = |instructions, rustc| counted(instructions, rustc).judge(&saved);
        assert_eq!(judged(1_019.0, "1"), Outcome::Good);
        assert_eq!(judged(1_021.0, "1"), Outcome::Bad);
        assert_eq!(judged(979.0, "1"), Outcome::Bad);
        assert_eq!(judged(2_000.0, "2"), Outcome::Good);
    }

    #[test]
    fn a_case_without_a_saved_figure_is_bad() {
        let saved = Saved(json!({ "tools": { "rustc": "1" }, "instructions": {} }));
        assert_eq!(counted(1.0, "1").judge(&saved), Outcome::Bad);
    }
}
