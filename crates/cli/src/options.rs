//! The one table of words that the program understands. The parser, `--help`, the completions
//! and the manual are made from it. What says how a server runs is shared with every app, and
//! comes from `gnezdo-command`; what is about files is here.

mod cert;
mod files;
mod serve;

pub(crate) use cert::{CertCommand, CertDevOptions};
pub(crate) use files::FileOptions;
pub(crate) use serve::{ServeOptions, serve_notes};

use clap::{Parser, Subcommand};
use clap_complete::Shell;

/// Serves folders over HTTP, from the socket up
#[derive(Debug, Parser)]
#[command(
    name = "gnezdo",
    version,
    max_term_width = 100,
    bin_name = "gnezdo",
    no_binary_name = true,
    args_override_self = true,
    after_help = "\
Examples:
  gnezdo serve                       this folder at http://127.0.0.1:8080/
  gnezdo serve ./www --listen :8080  to be seen in the whole network
  gnezdo serve --tls self-signed     by https, with HTTP/2
  gnezdo serve --help                all that can be chosen"
)]
pub(crate) struct Options {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Serve a folder or a file
    #[command(args_override_self = true)]
    Serve(Box<ServeOptions>),
    /// Make certificates
    #[command(subcommand)]
    Cert(CertCommand),
    /// Print a script that completes these words in a shell
    #[command(after_help = "\
Examples:
  gnezdo completions bash > ~/.local/share/bash-completion/completions/gnezdo
  gnezdo completions zsh > ~/.zfunc/_gnezdo
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

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_table_is_sound() {
        Options::command().debug_assert();
    }

    #[test]
    fn every_word_has_a_help_of_one_sentence() {
        let mut command = Options::command();
        command.build();
        command.get_subcommands().for_each(check_help);
    }

    fn check_help(command: &clap::Command) {
        let about = command.get_about().map(ToString::to_string).unwrap_or_default();
        assert!(!about.is_empty() && !about.ends_with('.'), "{}: {about:?}", command.get_name());
        for argument in command.get_arguments() {
            let help = argument.get_help().map(ToString::to_string).unwrap_or_default();
            assert!(!help.is_empty() && !help.ends_with('.'), "{argument}: {help:?}");
        }
        command.get_subcommands().for_each(check_help);
    }
}
