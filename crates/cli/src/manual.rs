//! `gnezdo man`: the table of options as a page for man(1).
//!
//! One page tells everything, so that `man gnezdo` is the only thing to remember: the commands
//! in its synopsis, then the options of the one that has some.

use std::io;

use clap::CommandFactory;
use clap_mangen::Man;
use clap_mangen::roff::{Roff, roman};

use crate::failure::Failure;
use crate::options::{Note, Options, notes};

const COMMANDS: &str = "\
gnezdo serve [OPTIONS] [ROOT]
gnezdo completions SHELL
gnezdo man";

/// Prints the page.
pub(crate) fn print() -> Result<(), Failure> {
    crate::print::print(&page().map_err(Failure::Print)?)
}

fn page() -> io::Result<Vec<u8>> {
    let mut page = Vec::new();
    let program = Man::new(Options::command().override_usage(COMMANDS));
    program.render_title(&mut page)?;
    program.render_name_section(&mut page)?;
    program.render_synopsis_section(&mut page)?;
    program.render_subcommands_section(&mut page)?;
    let mut commands = Options::command();
    if let Some(serve) = commands.find_subcommand_mut("serve") {
        Man::new(serve.clone()).render_options_section(&mut page)?;
    }
    for note in notes() {
        section(&note).to_writer(&mut page)?;
    }
    program.render_version_section(&mut page)?;
    Ok(page)
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
