//! How many descriptors the process may have: each connection is one.

use std::io;

use rustix::io::Errno;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// What Apple's systems grant at most even where they name no limit (`OPEN_MAX`).
const COMMON_MAX: u64 = 10_240;

/// Raises the soft limit on descriptors (`RLIMIT_NOFILE`) to the hard one, and gives the limit
/// that is then in force; [`u64::MAX`] if there is none.
///
/// The soft limit is low by default (1024) only for the sake of programs that use `select`.
///
/// # Errors
/// If the system refuses; the old limit stays in force.
///
/// ```
/// let limit = gnezdo_socket::raise_descriptor_limit()?;
/// assert!(limit >= 256);
/// # Ok::<(), std::io::Error>(())
/// ```
pub fn raise_descriptor_limit() -> io::Result<u64> {
    let limit = getrlimit(Resource::Nofile);
    if limit.current == limit.maximum {
        return Ok(limit.current.unwrap_or(u64::MAX));
    }
    match set(limit.maximum, limit.maximum) {
        // Never below what is in force already.
        Err(Errno::INVAL) => {
            let current = limit.current.map(|current| current.max(COMMON_MAX));
            Ok(set(current, limit.maximum)?)
        }
        result => Ok(result?),
    }
}

fn set(current: Option<u64>, maximum: Option<u64>) -> rustix::io::Result<u64> {
    setrlimit(Resource::Nofile, Rlimit { current, maximum })?;
    Ok(current.unwrap_or(u64::MAX))
}
