//! One measurement: a server that runs, a load, and what both cost.

use std::io;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use super::documents::Documents;
use super::exchange::{connect, exchange};
use super::figure::{Figure, Sample};
use super::h2load::{self, H2load};
use super::idle::{Idle, ask};
use super::peer::Tool;
use super::programs::Tools;
use super::seen::{Seen, Times};
use super::server::Server;
use super::suite::{Load, Protocol, Requests, Streams};
use super::tls::Identity;
use super::wrk::Asks;
use super::{handshakes, machine, usage, wrk};
use crate::error::Error;

/// How long a server warms up, in seconds.
const WARM_UP_SECONDS: u32 = 1;
/// How long the times of answers are taken, where that is a run of its own, in seconds.
const TIMES_SECONDS: u32 = 1;
/// How long a load outlasts the measuring, where that is a part of it.
const CLOSING_SECONDS: u32 = 1;
/// How many requests touch a server's pages before its memory is called empty.
const TOUCH_REQUESTS: usize = 100;
/// What is worth a word while others are measured.
const TELLING: [Figure; 5] = [
    Figure::RequestsPerCpuSecond,
    Figure::RequestsPerSecond,
    Figure::P99,
    Figure::BytesPerConnection,
    Figure::LookupRatio,
];
/// How long memory settles before it is read.
const SETTLE: Duration = Duration::from_millis(300);

/// The client's side of every measurement.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Client<'a> {
    /// The programs that put load on servers.
    pub(crate) tools: &'a Tools,
    /// What clients are told about TLS, if that is spoken.
    pub(crate) identity: Option<&'a Identity>,
    /// The documents that may be sent.
    pub(crate) documents: &'a Documents,
    /// Where the clients run.
    pub(crate) core: usize,
    /// How long a load lasts, unless its scenario stretches it.
    pub(crate) seconds: u32,
}

/// What one measurement gave, and what went wrong in it.
#[derive(Debug)]
pub(crate) struct Measured {
    /// The figures.
    pub(crate) sample: Sample,
    /// What spoils them.
    pub(crate) failure: Option<String>,
}

