//! Why a chore could not be done: one line that says what to do.

use std::fmt;
use std::io;
use std::path::PathBuf;

use crate::project;

/// Why a chore could not be done.
#[derive(Debug)]
#[non_exhaustive]
pub(crate) enum Error {
    /// The words on the command line do not name a chore.
    Usage { problem: String, command: String },
    /// The system refused.
    Io { action: String, error: io::Error },
    /// A program that this chore runs is not installed.
    NotInstalled { programs: String, packages: String },
    /// A program that was run ended badly.
    Failed { command: String, ending: String },
    /// A server did not come up or went away; its own words are in the log.
    Server { peer: String, problem: String, log: PathBuf },
    /// A server gave something else than was expected.
    Answer { peer: String, target: String, problem: String },
    /// The output of a program or the kernel does not have the form that was expected.
    Unreadable { source: &'static str, problem: String },
    /// The machine cannot do what is asked.
    Machine(String),
}

impl Error {
    /// For `map_err`: the system refused to do `action` ("write /some/file").
    pub(crate) fn io(action: impl Into<String>) -> impl FnOnce(io::Error) -> Self {
        let action = action.into();
        |error| Self::Io { action, error }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Usage { problem, command } => write!(f, "{problem}; see `{command} --help`"),
            Self::Io { action, error } => write!(f, "could not {action}: {error}"),
            Self::NotInstalled { programs, packages } => {
                write!(f, "{programs} not found; install with `sudo apt-get install {packages}`")
            }
            Self::Failed { command, ending } => write!(f, "`{command}` failed: {ending}"),
            Self::Server { peer, problem, log } => {
                let log = log.strip_prefix(project::root()).unwrap_or(log);
                write!(f, "{peer} {problem}; its log is {}", log.display())
            }
            Self::Answer { peer, target, problem } => {
                write!(f, "{peer} does not answer {target} rightly: {problem}")
            }
            Self::Unreadable { source, problem } => {
                write!(f, "{source} has a form that xtask does not know: {problem}")
            }
            Self::Machine(problem) => f.write_str(problem),
        }
    }
}

impl std::error::Error for Error {}
