//! What a server and the machine used so far: time on cores, and memory, of a process and all
//! that descend from it.
//!
//! The time of a process comes from its clock (`clock_getcpuclockid`): nanoseconds, threads
//! that have ended included. The ticks of `/proc/PID/stat`, a hundredth of a second each, only
//! serve for children that have ended and for the load of the whole machine.

use std::collections::BTreeMap;
use std::fs;
use std::time::Duration;

use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::TimeVal;
use nix::time::{clock_getcpuclockid, clock_gettime};
use nix::unistd::{Pid, SysconfVar, sysconf};

use crate::error::Error;

/// Memory of a tree of processes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Memory {
    /// Resident, in bytes; pages that processes share count for each.
    pub(crate) resident_bytes: u64,
    /// Resident, in bytes; pages that processes share are divided among them.
    pub(crate) proportional_bytes: u64,
}

/// The time that `root` and its descendants have spent on cores.
pub(crate) fn cpu_time(root: u32) -> Result<Duration, Error> {
    let mut total = Duration::ZERO;
    for process in tree(root)? {
        // A process that ended since the listing is in its parent's count of ended children.
        let Ok(clock) = clock_getcpuclockid(Pid::from_raw(process.id as i32)) else { continue };
        let Ok(time) = clock_gettime(clock) else { continue };
        total += Duration::from(time) + ticks(process.ended_children_ticks);
    }
    Ok(total)
}

/// The memory of `root` and its descendants.
pub(crate) fn memory(root: u32) -> Result<Memory, Error> {
    let mut total = Memory::default();
    for process in tree(root)? {
        let path = format!("/proc/{}/smaps_rollup", process.id);
        let Ok(text) = fs::read_to_string(&path) else { continue };
        let memory = parse_smaps_rollup(&text)?;
        total.resident_bytes += memory.resident_bytes;
        total.proportional_bytes += memory.proportional_bytes;
    }
    Ok(total)
}

/// The time that all cores of the machine were busy since it started.
pub(crate) fn machine_busy() -> Result<Duration, Error> {
    let text = fs::read_to_string("/proc/stat").map_err(Error::io("read /proc/stat"))?;
    parse_machine_busy(&text).map(ticks)
}

/// The time that children of this process that have ended spent on cores.
pub(crate) fn ended_children_time() -> Duration {
    let time = |value: TimeVal| {
        Duration::from_micros(value.tv_sec() as u64 * 1_000_000 + value.tv_usec() as u64)
    };
    // It fails for no other reason than a wrong argument.
    getrusage(UsageWho::RUSAGE_CHILDREN)
        .map(|usage| time(usage.user_time()) + time(usage.system_time()))
        .unwrap_or_default()
}

/// How many octets a process has read so far, from files and sockets, by `read(2)` and its kin.
pub(crate) fn bytes_read(process: u32) -> Result<u64, Error> {
    let path = format!("/proc/{process}/io");
    let text = fs::read_to_string(&path).map_err(Error::io(format!("read {path}")))?;
    parse_bytes_read(&text)
}

/// A line of `/proc/PID/stat`, as far as it is needed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Process {
    id: u32,
    parent: u32,
    ended_children_ticks: u64,
}

/// `root` and its descendants.
fn tree(root: u32) -> Result<Vec<Process>, Error> {
    let everything = fs::read_dir("/proc").map_err(Error::io("list /proc"))?;
    let mut processes = BTreeMap::new();
    for entry in everything.flatten() {
        let is_process = entry.file_name().to_string_lossy().bytes().all(|b| b.is_ascii_digit());
        if !is_process {
            continue;
        }
        // Processes end while they are listed.
        let Ok(text) = fs::read_to_string(entry.path().join("stat")) else { continue };
        let process = parse_stat(&text)?;
        processes.insert(process.id, process);
    }
    Ok(descendants(&processes, root))
}

fn descendants(processes: &BTreeMap<u32, Process>, root: u32) -> Vec<Process> {
    let mut found: Vec<Process> = processes.get(&root).copied().into_iter().collect();
    let mut next = 0;
    while let Some(&parent) = found.get(next) {
        found.extend(processes.values().filter(|p| p.parent == parent.id && p.id != root));
        next += 1;
    }
    found
}

fn parse_stat(text: &str) -> Result<Process, Error> {
    let read = || {
        // The name of the program stands in parentheses and may hold anything, these too.
        let (id, rest) = text.split_once(" (")?;
        let fields: Vec<&str> = rest.rsplit_once(')')?.1.split_ascii_whitespace().collect();
        let ended = |index: usize| fields.get(index)?.parse::<u64>().ok();
        Some(Process {
            id: id.parse().ok()?,
            parent: fields.get(1)?.parse().ok()?,
            // Fields 16 and 17 of proc_pid_stat(5): cutime, cstime.
            ended_children_ticks: ended(13)? + ended(14)?,
        })
    };
    read().ok_or_else(|| unreadable("/proc/PID/stat", text))
}

