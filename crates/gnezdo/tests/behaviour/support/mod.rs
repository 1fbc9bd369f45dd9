//! What all behaviours need: the server under test, clients that speak to it, and all of that
//! under every architecture and in every version.

mod architectures;
pub(crate) mod authority;
mod client;
mod dial;
pub(crate) mod frames;
mod process;
mod speaker;
mod target;
mod version;
mod wait;
mod wire;

pub(crate) use self::architectures::{Setup, everywhere, everywhere_but, under};
pub(crate) use self::client::{Answer, Client, request};
pub(crate) use self::dial::dial;
pub(crate) use self::process::Process;
pub(crate) use self::speaker::{Ask, Content, Ending, Heard, Speaker};
pub(crate) use self::target::Target;
pub(crate) use self::version::{
    Place, Version, in_every_version, in_every_version_anew, in_every_version_but,
};
pub(crate) use self::wait::{BOUND, wait_until};
pub(crate) use self::wire::{End, Wire};
