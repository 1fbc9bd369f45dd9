//! The real program as a test starts it: waited for by its banner, watched, and never left
//! behind.
//!
//! ```text
//! Gnezdo::serve(root, &["--architecture", "threads"])
//!     ├─ address(), urls(), connect(), get("/")   speak to it
//!     ├─ signal(…), stop(), wait()                end it
//!     ├─ workers()                                the processes that it supervises
//!     └─ stderr, stdout                           what it has said so far
//! ```
//!
//! Everything waits with a deadline, and what fails to come says what came instead.
#![allow(dead_code, unused_imports, reason = "each file of tests uses a part")]

mod certificates;
mod client;
mod output;

pub(crate) use certificates::{authority, command_with_data, curl, write_certificate};
pub(crate) use client::{Answer, get, read_answer};
pub(crate) use output::Output;

use std::fs;
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use gnezdo::{Architecture, Driver};
pub(crate) use rustix::process::Signal;
use rustix::process::{Pid, kill_process};

/// How long anything may take before a test gives up: generous, as machines are shared.
pub(crate) const DEADLINE: Duration = Duration::from_secs(20);

/// A program that serves. Dropping it kills it, and its workers with it.
#[derive(Debug)]
pub(crate) struct Gnezdo {
    child: Child,
    urls: Vec<String>,
    /// What the program has printed on standard error, banner included.
    pub(crate) stderr: Output,
    /// What the program has printed on standard output.
    pub(crate) stdout: Output,
}

impl Gnezdo {
    /// Serves a root at a free port of 127.0.0.1, unless `options` choose the address.
    pub(crate) fn serve(root: &Path, options: &[&str]) -> Self {
        let mut command = command();
        command.arg("serve").arg(root).args(options);
        if !options.iter().any(|option| option.starts_with("--listen")) {
            command.args(["--listen", "127.0.0.1:0"]);
        }
        Self::start(&mut command)
    }

    /// Starts a command that prints the banner, and waits until it has. Its standard input is
    /// what the command says, nothing by default.
    pub(crate) fn start(command: &mut Command) -> Self {
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("the program starts");
        let stderr = Output::collect(child.stderr.take().expect("a pipe"));
        let stdout = Output::collect(child.stdout.take().expect("a pipe"));
        // From here on a failing test kills it.
        let mut program = Self { child, urls: Vec::new(), stderr, stdout };
        let banner = program.stderr.wait_for_line("the banner's end", |l| l.starts_with("stop "));
        let urls = banner.iter().filter_map(|line| line.strip_prefix("listening on "));
        program.urls = urls.map(str::to_owned).collect();
        program
    }

    /// The URLs that the banner names.
    pub(crate) fn urls(&self) -> &[String] {
        &self.urls
    }

    /// The address of the first URL, which is one of TCP.
    pub(crate) fn address(&self) -> SocketAddr {
        let url = self.urls.first().expect("a URL in the banner");
        let rest = url.strip_prefix("http://").or_else(|| url.strip_prefix("https://"));
        let host = rest.and_then(|rest| rest.strip_suffix('/'));
        let host = host.unwrap_or_else(|| panic!("{url} is no address of TCP"));
        host.replace("localhost", "127.0.0.1").parse().expect("an address and a port")
    }

    /// The process, or the supervisor if there are workers.
    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// The worker processes that live now (Linux only).
    pub(crate) fn workers(&self) -> Vec<u32> {
        let path = format!("/proc/{0}/task/{0}/children", self.pid());
        let children = fs::read_to_string(path).unwrap_or_default();
        children.split_whitespace().map(|pid| pid.parse().expect("a number")).collect()
    }

    /// Waits until as many workers live as are expected.
    pub(crate) fn wait_for_workers(&self, count: usize) -> Vec<u32> {
        wait_until("the workers", || {
            let workers = self.workers();
            (workers.len() == count).then_some(workers)
        })
    }

    /// A connection whose reads and writes give up in time.
    pub(crate) fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect_timeout(&self.address(), DEADLINE).expect("a connection");
        stream.set_read_timeout(Some(DEADLINE)).expect("a time-out");
        stream.set_write_timeout(Some(DEADLINE)).expect("a time-out");
        stream
    }

    /// Gets a path on a connection of its own.
    pub(crate) fn get(&self, path: &str) -> Answer {
        get(&mut self.connect(), path)
    }

    /// Sends a signal to the program itself.
    pub(crate) fn signal(&self, signal: Signal) {
        send_signal(self.pid(), signal);
    }

    /// How the program has ended, if it has.
    pub(crate) fn try_wait(&mut self) -> Option<ExitStatus> {
        self.child.try_wait().expect("a child of ours")
    }

    /// Waits for the end of the program.
    pub(crate) fn wait(&mut self) -> ExitStatus {
        wait_until("the program's end", || self.try_wait())
    }

    /// Ends the program as a supervisor of services does, and waits for it.
    pub(crate) fn stop(mut self) -> ExitStatus {
        self.signal(Signal::TERM);
        self.wait()
    }
}

impl Drop for Gnezdo {
    fn drop(&mut self) {
        // Workers end with their supervisor; killing them too spares the next test their last
        // breath. Their numbers are their own as long as the supervisor has not waited for them.
        for worker in self.workers() {
            send_signal(worker, Signal::KILL);
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The program, free of what the tests' own surroundings would tell it.
pub(crate) fn command() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_gnezdo"));
    command.stdin(Stdio::null());
    for variable in ["COLUMNS", "NO_COLOR", "CLICOLOR_FORCE", "CLICOLOR"] {
        command.env_remove(variable);
    }
    command
}

/// What a program that ended has left.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

/// Runs the program with arguments that make it end by itself.
pub(crate) fn run(arguments: &[&str]) -> Ended {
    run_command(command().args(arguments))
}

/// Runs a command that ends by itself; one that does not is killed, and the test fails.
pub(crate) fn run_command(command: &mut Command) -> Ended {
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("the program starts");
    let stderr = Output::collect(child.stderr.take().expect("a pipe"));
    let stdout = Output::collect(child.stdout.take().expect("a pipe"));
    let mut program = Gnezdo { child, urls: Vec::new(), stderr, stdout };
    let code = program.wait().code();
    Ended { code, stdout: program.stdout.to_the_end(), stderr: program.stderr.to_the_end() }
}

/// Every architecture that works here by name, but for `auto`, which is one of them.
pub(crate) fn architectures() -> impl Iterator<Item = &'static str> {
    // Where io_uring works, `auto` takes it.
    let uring = Architecture::Auto.plan(None, None).driver == Driver::Uring;
    let works = move |a: &Architecture| match a {
        Architecture::Auto => false,
        Architecture::Uring => uring,
        _ => true,
    };
    Architecture::ALL.into_iter().filter(works).map(Architecture::name)
}

/// Sends a signal; one to a process that is gone is none.
pub(crate) fn send_signal(pid: u32, signal: Signal) {
    let pid = i32::try_from(pid).ok().and_then(Pid::from_raw).expect("the number of a process");
    let _ = kill_process(pid, signal);
}

/// Asks again and again until there is an answer.
pub(crate) fn wait_until<T>(what: &str, mut ask: impl FnMut() -> Option<T>) -> T {
    let start = Instant::now();
    loop {
        if let Some(answer) = ask() {
            return answer;
        }
        assert!(start.elapsed() < DEADLINE, "{what} did not come within {DEADLINE:?}");
        std::thread::sleep(Duration::from_millis(5));
    }
}
