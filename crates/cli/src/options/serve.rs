//! The words after `gnezdo serve`, but for deadlines and limits.

use std::num::NonZeroUsize;
use std::path::PathBuf;

use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use clap::{Args, ValueEnum};
use gnezdo::{Architecture, ListenAddress, LogFormat, Network};
use http::HeaderValue;

use super::{DeadlineOptions, LimitOptions, notes};
use crate::values::{Field, count, field_value};

const LISTENING: &str = "Listening";
const FILES: &str = "Files";
const ANSWERS: &str = "Answers";
const ENGINE: &str = "Engine";
const LOG: &str = "Access log";

/// More loops or processes than this are a slip of the pen.
const CREW_MAX: usize = 1_024;

/// What `gnezdo serve` is told.
#[derive(Args, Debug)]
#[command(after_help = notes::help())]
pub(crate) struct ServeOptions {
    /// The folder to serve, or a single file
    #[arg(default_value = ".")]
    pub(crate) root: PathBuf,

    /// Where to listen: IP:PORT, :PORT for all addresses, PORT for 127.0.0.1:PORT, unix:PATH,
    /// or fd:N for a socket that was handed over; may be repeated
    #[arg(short, long, value_name = "ADDRESS", help_heading = LISTENING)]
    #[arg(default_value = "127.0.0.1:8080")]
    pub(crate) listen: Vec<ListenAddress>,
    /// Let only this network or address connect, such as 192.168.0.0/16; may be repeated
    #[arg(long, value_name = "CIDR", help_heading = LISTENING)]
    pub(crate) allow: Vec<Network>,
    /// Turn this network or address away; may be repeated, and where --allow and --deny meet
    /// the smaller network decides
    #[arg(long, value_name = "CIDR", help_heading = LISTENING)]
    pub(crate) deny: Vec<Network>,

    /// The file that stands for its folder; may be repeated, and the first that exists is sent
    #[arg(long, value_name = "NAME", help_heading = FILES, default_value = "index.html")]
    pub(crate) index: Vec<String>,
    /// Do not list folders that have no index file
    #[arg(long, help_heading = FILES)]
    pub(crate) no_listing: bool,
    /// Answer paths that name nothing with the page of a single-page application, index.html if
    /// none is named
    #[arg(long, value_name = "FILE", help_heading = FILES)]
    #[arg(num_args = 0..=1, require_equals = true, default_missing_value = "index.html")]
    pub(crate) spa: Option<String>,
    /// Serve what starts with a dot; .well-known always is
    #[arg(long, help_heading = FILES)]
    pub(crate) hidden: bool,
    /// Follow symbolic links that lead out of the root
    #[arg(long, help_heading = FILES)]
    pub(crate) follow_symlinks: bool,

    /// Neither compress nor send .br, .zst and .gz neighbours
    #[arg(long, help_heading = ANSWERS)]
    pub(crate) no_compression: bool,
    /// The Cache-Control of files, such as max-age=3600
    #[arg(long, value_name = "VALUE", help_heading = ANSWERS, value_parser = field_value)]
    pub(crate) cache_control: Option<HeaderValue>,
    /// A field of every answer, as 'Name: value'; may be repeated
    #[arg(long, value_name = "FIELD", help_heading = ANSWERS)]
    pub(crate) header: Vec<Field>,
    /// Let pages of any origin read the files
    #[arg(long, help_heading = ANSWERS)]
    pub(crate) cors: bool,

    /// How to wait for clients: single, threads, processes, event or auto
    #[arg(long, value_name = "NAME", help_heading = ENGINE, hide_possible_values = true)]
    #[arg(default_value_t, value_parser = architectures())]
    pub(crate) architecture: Architecture,
    /// Event loops in each process [default: one for each core]
    #[arg(long, value_name = "N", help_heading = ENGINE, value_parser = count::<CREW_MAX>)]
    pub(crate) workers: Option<NonZeroUsize>,
    /// Supervised processes, under any architecture; one that dies is replaced [default: none
    /// but the program itself]
    #[arg(long, value_name = "N", help_heading = ENGINE, value_parser = count::<CREW_MAX>)]
    pub(crate) processes: Option<NonZeroUsize>,

    /// A line for each answer: off, common, combined or json [default: off, but combined with
    /// --log-file]
    #[arg(long, value_name = "FORMAT", help_heading = LOG, hide_possible_values = true)]
    pub(crate) access_log: Option<LogChoice>,
    /// Append it to this file instead of printing it; a file that was moved away is made anew
    #[arg(long, value_name = "FILE", help_heading = LOG)]
    pub(crate) log_file: Option<PathBuf>,

    #[command(flatten)]
    pub(crate) deadlines: DeadlineOptions,
    #[command(flatten)]
    pub(crate) limits: LimitOptions,
}

/// The access log's format, or none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum LogChoice {
    /// no access log
    Off,
    /// host, time, request line, status and bytes, as Apache httpd
    Common,
    /// common, then referer and user agent, as nginx
    Combined,
    /// an object with the same content and the duration
    Json,
}

impl LogChoice {
    pub(crate) fn format(self) -> Option<LogFormat> {
        match self {
            Self::Off => None,
            Self::Common => Some(LogFormat::Common),
            Self::Combined => Some(LogFormat::Combined),
            Self::Json => Some(LogFormat::Json),
        }
    }
}

fn architectures() -> impl TypedValueParser<Value = Architecture> {
    let values = Architecture::ALL.map(|a| PossibleValue::new(a.name()).help(notes::about(a)));
    PossibleValuesParser::new(values).try_map(|name| name.parse::<Architecture>())
}
