//! What is measured of a server, or of a router: each figure with its names and the way it is
//! written.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// One thing that is measured. Its name in files carries the unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Figure {
    /// Answers that arrived, by the clock on the wall.
    RequestsPerSecond,
    /// Answers that arrived, by the time that the server's processes spent on a core.
    RequestsPerCpuSecond,
    /// Half of the answers came within this time, in microseconds.
    #[serde(rename = "p50_microseconds")]
    P50,
    /// 99 of 100 answers came within this time, in microseconds.
    #[serde(rename = "p99_microseconds")]
    P99,
    /// Resident memory of the server's processes after the load, in bytes.
    ResidentBytes,
    /// The same, with pages that processes share counted once.
    ProportionalBytes,
    /// Resident memory of the server before connections were opened, in bytes.
    EmptyBytes,
    /// Resident memory that each idle connection added, in bytes.
    BytesPerConnection,
    /// How much of its core the server used.
    #[serde(rename = "server_cpu_share")]
    ServerShare,
    /// How much of its core the client used. At 1 the client is the bottleneck: requests per
    /// second are its figure then, not the server's.
    #[serde(rename = "client_cpu_share")]
    ClientShare,
    /// How much of the machine was used by neither.
    #[serde(rename = "foreign_cpu_share")]
    ForeignShare,
    /// How many of our router's lookups fit into the time of one of matchit's.
    LookupRatio,
    /// How long our router takes to find a route, in nanoseconds.
    LookupNanoseconds,
    /// How long matchit takes to find one, in nanoseconds.
    MatchitLookupNanoseconds,
}

/// What one measurement gave.
pub(crate) type Sample = BTreeMap<Figure, f64>;

impl Figure {
    /// All of them, in the order of the report.
    pub(crate) const ALL: [Self; 14] = [
        Self::RequestsPerSecond,
        Self::RequestsPerCpuSecond,
        Self::P50,
        Self::P99,
        Self::ResidentBytes,
        Self::ProportionalBytes,
        Self::EmptyBytes,
        Self::BytesPerConnection,
        Self::ServerShare,
        Self::ClientShare,
        Self::ForeignShare,
        Self::LookupRatio,
        Self::LookupNanoseconds,
        Self::MatchitLookupNanoseconds,
    ];

    /// Its name for readers.
    pub(crate) fn title(self) -> &'static str {
        match self {
            Self::RequestsPerSecond => "requests/s",
            Self::RequestsPerCpuSecond => "requests per CPU-second",
            Self::P50 => "p50",
            Self::P99 => "p99",
            Self::ResidentBytes => "memory",
            Self::ProportionalBytes => "memory, shared pages once",
            Self::EmptyBytes => "empty server",
            Self::BytesPerConnection => "bytes per connection",
            Self::ServerShare => "server's core",
            Self::ClientShare => "client's core",
            Self::ForeignShare => "other load",
            Self::LookupRatio => "lookups per second",
            Self::LookupNanoseconds => "one lookup",
            Self::MatchitLookupNanoseconds => "one in matchit",
        }
    }

    /// A value with its unit.
    pub(crate) fn written(self, value: f64) -> String {
        match self {
            Self::RequestsPerSecond | Self::RequestsPerCpuSecond | Self::BytesPerConnection => {
                grouped(value)
            }
            Self::P50 | Self::P99 => milliseconds(value),
            Self::ResidentBytes | Self::ProportionalBytes | Self::EmptyBytes => {
                format!("{:.1} MiB", value / f64::from(1 << 20))
            }
            Self::ServerShare | Self::ClientShare | Self::ForeignShare => {
                format!("{:.0} %", value * 100.0)
            }
            Self::LookupRatio => format!("{value:.2} × matchit"),
            Self::LookupNanoseconds | Self::MatchitLookupNanoseconds => format!("{value:.1} ns"),
        }
    }

    /// Whether more of it is better.
    pub(crate) fn more_is_better(self) -> bool {
        matches!(self, Self::RequestsPerSecond | Self::RequestsPerCpuSecond | Self::LookupRatio)
    }
}

/// The middle of `values`; `None` of nothing.
pub(crate) fn median(values: &[f64]) -> Option<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let middle = sorted.len() / 2;
    match sorted.len() {
        0 => None,
        even if even % 2 == 0 => Some(f64::midpoint(sorted[middle - 1], sorted[middle])),
        _ => Some(sorted[middle]),
    }
}

/// Half of the distance between the extremes, in parts of the median; 0 of a single value.
pub(crate) fn spread(values: &[f64]) -> Option<f64> {
    let median = median(values)?;
    let highest = values.iter().copied().fold(f64::MIN, f64::max);
    let lowest = values.iter().copied().fold(f64::MAX, f64::min);
    let distance = highest - lowest;
    Some(if distance == 0.0 { 0.0 } else { distance / 2.0 / median.abs() })
}

/// A whole number with its thousands set apart: `12,345`.
pub(crate) fn grouped(value: f64) -> String {
    let digits = format!("{:.0}", value.abs());
    let mut text = String::from(if value < 0.0 && digits != "0" { "-" } else { "" });
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

fn milliseconds(microseconds: f64) -> String {
    match microseconds / 1000.0 {
        value if value < 10.0 => format!("{value:.2} ms"),
        value if value < 100.0 => format!("{value:.1} ms"),
        value => format!("{value:.0} ms"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_the_middle_or_between_the_middles() {
        assert_eq!(median(&[]), None);
        assert_eq!(median(&[3.0]), Some(3.0));
        assert_eq!(median(&[9.0, 1.0, 5.0]), Some(5.0));
        assert_eq!(median(&[4.0, 1.0, 2.0, 100.0]), Some(3.0));
    }

    #[test]
    fn the_spread_is_half_the_distance_of_the_extremes() {
        assert_eq!(spread(&[]), None);
        assert_eq!(spread(&[7.0]), Some(0.0));
        assert_eq!(spread(&[0.0, 0.0]), Some(0.0));
        assert_eq!(spread(&[90.0, 100.0, 120.0]), Some(0.15));
    }

    #[test]
    fn values_are_written_with_their_units() {
        assert_eq!(Figure::RequestsPerSecond.written(1_234_567.4), "1,234,567");
        assert_eq!(Figure::BytesPerConnection.written(-12_345.0), "-12,345");
        assert_eq!(Figure::BytesPerConnection.written(-0.3), "0");
        assert_eq!(Figure::P99.written(651.0), "0.65 ms");
        assert_eq!(Figure::P99.written(12_340.0), "12.3 ms");
        assert_eq!(Figure::P99.written(1_500_000.0), "1500 ms");
        assert_eq!(Figure::ResidentBytes.written(5.5 * 1024.0 * 1024.0), "5.5 MiB");
        assert_eq!(Figure::ServerShare.written(0.984), "98 %");
        assert_eq!(Figure::LookupRatio.written(0.951), "0.95 × matchit");
        assert_eq!(Figure::LookupNanoseconds.written(43.21), "43.2 ns");
    }
}
