//! How long the server waits.

use clap::Args;
use gnezdo::{Limits, Settings};

use crate::values::{Lasting, TimeSpan};

/// The deadlines of connections and of the shutdown.
#[derive(Args, Debug)]
#[command(next_help_heading = "Deadlines")]
pub(crate) struct DeadlineOptions {
    /// For the whole head of a request, however many bytes come; then 408
    #[arg(long, value_name = "TIME", default_value_t = limits().header_timeout.into())]
    pub(crate) header_timeout: Lasting,
    /// For the next request on a kept connection
    #[arg(long, value_name = "TIME", default_value_t = limits().idle_timeout.into())]
    pub(crate) idle_timeout: Lasting,
    /// For --progress-bytes of content to move, either way
    #[arg(long, value_name = "TIME", default_value_t = limits().progress_timeout.into())]
    pub(crate) progress_timeout: Lasting,
    /// What counts as progress within --progress-timeout
    #[arg(long, value_name = "SIZE", default_value_t = limits().progress_bytes_min.into())]
    pub(crate) progress_bytes: crate::values::ByteSize,
    /// For the client to close its side after a refusal
    #[arg(long, value_name = "TIME", default_value_t = limits().linger_timeout.into())]
    pub(crate) linger_timeout: TimeSpan,
    /// For answers in progress when the server ends
    #[arg(long, value_name = "TIME", default_value_t = shutdown_timeout())]
    pub(crate) shutdown_timeout: TimeSpan,
}

fn limits() -> Limits {
    Limits::default()
}

fn shutdown_timeout() -> TimeSpan {
    Settings::default().shutdown_timeout.into()
}
