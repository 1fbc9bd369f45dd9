//! What the program says when it listens: where, what, how and until when.
//!
//! It goes to standard error, so that standard output is the access log and nothing else.
//! Programs that start this one wait for the lines `listening on URL`, one for each URL: they
//! stay as they are, and have colours only for a terminal.

use std::io::Write;

use anstyle::{AnsiColor, Style};
use gnezdo_server::{LogFormat, LogTarget, Plan, Server, Settings};

use crate::one_line::one_line;

const TITLE: Style = Style::new().bold();
const LABEL: Style = Style::new().dimmed();
const URL: Style = AnsiColor::Cyan.on_default().underline();

/// What a program says when it listens: its title, the addresses, lines of its own, then how it
/// serves and how it is ended.
#[derive(Clone, Debug)]
pub struct Banner {
    title: String,
    lines: Vec<(&'static str, String)>,
}

impl Banner {
    /// A banner with this title: the program's name, and its version.
    pub fn new(title: impl Into<String>) -> Self {
        Self { title: title.into(), lines: Vec::new() }
    }

    /// Adds a line about what is served; the label has at most 12 letters.
    #[must_use]
    pub fn line(mut self, label: &'static str, text: impl Into<String>) -> Self {
        self.lines.push((label, text.into()));
        self
    }

    /// Prints the banner; that nobody can read it is no reason to end.
    pub(crate) fn print(&self, server: &Server, access_log: &str) {
        let mut stderr = anstream::stderr();
        // All at once, so that no other program's line comes between.
        let text = self.text(&server.urls(), server.plan(), access_log);
        let _ = stderr.write_all(text.as_bytes()).and_then(|()| stderr.flush());
    }

    fn text(&self, urls: &[String], plan: &Plan, access_log: &str) -> String {
        let mut text = format!("{TITLE}{}{TITLE:#}\n", one_line(&self.title));
        for url in urls {
            let url = one_line(url);
            text.push_str(&line("listening on", &format!("{URL}{url}{URL:#}")));
        }
        for (label, about) in &self.lines {
            text.push_str(&line(label, &one_line(about)));
        }
        text.push_str(&line("architecture", &architecture(plan)));
        text.push_str(&line("access log", &one_line(access_log)));
        text.push_str(&line("stop", &format!("Ctrl-C, or kill {}", std::process::id())));
        text
    }
}

/// Where the access log of these settings goes.
pub(crate) fn access_log(settings: &Settings) -> String {
    match &settings.access_log {
        None => "off (--access-log common shows each request)".into(),
        Some((format, LogTarget::Stdout)) => format!("{}, printed", name(*format)),
        Some((format, LogTarget::File(path))) => {
            format!("{}, to {}", name(*format), path.display())
        }
    }
}

fn line(label: &str, text: &str) -> String {
    format!("{LABEL}{label:12}{LABEL:#} {text}\n")
}

fn name(format: LogFormat) -> &'static str {
    match format {
        LogFormat::Common => "common",
        LogFormat::Combined => "combined",
        LogFormat::Json => "json",
    }
}

/// What runs, and why it was chosen.
fn architecture(plan: &Plan) -> String {
    // By name, as some are there with features of the server only.
    let driver = plan.driver.to_string();
    let crew = match driver.as_str() {
        "single" => "one connection at a time".into(),
        "threads" => "a thread for each connection".into(),
        "event" => count(plan.workers, "event loop"),
        "uring" => count(plan.workers, "ring"),
        "async" => format!("{} of a tokio runtime", count(plan.workers, "thread")),
        _ => count(plan.workers, "worker"),
    };
    let place = match plan.processes {
        0 => String::new(),
        1 => " in a supervised process".into(),
        count => format!(" in each of {count} supervised processes"),
    };
    format!("{driver}: {crew}{place} ({})", one_line(&plan.reason))
}

fn count(number: usize, noun: &str) -> String {
    format!("{number} {noun}{}", if number == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroUsize;

    use gnezdo_server::{Architecture, Driver};

    use super::*;

    #[test]
    fn what_runs_is_said_in_words() {
        let text = |architecture: Architecture, workers, processes| {
            let count = NonZeroUsize::new;
            super::architecture(&architecture.plan(count(workers), count(processes)))
        };
        let cases = [
            (Architecture::Single, 0, 0, "single: one connection at a time (asked for)"),
            (Architecture::Threads, 0, 0, "threads: a thread for each connection (asked for)"),
            (Architecture::Event, 1, 0, "event: 1 event loop (asked for)"),
            (Architecture::Event, 3, 0, "event: 3 event loops (asked for)"),
            (
                Architecture::Event,
                3,
                2,
                "event: 3 event loops in each of 2 supervised processes (asked for)",
            ),
            (
                Architecture::Processes,
                0,
                1,
                "threads: a thread for each connection in a supervised process (asked for)",
            ),
        ];
        for (architecture, workers, processes, expected) in cases {
            assert_eq!(text(architecture, workers, processes), expected);
        }
    }

    #[test]
    fn what_waits_is_named_by_its_own_word() {
        let mut plan = Architecture::Event.plan(None, None);
        for (driver, expected) in [
            (Driver::Uring, ["uring: 1 ring (asked for)", "uring: 2 rings (asked for)"]),
            (
                Driver::Event,
                ["event: 1 event loop (asked for)", "event: 2 event loops (asked for)"],
            ),
        ] {
            plan.driver = driver;
            for (workers, expected) in [1, 2].into_iter().zip(expected) {
                plan.workers = workers;
                assert_eq!(architecture(&plan), expected);
            }
        }
    }

    #[test]
    fn no_name_feigns_a_line() {
        let settings = Settings::default();
        let banner = Banner::new("a\nlistening on http://title/")
            .line("root", "/a\nlistening on http://root/");
        let plan = settings.architecture.plan(None, None);
        let text = banner.text(&["unix:/a\nb".into()], &plan, "to\nlistening on http://log/");
        let plain = anstream::adapter::strip_str(&text).to_string();
        let urls: Vec<_> = plain.lines().filter(|l| l.starts_with("listening on ")).collect();
        assert_eq!(urls, ["listening on unix:/a\\nb"]);
    }
}
