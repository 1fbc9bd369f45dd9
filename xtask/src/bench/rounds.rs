//! How a suite is measured: all peers in turn, scenario by scenario, several rounds over.
//!
//! Rounds go over all peers before the next one starts, so that a slow minute of the machine
//! falls on everybody. Each measurement is a fresh server: start, warm up, read its clock,
//! load, read its clock, read its memory, end.

use std::fs;
use std::path::PathBuf;
use std::thread;
use std::time::{Duration, Instant};

use super::documents::{Documents, SMALL_TARGET, content};
use super::exchange::{Answer, connect, exchange};
use super::figure::{Figure, Sample};
use super::idle::Idle;
use super::machine::Cores;
use super::peer::{Place, Role};
use super::programs::{self, Ready};
use super::results::Series;
use super::server::{Server, free_address};
use super::suite::{Load, Scenario};
use super::{BenchOptions, machine, usage, work_folder, wrk};
use crate::error::Error;

/// How long a server warms up, in seconds.
const WARM_UP_SECONDS: u32 = 1;
/// How many requests touch a server's pages before its memory is called empty.
const TOUCH_REQUESTS: usize = 100;
/// How long memory settles before it is read.
const SETTLE: Duration = Duration::from_millis(300);

/// A suite that is ready to be measured.
pub(crate) struct Bench<'s> {
    peers: Vec<Ready>,
    scenarios: Vec<&'s Scenario>,
    documents: Documents,
    wrk: PathBuf,
    canned_answer: PathBuf,
    cores: Cores,
    rounds: u32,
    seconds: u32,
}

impl<'s> Bench<'s> {
    pub(crate) fn new(
        peers: Vec<Ready>,
        scenarios: Vec<&'s Scenario>,
        documents: Documents,
        options: &BenchOptions,
    ) -> Result<Self, Error> {
        if peers.is_empty() {
            return Err(Error::Machine("there is nobody left to measure".into()));
        }
        Ok(Self {
            peers,
            scenarios,
            documents,
            wrk: programs::wrk()?,
            canned_answer: work_folder().join("answer.http"),
            cores: Cores::choose()?,
            rounds: options.rounds,
            seconds: options.seconds,
        })
    }

    /// Who is measured.
    pub(crate) fn peers(&self) -> &[Ready] {
        &self.peers
    }

    /// Who runs where.
    pub(crate) fn cores(&self) -> Cores {
        self.cores
    }

