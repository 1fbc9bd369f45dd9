//! A word that a service adds to the command line of its program.

use std::error::Error;
use std::ffi::OsString;
use std::fmt;
use std::sync::Arc;

type Run = dyn Fn(Vec<OsString>) -> Result<(), Box<dyn Error + Send + Sync>> + Send + Sync;

/// A command of a program: `shop create-user anna`.
///
/// ```
/// use gnezdo_core::Command;
///
/// let command = Command::new("create-user", "Make a user", |words| match words.as_slice() {
///     [name] => Ok(println!("made {}", name.display())),
///     _ => Err("write the name of the user".into()),
/// });
/// assert_eq!(command.name(), "create-user");
/// assert!(command.run(vec![]).is_err());
/// ```
#[derive(Clone)]
pub struct Command {
    name: String,
    about: String,
    usage: String,
    run: Arc<Run>,
}

impl Command {
    /// A command: its word, what it does in a line for the help, and what to do. It is given the
    /// words that stand after its own.
    pub fn new(
        name: impl Into<String>,
        about: impl Into<String>,
        run: impl Fn(Vec<OsString>) -> Result<(), Box<dyn Error + Send + Sync>> + Send + Sync + 'static,
    ) -> Self {
        let usage = "[WORDS]…".into();
        Self { name: name.into(), about: about.into(), usage, run: Arc::new(run) }
    }

    /// Tells which words may stand after the command's own, for its help: `[WORDS]…` by default.
    #[must_use]
    pub fn usage(mut self, usage: impl Into<String>) -> Self {
        self.usage = usage.into();
        self
    }

    /// The word of the command.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What it does, in a line.
    pub fn about(&self) -> &str {
        &self.about
    }

    /// Which words may stand after its own.
    pub fn words(&self) -> &str {
        &self.usage
    }

    /// Does it, with the words after its own.
    ///
    /// # Errors
    /// What went wrong, in words for people.
    pub fn run(&self, words: Vec<OsString>) -> Result<(), Box<dyn Error + Send + Sync>> {
        (self.run)(words)
    }
}

impl fmt::Debug for Command {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Command").field("name", &self.name).finish_non_exhaustive()
    }
}
