//! The report as Markdown that reads well in a terminal too: one for all suites, with a part for
//! each that was measured.

use super::super::clean_build::{self, CleanBuild};
use super::super::figure::Figure;
use super::super::machine::{BUSY_SHARE, MACHINE_FACTS};
use super::super::peer::Tool;
use super::super::results::{Measurements, Results, Row};
use super::super::suite::{Scenario, Suite};
use super::super::verdicts::Verdict;

/// The report of all suites that were measured. `pages` are those beside it: title, file, command.
pub(crate) fn report(
    parts: &[(&Suite, Results)],
    build: Option<&CleanBuild>,
    pages: &[[&str; 3]],
) -> String {
    let mut text =
        "# What was measured\n\nA part for each suite, and each with its own day and machine. \
                    `BENCHMARKING.md` explains the figures and the method.\n\n"
            .to_owned();
    for (suite, results) in parts {
        let date = results.facts.get("date").map_or("", String::as_str);
        let command = format!("`cargo xtask bench {}`", suite.name);
        text += &format!("* [{}](#{}): {command}, {date}\n", suite.title, anchor(suite.title));
    }
    for [title, file, command] in pages {
        text += &format!("* [{title}]({file}): `{command}`\n");
    }
    for (suite, results) in parts {
        text += &format!("\n{}", part(suite, results));
    }
    if let Some(build) = build {
        let table = verdict_table(&[clean_build::judge(build)]);
        text += &format!("\n## Clean build\n\nMeasured by `cargo xtask bench build`.\n\n{table}");
    }
    text
}

/// The part of a suite.
pub(crate) fn part(suite: &Suite, results: &Results) -> String {
    let mut text = format!("## {}\n\n{}", suite.title, preface(suite, results));
    for measurements in &results.scenarios {
        // A suite may have lost a scenario since its results were saved.
        let Some(scenario) = suite.scenario(&measurements.name) else { continue };
        let table = scenario_table(scenario, measurements);
        text += &format!("\n### {}\n\n{table}{}", scenario.title, failures(measurements));
    }
    text += &format!("\n### {}: figures to reach\n\n", suite.title);
    text += &verdict_table(&results.bars);
    text + &format!("\n### {}: machine and programs\n\n{}", suite.title, facts(results))
}

/// The name that GitHub and others give to a heading.
fn anchor(title: &str) -> String {
    title.to_lowercase().replace(' ', "-")
}

fn preface(suite: &Suite, results: &Results) -> String {
    let mut text = format!(
        "Measured by `cargo xtask bench {}`: medians of {} of {} s for each server, ± half of the \
         distance between the extremes.\n",
        suite.name,
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

fn scenario_table(scenario: &Scenario, measurements: &Measurements) -> String {
    let mut table = Table::default();
    let titles = scenario.columns.iter().map(|figure| figure.title());
    table.row(
        ["server", titles.clone().next().unwrap_or_default(), "±"]
            .into_iter()
            .chain(titles.skip(1)),
    );
    for row in &measurements.rows {
        table.row(cells(scenario.columns, row));
    }
    table.written(1)
}

fn cells(columns: &[Figure], row: &Row) -> Vec<String> {
    let name = if row.is_ours() { format!("**{}**", row.peer) } else { row.peer.clone() };
    let missing = if row.failures.is_empty() { "" } else { "failed" };
    let written = |figure: Figure| {
        row.median.get(&figure).map_or_else(|| missing.to_owned(), |v| figure.written(*v))
    };
    let spread = row.spread(columns[0]).map(|spread| format!("{:.1} %", spread * 100.0));
    let mut cells = vec![name, written(columns[0]), spread.unwrap_or_default()];
    cells.extend(columns[1..].iter().map(|&figure| written(figure)));
    cells
}

fn failures(measurements: &Measurements) -> String {
    let mut text = String::new();
    for row in &measurements.rows {
        for failure in &row.failures {
            text += &format!("\n**{} failed**: {failure}.\n", row.peer);
        }
    }
    text
}

fn verdict_table(verdicts: &[Verdict]) -> String {
    let mut table = Table::default();
    table.row(["figure", "bar", "measured", "reached", "the floor itself"]);
    for verdict in verdicts {
        let reached = match verdict.met {
            Some(true) => "yes",
            Some(false) => "**no**",
            None => "",
        };
        let measured = verdict.measured.as_deref().unwrap_or("not measured");
        let floor = verdict.floor.as_deref().unwrap_or_default();
        table.row([&verdict.figure, &verdict.bar, measured, reached, floor]);
    }
    table.written(5)
}

fn facts(results: &Results) -> String {
    let first: Vec<&str> = MACHINE_FACTS.into_iter().chain(Tool::ALL.map(Tool::name)).collect();
    let known = first.iter().filter_map(|&name| results.facts.get_key_value(name));
    let others = results.facts.iter().filter(|(name, _)| !first.contains(&name.as_str()));
    known.chain(others).map(|(name, value)| format!("* {name}: {value}\n")).collect()
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
    use super::super::super::suites::STATIC;
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
        let text = part(&STATIC, &results());
        assert!(text.contains("| **gnezdo event** |                 200,000 |  7.5 % |"), "{text}");
        assert!(text.contains("| nginx            |                  failed |"), "{text}");
        assert!(text.contains("**nginx failed**: 3 of 9 requests failed."), "{text}");
        assert!(text.contains("≥ 1.70 × nginx"), "{text}");
        assert!(text.contains("| 2.00 × nginx       | yes     | 2.50 × nginx     |"), "{text}");
        assert!(text.ends_with("* date: today\n* nginx: 1.2\n* zlib: 1\n"), "{text}");
    }

    #[test]
    fn one_report_leads_to_its_parts() {
        let pages = [["Instructions", "instructions.md", "cargo xtask instructions"]];
        let text = report(&[(&STATIC, results())], None, &pages);
        assert!(text.contains("* [Instructions](instructions.md): `cargo xtask instructions`\n"));
        assert!(
            text.contains("* [Static files](#static-files): `cargo xtask bench static`, today")
        );
        assert!(text.contains("\n## Static files\n"), "{text}");
        assert!(!text.contains("Clean build"), "{text}");
    }
}
