//! What a run gave: the samples of every peer in every scenario, and whether the bars are met.
//!
//! This is what is saved, and what reports are made of: a report of all suites needs only one
//! of them to have been measured today.

use std::collections::BTreeMap;
use std::fs;
use std::io::ErrorKind;

use serde::{Deserialize, Serialize};

use super::figure::{Figure, Sample, median, spread};
use super::peer::{FLOOR_EPOLL, FLOOR_URING, OURS};
use super::rounds::{Bench, Series};
use super::suite::{Scenario, Suite};
use super::verdicts::{Verdict, judge};
use super::{BenchOptions, machine, results_folder, write_result};
use crate::error::Error;

/// Everything that a report tells about a suite.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Results {
    pub(crate) suite: String,
    pub(crate) rounds: u32,
    pub(crate) seconds: u32,
    /// The machine, and the versions of the programs.
    pub(crate) facts: BTreeMap<String, String>,
    pub(crate) scenarios: Vec<Measurements>,
    pub(crate) bars: Vec<Verdict>,
}

/// What was measured in a scenario.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Measurements {
    pub(crate) name: String,
    pub(crate) title: String,
    /// Best first, by the first column of the scenario.
    pub(crate) rows: Vec<Row>,
}

/// What was measured of a peer.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Row {
    pub(crate) peer: String,
    /// Nothing if anything went wrong.
    pub(crate) median: Sample,
    /// Round by round.
    pub(crate) samples: Vec<Sample>,
    /// What went wrong.
    pub(crate) failures: Vec<String>,
}

impl Results {
    pub(crate) fn new(
        suite: &Suite,
        options: &BenchOptions,
        bench: &Bench<'_>,
        missing: &[(String, String)],
        series: &[Series<'_>],
    ) -> Self {
        let measurements = |scenario: &Scenario| {
            let own = series.iter().filter(|series| series.scenario.name == scenario.name);
            Measurements::new(
                scenario,
                own.map(|series| Row::new(bench.name_of(series).to_owned(), series)).collect(),
            )
        };
        let scenarios: Vec<_> = suite.scenarios.iter().map(measurements).collect();
        let scenarios: Vec<_> = scenarios.into_iter().filter(|m| !m.rows.is_empty()).collect();
        let mut facts = machine::facts(bench.peers(), bench.tools(), bench.cores());
        facts.extend(missing.iter().map(|(name, why)| (name.clone(), format!("left out: {why}"))));
        Self {
            suite: suite.name.to_owned(),
            rounds: options.rounds,
            seconds: options.seconds,
            facts,
            bars: judge(suite, &scenarios),
            scenarios,
        }
    }

    /// What was saved of a suite, if anything was.
    pub(crate) fn load(suite: &Suite) -> Result<Option<Self>, Error> {
        let path = results_folder().join(file_name(suite.name));
        let text = match fs::read_to_string(&path) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            other => other.map_err(Error::io(format!("read {}", path.display())))?,
        };
        let results = serde_json::from_str(&text).map_err(|error| Error::Unreadable {
            source: "a file of bench/results",
            problem: format!("{}: {error}", path.display()),
        })?;
        Ok(Some(results))
    }

    /// Saves them, for programs and for later reports.
    pub(crate) fn save(&self) -> Result<(), Error> {
        let text = serde_json::to_string_pretty(self).map_err(|error| Error::Unreadable {
            source: "a result",
            problem: error.to_string(),
        })?;
        write_result(&file_name(&self.suite), &format!("{text}\n"))
    }

    /// Whether our program was measured.
    pub(crate) fn has_ours(&self) -> bool {
        self.rows().any(Row::is_ours)
    }

    /// Whether anything went wrong in any round.
    pub(crate) fn has_failures(&self) -> bool {
        self.rows().any(|row| !row.failures.is_empty())
    }

    pub(crate) fn rounds_in_words(&self) -> String {
        format!("{} round{}", self.rounds, if self.rounds == 1 { "" } else { "s" })
    }

    /// How much of the machine others used meanwhile: as a rule, and at worst.
    pub(crate) fn foreign_share(&self) -> Option<(f64, f64)> {
        let shares: Vec<f64> =
            self.rows().flat_map(|row| row.values(Figure::ForeignShare)).collect();
        Some((median(&shares)?, shares.iter().copied().fold(0.0, f64::max)))
    }

    fn rows(&self) -> impl Iterator<Item = &Row> {
        self.scenarios.iter().flat_map(|scenario| &scenario.rows)
    }
}

impl Measurements {
    pub(crate) fn new(scenario: &Scenario, mut rows: Vec<Row>) -> Self {
        let figure = scenario.columns[0];
        let rank = |row: &Row| match row.median.get(&figure) {
            Some(value) if figure.more_is_better() => -value,
            Some(value) => *value,
            None => f64::INFINITY,
        };
        rows.sort_by(|a, b| rank(a).total_cmp(&rank(b)));
        Self { name: scenario.name.to_owned(), title: scenario.title.to_owned(), rows }
    }

