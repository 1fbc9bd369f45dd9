//! Why the program ends without having served, in one line that says what to do.

use std::fmt;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use gnezdo::files::RootError;
use gnezdo_command::one_line;

/// Why the program ends.
#[derive(Debug)]
pub(crate) enum Failure {
    /// What can go wrong with any server.
    Server(gnezdo_command::Failure),
    /// `--spa` beside a root that is a file.
    SpaOfFile { root: PathBuf },
    /// The page of `--spa` is not there.
    SpaPage { path: PathBuf },
    /// The root cannot be served.
    Root(RootError),
}

impl Failure {
    /// 2 for words that can never work, as of every program; 1 for what went wrong outside.
    pub(crate) fn exit_code(&self) -> ExitCode {
        match self {
            Self::Server(failure) => failure.exit_code(),
            Self::SpaOfFile { .. } | Self::Root(RootError::Page { .. }) => ExitCode::from(2),
            Self::SpaPage { .. } | Self::Root(_) => ExitCode::FAILURE,
        }
    }

    fn text(&self) -> String {
        match self {
            Self::Server(failure) => failure.to_string(),
            Self::SpaOfFile { root } => format!(
                "--spa needs a folder, and {} is a file; leave --spa out or name its folder",
                root.display()
            ),
            Self::SpaPage { path } => format!(
                "the page of --spa, {}, does not exist; create it or name another with --spa=FILE",
                path.display()
            ),
            Self::Root(RootError::NotFound { path }) if is_number(path) => {
                let number = path.display();
                format!("the folder {number} does not exist; if it is a port: --listen {number}")
            }
            Self::Root(error) => error.to_string(),
        }
    }
}

/// Other servers take a port in the place of the root.
fn is_number(path: &Path) -> bool {
    path.as_os_str().as_encoded_bytes().iter().all(u8::is_ascii_digit)
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Server(failure) => failure.fmt(f),
            failure => f.write_str(&one_line(&failure.text())),
        }
    }
}

impl std::error::Error for Failure {}

impl From<gnezdo_command::Failure> for Failure {
    fn from(failure: gnezdo_command::Failure) -> Self {
        Self::Server(failure)
    }
}

impl From<RootError> for Failure {
    fn from(error: RootError) -> Self {
        Self::Root(error)
    }
}
