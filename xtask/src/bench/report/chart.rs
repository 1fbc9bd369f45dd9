//! The results as a chart: one bar for each server, as an SVG image on a card of its own, so
//! that it reads well on a light page and on a dark one.

use super::super::figure::Figure;
use super::super::results::{Measurements, Results, Row};
use super::super::suite::Suite;

const WIDTH: f64 = 840.0;
const MARGIN: f64 = 28.0;
const BARS_TOP: f64 = 92.0;
const BAR_HEIGHT: f64 = 24.0;
const BAR_STEP: f64 = 36.0;
/// Where bars begin: right of the names.
const BAR_START: f64 = 190.0;
/// Room right of the longest bar for its number.
const NUMBER_ROOM: f64 = 92.0;
const FOOT: f64 = 46.0;

const STYLE: &str = "\
text { font-family: system-ui, -apple-system, 'Segoe UI', 'Noto Sans', Helvetica, sans-serif; font-size: 14px; fill: #1f2328 }
.title { font-size: 18px; font-weight: 600 }
.quiet { font-size: 13px; fill: #59636e }
.card { fill: #ffffff; stroke: #d1d9e0 }
.axis { stroke: #d1d9e0 }
rect.ours { fill: #d9480f }
rect.server { fill: #6b8cae }
rect.floor { fill: #c3c9d0 }
text.ours { font-weight: 600 }
text.floor { fill: #59636e }
@media (prefers-color-scheme: dark) {
  text { fill: #f0f6fc }
  .quiet, text.floor { fill: #9198a1 }
  .card { fill: #0d1117; stroke: #3d444d }
  .axis { stroke: #3d444d }
  rect.ours { fill: #f0733d }
  rect.server { fill: #5b7fa6 }
  rect.floor { fill: #4a525c }
}
";

/// The chart of a suite.
pub(crate) fn chart(suite: &Suite, results: &Results) -> String {
    let (name, figure) = suite.chart;
    let measurements = results.scenarios.iter().find(|scenario| scenario.name == name);
    let bars = measurements.map(|found| bars(found, figure)).unwrap_or_default();
    let scenario = suite.scenario(name).map_or(name, |scenario| scenario.title);
    let title = format!("{}: {scenario}", suite.title);
    let height = BARS_TOP + bars.len() as f64 * BAR_STEP + FOOT;
    let mut svg = head(&title, height);
    svg += &text(MARGIN, 40.0, "title", &title);
    svg += &text(MARGIN, 64.0, "quiet", &subtitle(results, figure));
    svg += &drawn(&bars);
    svg += &text(MARGIN, height - 20.0, "quiet", &legend(results, &bars));
    svg + "</svg>\n"
}

/// A server's name and figure.
struct Bar<'a> {
    row: &'a Row,
    value: f64,
    written: String,
}

fn bars(measurements: &Measurements, figure: Figure) -> Vec<Bar<'_>> {
    let bar = |row| {
        let row: &Row = row;
        let value = *row.median.get(&figure)?;
        Some(Bar { row, value, written: figure.written(value) })
    };
    measurements.rows.iter().filter_map(bar).collect()
}

fn head(title: &str, height: f64) -> String {
    let (card_width, card_height) = (WIDTH - 1.0, height - 1.0);
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{WIDTH}\" height=\"{height}\" \
         viewBox=\"0 0 {WIDTH} {height}\" role=\"img\">\n<title>{}</title>\n<style>\n{STYLE}</style>\n\
         <rect class=\"card\" x=\"0.5\" y=\"0.5\" width=\"{card_width}\" height=\"{card_height}\" \
         rx=\"8\"/>\n",
        escaped(title)
    )
}

fn subtitle(results: &Results, figure: Figure) -> String {
    let better = if figure.more_is_better() { "more" } else { "less" };
    format!(
        "{} of the server, {better} is better; one core, median of {}",
        figure.title(),
        results.rounds_in_words()
    )
}

fn legend(results: &Results, bars: &[Bar<'_>]) -> String {
    let fact = |wanted: &str| results.facts.get(wanted).map_or("", String::as_str);
    let has_floors = bars.iter().any(|bar| bar.row.is_floor());
    let floors = if has_floors { "Floors answer canned octets and parse nothing. " } else { "" };
    format!("{floors}{}, {}, {}", fact("processor"), fact("kernel"), fact("date"))
}

fn drawn(bars: &[Bar<'_>]) -> String {
    let longest = bars.iter().map(|bar| bar.value).fold(f64::MIN_POSITIVE, f64::max);
    let room = WIDTH - MARGIN - NUMBER_ROOM - BAR_START;
    let mut svg = String::new();
    for (index, bar) in bars.iter().enumerate() {
        let top = BARS_TOP + index as f64 * BAR_STEP;
        svg += &drawn_bar(bar, top, bar.value / longest * room);
    }
    let bottom = BARS_TOP + bars.len() as f64 * BAR_STEP - (BAR_STEP - BAR_HEIGHT) + 6.0;
    let top = BARS_TOP - 6.0;
    svg + &format!(
        "<line class=\"axis\" x1=\"{BAR_START}\" y1=\"{top}\" x2=\"{BAR_START}\" y2=\"{bottom}\"/>\n"
    )
}

fn drawn_bar(bar: &Bar<'_>, top: f64, width: f64) -> String {
    let class = match bar.row {
        row if row.is_ours() => "ours",
        row if row.is_floor() => "floor",
        _ => "server",
    };
    let base = top + BAR_HEIGHT / 2.0 + 5.0;
    let name = text(MARGIN, base, class, &bar.row.peer);
    let number = text(BAR_START + width + 8.0, base, class, &bar.written);
    format!(
        "{name}<rect class=\"{class}\" x=\"{BAR_START}\" y=\"{top}\" width=\"{width:.1}\" \
         height=\"{BAR_HEIGHT}\" rx=\"3\"/>\n{number}"
    )
}

fn text(x: f64, y: f64, class: &str, words: &str) -> String {
    format!("<text class=\"{class}\" x=\"{x:.1}\" y=\"{y:.1}\">{}</text>\n", escaped(words))
}

fn escaped(words: &str) -> String {
    words.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::super::super::results::tests::results;
    use super::super::super::suites::STATIC;
    use super::*;

    #[test]
    fn bars_are_as_long_as_their_figures_and_ours_stands_out() {
        let svg = chart(&STATIC, &results());
        assert!(svg.starts_with("<svg xmlns=") && svg.ends_with("</svg>\n"));
        let longest = WIDTH - MARGIN - NUMBER_ROOM - BAR_START;
        let width = |class: &str| {
            let (_, rest) = svg.split_once(&format!("<rect class=\"{class}\" x=\"190\"")).unwrap();
            let (_, rest) = rest.split_once("width=\"").unwrap();
            rest.split_once('"').unwrap().0.parse::<f64>().unwrap()
        };
        assert_eq!(width("floor"), longest);
        assert!((width("ours") - longest * 0.8).abs() < 0.1);
        assert!((width("server") - longest * 0.4).abs() < 0.1);
        assert!(svg.contains(">200,000</text>"));
    }

    #[test]
    fn names_cannot_break_out_of_the_image() {
        assert_eq!(escaped("<a & \"b\">"), "&lt;a &amp; &quot;b&quot;&gt;");
    }
}
