//! The one table of words that the program understands. The parser, `--help`, the completions
//! and the manual are made from it; every default is the library's own.

mod deadlines;
mod limits;
mod serve;

pub(crate) use deadlines::DeadlineOptions;
pub(crate) use limits::LimitOptions;
pub(crate) use serve::{LogChoice, ServeOptions};

use clap::{Parser, Subcommand};
use clap_complete::Shell;

/// Serves a folder over HTTP, from the socket up
#[derive(Debug, Parser)]
#[command(
    name = "gnezdo",
    version,
    max_term_width = 100,
    disable_help_subcommand = true,
    after_help = "\
Examples:
  gnezdo serve                 this folder at http://127.0.0.1:8080/
  gnezdo serve ./www -l :8080  another folder, for the whole network to see

`gnezdo serve --help` tells all that can be chosen."
)]
pub(crate) struct Options {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Serve a folder or a file
    Serve(Box<ServeOptions>),
    /// Print a script that completes these words in a shell
    #[command(after_help = "\
Examples:
  gnezdo completions bash > ~/.local/share/bash-completion/completions/gnezdo
  gnezdo completions zsh  > ~/.zfunc/_gnezdo
  gnezdo completions fish > ~/.config/fish/completions/gnezdo.fish")]
    Completions {
        /// The shell that is to understand it
        shell: Shell,
    },
    /// Print the manual, a page for man(1)
    #[command(after_help = "\
Example:
  gnezdo man > gnezdo.1 && man ./gnezdo.1")]
    Man,
}
