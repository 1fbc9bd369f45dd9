//! How a suite is measured: all peers in turn, scenario by scenario, several rounds over.
//!
//! Rounds go over all peers before the next one starts, so that a slow minute of the machine
//! falls on everybody. Each measurement is a fresh server: start, warm up, read its clock,
//! load, read its clock, read its memory, end. A peer that does not start, or answers something
//! else than it should, fails in its scenarios and holds nobody else up.

use std::fs;
use std::io::{self, Read, Write};
use std::path::PathBuf;

use super::documents::{Documents, PLAINTEXT_TARGET, content, is_right};
use super::exchange::{Answer, connect, exchange, get, pipelined, post_json};
use super::figure::Sample;
use super::machine::Cores;
use super::measurement::{Client, Measured};
use super::peer::{Application, OURS, Place, Tool};
use super::programs::{Ready, Tools};
use super::server::{Server, free_address};
use super::suite::{Protocol, Scenario};
use super::tls::Identity;
use super::{BenchOptions, http2, lookups, machine, work_folder};
use crate::error::Error;

/// A suite that is ready to be measured.
pub(crate) struct Bench<'s> {
    peers: Vec<Ready>,
    scenarios: Vec<&'s Scenario>,
    documents: Documents,
    tools: Tools,
    identity: Option<Identity>,
    cores: Cores,
    rounds: u32,
    seconds: u32,
}

/// The samples of one peer in one scenario, or of a scenario without servers.
#[derive(Clone, Debug)]
pub(crate) struct Series<'s> {
    pub(crate) scenario: &'s Scenario,
    /// The peer's place among the peers of the run.
    pub(crate) peer: Option<usize>,
    pub(crate) samples: Vec<Sample>,
    /// What went wrong. A series with failures has no figures.
    pub(crate) failures: Vec<String>,
}

impl<'s> Bench<'s> {
    pub(crate) fn new(
        peers: Vec<Ready>,
        tools: Tools,
        scenarios: Vec<&'s Scenario>,
        documents: Documents,
        options: &BenchOptions,
    ) -> Result<Self, Error> {
        if peers.is_empty() && scenarios.iter().all(|scenario| scenario.has_servers()) {
            return Err(Error::Machine("there is nobody left to measure".into()));
        }
        let speaks_tls = peers.iter().any(|ready| ready.peer.application.is_secure());
        let identity = match speaks_tls {
            true => Some(Identity::make(tools.path(Tool::OpenSsl)?)?),
            false => None,
        };
        Ok(Self {
            peers,
            scenarios,
            documents,
            tools,
            identity,
            cores: Cores::choose()?,
            rounds: options.rounds,
            seconds: options.seconds,
        })
    }

    /// Who is measured.
    pub(crate) fn peers(&self) -> &[Ready] {
        &self.peers
    }

    /// Whose samples these are.
    pub(crate) fn name_of(&self, series: &Series<'_>) -> &str {
        series.peer.map_or(OURS, |peer| &self.peers[peer].peer.name)
    }

