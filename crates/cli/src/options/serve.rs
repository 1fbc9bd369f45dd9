//! The words after `gnezdo serve`, but for deadlines and limits.

use std::num::NonZeroUsize;
use std::path::PathBuf;

use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use clap::{Args, ValueEnum};
use gnezdo::{Architecture, ListenAddress, LogFormat, Network};
use http::HeaderValue;

use super::{DeadlineOptions, LimitOptions};
use crate::values::{Field, field_value};

const LISTENING: &str = "Listening";
const FILES: &str = "Files";
const ANSWERS: &str = "Answers";
const ENGINE: &str = "Engine";
const LOG: &str = "Access log";

/// What `gnezdo serve` is told.
#[derive(Args, Debug)]
#[command(after_help = "\
Times are written 10s, 500ms or 2m; a plain number is seconds.
Sizes are written 32KiB, 1MB or 4096; a bare letter as in 32k is a power of 1024.

Once it listens, the program prints one line `listening on URL` for each address to
standard error; standard output carries the access log and nothing else. Ctrl-C or SIGTERM
lets it finish what is in progress, a second one ends it at once.

Examples:
  gnezdo serve                               this folder at http://127.0.0.1:8080/
  gnezdo serve ./www --listen :8080          a folder, for the whole network to see
  gnezdo serve dist --spa --cache-control max-age=60
  gnezdo serve --access-log json | jq .target
  gnezdo serve --listen unix:/run/www.sock --processes 2")]
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
    /// Turn this network or address away; where --allow and --deny meet, the smaller network
    /// decides; may be repeated
    #[arg(long, value_name = "CIDR", help_heading = LISTENING)]
    pub(crate) deny: Vec<Network>,

    /// The file that stands for its folder; may be repeated, and the first that exists is sent
    #[arg(long, value_name = "NAME", help_heading = FILES, default_value = "index.html")]
    pub(crate) index: Vec<String>,
    /// Do not list folders that have no index file
    #[arg(long, help_heading = FILES)]
    pub(crate) no_listing: bool,
    /// Serve a single-page application: its page answers every path that names no file, when a
    /// browser asks for a page [FILE: index.html]
    #[arg(long, value_name = "FILE", help_heading = FILES)]
    #[arg(num_args = 0..=1, require_equals = true, default_missing_value = "index.html")]
    pub(crate) spa: Option<String>,
    /// Serve files and folders whose names start with a dot; .well-known always is
    #[arg(long, help_heading = FILES)]
    pub(crate) hidden: bool,
    /// Follow symbolic links that lead out of the root
    #[arg(long, help_heading = FILES)]
    pub(crate) follow_symlinks: bool,

    /// Do not compress, and do not send .br, .zst and .gz files in place of their neighbours
    #[arg(long, help_heading = ANSWERS)]
    pub(crate) no_compression: bool,
    /// The Cache-Control of files, such as max-age=3600
    #[arg(long, value_name = "VALUE", help_heading = ANSWERS, value_parser = field_value)]
    pub(crate) cache_control: Option<HeaderValue>,
    /// A field of every answer; may be repeated
    #[arg(long, value_name = "'NAME: VALUE'", help_heading = ANSWERS)]
    pub(crate) header: Vec<Field>,
    /// Let pages of any origin read the files (Access-Control-Allow-Origin: *)
    #[arg(long, help_heading = ANSWERS)]
    pub(crate) cors: bool,

    /// How to wait for clients
    #[arg(short, long, value_name = "NAME", help_heading = ENGINE)]
    #[arg(default_value_t, value_parser = architectures())]
    pub(crate) architecture: Architecture,
    /// Event loops in each process [default: one for each core]
    #[arg(short, long, value_name = "N", help_heading = ENGINE)]
    pub(crate) workers: Option<NonZeroUsize>,
    /// Supervised processes, whatever the architecture; one that dies is replaced [default:
    /// none but the program itself]
    #[arg(short, long, value_name = "N", help_heading = ENGINE)]
    pub(crate) processes: Option<NonZeroUsize>,

    /// Write a line for each answer [default: off, or combined with --log-file]
    #[arg(long, value_name = "FORMAT", help_heading = LOG)]
    pub(crate) access_log: Option<LogChoice>,
    /// Append the access log to this file instead of printing it; a file that was moved away
    /// is made anew
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
    /// No access log
    Off,
    /// Host, time, request line, status and bytes, as Apache httpd writes them
    Common,
    /// Common, then referer and user agent, as nginx writes them
    Combined,
    /// A JSON object with the same content and the duration
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
    let values = Architecture::ALL.map(|a| PossibleValue::new(a.name()).help(about(a)));
    PossibleValuesParser::new(values).try_map(|name| name.parse::<Architecture>())
}

fn about(architecture: Architecture) -> &'static str {
    match architecture {
        Architecture::Single => "One thread, one connection at a time: to learn and to test",
        Architecture::Threads => "A thread for each connection",
        Architecture::Processes => "Supervised processes with a thread for each connection",
        Architecture::Event => "Event loops, one for each core",
        Architecture::Auto => "The fastest that works here",
        _ => "",
    }
}
