//! How the server waits for its clients.

use std::num::NonZeroUsize;

use clap::Args;
use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use gnezdo_server::Architecture;

use super::{DeadlineOptions, Http2Options, LimitOptions, LogOptions, notes};
use crate::values::count;

/// More loops or processes than this are a slip of the pen.
const CREW_MAX: usize = 1_024;

/// How a server runs: its architecture, access log, deadlines, limits and HTTP/2.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Engine")]
pub struct EngineOptions {
    /// How to wait for clients: one of the architectures below
    #[arg(long, value_name = "NAME", hide_possible_values = true)]
    #[arg(default_value_t, value_parser = architectures())]
    pub(crate) architecture: Architecture,
    /// Event loops, or threads of a runtime, in each process [default: one for each core]
    #[arg(long, value_name = "N", value_parser = count::<CREW_MAX>)]
    pub(crate) workers: Option<NonZeroUsize>,
    /// Supervised processes, under any architecture; one that dies is replaced [default: none
    /// but the program itself]
    #[arg(long, value_name = "N", value_parser = count::<CREW_MAX>)]
    pub(crate) processes: Option<NonZeroUsize>,

    #[command(flatten)]
    pub(crate) log: LogOptions,
    #[command(flatten)]
    pub(crate) deadlines: DeadlineOptions,
    #[command(flatten)]
    pub(crate) limits: LimitOptions,
    #[command(flatten)]
    pub(crate) http2: Http2Options,
}

fn architectures() -> impl TypedValueParser<Value = Architecture> {
    let values = Architecture::ALL.map(|a| PossibleValue::new(a.name()).help(notes::about(a)));
    PossibleValuesParser::new(values).try_map(|name| name.parse::<Architecture>())
}
