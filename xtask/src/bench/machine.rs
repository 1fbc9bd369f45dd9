//! Facts about the machine and the programs, without which no figure means anything.

use std::collections::BTreeMap;
use std::fs;
use std::thread;
use std::time::{Duration, Instant};

use nix::sched::{CpuSet, sched_getaffinity};
use nix::unistd::Pid;

use super::programs::{Ready, Tools};
use super::usage;
use crate::error::Error;
use crate::project::first_line;

/// Above this share of the machine, what others do there shows in the figures.
pub(crate) const BUSY_SHARE: f64 = 0.05;

/// The facts about the machine, in the order of reports; the versions of the programs that put
/// load on servers follow, and those of the peers.
pub(crate) const MACHINE_FACTS: [&str; 7] =
    ["date", "revision", "kernel", "processor", "cores", "congestion control", "rustc"];

/// The facts of this run.
pub(crate) fn facts(peers: &[Ready], tools: &Tools, used: Cores) -> BTreeMap<String, String> {
    let Cores { server, client } = used;
    let values = [
        today(),
        revision(),
        first_line("uname", &["-sr"]).unwrap_or_default(),
        processor(),
        format!("{}; server on core {server}, client on core {client}", cores()),
        congestion_control(),
        first_line("rustc", &["--version"]).unwrap_or_default(),
    ];
    let versions = peers.iter().map(|ready| (ready.peer.name.to_string(), ready.version.clone()));
    let names = MACHINE_FACTS.map(str::to_owned);
    names.into_iter().zip(values).chain(tools.versions()).chain(versions).collect()
}

/// The date, by the calendar of UTC.
pub(crate) fn today() -> String {
    first_line("date", &["--utc", "+%Y-%m-%d"]).unwrap_or_default()
}

/// The revision of the project, marked if files differ from it.
pub(crate) fn revision() -> String {
    first_line("git", &["describe", "--always", "--dirty"]).unwrap_or_default()
}

/// The core of the server and the core of the client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Cores {
    pub(crate) server: usize,
    pub(crate) client: usize,
}

impl Cores {
    /// The first two that this process may use; not two threads of one core, if there are
    /// others.
    pub(crate) fn choose() -> Result<Self, Error> {
        let set = sched_getaffinity(Pid::from_raw(0)).unwrap_or_default();
        let allowed = (0..CpuSet::count()).filter(|&core| set.is_set(core).unwrap_or_default());
        let allowed: Vec<usize> = allowed.collect();
        let siblings = |core| {
            let topology =
                format!("/sys/devices/system/cpu/cpu{core}/topology/thread_siblings_list");
            parse_list(&fs::read_to_string(topology).unwrap_or_default())
        };
        Self::among(&allowed, siblings)
            .ok_or_else(|| Error::Machine("a bench needs two cores, and there is one".into()))
    }

    fn among(allowed: &[usize], siblings: impl Fn(usize) -> Vec<usize>) -> Option<Self> {
        let (&server, others) = allowed.split_first()?;
        let shared = siblings(server);
        let client = others.iter().find(|core| !shared.contains(core)).or(others.first())?;
        Some(Self { server, client: *client })
    }
}

/// `0-1,4` as the kernel writes a list of cores; empty if it is none.
fn parse_list(text: &str) -> Vec<usize> {
    let range = |part: &str| {
        let (first, last) = part.split_once('-').unwrap_or((part, part));
        Some(first.parse::<usize>().ok()?..=last.parse().ok()?)
    };
    text.trim().split(',').filter_map(range).flatten().collect()
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
    fn client_and_server_do_not_share_a_core_if_they_need_not() {
        let cores = |allowed: &[usize], siblings: &str| {
            Cores::among(allowed, |_| parse_list(siblings)).map(|c| (c.server, c.client))
        };
        assert_eq!(cores(&[0, 1], ""), Some((0, 1)));
        assert_eq!(cores(&[2, 3, 4], "2-3\n"), Some((2, 4)));
        assert_eq!(cores(&[0, 1], "0,1\n"), Some((0, 1)));
        assert_eq!(cores(&[5], "5\n"), None);
    }

    #[test]
    fn the_processor_has_a_name() {
        let text = "processor\t: 0\nmodel name\t: Some(R) CPU @ 2 GHz\n";
        assert_eq!(processor_in(text), Some("Some(R) CPU @ 2 GHz"));
        assert_eq!(processor_in("processor : 0\n"), None);
    }
}
