//! The one table of words that say how a server runs. The parser, `--help`, the completions and
//! the manual are made from it; every figure in it is the library's own default.
//!
//! It comes in two parts, so that a program can put its own words between them:
//!
//! ```text
//! gnezdo serve   ListeningOptions, what to serve, EngineOptions
//! hello run      ListeningOptions, EngineOptions
//! ```

mod deadlines;
mod engine;
mod http2;
mod limits;
mod listening;
mod log;
mod notes;
#[cfg(feature = "tls")]
mod tls;

pub(crate) use deadlines::DeadlineOptions;
pub use engine::EngineOptions;
pub(crate) use http2::Http2Options;
pub(crate) use limits::LimitOptions;
pub use listening::ListeningOptions;
pub(crate) use log::{LogChoice, LogOptions};
pub use notes::{Note, notes, notes_as_help};
#[cfg(feature = "tls")]
pub(crate) use tls::{ClientAuthChoice, TlsOptions, VersionChoice};

#[cfg(test)]
mod tests {
    use clap::{Args, Command};

    use super::*;

    #[test]
    fn the_table_is_sound_and_every_word_has_a_help_of_one_clause() {
        let command = EngineOptions::augment_args(ListeningOptions::augment_args(Command::new("")));
        command.clone().debug_assert();
        for argument in command.get_arguments() {
            let help = argument.get_help().map(ToString::to_string).unwrap_or_default();
            assert!(!help.is_empty() && !help.ends_with('.'), "{argument}: {help:?}");
        }
    }
}
