//! A server while it is measured: started on its core, ended when it goes out of scope.

use std::fs::{self, File};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, ExitStatus};
use std::thread;
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, killpg};
use nix::unistd::Pid;

use super::launch::launched;
use super::peer::{Application, Place};
use super::programs::Ready;
use crate::error::Error;

/// How long a server may take until it listens.
const START_PATIENCE: Duration = Duration::from_secs(10);
/// How long a server may take to end by itself.
const END_PATIENCE: Duration = Duration::from_secs(2);
const TURN: Duration = Duration::from_millis(5);

/// A running server with all its processes.
#[derive(Debug)]
pub(crate) struct Server {
    /// Where it listens.
    pub(crate) address: SocketAddr,
    /// What it serves.
    pub(crate) application: Application,
    name: String,
    log: PathBuf,
    child: Child,
}

impl Server {
    /// Starts a server at a place, on `core`, and waits until it listens.
    pub(crate) fn start(ready: &Ready, place: &Place<'_>, core: usize) -> Result<Self, Error> {
        let folder = place.folder;
        fs::create_dir_all(folder).map_err(Error::io(format!("make {}", folder.display())))?;
        let arguments = (ready.peer.prepare)(&ready.peer, place)?;
        let log = folder.join("log");
        let output = File::create(&log).and_then(|file| Ok((file.try_clone()?, file)));
        let (stdout, stderr) = output.map_err(Error::io(format!("write {}", log.display())))?;
        let child = launched(&[core], &ready.program)?
            .args(arguments)
            .current_dir(folder)
            .stdout(stdout)
            .stderr(stderr)
            .spawn()
            .map_err(Error::io(format!("start {}", ready.peer.name)))?;
        let name = ready.peer.name.to_string();
        let mut server =
            Self { address: place.address, application: ready.peer.application, name, log, child };
        server.wait_until_it_listens()?;
        Ok(server)
    }

    /// The number of its first process.
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// An error about this server.
    pub(crate) fn error(&self, problem: impl Into<String>) -> Error {
        Error::Server { peer: self.name.clone(), problem: problem.into(), log: self.log.clone() }
    }

    /// Whether it still runs.
    ///
    /// # Errors
    /// If it has ended.
    pub(crate) fn check(&mut self) -> Result<(), Error> {
        match self.ended() {
            Some(status) => Err(self.error(format!("ended early ({status})"))),
            None => Ok(()),
        }
    }

    fn wait_until_it_listens(&mut self) -> Result<(), Error> {
        let deadline = Instant::now() + START_PATIENCE;
        while TcpStream::connect(self.address).is_err() {
            self.check()?;
            if Instant::now() > deadline {
                return Err(self.error(format!("does not listen after {START_PATIENCE:?}")));
            }
            thread::sleep(TURN);
        }
        Ok(())
    }

    fn ended(&mut self) -> Option<ExitStatus> {
        self.child.try_wait().ok().flatten()
    }

    fn signal(&self, signal: Signal) {
        // It fails only if no process of the group is left, which is what is wanted.
        let _ = killpg(Pid::from_raw(self.child.id() as i32), signal);
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.signal(Signal::SIGTERM);
        let deadline = Instant::now() + END_PATIENCE;
        while self.ended().is_none() && Instant::now() < deadline {
            thread::sleep(TURN);
        }
        // Its workers too, should the first process have left them behind.
        self.signal(Signal::SIGKILL);
        // After SIGKILL it has ended, whatever this says.
        let _ = self.child.wait();
    }
}

/// An address on this machine that nobody uses at the moment.
pub(crate) fn free_address() -> Result<SocketAddr, Error> {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
        .and_then(|listener| listener.local_addr())
        .map_err(Error::io("find a free port"))
}
