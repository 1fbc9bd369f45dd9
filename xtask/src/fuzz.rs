//! Builds and runs the fuzz targets of `fuzz/` on the stable toolchain.
//!
//! libFuzzer needs the compiler to count edges and comparisons; LLVM's pass for that is there
//! in the stable compiler, so its flags are enough and no tool has to be installed. Sanitizers
//! are not: memory errors are not looked for, which safe code does not have.
//!
//! Inputs that reach new code stay in `fuzz/corpus/TARGET`, next to the seeds in
//! `fuzz/seeds/TARGET`; inputs that crash lie in `fuzz/artifacts/TARGET`.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::Outcome;
use crate::error::Error;
use crate::project::{self, cargo, first_line, run};

/// What is fuzzed, and how.
#[derive(Clone, Debug)]
pub(crate) struct FuzzOptions {
    /// The targets, by name; all without.
    pub(crate) targets: Vec<String>,
    /// How long each runs.
    pub(crate) seconds: u32,
    /// An input to run once instead.
    pub(crate) replay: Option<PathBuf>,
}

/// Without these, libFuzzer would see nothing of the program that it feeds.
const FLAGS: [&str; 8] = [
    "--cfg=fuzzing",
    "-Cpasses=sancov-module",
    "-Cllvm-args=-sanitizer-coverage-level=4",
    "-Cllvm-args=-sanitizer-coverage-inline-8bit-counters",
    "-Cllvm-args=-sanitizer-coverage-pc-table",
    "-Cllvm-args=-sanitizer-coverage-trace-compares",
    // The tables of one crate have to lie in one piece.
    "-Ccodegen-units=1",
    "-Cdebug-assertions",
];

/// No target may need more memory than this, in MiB.
const MEMORY_MAX: u32 = 512;
/// No input may take longer than this, in seconds.
const INPUT_SECONDS_MAX: u32 = 10;

/// Fuzzes, and reports what crashed.
pub(crate) fn fuzz(options: &FuzzOptions) -> Result<Outcome, Error> {
    let workspace = Workspace::open(&project::root().join("fuzz"))?;
    let targets = workspace.chosen(&options.targets)?;
    workspace.build(&targets)?;
    if let ([target], Some(input)) = (targets.as_slice(), &options.replay) {
        return workspace.replay(target, input);
    }
    let mut outcome = Outcome::Good;
    for target in &targets {
        if let Outcome::Bad = workspace.run(target, options.seconds)? {
            outcome = Outcome::Bad;
        }
    }
    Ok(outcome)
}

/// A workspace of fuzz targets, laid out as `cargo fuzz` does.
struct Workspace {
    folder: PathBuf,
    /// Named to cargo, so that the flags reach the targets but no build script and no macro.
    host: String,
}

impl Workspace {
    fn open(folder: &Path) -> Result<Self, Error> {
        let folder =
            folder.canonicalize().map_err(Error::io(format!("find {}", folder.display())))?;
        let host = first_line("rustc", &["--print=host-tuple"]).unwrap_or_default();
        Ok(Self { folder, host })
    }

    /// The targets that were asked for; all of them if none was.
    fn chosen(&self, names: &[String]) -> Result<Vec<String>, Error> {
        let known = self.targets()?;
        let Some(name) = names.iter().find(|name| !known.contains(*name)) else {
            return Ok(if names.is_empty() { Vec::from_iter(known) } else { names.to_vec() });
        };
        let known = Vec::from_iter(known).join(", ");
        let problem = format!("no fuzz target is called `{name}`; there are {known}");
        Err(Error::Usage { problem, command: "cargo xtask fuzz".into() })
    }

    fn targets(&self) -> Result<BTreeSet<String>, Error> {
        let files = files_in(&self.folder.join("fuzz_targets"))?;
        let sources = files.iter().filter(|path| path.extension().is_some_and(|e| e == "rs"));
        Ok(sources.filter_map(|path| Some(path.file_stem()?.to_str()?.to_owned())).collect())
    }

    fn build(&self, targets: &[String]) -> Result<(), Error> {
        let mut build = cargo();
        build
            .current_dir(&self.folder)
            .args(["build", "--release", "--target", &self.host])
            .arg("--target-dir")
            .arg(self.folder.join("target"))
            .args(targets.iter().flat_map(|target| ["--bin", target]))
            .env("CARGO_ENCODED_RUSTFLAGS", FLAGS.join("\x1f"));
        run(&mut build)
    }

    fn program(&self, target: &str) -> Command {
        let folder = self.folder.join("target").join(&self.host).join("release");
        let mut command = Command::new(folder.join(target));
        command.current_dir(&self.folder).stdin(Stdio::null());
        command.arg(format!("-rss_limit_mb={MEMORY_MAX}"));
        command.arg(format!("-timeout={INPUT_SECONDS_MAX}"));
        command
    }

    fn replay(&self, target: &str, input: &Path) -> Result<Outcome, Error> {
        let input = input.canonicalize().map_err(Error::io(format!("find {}", input.display())))?;
        let status = self.program(target).arg(input).status();
        let status = status.map_err(Error::io(format!("run {target}")))?;
        Ok(if status.success() { Outcome::Good } else { Outcome::Bad })
    }

    fn run(&self, target: &str, seconds: u32) -> Result<Outcome, Error> {
        let corpus = made(self.folder.join("corpus").join(target))?;
        let artifacts = made(self.folder.join("artifacts").join(target))?;
        let seeds = self.folder.join("seeds").join(target);
        let known = files_in(&artifacts)?;
        eprintln!("fuzzing {target} for {seconds} s");
        let mut command = self.program(target);
        command.args([
            &format!("-max_total_time={seconds}"),
            "-verbosity=0",
            "-print_final_stats=1",
        ]);
        command.arg(format!("-artifact_prefix={}/", artifacts.display()));
        // New inputs go to the first folder; the others are only read.
        command.arg(&corpus).args(seeds.is_dir().then_some(seeds));
        let status = command.status().map_err(Error::io(format!("run {target}")))?;
        if status.success() {
            return Ok(Outcome::Good);
        }
        eprintln!("{target}: found a fault ({status})");
        for artifact in files_in(&artifacts)?.difference(&known) {
            let path = artifact.display();
            eprintln!("{target}: replay it with `cargo xtask fuzz {target} --replay {path}`");
        }
        Ok(Outcome::Bad)
    }
}

fn files_in(folder: &Path) -> Result<BTreeSet<PathBuf>, Error> {
    let entries = fs::read_dir(folder).map_err(Error::io(format!("list {}", folder.display())))?;
    Ok(entries.flatten().map(|entry| entry.path()).collect())
}

fn made(folder: PathBuf) -> Result<PathBuf, Error> {
    fs::create_dir_all(&folder).map_err(Error::io(format!("make {}", folder.display())))?;
    Ok(folder)
}