impl Client<'_> {
    /// Puts a load on a server.
    pub(crate) fn measure(&self, server: &Server, load: &Load) -> Result<Measured, Error> {
        match *load {
            Load::Requests(load) => self.measure_requests(server, load),
            Load::Streams(load) => self.measure_streams(server, load),
            Load::Posts { target, connections, document } => {
                self.measure_posts(server, target, connections, document)
            }
            Load::Handshakes { target, connections } => {
                self.measure_handshakes(server, target, connections)
            }
            Load::Lookups => Err(server.error("is not needed to find routes")),
            Load::Idle { target, connections, protocol } => {
                measure_idle(server, protocol, target, connections)
            }
        }
    }

    fn measure_requests(&self, server: &Server, load: Requests) -> Result<Measured, Error> {
        let wrk = self.tools.path(Tool::Wrk)?;
        let run = |seconds| wrk::run(wrk, self.core, &self.wrk_requests(server, load, seconds));
        run(WARM_UP_SECONDS)?;
        let window = match load.opening_seconds {
            0 => whole_run(server, || run(self.seconds))?,
            _ => self.part_of_a_run(wrk, server, load)?,
        };
        window.measured(server)
    }

    fn measure_posts(
        &self,
        server: &Server,
        target: &str,
        connections: u32,
        document: &str,
    ) -> Result<Measured, Error> {
        let wrk = self.tools.path(Tool::Wrk)?;
        let document = self.documents.path(document);
        let asks = Asks::Post(&document);
        let load = |seconds| self.wrk_load(server, target, connections, asks, seconds);
        wrk::run(wrk, self.core, &load(WARM_UP_SECONDS))?;
        whole_run(server, || wrk::run(wrk, self.core, &load(self.seconds)))?.measured(server)
    }

    /// How long the answers took comes from another run after the measured one: see [`h2load`].
    fn measure_streams(&self, server: &Server, load: Streams) -> Result<Measured, Error> {
        let h2load = H2load { program: self.tools.path(Tool::H2load)?, core: self.core };
        let upload = load.upload.map(|target| self.documents.path(target));
        let load = |seconds| h2load::Load {
            scheme: server.application.scheme(),
            address: server.address,
            target: load.target,
            connections: load.connections,
            streams: load.streams,
            upload: upload.as_deref(),
            seconds,
        };
        h2load.run(&load(WARM_UP_SECONDS))?;
        let mut window = whole_run(server, || h2load.run(&load(self.seconds)))?;
        let timed = h2load.times(&load(TIMES_SECONDS))?;
        window.seen.times = timed.times;
        window.seen.errors += timed.errors;
        window.measured(server)
    }

    fn measure_handshakes(
        &self,
        server: &Server,
        target: &str,
        connections: u32,
    ) -> Result<Measured, Error> {
        let program = self.tools.path(Tool::Handshakes)?;
        let load =
            |seconds| handshakes::Load { address: server.address, target, connections, seconds };
        let run = |seconds| handshakes::run(program, self.core, &load(seconds));
        run(WARM_UP_SECONDS)?;
        whole_run(server, || run(self.seconds))?.measured(server)
    }

    /// Without the time in which connections are opened: what ten thousand of them cost would
    /// count as a cost of the requests.
    ///
    /// wrk tells how many answers came when it ends. How many came between two moments follows
    /// from the octets that it has read, since all answers have the same length.
    fn part_of_a_run(&self, wrk: &Path, server: &Server, load: Requests) -> Result<Window, Error> {
        let answer_bytes = answer_bytes(server, load.target)
            .map_err(|error| server.error(format!("failed: {error}")))?;
        let seconds = load.opening_seconds + self.seconds + CLOSING_SECONDS;
        let load_of_all = self.wrk_requests(server, load, seconds);
        let running = wrk::Running::start(wrk, self.core, &load_of_all)?;
        let read = || {
            let id = running.id();
            Ok((Clocks::read(server, Wrk::Running(id))?, usage::bytes_read(id)?))
        };
        thread::sleep(Duration::from_secs(load.opening_seconds.into()));
        let (before, from) = read()?;
        thread::sleep(Duration::from_secs(self.seconds.into()));
        let (after, to) = read()?;
        let seen = running.finish()?;
        let requests = to.saturating_sub(from) as f64 / answer_bytes as f64;
        let spent = after.since(&before);
        let requests_per_second = requests / spent.wall.as_secs_f64();
        Ok(Window { seen, requests, requests_per_second, spent })
    }

    fn wrk_requests(&self, server: &Server, load: Requests, seconds: u32) -> wrk::Load<'_> {
        let asks = match load.pipelined {
            1 => Asks::Once,
            count => Asks::Batch(count),
        };
        self.wrk_load(server, load.target, load.connections, asks, seconds)
    }

    fn wrk_load<'l>(
        &'l self,
        server: &Server,
        target: &'l str,
        connections: u32,
        asks: Asks<'l>,
        seconds: u32,
    ) -> wrk::Load<'l> {
        wrk::Load {
            scheme: server.application.scheme(),
            address: server.address,
            target,
            connections,
            asks,
            seconds,
            openssl_configuration: self.identity.map(|own| own.client_configuration.as_path()),
        }
    }
}

fn whole_run(server: &Server, run: impl FnOnce() -> Result<Seen, Error>) -> Result<Window, Error> {
    let before = Clocks::read(server, Wrk::Ended)?;
    let seen = run()?;
    let spent = Clocks::read(server, Wrk::Ended)?.since(&before);
    let (requests, requests_per_second) = (seen.requests as f64, seen.requests_per_second);
    Ok(Window { seen, requests, requests_per_second, spent })
}

fn answer_bytes(server: &Server, target: &str) -> io::Result<usize> {
    let answer = exchange(&mut connect(server.address)?, target)?;
    Ok(answer.octets.len())
}

/// What happened while it was measured.
struct Window {
    /// What the client says of its whole run.
    seen: Seen,
    /// How many answers came while it was measured.
    requests: f64,
    requests_per_second: f64,
    spent: Spent,
}

impl Window {
    fn measured(self, server: &Server) -> Result<Measured, Error> {
        let memory = usage::memory(server.id())?;
        let mut sample = self.spent.shares();
        sample.extend([
            (Figure::RequestsPerSecond, self.requests_per_second),
            (Figure::RequestsPerCpuSecond, self.requests / self.spent.server.as_secs_f64()),
            (Figure::ResidentBytes, memory.resident_bytes as f64),
            (Figure::ProportionalBytes, memory.proportional_bytes as f64),
        ]);
        if let Some(Times { p50, p99 }) = self.seen.times {
            sample.insert(Figure::P50, p50.as_secs_f64() * 1e6);
            sample.insert(Figure::P99, p99.as_secs_f64() * 1e6);
        }
        Ok(Measured { sample, failure: failure(&self.seen) })
    }
}

