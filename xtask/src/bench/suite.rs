//! What a suite is: who is measured, under which load, and which figures are to be reached.
//!
//! The suites themselves are data, in [`super::suites`]; measuring and reporting know only
//! these types.

use super::BenchOptions;
use super::figure::Figure;
use super::peer::{Application, OURS, Peer, Tool, ours};
use crate::error::Error;

/// A set of scenarios, measured in one run and reported together.
#[derive(Debug)]
pub(crate) struct Suite {
    /// The word on the command line, and the name of the files with the results.
    pub(crate) name: &'static str,
    /// The heading of its part of the report.
    pub(crate) title: &'static str,
    /// Who is measured beside our program.
    pub(crate) peers: &'static [Peer],
    /// Under which load.
    pub(crate) scenarios: &'static [Scenario],
    /// What is to be reached.
    pub(crate) bars: &'static [Bar],
    /// Which scenario and figure the chart shows.
    pub(crate) chart: (&'static str, Figure),
}

/// A load, and what is measured under it.
#[derive(Debug)]
pub(crate) struct Scenario {
    /// The word on the command line.
    pub(crate) name: &'static str,
    /// The heading of its table.
    pub(crate) title: &'static str,
    /// What the servers serve.
    pub(crate) application: Application,
    /// The load.
    pub(crate) load: Load,
    /// Whether the floors, which only know one canned answer, take part.
    pub(crate) has_floors: bool,
    /// The columns of its table; the first orders the rows.
    pub(crate) columns: &'static [Figure],
}

/// What the clients do.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Load {
    /// Ask again as soon as the answer has come, on each connection.
    Requests(Requests),
    /// Ask again as soon as an answer has come, on each stream of HTTP/2.
    Streams(Streams),
    /// Connect, make a full handshake of TLS, ask once, leave, and begin again.
    Handshakes { target: &'static str, connections: u32 },
    /// Send a document of JSON, again as soon as the answer has come, on each connection.
    Posts { target: &'static str, connections: u32, document: &'static str },
    /// Nothing: a program of its own finds routes in our router and in another, without a server.
    Lookups,
    /// Ask once on each connection, then stay.
    Idle { target: &'static str, connections: u32, protocol: Protocol },
}

/// What clients speak.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Protocol {
    Http1,
    Http2,
}

/// A load that never pauses, over HTTP/2.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Streams {
    /// The request target.
    pub(crate) target: &'static str,
    /// How many connections.
    pub(crate) connections: u32,
    /// How many requests are under way on each.
    pub(crate) streams: u32,
    /// The document that each request sends.
    pub(crate) upload: Option<&'static str>,
}

/// A load that never pauses.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Requests {
    /// The request target.
    pub(crate) target: &'static str,
    /// How many connections.
    pub(crate) connections: u32,
    /// How many requests leave at once on each connection, when all of the last have been
    /// answered.
    pub(crate) pipelined: u32,
    /// How long the connections may take to open, in seconds, before measuring begins; at 0 it
    /// begins with the first connection.
    pub(crate) opening_seconds: u32,
}

impl Protocol {
    /// The scheme of what is spoken over TLS.
    pub(crate) const SECURE_SCHEME: &str = "https";

    /// Its name in a handshake of TLS.
    pub(crate) fn alpn(self) -> &'static str {
        match self {
            Self::Http1 => "http/1.1",
            Self::Http2 => "h2",
        }
    }
}

impl Load {
    /// One request at a time on each connection.
    pub(crate) const fn requests(target: &'static str, connections: u32) -> Self {
        Self::Requests(Requests { target, connections, pipelined: 1, opening_seconds: 0 })
    }

