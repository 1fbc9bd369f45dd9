//! The server under test: the example `target`, as a process of its own.

use std::io::{BufRead, BufReader, Read};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use rustix::process::Signal;

use super::{Answer, Client, Process, wait_until};

/// A running server; it is killed when it is dropped.
pub(crate) struct Target {
    child: Child,
    /// The supervisor, if there is one; else the server itself.
    pub(crate) process: Process,
    /// The addresses as it printed them.
    pub(crate) addresses: Vec<String>,
    stdout: Collected,
    stderr: Collected,
}

/// Text that a process wrote.
struct Collected {
    text: Arc<Mutex<String>>,
    reader: JoinHandle<()>,
}

impl Target {
    pub(crate) fn start(words: &[&str]) -> Self {
        Self::spawn(Command::new(program()).args(words), words)
    }

    /// Starts a server that may have no more descriptors than this.
    pub(crate) fn start_with_descriptors(descriptors: u64, words: &[&str]) -> Self {
        let script = format!("ulimit -n {descriptors} && exec \"$0\" \"$@\"");
        Self::spawn(Command::new("sh").arg("-c").arg(script).arg(program()).args(words), words)
    }

    fn spawn(command: &mut Command, words: &[&str]) -> Self {
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the example `target`: cargo builds it for tests");
        let stdout = Collected::from(child.stdout.take().expect("piped"));
        let stderr = Collected::from(child.stderr.take().expect("piped"));
        let process = Process(child.id());
        let mut target = Self { child, process, addresses: Vec::new(), stdout, stderr };
        let is_address = |word: &&&str| matches!(**word, "--listen" | "--redirect-http");
        let count = words.iter().filter(is_address).count();
        wait_until("the server listens", || {
            assert!(target.child.try_wait().expect("our child").is_none(), "it could not start");
            target.stdout.text().lines().count() >= count
        });
        target.addresses = target.stdout.text().lines().take(count).map(Into::into).collect();
        target
    }

    /// The first address.
    pub(crate) fn address(&self) -> SocketAddr {
        self.addresses[0].parse().expect("an IP address")
    }

    pub(crate) fn connect(&self) -> Client {
        Client::connect(self.address())
    }

    /// One answer, on a connection of its own.
    pub(crate) fn get(&self, path: &str) -> Answer {
        self.connect().get(path)
    }

    /// All processes that serve.
    pub(crate) fn servers(&self) -> Vec<Process> {
        let workers = self.process.children();
        if workers.is_empty() { vec![self.process] } else { workers }
    }

    /// A figure of all processes that serve.
    pub(crate) fn sum<N: std::iter::Sum>(&self, figure: impl Fn(Process) -> N) -> N {
        self.servers().into_iter().map(figure).sum()
    }

    /// How many descriptors all processes that serve have, once that does not change any more.
    pub(crate) fn descriptors_at_rest(&self) -> usize {
        self.at_rest(|target| target.sum(Process::descriptors))
    }

    /// How many bytes of memory all processes that serve use, once that does not change any more:
    /// a worker that is still starting needs more and more.
    pub(crate) fn resident_bytes_at_rest(&self) -> u64 {
        self.at_rest(|target| target.sum(Process::resident_bytes))
    }

    fn at_rest<N: PartialEq + Copy>(&self, figure: impl Fn(&Self) -> N) -> N {
        let mut last = figure(self);
        let mut equal = 0;
        wait_until("the server is at rest", || {
            let now = figure(self);
            equal = if now == last { equal + 1 } else { 0 };
            last = now;
            equal >= 20
        });
        last
    }

    /// Waits until the server has done all that it can do now.
    pub(crate) fn wait_until_at_rest(&self) {
        let mut last = None;
        wait_until("the server is at rest", || {
            let now = Some(self.sum(Process::cpu_ticks));
            let is_at_rest = now == last;
            last = now;
            // Time is counted in hundredths of a second.
            thread::sleep(Duration::from_millis(if is_at_rest { 0 } else { 50 }));
            is_at_rest
        });
    }

    pub(crate) fn terminate(&self) {
        self.process.signal(Signal::TERM);
    }

    /// Waits for the end of the server.
    pub(crate) fn wait(&mut self) -> ExitStatus {
        wait_until("the server ends", || self.child.try_wait().expect("our child").is_some());
        self.child.wait().expect("our child")
    }

    /// Waits until no process of the server is left: each holds the other end of our pipe.
    pub(crate) fn wait_for_all(&self) {
        wait_until("all processes have ended", || self.stdout.is_complete());
    }

    /// What it has told people.
    pub(crate) fn complaints(&self) -> String {
        self.stderr.text().clone()
    }

    /// What it has printed since the addresses.
    pub(crate) fn printed(&self) -> String {
        let text = self.stdout.text();
        text.lines().skip(self.addresses.len()).collect::<Vec<_>>().join("\n")
    }
}

impl Drop for Target {
    fn drop(&mut self) {
        // A supervisor's workers end with it.
        let _ = self.child.kill();
        let _ = self.child.wait();
        if thread::panicking() {
            eprintln!("the server said:\n{}", self.stderr.text());
        }
    }
}

impl Collected {
    fn from(pipe: impl Read + Send + 'static) -> Self {
        let text = Arc::new(Mutex::new(String::new()));
        let collected = text.clone();
        let reader = thread::spawn(move || {
            for line in BufReader::new(pipe).lines().map_while(Result::ok) {
                let mut text = collected.lock().unwrap_or_else(PoisonError::into_inner);
                text.push_str(&line);
                text.push('\n');
            }
        });
        Self { text, reader }
    }

    fn text(&self) -> MutexGuard<'_, String> {
        self.text.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether everybody who could write has ended.
    fn is_complete(&self) -> bool {
        self.reader.is_finished()
    }
}

/// Beside the test's own executable: `target/PROFILE/deps/behaviour-…`.
fn program() -> PathBuf {
    let test = std::env::current_exe().expect("our own path");
    let profile = test.ancestors().nth(2).expect("the folder of the profile");
    profile.join("examples").join("target")
}
