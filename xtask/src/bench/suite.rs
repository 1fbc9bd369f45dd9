//! Suites as data: who is measured, under which load, and which figures are to be reached.
//!
//! Another suite is another constant here; measuring and reporting know only these types.

use super::BenchOptions;
use super::documents::{LARGE_TARGET, SMALL_TARGET};
use super::figure::Figure;
use super::peer::{ACTIX_FILES, AXUM_SERVEDIR, FLOOR_EPOLL, FLOOR_URING, H2O, NGINX};
use super::peer::{OURS, Peer, Role, STATIC_WEB_SERVER, ours};
use crate::error::Error;

/// A set of scenarios, measured in one run and reported together.
#[derive(Debug)]
pub(crate) struct Suite {
    /// The word on the command line, and the name of the files with the results.
    pub(crate) name: &'static str,
    /// The heading of the report.
    pub(crate) title: &'static str,
    /// Who is measured beside our program.
    pub(crate) peers: &'static [&'static Peer],
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
    Requests { target: &'static str, connections: u32 },
    /// Ask once on each connection, then stay.
    Idle { target: &'static str, connections: u32 },
}

impl Load {
    /// The request target.
    pub(crate) fn target(&self) -> &'static str {
        match self {
            Self::Requests { target, .. } | Self::Idle { target, .. } => target,
        }
    }
}

/// A figure that our program is to reach.
#[derive(Debug)]
pub(crate) struct Bar {
    /// Under which architecture of ours.
    pub(crate) architecture: &'static str,
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
    /// This value, or better.
    Value(f64),
}

const LOAD_COLUMNS: &[Figure] = &[
    Figure::RequestsPerCpuSecond,
    Figure::RequestsPerSecond,
    Figure::P50,
    Figure::P99,
    Figure::ResidentBytes,
    Figure::ServerShare,
    Figure::ClientShare,
];

/// `cargo xtask bench static`: serving files.
pub(crate) const STATIC: Suite = Suite {
    name: "static",
    title: "Static files",
    peers: &[
        &FLOOR_URING,
        &FLOOR_EPOLL,
        &H2O,
        &NGINX,
        &STATIC_WEB_SERVER,
        &ACTIX_FILES,
        &AXUM_SERVEDIR,
    ],
    scenarios: &[
        Scenario {
            name: "small",
            title: "A page of 600 bytes, 64 connections",
            load: Load::Requests { target: SMALL_TARGET, connections: 64 },
            has_floors: true,
            columns: LOAD_COLUMNS,
        },
        Scenario {
            name: "large",
            title: "A file of 1 MiB, 64 connections",
            load: Load::Requests { target: LARGE_TARGET, connections: 64 },
            has_floors: false,
            columns: LOAD_COLUMNS,
        },
        Scenario {
            name: "many",
            title: "A page of 600 bytes, 400 connections",
            load: Load::Requests { target: SMALL_TARGET, connections: 400 },
            has_floors: true,
            columns: LOAD_COLUMNS,
        },
        Scenario {
            name: "idle",
            title: "10,000 idle keep-alive connections",
            load: Load::Idle { target: SMALL_TARGET, connections: 10_000 },
            has_floors: false,
            columns: &[Figure::BytesPerConnection, Figure::EmptyBytes, Figure::ResidentBytes],
        },
    ],
    bars: &[
        event("small", Figure::RequestsPerCpuSecond, Bound::OfPeer(0.85, "floor-epoll")),
        event("small", Figure::RequestsPerCpuSecond, Bound::OfPeer(1.7, "nginx")),
        event("small", Figure::RequestsPerCpuSecond, Bound::OfPeer(1.1, "h2o")),
        event("small", Figure::RequestsPerCpuSecond, Bound::OfPeer(3.0, "static-web-server")),
        event("large", Figure::RequestsPerCpuSecond, Bound::OfPeer(1.0, "nginx")),
        event("idle", Figure::BytesPerConnection, Bound::Value(1024.0)),
        event("many", Figure::P99, Bound::OfPeer(1.0, "nginx")),
    ],
    chart: ("small", Figure::RequestsPerCpuSecond),
};

const fn event(scenario: &'static str, figure: Figure, bound: Bound) -> Bar {
    Bar { architecture: "event", scenario, figure, bound, floor: "floor-epoll" }
}

impl Suite {
    /// The scenarios that were chosen.
    pub(crate) fn scenarios(&self, options: &BenchOptions) -> Result<Vec<&Scenario>, Error> {
        let known: Vec<&str> = self.scenarios.iter().map(|scenario| scenario.name).collect();
        self.check("scenario", &known, options.scenarios.as_deref())?;
        Ok(self.scenarios.iter().filter(|s| chosen(s.name, options.scenarios.as_deref())).collect())
    }

    /// Our program under each architecture that was chosen, and the peers that were.
    pub(crate) fn peers(&self, options: &BenchOptions) -> Result<Vec<Peer>, Error> {
        let known: Vec<&str> =
            [OURS].into_iter().chain(self.peers.iter().map(|peer| &*peer.name)).collect();
        self.check("peer", &known, options.peers.as_deref())?;
        let ours = options.architectures.iter().map(|architecture| ours(architecture));
        let ours = ours.filter(|_| chosen(OURS, options.peers.as_deref()));
        let others = self.peers.iter().filter(|peer| chosen(&peer.name, options.peers.as_deref()));
        Ok(ours.chain(others.map(|&peer| peer.clone())).collect())
    }

    fn check(&self, kind: &str, known: &[&str], chosen: Option<&[String]>) -> Result<(), Error> {
        let unknown = chosen.unwrap_or_default().iter().find(|name| !known.contains(&&***name));
        let Some(name) = unknown else { return Ok(()) };
        let problem = format!("no {kind} is called `{name}`; there are {}", known.join(", "));
        Err(Error::Usage { problem, command: format!("cargo xtask bench {}", self.name) })
    }
}

impl Scenario {
    /// Whether a peer takes part.
    pub(crate) fn takes(&self, peer: &Peer) -> bool {
        self.has_floors || peer.role != Role::Floor
    }
}

fn chosen(name: &str, names: Option<&[String]>) -> bool {
    names.is_none_or(|names| names.iter().any(|chosen| chosen == name))
}

#[cfg(test)]
mod tests {
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
        let measured = |scenario: &str, figure: Figure| {
            let found = STATIC.scenarios.iter().find(|s| s.name == scenario);
            found.is_some_and(|s| s.columns.contains(&figure))
        };
        for bar in STATIC.bars {
            assert!(measured(bar.scenario, bar.figure), "{bar:?}");
            let is_peer = |name: &str| STATIC.peers.iter().any(|peer| peer.name == name);
            assert!(is_peer(bar.floor), "{bar:?}");
            if let Bound::OfPeer(_, name) = bar.bound {
                assert!(is_peer(name), "{bar:?}");
            }
        }
        assert!(measured(STATIC.chart.0, STATIC.chart.1));
    }

    #[test]
    fn ours_runs_once_for_each_architecture() {
        let peers = STATIC.peers(&options(&["nginx", "gnezdo"], &["event", "uring"])).unwrap();
        let names: Vec<&str> = peers.iter().map(|peer| &*peer.name).collect();
        assert_eq!(names, ["gnezdo event", "gnezdo uring", "nginx"]);
    }

    #[test]
    fn an_unknown_name_is_refused_with_the_known_ones() {
        let error = STATIC.peers(&options(&["ngnix"], &["event"])).unwrap_err().to_string();
        assert!(error.contains("no peer is called `ngnix`; there are gnezdo,"), "{error}");
    }
}