    /// Measures everybody.
    pub(crate) fn run(&self) -> Result<Vec<Series<'s>>, Error> {
        self.write_canned_answer()?;
        self.verify()?;
        machine::warn_when_busy()?;
        let mut all = self.empty_series();
        for round in 1..=self.rounds {
            for series in &mut all {
                let name = &self.peers[series.peer].peer.name;
                eprint!("round {round}/{} {:<6} {name:<20} ", self.rounds, series.scenario.name);
                let measured = self.measure(&self.peers[series.peer], series.scenario)?;
                eprintln!("{}", measured.in_short());
                series.add(measured.sample, measured.failure);
            }
        }
        Ok(all)
    }

    fn empty_series(&self) -> Vec<Series<'s>> {
        let of_scenario = |&scenario: &&'s Scenario| {
            let takes_part = move |(_, ready): &(usize, &Ready)| scenario.takes(&ready.peer);
            self.peers.iter().enumerate().filter(takes_part).map(|(i, _)| Series::new(scenario, i))
        };
        self.scenarios.iter().flat_map(of_scenario).collect()
    }

    fn start(&self, ready: &Ready) -> Result<Server, Error> {
        let place = Place {
            address: free_address()?,
            root: &self.documents.root,
            folder: &work_folder().join(ready.peer.name.replace(' ', "-")),
            answer: &self.canned_answer,
        };
        Server::start(ready, &place, self.cores.server)
    }

    fn measure(&self, ready: &Ready, scenario: &Scenario) -> Result<Measured, Error> {
        let mut server = self.start(ready)?;
        let measured = match scenario.load {
            Load::Requests { target, connections } => {
                self.measure_requests(&server, target, connections)?
            }
            Load::Idle { target, connections } => measure_idle(&server, target, connections)?,
        };
        server.check()?;
        Ok(measured)
    }

    fn measure_requests(
        &self,
        server: &Server,
        target: &str,
        connections: u32,
    ) -> Result<Measured, Error> {
        let load = |seconds| wrk::Load { address: server.address, target, connections, seconds };
        wrk::run(&self.wrk, self.cores.client, &load(WARM_UP_SECONDS))?;
        let before = Clocks::read(server)?;
        let seen = wrk::run(&self.wrk, self.cores.client, &load(self.seconds))?;
        let spent = Clocks::read(server)?.since(&before);
        let memory = usage::memory(server.id())?;
        let mut sample = spent.shares();
        sample.extend([
            (Figure::RequestsPerSecond, seen.requests_per_second),
            (Figure::RequestsPerCpuSecond, seen.requests as f64 / spent.server.as_secs_f64()),
            (Figure::P50, seen.p50.as_secs_f64() * 1e6),
            (Figure::P99, seen.p99.as_secs_f64() * 1e6),
            (Figure::ResidentBytes, memory.resident_bytes as f64),
            (Figure::ProportionalBytes, memory.proportional_bytes as f64),
        ]);
        let failure = (seen.errors > 0)
            .then(|| format!("{} of {} requests failed", seen.errors, seen.requests + seen.errors));
        Ok(Measured { sample, failure })
    }

    /// The floors answer what our program answers, or something very much like it.
    fn write_canned_answer(&self) -> Result<(), Error> {
        let octets = match self.peers.iter().find(|ready| ready.peer.is_ours()) {
            Some(ours) => self.ask(&self.start(ours)?, ours, SMALL_TARGET)?.octets,
            None => stand_in_answer(),
        };
        let path = &self.canned_answer;
        fs::write(path, octets).map_err(Error::io(format!("write {}", path.display())))
    }

    /// Proves that everybody answers rightly.
    fn verify(&self) -> Result<(), Error> {
        for ready in &self.peers {
            let server = self.start(ready)?;
            for scenario in self.scenarios.iter().filter(|scenario| scenario.takes(&ready.peer)) {
                self.verify_target(&server, ready, scenario.load.target())?;
            }
        }
        Ok(())
    }

    fn verify_target(&self, server: &Server, ready: &Ready, target: &str) -> Result<(), Error> {
        let answer = self.ask(server, ready, target)?;
        let path = &self.canned_answer;
        let canned = fs::read(path).map_err(Error::io(format!("read {}", path.display())))?;
        let problem = match ready.peer.role {
            Role::Floor if answer.octets != canned => "it is not the canned answer",
            Role::Floor => return Ok(()),
            _ if answer.status() != b"200" => "its status is not 200",
            _ if answer.content() != content(target) => "its content is not that of the file",
            _ => return Ok(()),
        };
        Err(wrong(ready, target, problem))
    }

    fn ask(&self, server: &Server, ready: &Ready, target: &str) -> Result<Answer, Error> {
        connect(server.address)
            .and_then(|mut stream| exchange(&mut stream, target))
            .map_err(|error| wrong(ready, target, &error.to_string()))
    }
}

fn measure_idle(server: &Server, target: &str, connections: u32) -> Result<Measured, Error> {
    touch(server, target).map_err(|error| server.error(format!("failed: {error}")))?;
    thread::sleep(SETTLE);
    let empty = usage::memory(server.id())?;
    let idle = Idle::open(server.address, target, connections)?;
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

/// Asks a few times on one connection, so that the pages of the program that every request
/// needs do not count as pages of the connections.
fn touch(server: &Server, target: &str) -> std::io::Result<()> {
    let mut stream = connect(server.address)?;
    for _ in 0..TOUCH_REQUESTS {
        exchange(&mut stream, target)?;
    }
    Ok(())
}

fn wrong(ready: &Ready, target: &str, problem: &str) -> Error {
    Error::Answer {
        peer: ready.peer.name.to_string(),
        target: target.to_owned(),
        problem: problem.to_owned(),
    }
}

/// An answer as long as ours, for runs without our program.
fn stand_in_answer() -> Vec<u8> {
    let content = content(SMALL_TARGET);
    let head = format!(
        "HTTP/1.1 200 OK\r\ndate: Sun, 06 Nov 1994 08:49:37 GMT\r\n\
         content-type: text/html; charset=utf-8\r\nlast-modified: Sun, 06 Nov 1994 08:49:37 GMT\r\n\
         etag: \"2e9c1d-258\"\r\naccept-ranges: bytes\r\ncontent-length: {}\r\n\r\n",
        content.len()
    );
    [head.as_bytes(), &content].concat()
}

/// One measurement, and what went wrong in it.
struct Measured {
    sample: Sample,
    failure: Option<String>,
}

impl Measured {
    fn in_short(&self) -> String {
        let telling = [Figure::RequestsPerCpuSecond, Figure::RequestsPerSecond, Figure::P99];
        let parts = telling.iter().chain(&[Figure::BytesPerConnection]).filter_map(|figure| {
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

impl Clocks {
    fn read(server: &Server) -> Result<Self, Error> {
        Ok(Self {
            wall: Instant::now(),
            server: usage::cpu_time(server.id())?,
            client: usage::ended_children_time(),
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