    /// The request target; empty if nothing is requested.
    pub(crate) fn target(&self) -> &'static str {
        match self {
            Self::Requests(Requests { target, .. })
            | Self::Streams(Streams { target, .. })
            | Self::Handshakes { target, .. }
            | Self::Posts { target, .. }
            | Self::Idle { target, .. } => target,
            Self::Lookups => "",
        }
    }

    /// How many requests leave at once, on a connection.
    pub(crate) fn at_once(&self) -> u32 {
        match self {
            Self::Requests(requests) => requests.pipelined,
            Self::Streams(streams) => streams.streams,
            Self::Handshakes { .. } | Self::Posts { .. } | Self::Idle { .. } => 1,
            Self::Lookups => 0,
        }
    }

    /// What is spoken.
    pub(crate) fn protocol(&self) -> Protocol {
        match self {
            Self::Requests(_) | Self::Handshakes { .. } | Self::Posts { .. } | Self::Lookups => {
                Protocol::Http1
            }
            Self::Streams(_) => Protocol::Http2,
            Self::Idle { protocol, .. } => *protocol,
        }
    }

    /// The document that each request sends.
    pub(crate) fn upload(&self) -> Option<&'static str> {
        match self {
            Self::Streams(streams) => streams.upload,
            Self::Posts { document, .. } => Some(document),
            Self::Requests(_) | Self::Handshakes { .. } | Self::Lookups | Self::Idle { .. } => None,
        }
    }

    /// The program that makes it, if it is not this one.
    fn tool(&self) -> Option<Tool> {
        match self {
            Self::Requests(_) | Self::Posts { .. } => Some(Tool::Wrk),
            Self::Streams(_) => Some(Tool::H2load),
            Self::Handshakes { .. } => Some(Tool::Handshakes),
            Self::Lookups => Some(Tool::Routing),
            Self::Idle { .. } => None,
        }
    }
}

/// A figure that our program is to reach.
#[derive(Debug)]
pub(crate) struct Bar {
    /// Which of our programs: its name in the tables.
    pub(crate) own: &'static str,
    /// In which scenario.
    pub(crate) scenario: &'static str,
    /// Which figure.
    pub(crate) figure: Figure,
    /// How high or low.
    pub(crate) bound: Bound,
    /// The floor that waits in the same way, to show how far anybody could get.
    pub(crate) floor: &'static str,
}

