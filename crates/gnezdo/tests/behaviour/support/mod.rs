//! What all behaviours need: the server under test, a raw client, and the two together under
//! every architecture.

mod architectures;
mod client;
mod process;
mod target;
mod wait;

pub(crate) use self::architectures::{Setup, everywhere, everywhere_but, under};
pub(crate) use self::client::{Answer, Client, request};
pub(crate) use self::process::Process;
pub(crate) use self::target::Target;
pub(crate) use self::wait::{BOUND, wait_until};
