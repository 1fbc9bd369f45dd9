//! Becomes another program: pinned to a core, with as many descriptors as are allowed, and
//! told to end when the bench ends, however that happens.
//!
//! A bench starts its servers and clients by way of `xtask launch CORES PARENT PROGRAM …`, so
//! the program that is measured carries no trace of it but its settings.

use std::io;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, Stdio};

use nix::sched::{CpuSet, sched_setaffinity};
use nix::sys::prctl;
use nix::sys::resource::{Resource, getrlimit, setrlimit};
use nix::sys::signal::Signal;
use nix::unistd::{Pid, getpid, getppid};

use crate::Outcome;
use crate::error::Error;

/// A command that starts `program` on `cores`, in a process group of its own.
///
/// It receives SIGTERM when the thread that starts it ends.
pub(crate) fn launched(cores: &[usize], program: &Path) -> Result<Command, Error> {
    let own = std::env::current_exe().map_err(Error::io("find the program xtask"))?;
    let cores: Vec<String> = cores.iter().map(usize::to_string).collect();
    let mut command = Command::new(own);
    command
        .args(["launch", &cores.join(","), &getpid().to_string()])
        .arg(program)
        .stdin(Stdio::null())
        .process_group(0);
    Ok(command)
}

/// The other side: `words` are cores, the parent's number, a program and its arguments.
pub(crate) fn launch(words: &[String]) -> Result<Outcome, Error> {
    let [cores, parent, program, arguments @ ..] = words else {
        return Err(Error::Machine("launch is for xtask itself".into()));
    };
    let failed = |error: nix::Error| Error::io(format!("prepare {program}"))(error.into());
    pin(cores).map_err(|error| match error {
        nix::Error::EINVAL => Error::Machine(format!("this machine has no core {cores}")),
        error => failed(error),
    })?;
    raise_descriptor_limit().map_err(failed)?;
    prctl::set_pdeathsig(Signal::SIGTERM).map_err(failed)?;
    // The parent may have ended before the line above took effect.
    if getppid().to_string() != *parent {
        return Err(Error::io(format!("start {program}"))(io::ErrorKind::Interrupted.into()));
    }
    Err(Error::io(format!("start {program}"))(Command::new(program).args(arguments).exec()))
}

/// Lets this process open as many descriptors as the hard limit allows; gives that number.
pub(crate) fn raise_descriptor_limit() -> nix::Result<u64> {
    let (_, hard) = getrlimit(Resource::RLIMIT_NOFILE)?;
    setrlimit(Resource::RLIMIT_NOFILE, hard, hard)?;
    Ok(hard)
}

fn pin(cores: &str) -> nix::Result<()> {
    let mut set = CpuSet::new();
    for core in cores.split(',') {
        set.set(core.parse().map_err(|_| nix::Error::EINVAL)?)?;
    }
    sched_setaffinity(Pid::from_raw(0), &set)
}
