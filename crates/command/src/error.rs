//! What `fn main` of an app returns.
//!
//! `main` of the standard library prints an error by its `Debug` and exits with 1. So `Debug` is
//! one line for people here, and what goes wrong on the command line itself, which has other
//! exit codes, is no error but an [`ExitCode`].

use std::error::Error as StdError;
use std::fmt;
use std::process::ExitCode;

use gnezdo_core::one_line;

/// The result of an app's `main`.
///
/// ```
/// fn workers() -> gnezdo_command::Result<u16> {
///     Ok("4".parse::<u16>()?) // any error will do
/// }
/// # assert_eq!(workers().unwrap(), 4);
/// ```
pub type Result<T = ExitCode, E = Error> = std::result::Result<T, E>;

/// Any error, for `?` in an app's `main`: shown to people as one line.
///
/// The line has the error's text and those of its sources that it does not repeat.
///
/// ```
/// let error = gnezdo_command::Error::from("x".parse::<u16>().unwrap_err());
/// assert_eq!(format!("{error:?}"), "invalid digit found in string");
/// ```
pub struct Error(Box<dyn StdError + Send + Sync>);

impl Error {
    /// An error from a text, or from a boxed error.
    ///
    /// ```
    /// let error = gnezdo_command::Error::new("DATABASE_URL is not set");
    /// assert_eq!(error.to_string(), "DATABASE_URL is not set");
    /// ```
    pub fn new(error: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Self(error.into())
    }

    /// The error itself, for those who want to know its type.
    pub fn get_ref(&self) -> &(dyn StdError + Send + Sync + 'static) {
        &*self.0
    }
}

// `Error` is no `std::error::Error`: else this would overlap with `From<T> for T`.
impl<E: StdError + Send + Sync + 'static> From<E> for Error {
    fn from(error: E) -> Self {
        Self(Box::new(error))
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&one_line(&with_sources(&*self.0)))
    }
}

/// The text of an error, and those of its sources that it does not repeat.
pub(crate) fn with_sources(error: &(dyn StdError + 'static)) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        let more = error.to_string();
        if !text.contains(&more) {
            text = format!("{text}: {more}");
        }
        source = error.source();
    }
    text
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use std::io;

    use super::*;

    #[derive(Debug)]
    struct Outer(&'static str, io::Error);

    impl fmt::Display for Outer {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str(self.0)
        }
    }

    impl StdError for Outer {
        fn source(&self) -> Option<&(dyn StdError + 'static)> {
            Some(&self.1)
        }
    }

    #[test]
    fn the_line_has_every_text_once() {
        for (text, expected) in [
            ("no nest", "no nest: egg\\nshell"),
            ("no nest, egg\nshell missing", "no nest, egg\\nshell missing"),
        ] {
            let error = Error::from(Outer(text, io::Error::other("egg\nshell")));
            assert_eq!(format!("{error:?}"), expected);
            assert!(error.get_ref().is::<Outer>());
        }
    }
}
