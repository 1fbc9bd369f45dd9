//! How much the server takes.

use std::num::NonZeroUsize;

use clap::Args;
use gnezdo_core::Limits;

use crate::values::{ByteSize, count, memory_size};

/// More field lines than this are a slip of the pen.
const FIELDS_MAX: usize = 65_536;

/// The bounds on connections and on what they may send.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Limits")]
pub(crate) struct LimitOptions {
    /// Connections [default: what the system takes]
    #[arg(long, value_name = "N", value_parser = count::<{ usize::MAX }>)]
    pub(crate) max_connections: Option<NonZeroUsize>,
    /// From one address, or 503 [default: any]
    #[arg(long, value_name = "N", value_parser = count::<{ usize::MAX }>)]
    pub(crate) max_connections_per_ip: Option<NonZeroUsize>,
    /// A request's head, or 431
    #[arg(long, value_name = "SIZE", value_parser = memory_size)]
    #[arg(default_value_t = limits().head_bytes_max.into())]
    pub(crate) max_header_size: ByteSize,
    /// Its target, or 414
    #[arg(long, value_name = "SIZE", value_parser = memory_size)]
    #[arg(default_value_t = limits().target_bytes_max.into())]
    pub(crate) max_target_size: ByteSize,
    /// Its header fields, or 431
    #[arg(long, value_name = "N", value_parser = count::<FIELDS_MAX>)]
    #[arg(default_value_t = fields_max())]
    pub(crate) max_fields: NonZeroUsize,
    /// Its content, or 413
    #[arg(long, value_name = "SIZE", default_value_t = limits().body_bytes_max.into())]
    pub(crate) max_body_size: ByteSize,
    /// Unwanted content, or close
    #[arg(long, value_name = "SIZE", default_value_t = limits().discard_bytes_max.into())]
    pub(crate) max_discard_size: ByteSize,
    /// Chunk extensions, or 400
    #[arg(long, value_name = "SIZE", value_parser = memory_size)]
    #[arg(default_value_t = limits().chunk_extension_bytes_max.into())]
    pub(crate) max_chunk_ext_size: ByteSize,
    /// Its trailers, or 431
    #[arg(long, value_name = "SIZE", value_parser = memory_size)]
    #[arg(default_value_t = limits().trailer_bytes_max.into())]
    pub(crate) max_trailer_size: ByteSize,
}

fn limits() -> Limits {
    Limits::default()
}

fn fields_max() -> NonZeroUsize {
    NonZeroUsize::new(limits().fields_max).unwrap_or(NonZeroUsize::MIN)
}
