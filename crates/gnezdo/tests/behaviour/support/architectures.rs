//! The table over which every behaviour runs.

use std::thread;

use gnezdo::{Architecture, Driver};

use super::Target;

/// One way to run the server.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Setup {
    pub(crate) name: &'static str,
    words: &'static [&'static str],
}

/// Every architecture, and the second axis on top of one.
const ALL: [Setup; 8] = [
    Setup { name: "single", words: &["--architecture", "single"] },
    Setup { name: "threads", words: &["--architecture", "threads"] },
    Setup { name: "processes", words: &["--architecture", "processes", "--processes", "2"] },
    Setup { name: "event", words: &["--architecture", "event"] },
    Setup {
        name: "event-processes",
        words: &["--architecture", "event", "--workers", "1", "--processes", "2"],
    },
    Setup { name: "uring", words: &["--architecture", "uring"] },
    Setup {
        name: "uring-processes",
        words: &["--architecture", "uring", "--workers", "1", "--processes", "2"],
    },
    Setup { name: "async", words: &["--architecture", "async"] },
];

impl Setup {
    /// Starts a server on a free port of 127.0.0.1.
    pub(crate) fn start(self, words: &[&str]) -> Target {
        Target::start(&[self.words, &["--listen", "127.0.0.1:0"], words].concat())
    }

    /// Starts a server that may have no more descriptors than this.
    pub(crate) fn start_with_descriptors(self, descriptors: u64, words: &[&str]) -> Target {
        let words = [self.words, &["--listen", "127.0.0.1:0"], words].concat();
        Target::start_with_descriptors(descriptors, &words)
    }

    /// Starts a server that listens where `words` say.
    pub(crate) fn start_at(self, words: &[&str]) -> Target {
        Target::start(&[self.words, words].concat())
    }

    /// Whether one thread serves all clients, one after another.
    pub(crate) fn is_single(self) -> bool {
        self.name == "single"
    }

    /// Whether this machine has what it needs. Where io_uring is refused nobody can test it.
    fn works_here(&self) -> bool {
        let has_uring = || Architecture::Auto.plan(None, None).driver == Driver::Uring;
        !self.words.contains(&"uring") || has_uring()
    }

    /// Whether a supervisor starts and replaces workers.
    pub(crate) fn has_workers(self) -> bool {
        self.words.contains(&"--processes")
    }
}

/// Runs a test under every architecture.
pub(crate) fn everywhere(test: impl Fn(Setup) + Sync) {
    everywhere_but(&[], test);
}

/// Runs a test under every architecture but some, for which the caller knows a reason.
pub(crate) fn everywhere_but(names: &[&str], test: impl Fn(Setup) + Sync) {
    run(|setup| !names.contains(&setup.name), test);
}

/// Runs a test under some architectures, because it is about what they have in common.
pub(crate) fn under(names: &[&str], test: impl Fn(Setup) + Sync) {
    run(|setup| names.contains(&setup.name), test);
}

/// All at once: most of a test's time is waiting.
fn run(choice: impl Fn(&Setup) -> bool, test: impl Fn(Setup) + Sync) {
    let test = &test;
    let setups: Vec<_> = ALL.iter().filter(|setup| setup.works_here() && choice(setup)).collect();
    let failed: Vec<_> = thread::scope(|scope| {
        let threads: Vec<_> = setups
            .into_iter()
            .map(|setup| {
                let builder = thread::Builder::new().name(setup.name.into());
                let thread = builder.spawn_scoped(scope, || test(*setup)).expect("a thread");
                (setup.name, thread)
            })
            .collect();
        let failed = threads.into_iter().filter_map(|(name, t)| t.join().is_err().then_some(name));
        failed.collect()
    });
    assert!(failed.is_empty(), "failed under: {}", failed.join(", "));
}
