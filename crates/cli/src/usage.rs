//! What is wrong with the words, in one line instead of clap's several.

use std::error::Error as _;
use std::io;
use std::process::ExitCode;

use clap::error::{ContextKind, ErrorKind};

use crate::failure::Failure;

/// Prints the help or the version if that is what clap has to say, or tells what is wrong.
pub(crate) fn answer(error: &clap::Error) -> Result<ExitCode, Failure> {
    if is_wrong(error.kind()) {
        return Err(Failure::Usage(line(error)));
    }
    match error.print() {
        // A reader that has seen enough (`| head -1`) is no failure.
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(Failure::Print(error)),
        _ => Ok(ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2))),
    }
}

fn is_wrong(kind: ErrorKind) -> bool {
    !matches!(
        kind,
        ErrorKind::DisplayHelp
            | ErrorKind::DisplayVersion
            | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand
    )
}

fn line(error: &clap::Error) -> String {
    let text = |kind| error.get(kind).map(ToString::to_string);
    let subject = text(ContextKind::InvalidArg);
    let value = text(ContextKind::InvalidValue);
    match (error.kind(), subject, value) {
        (ErrorKind::ValueValidation, Some(option), Some(value)) => {
            let source = error.source().map(ToString::to_string).unwrap_or_default();
            format!("{option} {value:?}: {source}")
        }
        _ => first_paragraph(&error.to_string()),
    }
}

fn first_paragraph(text: &str) -> String {
    let text = text.strip_prefix("error: ").unwrap_or(text);
    text.lines().take_while(|line| !line.is_empty()).collect::<Vec<_>>().join(" ")
}
