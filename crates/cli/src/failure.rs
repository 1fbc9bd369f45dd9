//! Why the program ends without having served, in one line that says what to do.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use gnezdo::files::RootError;
use gnezdo::{Advice, Architecture, ListenError, ServerError};

use crate::one_line::one_line;

/// Why the program ends.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The words are wrong: a line about them.
    Usage(String),
    /// `--workers` beside an architecture that has no event loops to count.
    WorkersUseless(Architecture),
    /// `--log-file` beside `--access-log off`.
    LogFileUseless,
    /// `--spa` beside a root that is a file.
    SpaOfFile { root: PathBuf },
    /// The page of `--spa` is not there.
    SpaPage { path: PathBuf },
    /// The file of `--log-file` cannot be written.
    LogFile { path: PathBuf, source: io::Error },
    /// The root cannot be served.
    Root(RootError),
    /// The server could not start or go on.
    Server(ServerError),
    /// What was to be printed could not be.
    Print(io::Error),
}

impl Failure {
    /// 2 for words that can never work, as of every program; 1 for what went wrong outside.
    pub(crate) fn exit_code(&self) -> ExitCode {
        match self {
            Self::Usage(_)
            | Self::WorkersUseless(_)
            | Self::LogFileUseless
            | Self::SpaOfFile { .. }
            | Self::Root(RootError::Page { .. }) => ExitCode::from(2),
            Self::SpaPage { .. }
            | Self::LogFile { .. }
            | Self::Root(_)
            | Self::Server(_)
            | Self::Print(_) => ExitCode::FAILURE,
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
            Self::SpaOfFile { root } => format!(
                "--spa needs a folder, and {} is a file; leave --spa out or name its folder",
                root.display()
            ),
            Self::SpaPage { path } => format!(
                "the page of --spa, {}, does not exist; create it or name another with --spa=FILE",
                path.display()
            ),
            Self::LogFile { path, source } => format!(
                "the log file {} cannot be written ({}); name another with --log-file",
                path.display(),
                Reason(source)
            ),
            Self::Root(RootError::NotFound { path }) if is_number(path) => {
                let number = path.display();
                format!("the folder {number} does not exist; if it is a port: --listen {number}")
            }
            Self::Root(error) => error.to_string(),
            Self::Server(ServerError::Listen(error)) => listen_text(error),
            Self::Server(error) => error.to_string(),
            Self::Print(source) => format!("printing failed: {}", Reason(source)),
        }
    }
}

/// Other servers take a port in the place of the root.
fn is_number(path: &Path) -> bool {
    path.as_os_str().as_encoded_bytes().iter().all(u8::is_ascii_digit)
}

/// The library's problem with the program's own words for what helps.
fn listen_text(error: &ListenError) -> String {
    let advice = match error.advice() {
        Advice::AnotherAddress => "choose another with --listen".into(),
        Advice::OwnAddress => "choose one of its own with --listen, such as 127.0.0.1:8080".into(),
        Advice::HigherPort => "choose a port from 1024 up with --listen".into(),
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
        f.write_str(&one_line(&self.text()))
    }
}

impl std::error::Error for Failure {}

impl From<RootError> for Failure {
    fn from(error: RootError) -> Self {
        Self::Root(error)
    }
}

impl From<ServerError> for Failure {
    fn from(error: ServerError) -> Self {
        Self::Server(error)
    }
}
