//! `gnezdo man`: the table of options as a page for man(1).
//!
//! One page tells everything, so that `man gnezdo` is the only thing to remember: the commands
//! in its synopsis, then the options of the one that has many, and of another below them.

use std::io;

use clap::{Arg, Command, CommandFactory};
use clap_mangen::Man;
use clap_mangen::roff::{Roff, roman};
use gnezdo_command::{Failure, Note};

use crate::options::{Options, serve_notes};

const SYNOPSIS: &str = "\
gnezdo serve [OPTIONS] [ROOT]
gnezdo cert dev [OPTIONS] [NAME]...
gnezdo completions SHELL
gnezdo man";

/// Prints the page.
pub(crate) fn print() -> Result<(), Failure> {
    gnezdo_command::print(&page().map_err(Failure::Print)?)
}

fn page() -> io::Result<Vec<u8>> {
    let mut page = Vec::new();
    let program = Man::new(Options::command().override_usage(SYNOPSIS));
    program.render_title(&mut page)?;
    program.render_name_section(&mut page)?;
    program.render_synopsis_section(&mut page)?;
    let options = Options::command();
    let mut built = options.clone();
    built.build();
    section(&commands(&options)).to_writer(&mut page)?;
    if let Some(serve) = options.find_subcommand("serve") {
        Man::new(serve.clone()).render_options_section(&mut page)?;
    }
    for note in serve_notes() {
        section(&note).to_writer(&mut page)?;
    }
    section(&cert_dev(&built)).to_writer(&mut page)?;
    program.render_version_section(&mut page)?;
    Ok(page)
}

fn commands(program: &Command) -> Note {
    let mut lines = Vec::new();
    list_commands("gnezdo", program, &mut lines);
    Note { title: "Commands", text: lines.join("\n") }
}

/// Those that do something, and not those that only have others.
fn list_commands(words: &str, command: &Command, lines: &mut Vec<String>) {
    for command in command.get_subcommands() {
        let words = format!("{words} {}", command.get_name());
        if command.has_subcommands() {
            list_commands(&words, command, lines);
        } else {
            let about = command.get_about().map(ToString::to_string).unwrap_or_default();
            lines.push(format!("{words:18} {about}"));
        }
    }
}

/// The words after `gnezdo cert dev`.
fn cert_dev(program: &Command) -> Note {
    let command = program.find_subcommand("cert").and_then(|cert| cert.find_subcommand("dev"));
    let arguments = command.into_iter().flat_map(Command::get_arguments);
    let line = |argument: &Arg| {
        let help = argument.get_help().map(ToString::to_string).unwrap_or_default();
        format!("{:12} {help}", argument.to_string().replace(['<', '>'], ""))
    };
    let mut lines: Vec<_> = arguments.map(line).collect();
    let after = command.and_then(Command::get_after_help).map(ToString::to_string);
    lines.extend(after.map(|after| format!("\n{after}")));
    Note { title: "Gnezdo cert dev", text: lines.join("\n") }
}

/// A section whose lines stay as they are.
fn section(note: &Note) -> Roff {
    let mut roff = Roff::new();
    roff.control("SH", [note.title.to_uppercase().as_str()]);
    roff.control("nf", []);
    for line in note.text.lines() {
        roff.text([roman(line)]);
    }
    roff.control("fi", []);
    roff
}
