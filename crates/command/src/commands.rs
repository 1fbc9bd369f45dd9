//! The commands that a service adds to its program: `hello create-user anna`.
//!
//! They stand in the table of words for the help, the advice and the list of commands. The words
//! after them are the service's own: nobody parses them here, but `--help` as the first of them
//! asks for the command's help.

use std::ffi::{OsStr, OsString};
use std::fmt;

use clap::Command as Words;
use gnezdo_core::{Command, Service};

use crate::failure::Failure;
use crate::unread;

/// The words of the program itself.
const OURS: [&str; 2] = ["run", "help"];

/// The commands of a service, each with a name of its own.
pub(crate) struct Commands(Vec<Command>);

impl Commands {
    /// The commands of a service.
    ///
    /// # Errors
    /// [`Failure::CommandName`]
    pub(crate) fn of(service: &impl Service) -> Result<Self, Failure> {
        let commands = service.commands();
        for (place, command) in commands.iter().enumerate() {
            if let Some(fault) = fault(command.name(), &commands[..place]) {
                return Err(Failure::CommandName { name: command.name().into(), fault });
            }
        }
        Ok(Self(commands))
    }

    /// What the table of words says of them.
    pub(crate) fn table(&self, program: &str) -> impl Iterator<Item = Words> {
        self.0.iter().map(move |command| {
            let usage = format!("{program} {} {}", command.name(), command.words());
            Words::new(command.name().to_owned())
                .about(command.about().to_owned())
                .override_usage(usage.trim_end().to_owned())
        })
    }

    /// The command that the words ask for, unless they ask for its help.
    pub(crate) fn asked(&self, words: &[OsString]) -> Option<&Command> {
        let command =
            self.0.iter().find(|command| words.first().is_some_and(|w| w == command.name()));
        let is_help =
            |word: &OsString| ["--help", "-h"].map(OsStr::new).contains(&word.as_os_str());
        command.filter(|_| !words.get(1).is_some_and(is_help))
    }
}

/// Does what a command is for, with the words after its own.
///
/// # Errors
/// [`Failure::Command`]
pub(crate) fn run(command: &Command, words: Vec<OsString>) -> Result<(), Failure> {
    unread::end_quietly();
    match command.run(words) {
        Err(error) if !unread::is_cause_of(&*error) => Err(Failure::Command(error)),
        _ => Ok(()),
    }
}

/// Why a command cannot have its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum NameFault {
    /// It is a word of the program itself.
    Ours,
    /// Another command of the service has it.
    Taken,
    /// Nobody could type it: it is empty, looks like an option, or has blanks in it.
    Unspeakable,
}

fn fault(name: &str, earlier: &[Command]) -> Option<NameFault> {
    let is_odd = |c: char| c.is_whitespace() || c.is_control();
    if OURS.contains(&name) {
        Some(NameFault::Ours)
    } else if earlier.iter().any(|command| command.name() == name) {
        Some(NameFault::Taken)
    } else if name.is_empty() || name.starts_with('-') || name.contains(is_odd) {
        Some(NameFault::Unspeakable)
    } else {
        None
    }
}

impl fmt::Display for NameFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Ours => "it is a word of every app",
            Self::Taken => "another command of the app has it",
            Self::Unspeakable => "a name is a word without blanks, and does not begin with -",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_words_that_nobody_else_has() {
        let command = |name: &str| Command::new(name, "about", |_| Ok(()));
        let earlier = ["routes", "migrate"].map(command);
        for (name, expected) in [
            ("create-user", None),
            ("создать", None),
            ("run", Some(NameFault::Ours)),
            ("help", Some(NameFault::Ours)),
            ("routes", Some(NameFault::Taken)),
            ("migrate", Some(NameFault::Taken)),
            ("", Some(NameFault::Unspeakable)),
            ("--all", Some(NameFault::Unspeakable)),
            ("create user", Some(NameFault::Unspeakable)),
            ("a\nb", Some(NameFault::Unspeakable)),
        ] {
            assert_eq!(fault(name, &earlier), expected, "{name:?}");
        }
    }
}
