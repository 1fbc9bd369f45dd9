//! The results as Markdown that reads well in a terminal too.

use super::super::figure::Figure;
use super::super::machine::BUSY_SHARE;
use super::super::results::{Results, Series};
use super::super::suite::Scenario;

/// The results as Markdown.
pub(crate) fn markdown(results: &Results<'_>) -> String {
    let mut text = format!("# {}\n\n{}", results.suite.title, preface(results));
    for scenario in results.scenarios() {
        text += &format!("\n## {}\n\n{}", scenario.title, scenario_table(results, scenario));
        text += &failures(results, scenario);
    }
    text += &format!("\n## Figures to reach\n\n{}", verdict_table(results));
    text += "\n## Machine and programs\n\n";
    for (name, value) in &results.facts.0 {
        text += &format!("* {name}: {value}\n");
    }
    text
}

fn preface(results: &Results<'_>) -> String {
    let mut text = format!(
        "Measured by `cargo xtask bench {}`: medians of {} of {} s for each server, ± half of the \
         distance between the extremes. `BENCHMARKING.md` explains the method.\n",
        results.suite.name,
        results.rounds_in_words(),
        results.seconds
    );
    if let Some((usual, worst)) = results.foreign_share() {
        let share = |value| Figure::ForeignShare.written(value);
        let (usual_share, worst_share) = (share(usual), share(worst));
        text += &format!(
            "\nOther programs used {usual_share} of the machine meanwhile, {worst_share} at worst.\n"
        );
        if usual > BUSY_SHARE {
            text += "**The machine was not quiet: this is a trial, not a result.**\n";
        }
    }
    text
}

fn scenario_table(results: &Results<'_>, scenario: &Scenario) -> String {
    let mut table = Table::default();
    let titles = scenario.columns.iter().map(|figure| figure.title());
    table.row(
        ["server", titles.clone().next().unwrap_or_default(), "±"]
            .into_iter()
            .chain(titles.skip(1)),
    );
    for series in results.ranked(scenario) {
        table.row(row(results, series));
    }
    table.written(1)
}

fn row(results: &Results<'_>, series: &Series<'_>) -> Vec<String> {
    let columns = series.scenario.columns;
    let peer = &results.peers[series.peer].peer;
    let name = if peer.is_ours() { format!("**{}**", peer.name) } else { peer.name.to_string() };
    let missing = if series.failures.is_empty() { "" } else { "failed" };
    let written = |index: usize| {
        let value = series.median(columns[index]);
        value.map_or_else(|| missing.to_owned(), |value| columns[index].written(value))
    };
    let spread = series.spread(columns[0]).map(|spread| format!("{:.1} %", spread * 100.0));
    let mut cells = vec![name, written(0), spread.unwrap_or_default()];
    cells.extend((1..columns.len()).map(written));
    cells
}

fn failures(results: &Results<'_>, scenario: &Scenario) -> String {
    let mut text = String::new();
    for series in results.ranked(scenario) {
        let name = &results.peers[series.peer].peer.name;
        for failure in &series.failures {
            text += &format!("\n**{name} failed**: {failure}.\n");
        }
    }
    text
}

fn verdict_table(results: &Results<'_>) -> String {
    let mut table = Table::default();
    table.row(["figure", "bar", "measured", "reached", "the floor itself"]);
    for verdict in &results.verdicts {
        let (measured, reached) = match &verdict.measured {
            Some((words, true)) => (words.as_str(), "yes"),
            Some((words, false)) => (words.as_str(), "**no**"),
            None => ("not measured", ""),
        };
        let floor = verdict.floor.as_deref().unwrap_or_default();
        table.row([&verdict.figure, &verdict.bar, measured, reached, floor]);
    }
    table.written(5)
}

/// A table with its columns padded, so that it is a table without being rendered.
#[derive(Default)]
struct Table(Vec<Vec<String>>);

impl Table {
    fn row<C: Into<String>>(&mut self, cells: impl IntoIterator<Item = C>) {
        self.0.push(cells.into_iter().map(Into::into).collect());
    }

    /// The first row is the heading; the first `left` columns are words, the others numbers.
    fn written(&self, left: usize) -> String {
        let columns = self.0.first().map_or(0, Vec::len);
        let width = |column: usize| {
            self.0.iter().map(|row| row[column].chars().count()).max().unwrap_or(0).max(2)
        };
        let widths: Vec<usize> = (0..columns).map(width).collect();
        let mut text = String::new();
        for (index, row) in self.0.iter().enumerate() {
            text += &line(row, &widths, left);
            if index == 0 {
                text += &rule(&widths, left);
            }
        }
        text
    }
}

fn line(cells: &[String], widths: &[usize], left: usize) -> String {
    let mut text = String::from("|");
    for (index, (cell, &width)) in cells.iter().zip(widths).enumerate() {
        text +=
            &if index < left { format!(" {cell:<width$} |") } else { format!(" {cell:>width$} |") };
    }
    text + "\n"
}

fn rule(widths: &[usize], left: usize) -> String {
    let mut text = String::from("|");
    for (index, &width) in widths.iter().enumerate() {
        let end = if index < left { '-' } else { ':' };
        text += &format!("{}{end}|", "-".repeat(width + 1));
    }
    text + "\n"
}

#[cfg(test)]
mod tests {
    use super::super::super::results::tests::results;
    use super::*;

    #[test]
    fn a_table_is_padded_and_aligned() {
        let mut table = Table::default();
        table.row(["server", "±"]);
        table.row(["ж", "1,234"]);
        assert_eq!(
            table.written(1),
            "| server |     ± |\n|--------|------:|\n| ж      | 1,234 |\n"
        );
    }

    #[test]
    fn readers_find_medians_failures_and_verdicts() {
        let text = markdown(&results());
        assert!(text.contains("| **gnezdo event** |                 200,000 |  7.5 % |"), "{text}");
        assert!(text.contains("| nginx            |                  failed |"), "{text}");
        assert!(text.contains("**nginx failed**: 3 of 9 requests failed."), "{text}");
        assert!(text.contains("≥ 1.70 × nginx"), "{text}");
        assert!(text.contains("| 2.00 × nginx       | yes     | 2.50 × nginx     |"), "{text}");
        assert!(!text.contains("1 MiB, 64 connections\n\n"), "{text}");
    }
}
