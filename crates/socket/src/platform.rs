//! The calls that differ between systems, under one set of names.
//!
//! Linux has one call where others need several; the portable form is also built and tested on
//! Linux, so that it does not rot where nobody looks.

use std::io;

use rustix::io::Errno;

#[cfg(any(target_os = "linux", target_os = "android"))]
mod linux;
#[cfg(any(test, not(any(target_os = "linux", target_os = "android"))))]
mod portable;

mod read_and_send;

#[cfg(any(target_os = "linux", target_os = "android"))]
pub(crate) use linux::{
    NETWORK_ERRORS, SOCKET_PATH_BYTES_MAX, accept, is_listening, send_file, send_flags,
};
#[cfg(not(any(target_os = "linux", target_os = "android")))]
pub(crate) use portable::{
    NETWORK_ERRORS, SOCKET_PATH_BYTES_MAX, accept, is_listening, send_file, send_flags,
};

/// Whether the system does not speak a family of addresses at all.
pub(crate) fn is_family_missing(error: &io::Error) -> bool {
    matches!(
        Errno::from_io_error(error),
        Some(Errno::AFNOSUPPORT | Errno::PFNOSUPPORT | Errno::PROTONOSUPPORT)
    )
}