fn parse_smaps_rollup(text: &str) -> Result<Memory, Error> {
    let bytes = |name: &str| {
        let line = text.lines().find_map(|line| line.strip_prefix(name))?;
        let kibibytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
        Some(kibibytes * 1024)
    };
    match (bytes("Rss:"), bytes("Pss:")) {
        (Some(resident_bytes), Some(proportional_bytes)) => {
            Ok(Memory { resident_bytes, proportional_bytes })
        }
        // A process that has ended but was not waited for has no memory.
        _ if text.is_empty() => Ok(Memory::default()),
        _ => Err(unreadable("/proc/PID/smaps_rollup", text)),
    }
}

/// Ticks of all cores together, but those that were idle or waited for a device.
fn parse_machine_busy(text: &str) -> Result<u64, Error> {
    let read = || {
        let fields = text.lines().next()?.strip_prefix("cpu ")?;
        let ticks: Vec<u64> = fields
            .split_ascii_whitespace()
            .map(|field| field.parse().ok())
            .collect::<Option<_>>()?;
        // user nice system idle iowait irq softirq steal; guests are part of user and nice.
        let &[user, nice, system, _, _, irq, softirq, steal, ..] = ticks.as_slice() else {
            return None;
        };
        Some(user + nice + system + irq + softirq + steal)
    };
    read().ok_or_else(|| unreadable("/proc/stat", text))
}

fn parse_bytes_read(text: &str) -> Result<u64, Error> {
    let value = text.lines().find_map(|line| line.strip_prefix("rchar:"));
    value
        .and_then(|value| value.trim().parse().ok())
        .ok_or_else(|| unreadable("/proc/PID/io", text))
}

fn ticks(count: u64) -> Duration {
    let per_second = sysconf(SysconfVar::CLK_TCK).ok().flatten().unwrap_or(100);
    Duration::from_secs_f64(count as f64 / per_second as f64)
}

fn unreadable(source: &'static str, text: &str) -> Error {
    Error::Unreadable { source, problem: text.lines().next().unwrap_or_default().into() }
}

#[cfg(test)]
mod tests {
    use super::*;

    const STAT: &str = "4242 (a) b (c) S 17 4242 4242 0 -1 4194560 3 4 0 0 100 50 7 8 20 0 1 0 9";

    #[test]
    fn a_programs_name_may_hold_parentheses() {
        let process = Process { id: 4242, parent: 17, ended_children_ticks: 15 };
        assert_eq!(parse_stat(STAT).unwrap(), process);
        assert!(parse_stat("").is_err());
        assert!(parse_stat("1 (init) S").is_err());
    }

    #[test]
    fn descendants_are_found_whatever_the_order() {
        let process = |id, parent| (id, Process { id, parent, ended_children_ticks: 0 });
        let all = BTreeMap::from([process(9, 5), process(5, 30), process(30, 1), process(31, 1)]);
        let ids: Vec<u32> = descendants(&all, 30).iter().map(|p| p.id).collect();
        assert_eq!(ids, [30, 5, 9]);
        assert!(descendants(&all, 77).is_empty());
    }

    #[test]
    fn memory_is_read_in_bytes() {
        let text = "55e1-7fff ---p 0 00:00 0   [rollup]\nRss:    1704 kB\nPss:  405 kB\n";
        let memory = Memory { resident_bytes: 1704 << 10, proportional_bytes: 405 << 10 };
        assert_eq!(parse_smaps_rollup(text).unwrap(), memory);
        assert_eq!(parse_smaps_rollup("").unwrap(), Memory::default());
        assert!(parse_smaps_rollup("Rss: much").is_err());
    }

    #[test]
    fn idle_and_waiting_are_not_busy() {
        let text = "cpu  10 2 30 1000 500 4 5 6 10 0\ncpu0 1 1 1 1 1 1 1 1 1 1\n";
        assert_eq!(parse_machine_busy(text).unwrap(), 57);
        assert!(parse_machine_busy("cpu  10 2").is_err());
    }

    #[test]
    fn octets_read_are_not_those_of_the_disk() {
        assert_eq!(parse_bytes_read("rchar: 77\nwchar: 3\nread_bytes: 9\n").unwrap(), 77);
        assert!(parse_bytes_read("wchar: 3\n").is_err());
    }

    #[test]
    fn this_process_has_time_and_memory() {
        let id = std::process::id();
        let before = cpu_time(id).unwrap();
        let mut sum = 0_u64;
        while cpu_time(id).unwrap() == before {
            sum = std::hint::black_box(sum + 1);
        }
        let memory = memory(id).unwrap();
        assert!(memory.resident_bytes > 4096 && memory.proportional_bytes > 4096);
        assert!(machine_busy().unwrap() > Duration::ZERO);
    }
}
