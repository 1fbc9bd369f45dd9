//! Whether HTTP/2 is spoken, and what holds for it beyond the limits of every request.

use std::num::NonZeroUsize;

use clap::Args;
use gnezdo_core::{Http2Limits, Limits};

use crate::values::{ByteSize, TimeSpan, count, lasting, memory_size};

/// More streams than this on one connection are a slip of the pen.
const STREAMS_MAX: usize = 65_536;

/// What the library counts with.
const COUNT_MAX: usize = u32::MAX as usize;

/// HTTP/2, and its bounds on streams and frames.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "HTTP/2")]
pub(crate) struct Http2Options {
    /// Speak HTTP/1 alone
    #[arg(long)]
    pub(crate) no_http2: bool,
    /// Requests at once
    #[arg(long, value_name = "N", value_parser = count::<STREAMS_MAX>)]
    #[arg(default_value_t = at_least_one(limits().streams_max))]
    pub(crate) h2_max_streams: NonZeroUsize,
    /// Unread of one request
    #[arg(long, value_name = "SIZE", value_parser = memory_size)]
    #[arg(default_value_t = u64::from(limits().stream_window_bytes).into())]
    pub(crate) h2_stream_window: ByteSize,
    /// Unread of all requests
    #[arg(long, value_name = "SIZE", value_parser = memory_size)]
    #[arg(default_value_t = u64::from(limits().connection_window_bytes).into())]
    pub(crate) h2_connection_window: ByteSize,
    /// CONTINUATIONs of a head
    #[arg(long, value_name = "N", value_parser = count::<COUNT_MAX>)]
    #[arg(default_value_t = counted(limits().continuations_max))]
    pub(crate) h2_max_continuations: NonZeroUsize,
    /// Requests taken back
    #[arg(long, value_name = "N", value_parser = count::<COUNT_MAX>)]
    #[arg(default_value_t = counted(limits().resets_max))]
    pub(crate) h2_max_resets: NonZeroUsize,
    /// Empty DATA in a row
    #[arg(long, value_name = "N", value_parser = count::<COUNT_MAX>)]
    #[arg(default_value_t = counted(limits().empty_frames_max))]
    pub(crate) h2_max_empty_frames: NonZeroUsize,
    /// PING, SETTINGS in 10s
    #[arg(long, value_name = "N", value_parser = count::<COUNT_MAX>)]
    #[arg(default_value_t = counted(limits().control_frames_max))]
    pub(crate) h2_max_control_frames: NonZeroUsize,
    /// Overhead of frames
    #[arg(long, value_name = "SIZE", default_value_t = limits().overhead_bytes_max.into())]
    pub(crate) h2_max_overhead_size: ByteSize,
    /// For SETTINGS ACK
    #[arg(long, value_name = "TIME", value_parser = lasting)]
    #[arg(default_value_t = limits().settings_timeout.into())]
    pub(crate) h2_settings_timeout: TimeSpan,
}

fn limits() -> Http2Limits {
    Limits::default().http2
}

fn counted(number: u32) -> NonZeroUsize {
    at_least_one(number as usize)
}

fn at_least_one(number: usize) -> NonZeroUsize {
    NonZeroUsize::new(number).unwrap_or(NonZeroUsize::MIN)
}
