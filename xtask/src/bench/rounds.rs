//! How a suite is measured: all peers in turn, scenario by scenario, several rounds over.
//!
//! Rounds go over all peers before the next one starts, so that a slow minute of the machine
//! falls on everybody. Each measurement is a fresh server: start, warm up, read its clock,
//! load, read its clock, read its memory, end. A peer that does not start, or answers something
//! else than it should, fails in its scenarios and holds nobody else up.

use std::fs;
use std::path::PathBuf;

use super::documents::{Documents, PLAINTEXT_TARGET, SMALL_TARGET, content};
use super::exchange::{Answer, connect, exchange, pipelined};
use super::figure::Sample;
use super::machine::Cores;
use super::measurement::{Client, Measured};
use super::peer::{Application, Place, Role};
use super::programs::{self, Ready};
use super::server::{Server, free_address};
use super::suite::Scenario;
use super::{BenchOptions, machine, work_folder};
use crate::error::Error;

/// A suite that is ready to be measured.
pub(crate) struct Bench<'s> {
    peers: Vec<Ready>,
    scenarios: Vec<&'s Scenario>,
    documents: Documents,
    wrk: PathBuf,
    cores: Cores,
    rounds: u32,
    seconds: u32,
}

/// The samples of one peer in one scenario.
#[derive(Clone, Debug)]
pub(crate) struct Series<'s> {
    pub(crate) scenario: &'s Scenario,
    /// The peer's place among the peers of the run.
    pub(crate) peer: usize,
    pub(crate) samples: Vec<Sample>,
    /// What went wrong. A series with failures has no figures.
    pub(crate) failures: Vec<String>,
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
        for application in Application::ALL {
            self.write_canned_answer(application)?;
        }
        let mut all = self.empty_series();
        for series in &mut all {
            self.verify(series);
        }
        machine::warn_when_busy()?;
        for round in 1..=self.rounds {
            for series in &mut all {
                self.measure(round, series);
            }
        }
        Ok(all)
    }

    fn empty_series(&self) -> Vec<Series<'s>> {
        let of_scenario = |&scenario: &&'s Scenario| {
            let takes_part = move |(_, ready): &(usize, &Ready)| scenario.takes(&ready.peer);
            let empty =
                move |peer| Series { scenario, peer, samples: Vec::new(), failures: Vec::new() };
            self.peers.iter().enumerate().filter(takes_part).map(move |(peer, _)| empty(peer))
        };
        self.scenarios.iter().flat_map(of_scenario).collect()
    }

    /// Adds a sample, unless the series is spoilt already.
    fn measure(&self, round: u32, series: &mut Series<'s>) {
        if !series.failures.is_empty() {
            return;
        }
        let Series { scenario, peer, .. } = *series;
        let ready = &self.peers[peer];
        let (name, rounds) = (&ready.peer.name, self.rounds);
        eprint!("round {round}/{rounds} {:<14} {name:<20} ", scenario.name);
        let measured =
            self.measured(ready, scenario).unwrap_or_else(|error| Measured::failed(&error));
        eprintln!("{}", measured.in_short());
        series.samples.push(measured.sample);
        series.failures.extend(measured.failure);
    }

    fn measured(&self, ready: &Ready, scenario: &Scenario) -> Result<Measured, Error> {
        let mut server = self.start(ready)?;
        let client = Client { wrk: &self.wrk, core: self.cores.client, seconds: self.seconds };
        let measured = client.measure(&server, &scenario.load)?;
        server.check()?;
        Ok(measured)
    }

    fn start(&self, ready: &Ready) -> Result<Server, Error> {
        let place = Place {
            address: free_address()?,
            root: &self.documents.root,
            folder: &work_folder().join(ready.peer.folder_name()),
            answer: &canned_answer(ready.peer.application),
        };
        Server::start(ready, &place, self.cores.server)
    }

    /// The floors answer what our program answers, or something very much like it.
    fn write_canned_answer(&self, application: Application) -> Result<(), Error> {
        let target = match application {
            Application::Files => SMALL_TARGET,
            Application::Hello => PLAINTEXT_TARGET,
        };
        let is_ours =
            |ready: &&Ready| ready.peer.is_ours() && ready.peer.application == application;
        let ask = |ours: &Ready| self.ask(&self.start(ours).ok()?, ours, target).ok();
        let ours = self.peers.iter().filter(is_ours).find_map(ask);
        let octets = ours.map_or_else(|| stand_in_answer(application), |answer| answer.octets);
        let path = canned_answer(application);
        fs::write(&path, octets).map_err(Error::io(format!("write {}", path.display())))
    }

    /// Proves that a peer answers rightly, or spoils its series.
    fn verify(&self, series: &mut Series<'s>) {
        let ready = &self.peers[series.peer];
        let verified = self
            .start(ready)
            .and_then(|server| self.verify_answers(&server, ready, series.scenario));
        if let Err(error) = verified {
            eprintln!("{}: {error}", series.scenario.name);
            series.failures.push(error.to_string());
        }
    }

    fn verify_answers(
        &self,
        server: &Server,
        ready: &Ready,
        scenario: &Scenario,
    ) -> Result<(), Error> {
        let (target, count) = (scenario.load.target(), scenario.load.pipelined());
        let answers = connect(server.address)
            .and_then(|mut stream| pipelined(&mut stream, target, count))
            .map_err(|error| wrong(ready, target, &error.to_string()))?;
        let path = canned_answer(ready.peer.application);
        let canned = fs::read(&path).map_err(Error::io(format!("read {}", path.display())))?;
        let problem_of = |answer: &Answer| match ready.peer.role {
            Role::Floor if answer.octets != canned => Some("it is not the canned answer"),
            Role::Floor => None,
            _ if answer.status() != b"200" => Some("its status is not 200"),
            _ if answer.content() != content(target) => {
                Some("its content is not what it should be")
            }
            _ => None,
        };
        match answers.iter().find_map(problem_of) {
            Some(problem) => Err(wrong(ready, target, problem)),
            None => Ok(()),
        }
    }

    fn ask(&self, server: &Server, ready: &Ready, target: &str) -> Result<Answer, Error> {
        connect(server.address)
            .and_then(|mut stream| exchange(&mut stream, target))
            .map_err(|error| wrong(ready, target, &error.to_string()))
    }
}

fn wrong(ready: &Ready, target: &str, problem: &str) -> Error {
    Error::Answer {
        peer: ready.peer.name.to_string(),
        target: target.to_owned(),
        problem: problem.to_owned(),
    }
}

fn canned_answer(application: Application) -> PathBuf {
    work_folder().join(format!("answer-{}.http", application.name()))
}

/// An answer as long as ours, for runs without our program.
fn stand_in_answer(application: Application) -> Vec<u8> {
    let (fields, content) = match application {
        Application::Files => (
            "content-type: text/html; charset=utf-8\r\n\
             last-modified: Sun, 06 Nov 1994 08:49:37 GMT\r\n\
             etag: \"2e9c1d-258\"\r\naccept-ranges: bytes\r\n",
            content(SMALL_TARGET),
        ),
        Application::Hello => {
            ("content-type: text/plain; charset=utf-8\r\n", content(PLAINTEXT_TARGET))
        }
    };
    let head = format!(
        "HTTP/1.1 200 OK\r\ndate: Sun, 06 Nov 1994 08:49:37 GMT\r\n{fields}content-length: {}\r\n\r\n",
        content.len()
    );
    [head.as_bytes(), &content].concat()
}
