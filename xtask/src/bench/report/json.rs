//! The results as JSON: every sample of every round, medians, verdicts and facts.

use serde_json::{Map, Value, json};

use super::super::figure::{Figure, Sample};
use super::super::results::{Results, Series, Verdict};

/// The results as JSON.
pub(crate) fn json(results: &Results<'_>) -> String {
    let facts = results.facts.0.iter().map(|(name, value)| (name.clone(), value.as_str().into()));
    let scenarios = results.scenarios().map(|scenario| {
        let rows = results.ranked(scenario).into_iter().map(|series| row(results, series));
        json!({
            "name": scenario.name,
            "title": scenario.title,
            "rows": rows.collect::<Vec<_>>(),
        })
    });
    let document = json!({
        "suite": results.suite.name,
        "rounds": results.rounds,
        "seconds": results.seconds,
        "facts": facts.collect::<Map<String, Value>>(),
        "scenarios": scenarios.collect::<Vec<_>>(),
        "bars": results.verdicts.iter().map(verdict).collect::<Vec<_>>(),
    });
    format!("{document:#}\n")
}

fn row(results: &Results<'_>, series: &Series<'_>) -> Value {
    let medians = Figure::ALL
        .into_iter()
        .filter_map(|figure| Some((figure.name().to_owned(), rounded(series.median(figure)?))));
    json!({
        "peer": results.peers[series.peer].peer.name,
        "median": medians.collect::<Map<String, Value>>(),
        "samples": series.samples.iter().map(sample).collect::<Vec<_>>(),
        "failures": series.failures,
    })
}

fn sample(sample: &Sample) -> Value {
    sample.iter().map(|(figure, value)| (figure.name().to_owned(), rounded(*value))).collect()
}

fn verdict(verdict: &Verdict) -> Value {
    json!({
        "figure": verdict.figure,
        "bar": verdict.bar,
        "measured": verdict.measured.as_ref().map(|(words, _)| words),
        "floor": verdict.floor,
        "met": verdict.measured.as_ref().map(|(_, met)| met),
    })
}

/// Three digits after the point are more than anything here is worth.
fn rounded(value: f64) -> Value {
    json!((value * 1000.0).round() / 1000.0)
}

#[cfg(test)]
mod tests {
    use super::super::super::results::tests::results;
    use super::*;

    #[test]
    fn programs_find_medians_samples_and_verdicts() {
        let document: Value = serde_json::from_str(&json(&results())).unwrap();
        let ours = &document["scenarios"][0]["rows"][1];
        assert_eq!(ours["peer"], "gnezdo event");
        assert_eq!(ours["median"]["requests_per_cpu_second"], 200_000.0);
        assert_eq!(ours["samples"].as_array().unwrap().len(), 3);
        assert_eq!(document["bars"][1]["met"], true);
        assert_eq!(document["bars"][2]["met"], Value::Null);
        assert_eq!(document["scenarios"][1]["rows"][1]["failures"][0], "3 of 9 requests failed");
    }
}
