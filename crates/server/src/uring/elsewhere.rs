//! io_uring where there is none: on every system but Linux.

use std::io;

use gnezdo_socket::Listener;

use crate::driver::Shared;
use crate::refusal::Refusal;

/// Says that there is none.
pub(crate) fn probe() -> Result<(), Refusal> {
    Err(Refusal::System)
}

/// Never serves.
///
/// # Errors
/// Always.
pub(crate) fn run(_: Shared, _: Vec<Listener>) -> io::Result<()> {
    Err(io::Error::new(io::ErrorKind::Unsupported, Refusal::System))
}
