//! What is wrong with the words, in one line that says what to do, instead of clap's several.

use std::error::Error as _;
use std::process::ExitCode;

use clap::error::{ContextKind, ContextValue, ErrorKind};

use crate::failure::Failure;
use crate::print;

/// The names by which advice speaks of a command line.
#[derive(Clone, Copy, Debug)]
pub struct Usage<'n> {
    /// The program, as people start it.
    pub program: &'n str,
    /// Its command that serves, which has the options that people look for.
    pub command: &'n str,
}

impl Usage<'_> {
    /// Prints the help or the version if that is what clap has to say, or tells what is wrong.
    ///
    /// # Errors
    /// What is wrong with the words, or with printing.
    pub fn answer(&self, error: &clap::Error) -> Result<ExitCode, Failure> {
        match error.kind() {
            ErrorKind::DisplayHelp
            | ErrorKind::DisplayVersion
            | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
                print::unless_closed(error.print())?;
                Ok(ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2)))
            }
            _ => Err(self.failure(error)),
        }
    }

    /// What is wrong with the words.
    pub(crate) fn failure(&self, error: &clap::Error) -> Failure {
        Failure::Usage(self.text(error))
    }

    /// What is wrong with a word that a variable of the environment stands for.
    pub(crate) fn failure_of(&self, variable: &str, error: &clap::Error) -> Failure {
        Failure::Usage(match error.kind() {
            ErrorKind::InvalidValue => unknown_value(variable, error),
            ErrorKind::ValueValidation => invalid_value(variable, error),
            ErrorKind::InvalidUtf8 => format!("{variable} is not UTF-8"),
            _ => format!("{variable}: {}", self.text(error)),
        })
    }

    fn text(&self, error: &clap::Error) -> String {
        let option = of(error, ContextKind::InvalidArg);
        match error.kind() {
            ErrorKind::InvalidSubcommand => self.unknown_command(error),
            ErrorKind::UnknownArgument => self.unknown_word(error),
            ErrorKind::InvalidValue if of(error, ContextKind::InvalidValue).is_empty() => {
                format!("a value is missing after {}; write {option}", name(&option))
            }
            ErrorKind::InvalidValue => unknown_value(name(&option), error),
            ErrorKind::ValueValidation => invalid_value(name(&option), error),
            ErrorKind::MissingRequiredArgument => self.missing(error),
            ErrorKind::TooManyValues => value_too_many(error),
            ErrorKind::InvalidUtf8 => {
                "a value is not UTF-8; only names of files may be other".into()
            }
            _ => first_paragraph(&error.to_string()),
        }
    }

    fn unknown_command(&self, error: &clap::Error) -> String {
        let word = of(error, ContextKind::InvalidSubcommand);
        match of(error, ContextKind::SuggestedSubcommand).as_str() {
            "" => format!("there is no command {word:?}; see {} --help", self.command_of(error)),
            similar => format!("there is no command {word:?}; did you mean {similar}?"),
        }
    }

    fn unknown_word(&self, error: &clap::Error) -> String {
        let Self { program, command: serving } = self;
        let word = of(error, ContextKind::InvalidArg);
        let command = self.command_of(error);
        if !word.starts_with('-') {
            return format!("{word:?} is one word too many; see {command} --help");
        }
        let similar = of(error, ContextKind::SuggestedArg);
        let advice = match word.as_str() {
            _ if !similar.is_empty() => format!("did you mean {similar}?"),
            "-p" | "--port" | "-b" | "--bind" | "--host" | "--address" => {
                format!(
                    "choose the address with {program} {serving} --listen, such as --listen 8000"
                )
            }
            // It stands before the command, in programs that know their version.
            "-V" | "--version" => format!("see {command} --help"),
            _ if command == *program => {
                format!("options stand after the command, as in {program} {serving} --listen :80")
            }
            _ => format!("see {command} --help"),
        };
        format!("there is no option {word}; {advice}")
    }

    fn missing(&self, error: &clap::Error) -> String {
        let words = match error.get(ContextKind::InvalidArg) {
            Some(ContextValue::Strings(words)) => words.join(" "),
            _ => String::new(),
        };
        format!("a word is missing: {words}; see {} --help", self.command_of(error))
    }

    /// The command whose words are wrong: clap knows it only as the start of its usage.
    pub fn command_of(&self, error: &clap::Error) -> String {
        let usage = of(error, ContextKind::Usage);
        let usage = usage.trim_start_matches("Usage:").trim_start();
        let words = usage.strip_prefix(self.program).unwrap_or_default().split_whitespace();
        let names = words.take_while(|word| word.starts_with(|c: char| c.is_ascii_lowercase()));
        std::iter::once(self.program).chain(names).collect::<Vec<_>>().join(" ")
    }
}

/// A value that is not among those that there are.
fn unknown_value(name: &str, error: &clap::Error) -> String {
    let value = of(error, ContextKind::InvalidValue);
    let possible = match error.get(ContextKind::ValidValue) {
        Some(ContextValue::Strings(values)) => values.join(", "),
        _ => String::new(),
    };
    format!("{name} cannot be {value:?}; choose one of {possible}")
}

fn invalid_value(name: &str, error: &clap::Error) -> String {
    let value = of(error, ContextKind::InvalidValue);
    let reason = error.source().map(ToString::to_string).unwrap_or_default();
    format!("{name} cannot be {value:?}: {reason}")
}

fn value_too_many(error: &clap::Error) -> String {
    let option = of(error, ContextKind::InvalidArg);
    let value = of(error, ContextKind::InvalidValue);
    format!("{} takes no value; leave {value:?} out", name(&option))
}

/// What clap knows about an error, as text; empty if it knows nothing.
fn of(error: &clap::Error, kind: ContextKind) -> String {
    match error.get(kind) {
        Some(ContextValue::Strings(texts)) => texts.first().cloned().unwrap_or_default(),
        Some(value) => value.to_string(),
        None => String::new(),
    }
}

/// `--listen` of `--listen <ADDRESS>`, `SHELL` of `<SHELL>`.
fn name(argument: &str) -> &str {
    argument.split([' ', '=', '[', ']', '<', '>']).find(|part| !part.is_empty()).unwrap_or(argument)
}

fn first_paragraph(text: &str) -> String {
    let text = text.strip_prefix("error: ").unwrap_or(text);
    text.lines().take_while(|line| !line.is_empty()).collect::<Vec<_>>().join(" ")
}
