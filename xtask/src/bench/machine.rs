//! Facts about the machine and the programs, without which no figure means anything.

use std::fs;
use std::thread;
use std::time::{Duration, Instant};

use super::programs::{self, Ready};
use super::rounds::{CLIENT_CORE, SERVER_CORE};
use super::usage;
use crate::error::Error;
use crate::project::first_line;

/// Above this share of the machine, what others do there shows in the figures.
pub(crate) const BUSY_SHARE: f64 = 0.05;

/// Named facts, in the order in which they are reported.
#[derive(Clone, Debug, Default)]
pub(crate) struct Facts(pub(crate) Vec<(String, String)>);

/// The facts of this run.
pub(crate) fn facts(peers: &[Ready]) -> Facts {
    let cores = format!("{}; server on {SERVER_CORE}, client on {CLIENT_CORE}", cores());
    let mut facts = vec![
        ("date".into(), today()),
        ("revision".into(), revision()),
        ("kernel".into(), first_line("uname", &["-sr"]).unwrap_or_default()),
        ("processor".into(), processor()),
        ("cores".into(), cores),
        ("congestion control".into(), congestion_control()),
        ("rustc".into(), first_line("rustc", &["--version"]).unwrap_or_default()),
        ("wrk".into(), programs::wrk_version()),
    ];
    let versions = peers.iter().map(|ready| (ready.peer.name.to_string(), ready.version.clone()));
    facts.extend(versions);
    Facts(facts)
}

/// The date, by the calendar of UTC.
pub(crate) fn today() -> String {
    first_line("date", &["--utc", "+%Y-%m-%d"]).unwrap_or_default()
}

/// The revision of the project, marked if files differ from it.
pub(crate) fn revision() -> String {
    first_line("git", &["describe", "--always", "--dirty"]).unwrap_or_default()
}

/// How many cores this process may use.
pub(crate) fn cores() -> usize {
    thread::available_parallelism().map_or(1, usize::from)
}

/// Says so if others use the machine at the moment.
pub(crate) fn warn_when_busy() -> Result<(), Error> {
    let (start, before) = (Instant::now(), usage::machine_busy()?);
    thread::sleep(Duration::from_secs(1));
    let busy = usage::machine_busy()?.saturating_sub(before);
    let share = busy.as_secs_f64() / start.elapsed().as_secs_f64() / cores() as f64;
    if share > BUSY_SHARE {
        eprintln!(
            "the machine is {:.0} % busy with other things: take the figures as a trial",
            share * 100.0
        );
    }
    Ok(())
}

/// Some of them cost every server a part of its time.
fn congestion_control() -> String {
    let path = "/proc/sys/net/ipv4/tcp_congestion_control";
    fs::read_to_string(path).unwrap_or_default().trim().to_owned()
}

fn processor() -> String {
    let text = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    processor_in(&text).unwrap_or("unknown").to_owned()
}

fn processor_in(text: &str) -> Option<&str> {
    let line = text.lines().find(|line| line.starts_with("model name"))?;
    line.split_once(':').map(|(_, name)| name.trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_processor_has_a_name() {
        let text = "processor\t: 0\nmodel name\t: Some(R) CPU @ 2 GHz\n";
        assert_eq!(processor_in(text), Some("Some(R) CPU @ 2 GHz"));
        assert_eq!(processor_in("processor : 0\n"), None);
    }
}