    /// What puts load on them.
    pub(crate) fn tools(&self) -> &Tools {
        &self.tools
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
            let places = self.peers.iter().enumerate().filter(takes_part).map(|(at, _)| Some(at));
            let alone = (!scenario.has_servers()).then_some(None);
            let empty =
                move |peer| Series { scenario, peer, samples: Vec::new(), failures: Vec::new() };
            places.chain(alone).map(empty)
        };
        self.scenarios.iter().flat_map(of_scenario).collect()
    }

    /// Adds a sample, unless the series is spoilt already.
    fn measure(&self, round: u32, series: &mut Series<'s>) {
        if !series.failures.is_empty() {
            return;
        }
        let Series { scenario, peer, .. } = *series;
        let (name, rounds) = (self.name_of(series), self.rounds);
        eprint!("round {round}/{rounds} {:<14} {name:<20} ", scenario.name);
        let measured = match peer {
            Some(peer) => self.measured(&self.peers[peer], scenario),
            None => self.looked_up(),
        };
        let measured = measured.unwrap_or_else(|error| Measured::failed(&error));
        eprintln!("{}", measured.in_short());
        series.samples.push(measured.sample);
        series.failures.extend(measured.failure);
    }

    fn measured(&self, ready: &Ready, scenario: &Scenario) -> Result<Measured, Error> {
        let mut server = self.start(ready)?;
        let client = Client {
            tools: &self.tools,
            identity: self.identity_for(ready.peer.application),
            documents: &self.documents,
            core: self.cores.client,
            seconds: self.seconds,
        };
        let measured = client.measure(&server, &scenario.load)?;
        server.check()?;
        Ok(measured)
    }

    fn looked_up(&self) -> Result<Measured, Error> {
        lookups::measure(self.tools.path(Tool::Routing)?, self.cores.server)
    }

    fn start(&self, ready: &Ready) -> Result<Server, Error> {
        let place = Place {
            address: free_address()?,
            root: &self.documents.root,
            folder: &work_folder().join(ready.peer.folder_name()),
            answer: &canned_answer(ready.peer.application),
            identity: self.identity_for(ready.peer.application),
        };
        Server::start(ready, &place, self.cores.server)
    }

    fn identity_for(&self, application: Application) -> Option<&Identity> {
        self.identity.as_ref().filter(|_| application.is_secure())
    }

    /// The floors answer what our program answers, or something very much like it.
    fn write_canned_answer(&self, application: Application) -> Result<(), Error> {
        let Some(target) = application.canned_target() else { return Ok(()) };
        let is_ours =
            |ready: &&Ready| ready.peer.is_ours() && ready.peer.application == application;
        let ask = |ours: &Ready| self.ask(&self.start(ours).ok()?, ours, target).ok();
        let ours = self.peers.iter().filter(is_ours).find_map(ask);
        let octets = ours.map_or_else(|| stand_in_answer(target), |answer| answer.octets);
        let path = canned_answer(application);
        fs::write(&path, octets).map_err(Error::io(format!("write {}", path.display())))
    }

    /// Proves that a peer answers rightly, or spoils its series.
    fn verify(&self, series: &mut Series<'s>) {
        // The program that finds routes proves itself that it finds the right ones.
        let Some(peer) = series.peer else { return };
        let ready = &self.peers[peer];
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
        let target = scenario.load.target();
        let problem = match self.identity_for(server.application) {
            None => connect(server.address)
                .and_then(|mut line| self.problem_on(&mut line, server, ready, scenario)),
            Some(identity) => {
                identity.connect(server.address, scenario.load.protocol()).and_then(|mut line| {
                    let problem = self.problem_on(&mut line, server, ready, scenario)?;
                    line.finish().map(|()| problem)
                })
            }
        };
        match problem {
            Ok(None) => Ok(()),
            Ok(Some(problem)) => Err(wrong(ready, target, problem)),
            Err(error) => Err(wrong(ready, target, &error.to_string())),
        }
    }

    /// What is wrong with the answers that come over a connection, if anything is.
    fn problem_on<S: Read + Write>(
        &self,
        line: &mut S,
        server: &Server,
        ready: &Ready,
        scenario: &Scenario,
    ) -> io::Result<Option<&'static str>> {
        let load = &scenario.load;
        let (target, count) = (load.target(), load.at_once());
        let problem = |is_ok: bool, content: &[u8]| match () {
            () if !is_ok => Some("its status is not 200"),
            () if !is_right(target, content) => Some("its content is not what it should be"),
            () => None,
        };
        let upload = load.upload().map(content);
        if load.protocol() == Protocol::Http2 {
            let question = http2::Question {
                scheme: server.application.scheme(),
                authority: &server.address.to_string(),
                target,
                content: upload.as_deref(),
            };
            let answers = http2::exchange(line, &question, count)?;
            return Ok(answers.iter().find_map(|answer| problem(answer.is_ok, &answer.content)));
        }
        let request = match upload {
            None => get(server.address, target),
            Some(content) => post_json(server.address, target, &content),
        };
        let answers = pipelined(line, &request, count)?;
        if ready.peer.is_floor() {
            let canned = fs::read(canned_answer(ready.peer.application))?;
            let differs = answers.iter().any(|answer| answer.octets != canned);
            return Ok(differs.then_some("it is not the canned answer"));
        }
        let of_answer = |answer: &Answer| problem(answer.status() == b"200", answer.content());
        Ok(answers.iter().find_map(of_answer))
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
fn stand_in_answer(target: &str) -> Vec<u8> {
    let fields = match target {
        PLAINTEXT_TARGET => "content-type: text/plain; charset=utf-8\r\n",
        _ => {
            "content-type: text/html; charset=utf-8\r\n\
             last-modified: Sun, 06 Nov 1994 08:49:37 GMT\r\n\
             etag: \"2e9c1d-258\"\r\naccept-ranges: bytes\r\n"
        }
    };
    let content = content(target);
    let head = format!(
        "HTTP/1.1 200 OK\r\ndate: Sun, 06 Nov 1994 08:49:37 GMT\r\n{fields}content-length: {}\r\n\r\n",
        content.len()
    );
    [head.as_bytes(), &content].concat()
}
