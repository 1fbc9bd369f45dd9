//! What a program prints, line by line, while it runs.

use std::io::{BufRead, BufReader, Read};
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::time::Instant;

use super::DEADLINE;

/// The lines of a pipe so far. A thread reads it, so that the program never waits for a test.
#[derive(Clone, Debug, Default)]
pub(crate) struct Output(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    lines: Vec<String>,
    has_ended: bool,
}

impl Output {
    pub(crate) fn collect(pipe: impl Read + Send + 'static) -> Self {
        let output = Self::default();
        let writer = output.clone();
        std::thread::spawn(move || {
            for line in BufReader::new(pipe).lines().map_while(Result::ok) {
                writer.change(|state| state.lines.push(line));
            }
            writer.change(|state| state.has_ended = true);
        });
        output
    }

    /// The lines so far.
    pub(crate) fn lines(&self) -> Vec<String> {
        self.lock().lines.clone()
    }

    /// Waits for a line, and gives all lines up to then.
    pub(crate) fn wait_for_line(&self, what: &str, is_it: impl Fn(&str) -> bool) -> Vec<String> {
        let state = self.wait(what, |state| state.lines.iter().any(|line| is_it(line)));
        state.lines.clone()
    }

    /// Waits until the program, and whoever has its pipe as well, has closed it.
    pub(crate) fn to_the_end(&self) -> String {
        let state = self.wait("the end of the output", |state| state.has_ended);
        state.lines.iter().flat_map(|line| [line, "\n"]).collect()
    }

    fn wait(&self, what: &str, is_there: impl Fn(&State) -> bool) -> MutexGuard<'_, State> {
        let start = Instant::now();
        let mut state = self.lock();
        while !is_there(&state) {
            let left = DEADLINE.saturating_sub(start.elapsed());
            let gives_up = left.is_zero() || state.has_ended;
            assert!(!gives_up, "{what} did not come; instead: {:#?}", state.lines);
            state = self.0.changed.wait_timeout(state, left).expect("no panic").0;
        }
        state
    }

    fn change(&self, change: impl FnOnce(&mut State)) {
        change(&mut self.lock());
        self.0.changed.notify_all();
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().expect("no panic")
    }
}
