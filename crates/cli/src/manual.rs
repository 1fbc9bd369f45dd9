//! `gnezdo man`: the table of options as a page for man(1).
//!
//! One page tells everything, so that `man gnezdo` is the only thing to remember: the commands
//! in its synopsis, then the options of the one that has some.

use std::io;

use clap::{Command, CommandFactory};
use clap_mangen::Man;
use clap_mangen::roff::{Roff, roman};
use gnezdo_command::{Failure, Note};

use crate::options::{Options, serve_notes};

const SYNOPSIS: &str = "\
gnezdo serve [OPTIONS] [ROOT]
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
    section(&commands(&options)).to_writer(&mut page)?;
    if let Some(serve) = options.find_subcommand("serve") {
        Man::new(serve.clone()).render_options_section(&mut page)?;
    }
    for note in serve_notes() {
        section(&note).to_writer(&mut page)?;
    }
    program.render_version_section(&mut page)?;
    Ok(page)
}

fn commands(program: &Command) -> Note {
    let line = |command: &Command| {
        let about = command.get_about().map(ToString::to_string).unwrap_or_default();
        format!("gnezdo {:12} {about}", command.get_name())
    };
    let lines: Vec<_> = program.get_subcommands().map(line).collect();
    Note { title: "Commands", text: lines.join("\n") }
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
