//! Worker processes: the program started again, with the listening sockets handed over.
//!
//! The supervisor serves nobody. It starts workers, replaces those that die, and ends them
//! with itself. A worker learns what it is from its environment, takes over the sockets by
//! their numbers, and ends when its standard input does: so no worker outlives a supervisor,
//! even one that was killed. All that is ever said there comes first: the secret by which workers
//! resume each other's TLS sessions, which others could read in an environment.
//!
//! Workers share the listening sockets, hence one queue: a client that waits in it when a
//! worker dies is served by another.

use std::fs::File;
use std::io::{self, Read, Write};
use std::os::fd::AsFd;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use gnezdo_socket::{ListenError, Listener};
use signal_hook::consts::{SIGCHLD, SIGINT, SIGKILL, SIGTERM};
use signal_hook::iterator::Signals;

use crate::encryption::SharedSecret;
use crate::error::ServerError;
use crate::shutdown::Shutdown;
use gnezdo_core::complain;

/// Names the handed-over sockets to a worker: their numbers, with commas.
const SOCKETS_VARIABLE: &str = "GNEZDO_WORKER_SOCKETS";

/// A worker that lives less than this died of its start: the next one waits.
const START_TIME: Duration = Duration::from_secs(1);

/// How long the next worker waits after one that died of its start.
const RESTART_PAUSE: Duration = Duration::from_secs(1);

/// What workers are given beyond the server's own deadline before they are killed.
const KILL_GRACE: Duration = Duration::from_secs(1);

/// How often the supervisor looks whether its workers have ended, should no signal say so.
const END_CHECK: Duration = Duration::from_millis(100);

/// Whether a supervisor has started this process as one of its workers.
///
/// ```
/// assert!(!gnezdo_server::is_worker());
/// ```
pub fn is_worker() -> bool {
    std::env::var_os(SOCKETS_VARIABLE).is_some()
}

/// The sockets that were handed over, if this process is a worker.
pub(crate) fn inherited_listeners() -> Option<Result<Vec<Listener>, ListenError>> {
    let numbers = std::env::var(SOCKETS_VARIABLE).ok()?;
    let numbers = numbers.split(',').filter_map(|number| number.parse().ok());
    Some(numbers.map(Listener::inherit).collect())
}

/// The secret that was handed over, if this process is a worker. To be taken once.
///
/// A worker whose standard input has ended has no supervisor any more: it gets none, and is about
/// to end.
pub(crate) fn inherited_secret() -> Option<SharedSecret> {
    std::env::var(SOCKETS_VARIABLE).ok()?;
    // Not by way of `Stdin`, which would keep a copy in its buffer.
    let mut input = File::from(io::stdin().as_fd().try_clone_to_owned().ok()?);
    let mut octets = [0; SharedSecret::OCTETS];
    input.read_exact(&mut octets).ok()?;
    Some(SharedSecret::from_octets(octets))
}

/// Ends a worker with its supervisor.
pub(crate) fn stop_with_supervisor(shutdown: Shutdown) -> io::Result<()> {
    std::thread::Builder::new().name("supervisor-watch".into()).spawn(move || {
        // Nothing is written there after the secret: this ends with the supervisor.
        let _ = io::stdin().lock().read(&mut [0]);
        shutdown.begin();
    })?;
    Ok(())
}

/// Runs `count` workers until a shutdown, then ends them within `timeout`.
///
/// # Errors
/// The first workers could not be started, or the system has no secret for them.
pub(crate) fn supervise(
    listeners: Vec<Listener>,
    count: usize,
    shutdown: &Shutdown,
    news: &Receiver<News>,
    timeout: Duration,
) -> Result<(), ServerError> {
    let secret = SharedSecret::random()?;
    let mut workers = Workers { listeners, secret, places: Vec::new() };
    for _ in 0..count {
        let worker = workers.start().map_err(ServerError::Worker)?;
        workers.places.push(Place::Taken(worker));
    }
    while !shutdown.has_begun() {
        workers.secret.advance();
        workers.replace_dead();
        match news.recv_timeout(workers.pause()) {
            Ok(News::Changed) | Err(RecvTimeoutError::Timeout) => {}
            Ok(News::Hurry(signal)) => workers.exit(signal),
            Err(RecvTimeoutError::Disconnected) => break,
        }
    }
    workers.end(news, timeout);
    Ok(())
}

/// What wakes the supervisor.
#[derive(Debug)]
pub(crate) enum News {
    /// A worker has ended, or the shutdown has begun.
    Changed,
    /// A second signal came: it ends everything at once.
    Hurry(i32),
}

/// Turns signals, and a shutdown from within, into wake-ups of the supervisor.
///
/// # Errors
/// The signal handlers could not be installed, or no thread could be started.
pub(crate) fn watch_signals(shutdown: &Shutdown) -> io::Result<Receiver<News>> {
    let (sender, receiver) = channel();
    let mut signals = Signals::new([SIGINT, SIGTERM, SIGCHLD])?;
    let for_signals = shutdown.clone();
    let bell = sender.clone();
    std::thread::Builder::new().name("signals".into()).spawn(move || {
        for signal in signals.forever() {
            let news = match signal {
                SIGCHLD => News::Changed,
                signal if for_signals.has_begun() => News::Hurry(signal),
                _ => {
                    for_signals.begin();
                    News::Changed
                }
            };
            if bell.send(news).is_err() {
                return;
            }
        }
    })?;
    let for_shutdown = shutdown.clone();
    std::thread::Builder::new().name("shutdown-watch".into()).spawn(move || {
        for_shutdown.wait();
        let _ = sender.send(News::Changed);
    })?;
    Ok(receiver)
}

