//! Where things lie in the project, and how its chores run other programs.

use std::env;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::error::Error;

/// The root of the project.
pub(crate) fn root() -> &'static Path {
    let own = Path::new(env!("CARGO_MANIFEST_DIR"));
    own.parent().unwrap_or(own)
}

/// Where cargo puts what it builds of the project's own workspace.
pub(crate) fn target_folder() -> PathBuf {
    env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from)
}

/// The cargo that runs this chore.
pub(crate) fn cargo() -> Command {
    let mut cargo = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.current_dir(root()).stdin(Stdio::null());
    cargo
}

/// Runs a program to its end; its output goes where ours goes.
///
/// # Errors
/// If it does not start, or ends badly.
pub(crate) fn run(command: &mut Command) -> Result<(), Error> {
    let status = command.status().map_err(Error::io(format!("run {}", spelled(command))))?;
    if status.success() {
        return Ok(());
    }
    Err(Error::Failed { command: spelled(command), ending: status.to_string() })
}

/// The first line that a program prints, to either stream, or nothing: for versions and facts.
pub(crate) fn first_line(program: impl AsRef<Path>, arguments: &[&str]) -> Option<String> {
    let mut command = Command::new(program.as_ref());
    let output = command.args(arguments).current_dir(root()).stdin(Stdio::null()).output().ok()?;
    let streams = [output.stdout, output.stderr].concat();
    let text = String::from_utf8_lossy(&streams);
    text.lines().next().map(|line| line.trim().to_owned())
}

fn spelled(command: &Command) -> String {
    let mut words = vec![command.get_program().to_string_lossy()];
    words.extend(command.get_args().map(|word| word.to_string_lossy()));
    words.join(" ")
}
