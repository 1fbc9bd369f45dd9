//! What the kernel says about a process.

use std::fs;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};

/// A process by its number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Process(pub(crate) u32);

impl Process {
    /// Bytes of memory in use.
    pub(crate) fn resident_bytes(self) -> u64 {
        let status = self.read("status");
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let kibibytes = line.and_then(|line| line.trim().strip_suffix(" kB")?.parse().ok());
        kibibytes.map_or(0, |kibibytes: u64| kibibytes * 1024)
    }

    /// Hundredths of a second of processor time.
    pub(crate) fn cpu_ticks(self) -> u64 {
        self.stat(11) + self.stat(12)
    }

    /// Open descriptors.
    pub(crate) fn descriptors(self) -> usize {
        fs::read_dir(format!("/proc/{}/fd", self.0)).map_or(0, Iterator::count)
    }

    /// Whether it exists and has not ended.
    pub(crate) fn is_alive(self) -> bool {
        let state = self.fields().into_iter().next();
        state.is_some_and(|state| state != "Z" && state != "X")
    }

    /// The processes that it started and that live.
    pub(crate) fn children(self) -> Vec<Self> {
        let all = fs::read_dir("/proc").expect("/proc").flatten();
        all.filter_map(|entry| entry.file_name().to_str()?.parse().ok().map(Self))
            .filter(|process| process.stat(1) == u64::from(self.0) && process.is_alive())
            .collect()
    }

    /// How long it has lived.
    pub(crate) fn age(self) -> Duration {
        let uptime = fs::read_to_string("/proc/uptime").expect("/proc");
        let uptime: f64 = uptime.split(' ').next().and_then(|s| s.parse().ok()).expect("seconds");
        // In hundredths of a second since the machine started.
        Duration::from_secs_f64((uptime - self.stat(19) as f64 / 100.0).max(0.0))
    }

    pub(crate) fn signal(self, signal: Signal) {
        let pid = i32::try_from(self.0).ok().and_then(Pid::from_raw).expect("a process id");
        kill_process(pid, signal).expect("the process lives");
    }

    /// A field of `/proc/PID/stat`, counted from the one after the name.
    fn stat(self, index: usize) -> u64 {
        self.fields().get(index).and_then(|field| field.parse().ok()).unwrap_or(0)
    }

    fn fields(self) -> Vec<String> {
        let stat = self.read("stat");
        let after_name = stat.rsplit_once(") ").map_or("", |(_, fields)| fields);
        after_name.split(' ').filter(|field| !field.is_empty()).map(Into::into).collect()
    }

    fn read(self, name: &str) -> String {
        fs::read_to_string(format!("/proc/{}/{name}", self.0)).unwrap_or_default()
    }
}