struct Workers {
    listeners: Vec<Listener>,
    /// No older than the longest pause.
    secret: SharedSecret,
    places: Vec<Place>,
}

enum Place {
    Taken(Worker),
    /// Its last worker died of its start; the next is started at this moment.
    Waiting(Instant),
}

struct Worker {
    child: Child,
    start: Instant,
}

impl Workers {
    fn start(&self) -> io::Result<Worker> {
        let numbers: io::Result<Vec<_>> =
            self.listeners.iter().map(|l| l.pass_on().map(|number| number.to_string())).collect();
        let mut words = std::env::args_os();
        let mut child = Command::new(this_program()?)
            .arg0(words.next().unwrap_or_default())
            .args(words)
            .env(SOCKETS_VARIABLE, numbers?.join(","))
            .stdin(Stdio::piped())
            // The terminal's Ctrl-C is for the supervisor, which passes it on once.
            .process_group(0)
            .spawn()?;
        self.hand_secret_to(&mut child);
        Ok(Worker { child, start: Instant::now() })
    }

    fn hand_secret_to(&self, child: &mut Child) {
        let input = child.stdin.as_mut();
        // An empty pipe takes it at once, unless the worker has died already.
        if input.is_some_and(|input| input.write_all(&self.secret.to_octets()).is_err()) {
            // It must not wait for the rest.
            child.stdin = None;
        }
    }

    fn replace_dead(&mut self) {
        for index in 0..self.places.len() {
            if let Some(not_before) = self.places[index].vacant_until() {
                self.fill(index, not_before);
            }
        }
    }

    /// Starts a worker in a place, if its time has come.
    fn fill(&mut self, index: usize, not_before: Instant) {
        let now = Instant::now();
        self.places[index] = if not_before > now {
            Place::Waiting(not_before)
        } else {
            match self.start() {
                Ok(worker) => Place::Taken(worker),
                Err(error) => {
                    complain(&format!("a worker process cannot be started: {error}; trying again"));
                    Place::Waiting(now + RESTART_PAUSE)
                }
            }
        };
    }

    /// Until when nothing is to be done unless a signal comes.
    fn pause(&self) -> Duration {
        let now = Instant::now();
        let waiting = self.places.iter().filter_map(|place| match place {
            Place::Waiting(until) => Some(until.saturating_duration_since(now)),
            Place::Taken(_) => None,
        });
        waiting.min().unwrap_or(Duration::from_secs(3_600))
    }

    /// Lets all workers finish, and kills those that do not.
    fn end(mut self, news: &Receiver<News>, timeout: Duration) {
        // Ours is the last handle but theirs: with it the queue would outlive them.
        self.listeners.clear();
        let start = Instant::now();
        let timeout = timeout.saturating_add(KILL_GRACE);
        for worker in self.workers() {
            // Not by a signal: that would kill one that has only just been started, and with it
            // the clients in the queue.
            drop(worker.child.stdin.take());
        }
        while self.workers().any(Worker::is_alive) {
            let left = timeout.saturating_sub(start.elapsed());
            if left.is_zero() {
                break;
            }
            if let Ok(News::Hurry(signal)) = news.recv_timeout(left.min(END_CHECK)) {
                self.exit(signal);
            }
        }
        self.kill();
    }

    /// Ends everything at once.
    fn exit(&mut self, signal: i32) -> ! {
        self.listeners.clear();
        self.kill();
        // As a shell reports a process that a signal ended.
        std::process::exit(128 + signal);
    }

    fn kill(&mut self) {
        for worker in self.workers() {
            let _ = worker.child.kill();
            let _ = worker.child.wait();
        }
    }

    fn workers(&mut self) -> impl Iterator<Item = &mut Worker> {
        self.places.iter_mut().filter_map(|place| match place {
            Place::Taken(worker) => Some(worker),
            Place::Waiting(_) => None,
        })
    }
}

/// The program that runs, even if another has taken its place on the disk since it started:
/// supervisor and workers must be of one kind.
fn this_program() -> io::Result<PathBuf> {
    let link = Path::new("/proc/self/exe");
    if link.exists() { Ok(link.into()) } else { std::env::current_exe() }
}

impl Place {
    /// From when on a worker may be started here, unless one lives here.
    fn vacant_until(&mut self) -> Option<Instant> {
        let worker = match self {
            Self::Waiting(until) => return Some(*until),
            Self::Taken(worker) => worker,
        };
        let status = worker.child.try_wait().ok()??;
        report(worker.child.id(), &status.to_string());
        // Who was killed did not die of its start, however young it was.
        let was_killed = matches!(status.signal(), Some(SIGKILL | SIGTERM));
        let died_of_start = worker.start.elapsed() < START_TIME && !was_killed;
        Some(Instant::now() + if died_of_start { RESTART_PAUSE } else { Duration::ZERO })
    }
}

impl Worker {
    fn is_alive(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(None))
    }
}

fn report(pid: u32, status: &str) {
    complain(&format!("worker {pid} ended ({status}); another takes its place"));
}
