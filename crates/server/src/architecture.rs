//! The architectures by name, and the two axes behind them: how to wait, and how many
//! supervised processes do it.

use std::fmt;
use std::num::NonZeroUsize;
use std::str::FromStr;

use crate::refusal::Refusal;
use crate::uring;

/// A classic server architecture.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Architecture {
    /// One thread, one connection at a time.
    Single,
    /// A thread for each connection, up to the limit on connections.
    Threads,
    /// Supervised processes, each with a thread for each of its connections. A process that
    /// dies is replaced, and takes only its own connections along.
    Processes,
    /// Event loops (epoll, kqueue), one for each core.
    Event,
    /// io_uring loops, one for each core. Linux from 6.1 on, where no sandbox forbids it.
    Uring,
    /// A tokio task for each connection, in a runtime with a thread for each core.
    #[cfg(feature = "tokio")]
    Async,
    /// The fastest that works here.
    #[default]
    Auto,
}

/// How a process waits for its connections.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Driver {
    /// One thread, one connection at a time.
    Single,
    /// A thread for each connection.
    Threads,
    /// Event loops.
    Event,
    /// io_uring loops.
    Uring,
    /// A tokio task for each connection.
    #[cfg(feature = "tokio")]
    Async,
}

/// What an architecture comes to on this machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// How each process waits.
    pub driver: Driver,
    /// How many loops or threads wait in each process.
    pub workers: usize,
    /// How many supervised processes there are; zero: the program itself serves.
    pub processes: usize,
    /// Why this was chosen, for people.
    pub reason: String,
}

/// How many architectures work in this build.
const ALL_COUNT: usize = if cfg!(feature = "tokio") { 7 } else { 6 };

impl Architecture {
    /// All architectures that work in this build, in the order of their complexity.
    pub const ALL: [Self; ALL_COUNT] = [
        Self::Single,
        Self::Threads,
        Self::Processes,
        Self::Event,
        Self::Uring,
        #[cfg(feature = "tokio")]
        Self::Async,
        Self::Auto,
    ];

    /// The word by which it is chosen.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Single => "single",
            Self::Threads => "threads",
            Self::Processes => "processes",
            Self::Event => "event",
            Self::Uring => "uring",
            #[cfg(feature = "tokio")]
            Self::Async => "async",
            Self::Auto => "auto",
        }
    }

    /// Decides drivers and numbers. `workers` and `processes` are what the user asked for.
    pub fn plan(self, workers: Option<NonZeroUsize>, processes: Option<NonZeroUsize>) -> Plan {
        self.plan_where(uring::probe, workers, processes)
    }

    /// `probe` says whether io_uring works here. It is asked only if that matters: making a ring
    /// takes longer than all else before the start.
    fn plan_where(
        self,
        probe: impl FnOnce() -> Result<(), Refusal>,
        workers: Option<NonZeroUsize>,
        processes: Option<NonZeroUsize>,
    ) -> Plan {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let asked = processes.map_or(0, usize::from);
        // Cores are shared out among the processes.
        let loops = workers.map_or_else(|| cores.div_ceil(asked.max(1)), usize::from);
        let (driver, workers, processes, reason) = match self {
            Self::Single => (Driver::Single, 1, asked, "asked for".into()),
            Self::Threads => (Driver::Threads, 1, asked, "asked for".into()),
            Self::Processes if asked == 0 => {
                (Driver::Threads, 1, cores.max(2), "asked for; one process for each core".into())
            }
            Self::Processes => (Driver::Threads, 1, asked, "asked for".into()),
            Self::Event => (Driver::Event, loops, asked, "asked for".into()),
            Self::Uring => (Driver::Uring, loops, asked, "asked for".into()),
            #[cfg(feature = "tokio")]
            Self::Async => (Driver::Async, loops, asked, "asked for".into()),
            Self::Auto => match probe() {
                Ok(()) => (Driver::Uring, loops, asked, "the fastest on this system".into()),
                Err(refusal) => (Driver::Event, loops, asked, refusal.to_string()),
            },
        };
        Plan { driver, workers, processes, reason }
    }
}

impl fmt::Display for Architecture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Architecture {
    type Err = UnknownArchitecture;

    fn from_str(name: &str) -> Result<Self, UnknownArchitecture> {
        let found = Self::ALL.into_iter().find(|architecture| architecture.name() == name);
        found.ok_or_else(|| UnknownArchitecture(name.into()))
    }
}

/// A word that names no architecture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownArchitecture(String);

impl fmt::Display for UnknownArchitecture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = Architecture::ALL.iter().map(|a| a.name()).collect();
        write!(f, "there is no architecture {:?}; choose one of {}", self.0, names.join(", "))
    }
}

impl std::error::Error for UnknownArchitecture {}

impl fmt::Display for Driver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Single => "single",
            Self::Threads => "threads",
            Self::Event => "event",
            Self::Uring => "uring",
            #[cfg(feature = "tokio")]
            Self::Async => "async",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_round_trip() {
        for architecture in Architecture::ALL {
            assert_eq!(architecture.name().parse(), Ok(architecture));
        }
        let error = "fast".parse::<Architecture>().unwrap_err().to_string();
        assert!(error.contains("\"fast\"") && error.contains("single, threads"), "{error}");
    }

    #[test]
    fn processes_multiply_any_driver() {
        let three = NonZeroUsize::new(3);
        let plan = Architecture::Event.plan(NonZeroUsize::new(2), three);
        assert_eq!((plan.driver, plan.workers, plan.processes), (Driver::Event, 2, 3));
        let plan = Architecture::Single.plan(None, three);
        assert_eq!((plan.driver, plan.workers, plan.processes), (Driver::Single, 1, 3));
        assert!(Architecture::Processes.plan(None, None).processes >= 2);
        assert_eq!(Architecture::Auto.plan(None, None).processes, 0);
    }

    #[test]
    fn auto_is_io_uring_or_says_why_not() {
        let plan = Architecture::Auto.plan_where(|| Ok(()), None, None);
        assert_eq!((plan.driver, &*plan.reason), (Driver::Uring, "the fastest on this system"));
        let plan = Architecture::Auto.plan_where(|| Err(Refusal::Forbidden), None, None);
        assert_eq!(plan.driver, Driver::Event);
        assert!(plan.reason.contains("forbidden"), "{}", plan.reason);
    }
}
