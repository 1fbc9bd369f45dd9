//! What people type after an option, each kind with its errors in one clause.

mod byte_size;
#[cfg(feature = "tls")]
mod certificate;
mod count;
mod time_span;

pub(crate) use byte_size::{ByteSize, memory_size};
#[cfg(feature = "tls")]
pub(crate) use certificate::{Certificate, certificate};
pub(crate) use count::count;
pub(crate) use time_span::{TimeSpan, lasting};

/// Splits `512KiB` before its unit: the digits, then the rest.
fn split_unit(text: &str) -> (&str, &str) {
    let end = text.bytes().position(|b| !b.is_ascii_digit()).unwrap_or(text.len());
    text.split_at(end)
}
