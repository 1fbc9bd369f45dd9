//! How long the server waits.

use clap::Args;
use gnezdo_core::Limits;
use gnezdo_server::Settings;

use crate::values::{ByteSize, TimeSpan, lasting};

/// The deadlines of connections and of the shutdown.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Deadlines")]
pub(crate) struct DeadlineOptions {
    /// For the head of a request
    #[arg(long, value_name = "TIME", value_parser = lasting)]
    #[arg(default_value_t = limits().header_timeout.into())]
    pub(crate) header_timeout: TimeSpan,
    /// For the next request
    #[arg(long, value_name = "TIME", value_parser = lasting)]
    #[arg(default_value_t = limits().idle_timeout.into())]
    pub(crate) idle_timeout: TimeSpan,
    /// For --progress-size to move
    #[arg(long, value_name = "TIME", value_parser = lasting)]
    #[arg(default_value_t = limits().progress_timeout.into())]
    pub(crate) progress_timeout: TimeSpan,
    /// Of content, either way
    #[arg(long, value_name = "SIZE", default_value_t = limits().progress_bytes_min.into())]
    pub(crate) progress_size: ByteSize,
    /// For hanging up after a refusal
    #[arg(long, value_name = "TIME", default_value_t = limits().linger_timeout.into())]
    pub(crate) linger_timeout: TimeSpan,
    /// For answers under way at the end
    #[arg(long, value_name = "TIME", default_value_t = shutdown_timeout())]
    pub(crate) shutdown_timeout: TimeSpan,
}

fn limits() -> Limits {
    Limits::default()
}

fn shutdown_timeout() -> TimeSpan {
    Settings::default().shutdown_timeout.into()
}