    /// The median of a peer's figure.
    pub(crate) fn median_of(&self, peer: &str, figure: Figure) -> Option<f64> {
        let row = self.rows.iter().find(|row| row.peer == peer)?;
        row.median.get(&figure).copied()
    }
}

impl Row {
    fn new(peer: String, series: &Series<'_>) -> Self {
        let samples: Vec<Sample> = series.samples.iter().map(rounded).collect();
        let mut row =
            Self { peer, median: Sample::new(), samples, failures: series.failures.clone() };
        if row.failures.is_empty() {
            let median_of = |figure| Some((figure, median(&row.values(figure))?));
            row.median = rounded(&Figure::ALL.into_iter().filter_map(median_of).collect());
        }
        row
    }

    /// How far the rounds lie apart, in parts of the median, if nothing failed.
    pub(crate) fn spread(&self, figure: Figure) -> Option<f64> {
        if self.failures.is_empty() { spread(&self.values(figure)) } else { None }
    }

    /// Whether this is our program.
    pub(crate) fn is_ours(&self) -> bool {
        self.peer.split(' ').next() == Some(OURS)
    }

    /// Whether this is no server.
    pub(crate) fn is_floor(&self) -> bool {
        [FLOOR_EPOLL, FLOOR_URING].contains(&&*self.peer)
    }

    fn values(&self, figure: Figure) -> Vec<f64> {
        self.samples.iter().filter_map(|sample| sample.get(&figure).copied()).collect()
    }
}

fn file_name(suite: &str) -> String {
    format!("{suite}.json")
}

/// Three digits after the point are more than anything here is worth.
fn rounded(sample: &Sample) -> Sample {
    sample.iter().map(|(&figure, value)| (figure, (value * 1000.0).round() / 1000.0)).collect()
}

#[cfg(test)]
pub(crate) mod tests {
    use super::super::suites::STATIC;
    use super::*;

    fn row(peer: &str, scenario: &'static Scenario, per_cpu_second: &[f64], failure: &str) -> Row {
        let sample = |&value: &f64| {
            Sample::from([(Figure::RequestsPerCpuSecond, value), (Figure::P99, 1e8 / value)])
        };
        let failures = (!failure.is_empty()).then(|| failure.to_owned());
        let samples = per_cpu_second.iter().map(sample).collect();
        let failures = failures.into_iter().collect();
        Row::new(peer.to_owned(), &Series { scenario, peer: None, samples, failures })
    }

    /// Ours reaches twice of nginx and 0.8 of the floor, but p99 fails: there nginx had errors.
    pub(crate) fn results() -> Results {
        let [small, many] = STATIC.scenarios else { panic!("there are other scenarios") };
        let scenarios = vec![
            Measurements::new(
                small,
                vec![
                    row("gnezdo event", small, &[190_000.0, 200_000.0, 220_000.0], ""),
                    row("nginx", small, &[100_000.0, 110_000.0, 90_000.0], ""),
                    row(FLOOR_EPOLL, small, &[250_000.0], ""),
                ],
            ),
            Measurements::new(
                many,
                vec![
                    row("nginx", many, &[100_000.0], "3 of 9 requests failed"),
                    row("gnezdo event", many, &[200_000.0], ""),
                ],
            ),
        ];
        let facts = [("zlib", "1"), ("date", "today"), ("nginx", "1.2")];
        let facts = facts.map(|(name, value)| (name.to_owned(), value.to_owned()));
        Results {
            suite: "static".into(),
            rounds: 3,
            seconds: 1,
            facts: facts.into(),
            bars: judge(&STATIC, &scenarios),
            scenarios,
        }
    }

    #[test]
    fn a_row_with_failures_has_no_figures_and_ranks_last() {
        let results = results();
        assert!(results.has_failures() && results.has_ours());
        let peers = |index: usize| {
            let rows = results.scenarios[index].rows.iter();
            rows.map(|row| row.peer.as_str()).collect::<Vec<_>>()
        };
        assert_eq!(peers(0), [FLOOR_EPOLL, "gnezdo event", "nginx"]);
        assert_eq!(peers(1), ["gnezdo event", "nginx"]);
        assert_eq!(results.scenarios[1].median_of("nginx", Figure::P99), None);
    }

    #[test]
    fn what_is_saved_is_read_again() {
        let text = serde_json::to_string(&results()).unwrap();
        assert!(text.contains("\"requests_per_cpu_second\":200000.0"), "{text}");
        assert!(text.contains("\"p99_microseconds\":500.0"), "{text}");
        let again: Results = serde_json::from_str(&text).unwrap();
        assert_eq!(serde_json::to_string(&again).unwrap(), text);
    }
}
