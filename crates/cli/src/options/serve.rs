//! The words after `gnezdo serve`.

use std::path::PathBuf;

use clap::Args;
use gnezdo_command::{EngineOptions, ListeningOptions, Note, notes, notes_as_help};

use super::FileOptions;

/// What `gnezdo serve` is told.
#[derive(Args, Debug)]
#[command(after_help = notes_as_help(&serve_notes()))]
pub(crate) struct ServeOptions {
    /// The folder to serve, or a single file
    #[arg(default_value = ".")]
    pub(crate) root: PathBuf,
    #[command(flatten)]
    pub(crate) listening: ListeningOptions,
    #[command(flatten)]
    pub(crate) files: FileOptions,
    #[command(flatten)]
    pub(crate) engine: EngineOptions,
}

/// The sections about `gnezdo serve`.
pub(crate) fn serve_notes() -> Vec<Note> {
    let mut notes = notes();
    notes.push(Note { title: "Examples", text: EXAMPLES.into() });
    notes
}

const EXAMPLES: &str = "\
gnezdo serve                          this folder at http://127.0.0.1:8080/
gnezdo serve ./www --listen :8080     to be seen in the whole network
gnezdo serve --tls self-signed        by https, with HTTP/2
gnezdo serve dist --spa --cors        an application of one page
gnezdo serve --access-log json | jq .target
gnezdo serve --listen :443 --tls cert.pem,key.pem --redirect-http :80 --hsts
gnezdo serve --listen unix:/run/www.sock --processes 2";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_fit_below_the_options() {
        for line in serve_notes().iter().flat_map(|note| note.text.lines()) {
            assert!(line.chars().count() <= 76, "{line}");
        }
    }
}
