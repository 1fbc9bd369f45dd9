//! What is written down about each answer, and where.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use gnezdo_server::LogFormat;

/// The access log.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Access log")]
pub(crate) struct LogOptions {
    /// A line for each answer: off, common, combined or json [default: off, but combined with
    /// --log-file]
    #[arg(long, value_name = "FORMAT", hide_possible_values = true)]
    pub(crate) access_log: Option<LogChoice>,
    /// Append it to this file instead of printing it; a file that was moved away is made anew
    #[arg(long, value_name = "FILE")]
    pub(crate) log_file: Option<PathBuf>,
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