/// Where a bar lies.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Bound {
    /// This part of a peer's figure, or better.
    OfPeer(f64, &'static str),
    /// This part of our own figure in another scenario of the suite, or better.
    OfScenario(f64, &'static str),
    /// This value, or better.
    Value(f64),
}

impl Suite {
    /// The scenario of this name.
    pub(crate) fn scenario(&self, name: &str) -> Option<&Scenario> {
        self.scenarios.iter().find(|scenario| scenario.name == name)
    }

    /// The scenarios that were chosen.
    pub(crate) fn chosen_scenarios(&self, options: &BenchOptions) -> Result<Vec<&Scenario>, Error> {
        let known: Vec<&str> = self.scenarios.iter().map(|scenario| scenario.name).collect();
        self.check("scenario", &known, options.scenarios.as_deref())?;
        Ok(self.scenarios.iter().filter(|s| chosen(s.name, options.scenarios.as_deref())).collect())
    }

    /// Our programs under each architecture that was chosen, and the peers that were, as far as
    /// a scenario needs them.
    pub(crate) fn chosen_peers(
        &self,
        scenarios: &[&Scenario],
        options: &BenchOptions,
    ) -> Result<Vec<Peer>, Error> {
        let known: Vec<&str> =
            [OURS].into_iter().chain(self.peers.iter().map(|peer| &*peer.name)).collect();
        self.check("peer", &known, options.peers.as_deref())?;
        let ours = options.architectures.iter().flat_map(|architecture| {
            Application::ALL.map(|application| ours(architecture, application))
        });
        let ours = ours.filter(|_| chosen(OURS, options.peers.as_deref()));
        let others = self.peers.iter().filter(|peer| chosen(&peer.name, options.peers.as_deref()));
        let takes_part = |peer: &Peer| scenarios.iter().any(|scenario| scenario.takes(peer));
        Ok(ours.chain(others.cloned()).filter(takes_part).collect())
    }

    fn check(&self, kind: &str, known: &[&str], chosen: Option<&[String]>) -> Result<(), Error> {
        let unknown = chosen.unwrap_or_default().iter().find(|name| !known.contains(&&***name));
        let Some(name) = unknown else { return Ok(()) };
        let mut known = known.to_vec();
        known.sort_unstable();
        known.dedup();
        let problem = format!("no {kind} is called `{name}`; there are {}", known.join(", "));
        Err(Error::Usage { problem, command: format!("cargo xtask bench {}", self.name) })
    }
}

impl Scenario {
    /// The programs that it needs beside the servers.
    pub(crate) fn tools(&self) -> impl Iterator<Item = Tool> {
        let for_tls = self.application.is_secure().then_some(Tool::OpenSsl);
        self.load.tool().into_iter().chain(for_tls)
    }

    /// Whether a peer takes part.
    pub(crate) fn takes(&self, peer: &Peer) -> bool {
        self.has_servers()
            && peer.application == self.application
            && (self.has_floors || !peer.is_floor())
    }

    /// Whether there are servers in it.
    pub(crate) fn has_servers(&self) -> bool {
        !matches!(self.load, Load::Lookups)
    }
}

fn chosen(name: &str, names: Option<&[String]>) -> bool {
    names.is_none_or(|names| names.iter().any(|chosen| chosen == name))
}

#[cfg(test)]
mod tests {
    use super::super::suites::{ALL, CONNECTIONS, FRAMEWORK, STATIC};
    use super::*;

    fn options(peers: &[&str], architectures: &[&str]) -> BenchOptions {
        let owned = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect();
        BenchOptions {
            rounds: 1,
            seconds: 1,
            peers: (!peers.is_empty()).then(|| owned(peers)),
            scenarios: None,
            architectures: owned(architectures),
            builds: false,
            saves: false,
        }
    }

    #[test]
    fn every_bar_and_the_chart_name_what_is_measured() {
        for suite in ALL {
            let measured = |scenario: &str, figure: Figure| {
                suite.scenario(scenario).is_some_and(|s| s.columns.contains(&figure))
            };
            for bar in suite.bars {
                assert!(measured(bar.scenario, bar.figure), "{bar:?}");
                let scenario = suite.scenario(bar.scenario).unwrap();
                let takes = |name: &str| {
                    suite.peers.iter().any(|peer| peer.name == name && scenario.takes(peer))
                };
                assert!(takes(bar.floor) || !scenario.has_floors, "{bar:?}");
                let is_ours = match scenario.has_servers() {
                    true => ["event", "uring"]
                        .iter()
                        .any(|name| ours(name, scenario.application).name == bar.own),
                    false => bar.own == OURS,
                };
                assert!(is_ours, "{bar:?}");
                match bar.bound {
                    Bound::OfPeer(_, name) => assert!(takes(name), "{bar:?}"),
                    Bound::OfScenario(_, name) => assert!(measured(name, bar.figure), "{bar:?}"),
                    Bound::Value(_) => {}
                }
            }
            assert!(measured(suite.chart.0, suite.chart.1), "{}", suite.name);
        }
    }

    #[test]
    fn every_peer_of_a_suite_is_measured_in_it() {
        for suite in ALL {
            for peer in suite.peers {
                assert!(suite.scenarios.iter().any(|scenario| scenario.takes(peer)), "{peer:?}");
            }
        }
    }

    fn names(suite: &Suite, options: &BenchOptions) -> Vec<String> {
        let scenarios = suite.chosen_scenarios(options).unwrap();
        let peers = suite.chosen_peers(&scenarios, options).unwrap();
        peers.iter().map(|peer| peer.name.to_string()).collect()
    }

    #[test]
    fn ours_runs_once_for_each_architecture_and_application() {
        let options = options(&["nginx", "gnezdo"], &["event", "uring"]);
        assert_eq!(names(&STATIC, &options), ["gnezdo event", "gnezdo uring", "nginx"]);
        let twice = ["gnezdo event", "gnezdo event", "gnezdo uring", "gnezdo uring"];
        assert_eq!(names(&CONNECTIONS, &options)[..4], twice);
    }

    #[test]
    fn a_scenario_without_servers_needs_its_program_and_no_peer() {
        let chosen = |scenario: &str| BenchOptions {
            scenarios: Some(vec![scenario.to_owned()]),
            ..options(&[], &["event"])
        };
        let tools = |scenario: &str| -> Vec<Tool> {
            FRAMEWORK.scenario(scenario).unwrap().tools().collect()
        };
        assert_eq!(names(&FRAMEWORK, &chosen("routes")), [""; 0]);
        assert_eq!(tools("routes"), [Tool::Routing]);
        assert_eq!(names(&FRAMEWORK, &chosen("json")), ["gnezdo event", "actix-web", "axum"]);
        assert_eq!(tools("json"), [Tool::Wrk]);
    }

    #[test]
    fn an_unknown_name_is_refused_with_the_known_ones() {
        let error = STATIC.chosen_peers(&[], &options(&["ngnix"], &["event"])).unwrap_err();
        let error = error.to_string();
        assert!(error.contains("no peer is called `ngnix`; there are actix-files,"), "{error}");
    }
}
