//! How much the server takes.

use std::num::NonZeroUsize;

use clap::Args;
use gnezdo::Limits;

use crate::values::ByteSize;

/// The bounds on connections and on what they may send.
#[derive(Args, Debug)]
#[command(next_help_heading = "Limits")]
pub(crate) struct LimitOptions {
    /// Connections at once, over all processes; at the limit resting ones are closed, then new
    /// ones wait [default: what the system permits]
    #[arg(long, value_name = "N")]
    pub(crate) max_connections: Option<NonZeroUsize>,
    /// Connections at once from one address; further ones get 503 [default: no limit]
    #[arg(long, value_name = "N")]
    pub(crate) max_connections_per_ip: Option<NonZeroUsize>,
    /// The head of a request; beyond it 431
    #[arg(long, value_name = "SIZE", default_value_t = limits().head_bytes_max.into())]
    pub(crate) max_header_size: ByteSize,
    /// The target of a request, in its first line; beyond it 414
    #[arg(long, value_name = "SIZE", default_value_t = limits().target_bytes_max.into())]
    pub(crate) max_target_size: ByteSize,
    /// Header fields of a request, and trailer fields; beyond it 431
    #[arg(long, value_name = "N", default_value_t = limits().fields_max)]
    pub(crate) max_fields: usize,
    /// The content of a request; beyond it 413
    #[arg(long, value_name = "SIZE", default_value_t = limits().body_bytes_max.into())]
    pub(crate) max_body_size: ByteSize,
    /// Content that is read and dropped to keep a connection whose answer did not want it
    #[arg(long, value_name = "SIZE", default_value_t = limits().discard_bytes_max.into())]
    pub(crate) max_discard_size: ByteSize,
    /// All chunk extensions of one body; beyond it 400
    #[arg(long, value_name = "SIZE", default_value_t = limits().chunk_extension_bytes_max.into())]
    pub(crate) max_chunk_extension_size: ByteSize,
    /// The trailer section of a request; beyond it 431
    #[arg(long, value_name = "SIZE", default_value_t = limits().trailer_bytes_max.into())]
    pub(crate) max_trailer_size: ByteSize,
}

fn limits() -> Limits {
    Limits::default()
}
