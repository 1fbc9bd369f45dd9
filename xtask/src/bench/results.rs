//! What a run gave: the samples of every peer in every scenario, and whether the bars are met.

use super::clean_build::CleanBuild;
use super::figure::{Figure, Sample, grouped, median, spread};
use super::machine::Facts;
use super::peer::{Peer, Role};
use super::programs::Ready;
use super::rounds::Bench;
use super::suite::{Bar, Bound, Scenario, Suite};
use super::{BenchOptions, clean_build, machine};
use crate::error::Error;

/// Everything that a report tells.
#[derive(Debug)]
pub(crate) struct Results<'s> {
    pub(crate) suite: &'s Suite,
    pub(crate) peers: Vec<Ready>,
    pub(crate) series: Vec<Series<'s>>,
    pub(crate) facts: Facts,
    pub(crate) rounds: u32,
    pub(crate) seconds: u32,
    pub(crate) verdicts: Vec<Verdict>,
}

/// The samples of one peer in one scenario.
#[derive(Clone, Debug)]
pub(crate) struct Series<'s> {
    pub(crate) scenario: &'s Scenario,
    /// The peer's place among the peers of the run.
    pub(crate) peer: usize,
    pub(crate) samples: Vec<Sample>,
    /// What went wrong, round by round. A series with failures has no figures.
    pub(crate) failures: Vec<String>,
}

/// Whether a bar is met.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Verdict {
    /// What was to be reached, in words.
    pub(crate) figure: String,
    /// How high or low, in words.
    pub(crate) bar: String,
    /// What was reached, in words, and whether that is enough; nothing if it was not measured.
    pub(crate) measured: Option<(String, bool)>,
    /// What the floor reached, in words: what lies beyond it is beyond everybody.
    pub(crate) floor: Option<String>,
}

impl<'s> Series<'s> {
    pub(crate) fn new(scenario: &'s Scenario, peer: usize) -> Self {
        Self { scenario, peer, samples: Vec::new(), failures: Vec::new() }
    }

    pub(crate) fn add(&mut self, sample: Sample, failure: Option<String>) {
        self.samples.push(sample);
        self.failures.extend(failure);
    }

    /// The median of a figure, if nothing failed.
    pub(crate) fn median(&self, figure: Figure) -> Option<f64> {
        if self.failures.is_empty() { median(&self.values(figure)) } else { None }
    }

    /// How far the rounds lie apart, in parts of the median, if nothing failed.
    pub(crate) fn spread(&self, figure: Figure) -> Option<f64> {
        if self.failures.is_empty() { spread(&self.values(figure)) } else { None }
    }

    pub(crate) fn values(&self, figure: Figure) -> Vec<f64> {
        self.samples.iter().filter_map(|sample| sample.get(&figure).copied()).collect()
    }
}

impl<'s> Results<'s> {
    pub(crate) fn new(
        suite: &'s Suite,
        options: &BenchOptions,
        bench: &Bench<'_>,
        series: Vec<Series<'s>>,
    ) -> Result<Self, Error> {
        let peers = bench.peers();
        let mut results = Self {
            suite,
            peers: peers.to_vec(),
            series,
            facts: machine::facts(peers, bench.cores()),
            rounds: options.rounds,
            seconds: options.seconds,
            verdicts: Vec::new(),
        };
        results.verdicts = results.judge(clean_build::load()?.as_ref());
        Ok(results)
    }

    /// Whether our program is among the peers.
    pub(crate) fn has_ours(&self) -> bool {
        self.peers.iter().any(|ready| ready.peer.is_ours())
    }

    pub(crate) fn rounds_in_words(&self) -> String {
        format!("{} round{}", self.rounds, if self.rounds == 1 { "" } else { "s" })
    }

    /// Whether anything went wrong in any round.
    pub(crate) fn has_failures(&self) -> bool {
        self.series.iter().any(|series| !series.failures.is_empty())
    }

    /// How much of the machine others used meanwhile: as a rule, and at worst.
    pub(crate) fn foreign_share(&self) -> Option<(f64, f64)> {
        let of_series = |series: &Series<'_>| series.values(Figure::ForeignShare);
        let shares: Vec<f64> = self.series.iter().flat_map(of_series).collect();
        Some((median(&shares)?, shares.iter().copied().fold(0.0, f64::max)))
    }