fn failure(seen: &Seen) -> Option<String> {
    match (seen.errors, seen.requests) {
        (0, 0) => Some("no request was answered".into()),
        (0, _) => None,
        (errors, good) => Some(format!("{errors} of {} requests failed", errors + good)),
    }
}

fn measure_idle(
    server: &Server,
    protocol: Protocol,
    target: &str,
    connections: u32,
) -> Result<Measured, Error> {
    touch(server, protocol, target).map_err(|error| server.error(format!("failed: {error}")))?;
    thread::sleep(SETTLE);
    let empty = usage::memory(server.id())?;
    let idle = Idle::open(server.address, protocol, target, connections)?;
    thread::sleep(SETTLE);
    let full = usage::memory(server.id())?;
    let closed = idle.closed();
    let added = full.resident_bytes as f64 - empty.resident_bytes as f64;
    let sample = Sample::from([
        (Figure::EmptyBytes, empty.resident_bytes as f64),
        (Figure::ResidentBytes, full.resident_bytes as f64),
        (Figure::ProportionalBytes, full.proportional_bytes as f64),
        (Figure::BytesPerConnection, added / f64::from(connections)),
    ]);
    let failure = (closed > 0).then(|| format!("{closed} of {connections} connections closed"));
    Ok(Measured { sample, failure })
}

/// Asks a few times, so that the pages of the program that every request needs do not count as
/// pages of the connections.
fn touch(server: &Server, protocol: Protocol, target: &str) -> io::Result<()> {
    let mut stream = connect(server.address)?;
    for _ in 0..TOUCH_REQUESTS {
        if protocol == Protocol::Http2 {
            // By hand a connection of HTTP/2 is asked once.
            stream = connect(server.address)?;
        }
        ask(&mut stream, protocol, target)?;
    }
    Ok(())
}

impl Measured {
    /// A measurement that did not come to its end.
    pub(crate) fn failed(error: &Error) -> Self {
        Self { sample: Sample::new(), failure: Some(error.to_string()) }
    }

    /// A line for the terminal.
    pub(crate) fn in_short(&self) -> String {
        let parts = TELLING.iter().filter_map(|figure| {
            let value = self.sample.get(figure)?;
            Some(format!("{} {}", figure.written(*value), figure.title()))
        });
        parts.chain(self.failure.clone()).collect::<Vec<_>>().join(", ")
    }
}

/// All clocks that matter, at one moment.
struct Clocks {
    wall: Instant,
    server: Duration,
    client: Duration,
    machine: Duration,
}

/// What passed between two moments.
struct Spent {
    wall: Duration,
    server: Duration,
    client: Duration,
    foreign: Duration,
}

/// Whose clock is the client's.
#[derive(Clone, Copy)]
enum Wrk {
    Running(u32),
    /// All that have run so far.
    Ended,
}

impl Clocks {
    fn read(server: &Server, wrk: Wrk) -> Result<Self, Error> {
        Ok(Self {
            wall: Instant::now(),
            server: usage::cpu_time(server.id())?,
            client: match wrk {
                Wrk::Running(id) => usage::cpu_time(id)?,
                Wrk::Ended => usage::ended_children_time(),
            },
            machine: usage::machine_busy()?,
        })
    }

    fn since(&self, before: &Self) -> Spent {
        let server = self.server.saturating_sub(before.server);
        let client = self.client.saturating_sub(before.client);
        let machine = self.machine.saturating_sub(before.machine);
        Spent {
            wall: self.wall - before.wall,
            server,
            client,
            foreign: machine.saturating_sub(server + client),
        }
    }
}

impl Spent {
    fn shares(&self) -> Sample {
        let of_a_core = |time: Duration| time.as_secs_f64() / self.wall.as_secs_f64();
        Sample::from([
            (Figure::ServerShare, of_a_core(self.server)),
            (Figure::ClientShare, of_a_core(self.client)),
            (Figure::ForeignShare, of_a_core(self.foreign) / machine::cores() as f64),
        ])
    }
}
