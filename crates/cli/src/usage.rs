//! What is wrong with the words, in one line that says what to do, instead of clap's several.

use std::error::Error as _;
use std::process::ExitCode;

use clap::error::{ContextKind, ContextValue, ErrorKind};

use crate::failure::Failure;
use crate::print;

/// Prints the help or the version if that is what clap has to say, or tells what is wrong.
pub(crate) fn answer(error: &clap::Error) -> Result<ExitCode, Failure> {
    match error.kind() {
        ErrorKind::DisplayHelp
        | ErrorKind::DisplayVersion
        | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            print::unless_closed(error.print())?;
            Ok(ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2)))
        }
        _ => Err(Failure::Usage(text(error))),
    }
}

fn text(error: &clap::Error) -> String {
    match error.kind() {
        ErrorKind::InvalidSubcommand => unknown_command(error),
        ErrorKind::UnknownArgument => unknown_word(error),
        ErrorKind::InvalidValue => unknown_value(error),
        ErrorKind::ValueValidation => invalid_value(error),
        ErrorKind::MissingRequiredArgument => missing(error),
        _ => first_paragraph(&error.to_string()),
    }
}

/// The word in the place of a command may be a folder that somebody wants to serve.
fn unknown_command(error: &clap::Error) -> String {
    let word = of(error, ContextKind::InvalidSubcommand);
    if std::path::Path::new(&word).exists() {
        return format!("there is no command {word:?}; to serve it, say: gnezdo serve {word}");
    }
    let advice = match of(error, ContextKind::SuggestedSubcommand) {
        none if none.is_empty() => "see gnezdo --help".into(),
        similar => format!("did you mean {similar}?"),
    };
    format!("there is no command {word:?}; {advice}")
}

fn unknown_word(error: &clap::Error) -> String {
    let word = of(error, ContextKind::InvalidArg);
    let similar = of(error, ContextKind::SuggestedArg);
    let is_for_serve = of(error, ContextKind::Usage).contains("gnezdo serve");
    let advice = match word.as_str() {
        _ if !similar.is_empty() => format!("did you mean {similar}?"),
        "-p" | "--port" | "-b" | "--bind" | "--host" | "--address" => {
            "choose the address with gnezdo serve --listen, as --listen 8000 or --listen :80".into()
        }
        _ if is_for_serve => "see gnezdo serve --help".into(),
        _ => "options come after the command, as in gnezdo serve --hidden".into(),
    };
    if word.starts_with('-') {
        format!("there is no option {word}; {advice}")
    } else {
        format!("{word:?} is one word too many; {advice}")
    }
}

/// A value that is missing, or not among those that there are.
fn unknown_value(error: &clap::Error) -> String {
    let option = of(error, ContextKind::InvalidArg);
    let value = of(error, ContextKind::InvalidValue);
    if value.is_empty() {
        return format!("a value is missing after {}; write {option}", name(&option));
    }
    let possible = match error.get(ContextKind::ValidValue) {
        Some(ContextValue::Strings(values)) => values.join(", "),
        _ => String::new(),
    };
    format!("{} cannot be {value:?}; choose one of {possible}", name(&option))
}

fn invalid_value(error: &clap::Error) -> String {
    let option = of(error, ContextKind::InvalidArg);
    let value = of(error, ContextKind::InvalidValue);
    let reason = error.source().map(ToString::to_string).unwrap_or_default();
    format!("{} cannot be {value:?}: {reason}", name(&option))
}

fn missing(error: &clap::Error) -> String {
    let words = match error.get(ContextKind::InvalidArg) {
        Some(ContextValue::Strings(words)) => words.join(" "),
        _ => String::new(),
    };
    format!("a word is missing: {words}; see gnezdo --help")
}

/// What clap knows about an error, as text; empty if it knows nothing.
fn of(error: &clap::Error, kind: ContextKind) -> String {
    match error.get(kind) {
        Some(ContextValue::Strings(texts)) => texts.first().cloned().unwrap_or_default(),
        Some(value) => value.to_string(),
        None => String::new(),
    }
}

/// `--listen` of `--listen <ADDRESS>`.
fn name(option: &str) -> &str {
    option.split([' ', '=', '[']).find(|part| !part.is_empty()).unwrap_or(option)
}

fn first_paragraph(text: &str) -> String {
    let text = text.strip_prefix("error: ").unwrap_or(text);
    text.lines().take_while(|line| !line.is_empty()).collect::<Vec<_>>().join(" ")
}
