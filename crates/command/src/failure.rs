//! Why a program ends without having done its work, in one line that says what to do.

use std::error::Error;
use std::fmt;
use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use gnezdo_core::one_line;
use gnezdo_server::{Architecture, ServerError};
use gnezdo_socket::{Advice, ListenError};

use crate::commands::NameFault;
use crate::error::with_sources;
use crate::indented::indented;
#[cfg(feature = "tls")]
use crate::tls::{TlsFailure, tls_text};

/// Why a program ends without having done what its words say.
///
/// Displayed it is one line, which [`complain`] prints after the program's name. Only what the
/// check of a service says may have several; those after the first are indented.
#[derive(Debug)]
#[non_exhaustive]
pub enum Failure {
    /// The words are wrong: a line about them.
    Usage(String),
    /// `--workers` beside an architecture that has no event loops to count.
    WorkersUseless(Architecture),
    /// `--log-file` beside `--access-log off`.
    LogFileUseless,
    /// The file of `--log-file` cannot be written.
    LogFile {
        /// The file.
        path: PathBuf,
        /// What opening it gave.
        source: io::Error,
    },
    /// The options about TLS cannot be followed.
    #[cfg(feature = "tls")]
    Tls(TlsFailure),
    /// The server could not start or go on.
    Server(ServerError),
    /// What was to be printed could not be.
    Print(io::Error),
    /// A command of the service cannot have its name.
    CommandName {
        /// The name.
        name: String,
        /// Why not.
        fault: NameFault,
    },
    /// A command of the service failed.
    Command(Box<dyn Error + Send + Sync>),
}

impl Failure {
    /// 2 for words that can never work, as of every program; 1 for what went wrong outside.
    pub fn exit_code(&self) -> ExitCode {
        match self {
            Self::Usage(_) | Self::WorkersUseless(_) | Self::LogFileUseless => ExitCode::from(2),
            #[cfg(feature = "tls")]
            Self::Tls(failure) => failure.exit_code(),
            Self::LogFile { .. }
            | Self::Server(_)
            | Self::Print(_)
            | Self::CommandName { .. }
            | Self::Command(_) => ExitCode::FAILURE,
        }
    }

    fn text(&self) -> String {
        match self {
            Self::Usage(line) => line.clone(),
            Self::WorkersUseless(architecture) => format!(
                "--workers counts event loops, and --architecture {architecture} has none; leave \
                 it out or choose --architecture event"
            ),
            Self::LogFileUseless => "--log-file has nothing to write with --access-log off; leave \
                 one of them out"
                .into(),
            Self::LogFile { path, source } => format!(
                "the log file {} cannot be written ({}); name another with --log-file",
                path.display(),
                Reason(source)
            ),
            #[cfg(feature = "tls")]
            Self::Tls(failure) => failure.to_string(),
            #[cfg(feature = "tls")]
            Self::Server(ServerError::Tls(error)) => tls_text(error),
            Self::Server(ServerError::Listen(error)) => listen_text(error, "--listen"),
            Self::Server(ServerError::Unavailable { architecture, reason }) => format!(
                "--architecture {architecture} does not work here: {reason}; choose event or auto"
            ),
            Self::Server(error) => error.to_string(),
            Self::Print(source) => format!("printing failed: {}", Reason(source)),
            Self::CommandName { name, fault } => {
                format!("the app cannot have a command {name:?}: {fault}; give it another name")
            }
            Self::Command(error) => with_sources(&**error),
        }
    }
}

/// The library's problem with the command line's own words for what helps.
pub(crate) fn listen_text(error: &ListenError, option: &str) -> String {
    let advice = match error.advice() {
        Advice::AnotherAddress => format!("choose another with {option}"),
        Advice::OwnAddress => {
            format!("choose one of its own with {option}, such as 127.0.0.1:8080")
        }
        Advice::HigherPort => format!("choose a port from 1024 up with {option}"),
        Advice::None => return error.problem(),
        advice => advice.to_string(),
    };
    format!("{}; {advice}", error.problem())
}

/// What the system said, without its number.
struct Reason<'e>(&'e io::Error);

impl fmt::Display for Reason<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = self.0.to_string();
        let end = text.find(" (os error").unwrap_or(text.len());
        f.write_str(&text[..end])
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Server(ServerError::Check(error)) => {
                f.write_str(&indented(&with_sources(&**error)))
            }
            failure => f.write_str(&one_line(&failure.text())),
        }
    }
}

impl Error for Failure {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            #[cfg(feature = "tls")]
            Self::Tls(failure) => Some(failure),
            Self::Server(error) => Some(error),
            Self::LogFile { source, .. } | Self::Print(source) => Some(source),
            Self::Command(error) => Some(&**error),
            Self::Usage(_)
            | Self::WorkersUseless(_)
            | Self::LogFileUseless
            | Self::CommandName { .. } => None,
        }
    }
}

impl From<ServerError> for Failure {
    fn from(error: ServerError) -> Self {
        Self::Server(error)
    }
}

/// Prints `PROGRAM: what went wrong` on standard error.
pub fn complain(program: &str, failure: &dyn fmt::Display) {
    // Nobody may be there to read it; the exit code says it as well.
    let _ = writeln!(io::stderr(), "{program}: {failure}");
}
