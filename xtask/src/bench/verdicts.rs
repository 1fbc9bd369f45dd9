//! Whether the bars of a suite are met.

use serde::{Deserialize, Serialize};

use super::results::Measurements;
use super::suite::{Bar, Bound, Suite};

/// Whether a bar is met.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Verdict {
    /// What was to be reached, in words.
    pub(crate) figure: String,
    /// How high or low, in words.
    pub(crate) bar: String,
    /// What was reached, in words; nothing if it was not measured.
    pub(crate) measured: Option<String>,
    /// Whether that is enough.
    pub(crate) met: Option<bool>,
    /// What the floor reached, in words: what lies beyond it is beyond everybody.
    pub(crate) floor: Option<String>,
}

/// Judges all bars of a suite.
pub(crate) fn judge(suite: &Suite, measurements: &[Measurements]) -> Vec<Verdict> {
    suite.bars.iter().map(|bar| Judge { suite, measurements, bar }.verdict()).collect()
}

struct Judge<'a> {
    suite: &'a Suite,
    measurements: &'a [Measurements],
    bar: &'a Bar,
}

impl Judge<'_> {
    fn verdict(&self) -> Verdict {
        let bar = self.bar;
        let more_is_better = bar.figure.more_is_better();
        let wanted = match bar.bound {
            Bound::OfPeer(ratio, _) | Bound::OfScenario(ratio, _) => ratio,
            Bound::Value(value) => value,
        };
        let reached = self.reached_by(bar.own);
        let is_the_floor = matches!(bar.bound, Bound::OfPeer(_, name) if name == bar.floor);
        let floor = if is_the_floor { None } else { self.reached_by(bar.floor) };
        let title = self.suite.scenario(bar.scenario).map_or(bar.scenario, |s| s.title);
        let sign = if more_is_better { "≥" } else { "≤" };
        Verdict {
            figure: format!("{}: {title}: {}", bar.own, bar.figure.title()),
            bar: format!("{sign} {}", self.written(wanted)),
            measured: reached.map(|value| self.written(value)),
            met: reached.map(|v| if more_is_better { v >= wanted } else { v <= wanted }),
            floor: floor.map(|value| self.written(value)),
        }
    }

    /// What a peer reached, in the unit of the bound.
    fn reached_by(&self, peer: &str) -> Option<f64> {
        let reference = match self.bar.bound {
            Bound::OfPeer(_, name) => self.median(self.bar.scenario, name)?,
            Bound::OfScenario(_, scenario) => self.median(scenario, peer)?,
            Bound::Value(_) => 1.0,
        };
        Some(self.median(self.bar.scenario, peer)? / reference)
    }

    fn median(&self, scenario: &str, peer: &str) -> Option<f64> {
        let found = self.measurements.iter().find(|found| found.name == scenario)?;
        found.median_of(peer, self.bar.figure)
    }

    fn written(&self, value: f64) -> String {
        match self.bar.bound {
            Bound::OfPeer(_, name) => format!("{value:.2} × {name}"),
            Bound::OfScenario(_, name) => format!("{value:.2} × its own in {name}"),
            Bound::Value(_) => self.bar.figure.written(value),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::figure::{Figure, Sample};
    use super::super::results::Row;
    use super::super::results::tests::results;
    use super::super::suites::{CONNECTIONS, FRAMEWORK};
    use super::*;

    #[test]
    fn bars_are_judged_by_medians() {
        let bars = results().bars;
        let judged = |index: usize| (bars[index].measured.as_deref(), bars[index].met);
        assert_eq!(judged(0), (Some("0.80 × floor-epoll"), Some(false)));
        assert_eq!(judged(1), (Some("2.00 × nginx"), Some(true)));
        assert_eq!(bars.iter().filter(|bar| bar.met.is_none()).count(), bars.len() - 2);
        assert_eq!(bars[0].floor, None);
        assert_eq!(bars[1].floor.as_deref(), Some("2.50 × nginx"));
        assert_eq!(bars[0].bar, "≥ 0.88 × floor-epoll");
        assert_eq!(bars[8].bar, "≤ 1.00 × nginx");
    }

    #[test]
    fn a_ratio_that_a_program_measures_is_judged_as_it_is() {
        let routes = FRAMEWORK.scenario("routes").unwrap();
        let verdict = |ratio| {
            let row = Row {
                peer: "gnezdo".to_owned(),
                median: Sample::from([(Figure::LookupRatio, ratio)]),
                samples: Vec::new(),
                failures: Vec::new(),
            };
            let verdicts = judge(&FRAMEWORK, &[Measurements::new(routes, vec![row])]);
            verdicts.into_iter().find(|verdict| verdict.measured.is_some()).unwrap()
        };
        let enough = verdict(0.9);
        assert_eq!(enough.bar, "≥ 0.90 × matchit");
        assert_eq!(enough.measured.as_deref(), Some("0.90 × matchit"));
        assert_eq!((enough.met, enough.floor), (Some(true), None));
        assert_eq!(verdict(0.89).met, Some(false));
    }

    #[test]
    fn a_bar_may_lie_at_our_own_figure_in_another_scenario() {
        let measured = |name: &str, ours: f64, floor: f64| {
            let row = |peer: &str, value| Row {
                peer: peer.to_owned(),
                median: Sample::from([(Figure::RequestsPerCpuSecond, value)]),
                samples: Vec::new(),
                failures: Vec::new(),
            };
            let rows = vec![row("gnezdo event", ours), row("floor-epoll", floor)];
            Measurements::new(CONNECTIONS.scenario(name).unwrap(), rows)
        };
        let measurements = [measured("busy", 120.0, 160.0), measured("busy-64", 150.0, 200.0)];
        let verdicts = judge(&CONNECTIONS, &measurements);
        let of_scenario = verdicts.iter().find(|verdict| verdict.measured.is_some()).unwrap();
        assert_eq!(of_scenario.bar, "≥ 0.75 × its own in busy-64");
        assert_eq!(of_scenario.measured.as_deref(), Some("0.80 × its own in busy-64"));
        assert_eq!(of_scenario.met, Some(true));
        assert_eq!(of_scenario.floor.as_deref(), Some("0.80 × its own in busy-64"));
    }
}