    /// The series of a scenario, best first by its first column.
    pub(crate) fn ranked(&self, scenario: &Scenario) -> Vec<&Series<'s>> {
        let figure = scenario.columns[0];
        let mut ranked: Vec<&Series<'s>> =
            self.series.iter().filter(|series| series.scenario.name == scenario.name).collect();
        let rank = |series: &Series<'s>| match series.median(figure) {
            Some(value) if figure.more_is_better() => -value,
            Some(value) => value,
            None => f64::INFINITY,
        };
        ranked.sort_by(|a, b| rank(a).total_cmp(&rank(b)));
        ranked
    }

    /// The scenarios that were measured, in the order of the suite.
    pub(crate) fn scenarios(&self) -> impl Iterator<Item = &'s Scenario> {
        let is_measured = |s: &&Scenario| self.series.iter().any(|r| r.scenario.name == s.name);
        self.suite.scenarios.iter().filter(is_measured)
    }

    fn judge(&self, build: Option<&CleanBuild>) -> Vec<Verdict> {
        let bars = self.suite.bars.iter().map(|bar| self.judge_bar(bar));
        bars.chain([clean_build::judge(build)]).collect()
    }

    fn judge_bar(&self, bar: &Bar) -> Verdict {
        let more_is_better = bar.figure.more_is_better();
        let (wanted, reference, unit) = match bar.bound {
            Bound::OfPeer(ratio, name) => (ratio, self.of_peer(bar, name), format!(" × {name}")),
            Bound::Value(value) => (value, Some(1.0), String::new()),
        };
        let written = |value: f64| match bar.bound {
            Bound::OfPeer(..) => format!("{value:.2}{unit}"),
            Bound::Value(_) => grouped(value),
        };
        let against = |value: Option<f64>| Some(value? / reference?);
        let measured = against(self.of_ours(bar)).map(|value| {
            let is_met = if more_is_better { value >= wanted } else { value <= wanted };
            (written(value), is_met)
        });
        let is_the_floor = matches!(bar.bound, Bound::OfPeer(_, name) if name == bar.floor);
        let floor = if is_the_floor { None } else { against(self.of_peer(bar, bar.floor)) };
        let title = self.suite.scenarios.iter().find(|s| s.name == bar.scenario).map(|s| s.title);
        let sign = if more_is_better { "≥" } else { "≤" };
        Verdict {
            figure: format!("{}: {}", title.unwrap_or(bar.scenario), bar.figure.title()),
            bar: format!("{sign} {}", written(wanted)),
            measured,
            floor: floor.map(written),
        }
    }

    fn of_ours(&self, bar: &Bar) -> Option<f64> {
        self.median_of(bar, |peer| peer.role == Role::Ours(bar.architecture.to_owned()))
    }

    fn of_peer(&self, bar: &Bar, name: &str) -> Option<f64> {
        self.median_of(bar, |peer| peer.name == name)
    }

    fn median_of(&self, bar: &Bar, is_meant: impl Fn(&Peer) -> bool) -> Option<f64> {
        let of_scenario = self.series.iter().filter(|s| s.scenario.name == bar.scenario);
        let mut meant = of_scenario.filter(|series| is_meant(&self.peers[series.peer].peer));
        meant.next()?.median(bar.figure)
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::super::peer::{FLOOR_EPOLL, NGINX, ours};
    use super::super::suite::STATIC;
    use super::*;

    fn ready(peer: Peer) -> Ready {
        Ready { peer, program: "/bin/true".into(), version: "1.2".into() }
    }

    fn series(scenario: usize, peer: usize, per_cpu_second: &[f64]) -> Series<'static> {
        let mut series = Series::new(&STATIC.scenarios[scenario], peer);
        for &value in per_cpu_second {
            let sample = [(Figure::RequestsPerCpuSecond, value), (Figure::P99, 1e8 / value)];
            series.add(Sample::from(sample), None);
        }
        series
    }

    /// Ours reaches twice of nginx and 0.8 of the floor, but p99 fails: there nginx had errors.
    pub(crate) fn results() -> Results<'static> {
        let mut failed = series(2, 1, &[100_000.0]);
        failed.failures.push("3 of 9 requests failed".into());
        let mut results = Results {
            suite: &STATIC,
            peers: vec![ready(ours("event")), ready(NGINX), ready(FLOOR_EPOLL)],
            series: vec![
                series(0, 0, &[190_000.0, 200_000.0, 220_000.0]),
                series(0, 1, &[100_000.0, 110_000.0, 90_000.0]),
                series(0, 2, &[250_000.0]),
                series(2, 0, &[200_000.0]),
                failed,
            ],
            facts: Facts::default(),
            rounds: 3,
            seconds: 1,
            verdicts: Vec::new(),
        };
        results.verdicts = results.judge(None);
        results
    }

    #[test]
    fn bars_are_judged_by_medians() {
        let results = results();
        let measured: Vec<_> = results.verdicts.iter().map(|v| v.measured.clone()).collect();
        assert_eq!(measured[0], Some(("0.80 × floor-epoll".into(), false)));
        assert_eq!(measured[1], Some(("2.00 × nginx".into(), true)));
        assert!(measured[2..].iter().all(Option::is_none), "{measured:?}");
        assert_eq!(results.verdicts[0].floor, None);
        assert_eq!(results.verdicts[1].floor.as_deref(), Some("2.50 × nginx"));
        assert_eq!(results.verdicts[0].bar, "≥ 0.85 × floor-epoll");
        assert_eq!(results.verdicts[6].bar, "≤ 1.00 × nginx");
    }

    #[test]
    fn a_series_with_failures_has_no_figures_and_ranks_last() {
        let results = results();
        assert!(results.has_failures());
        let small: Vec<usize> =
            results.ranked(&STATIC.scenarios[0]).iter().map(|s| s.peer).collect();
        assert_eq!(small, [2, 0, 1]);
        let many: Vec<usize> =
            results.ranked(&STATIC.scenarios[2]).iter().map(|s| s.peer).collect();
        assert_eq!(many, [0, 1]);
    }
}
