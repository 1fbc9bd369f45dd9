//! What the program says when it listens: where, what, how and until when.
//!
//! It goes to standard error, so that standard output is the access log and nothing else.
//! Programs that start this one wait for the lines `listening on URL`, one for each URL: they
//! stay as they are, and have colours only for a terminal.

use std::io::Write;

use gnezdo_core::one_line;
use gnezdo_server::{LogFormat, LogTarget, Plan, Server, Settings};

use crate::style::{TITLE, URL, labelled};
#[cfg(feature = "tls")]
use crate::tls::about_tls;

/// A label of at most 12 letters, and a text.
type Line = (&'static str, String);

/// What a program says when it listens: its title, the addresses, lines of its own, then how it
/// serves and how it is ended.
#[derive(Clone, Debug)]
pub struct Banner {
    title: String,
    lines: Vec<Line>,
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
    pub(crate) fn print(&self, server: &Server, about: About) {
        let mut lines = self.lines.clone();
        lines.extend(about.tls);
        lines.push(("architecture", architecture(server.plan())));
        lines.push(("access log", about.access_log));
        lines.push(("stop", format!("Ctrl-C, or kill {}", std::process::id())));
        let text = self.text(&server.urls(), &redirect_urls(server), &lines);
        let mut stderr = anstream::stderr();
        // All at once, so that no other program's line comes between.
        let _ = stderr.write_all(text.as_bytes()).and_then(|()| stderr.flush());
    }

    fn text(&self, urls: &[String], redirects: &[String], lines: &[Line]) -> String {
        let mut text = format!("{TITLE}{}{TITLE:#}\n", one_line(&self.title));
        let url = |url: &String| format!("{URL}{}{URL:#}", one_line(url));
        text.extend(urls.iter().map(|address| labelled("listening on", &url(address))));
        text.extend(redirects.iter().map(|address| labelled("redirecting", &url(address))));
        text.extend(lines.iter().map(|(label, about)| labelled(label, &one_line(about))));
        text
    }
}

/// What is told of settings, which the server takes.
#[derive(Debug)]
pub(crate) struct About {
    tls: Vec<Line>,
    access_log: String,
}

/// What is told of these settings.
pub(crate) fn about(settings: &Settings) -> About {
    #[cfg(feature = "tls")]
    let tls = about_tls(settings);
    #[cfg(not(feature = "tls"))]
    let tls = Vec::new();
    About { tls, access_log: access_log(settings) }
}

#[cfg(feature = "tls")]
fn redirect_urls(server: &Server) -> Vec<String> {
    server.redirect_urls()
}

#[cfg(not(feature = "tls"))]
fn redirect_urls(_: &Server) -> Vec<String> {
    Vec::new()
}

/// Where the access log of these settings goes.
fn access_log(settings: &Settings) -> String {
    match &settings.access_log {
        None => "off (--access-log common shows each request)".into(),
        Some((format, LogTarget::Stdout)) => format!("{}, printed", name(*format)),
        Some((format, LogTarget::File(path))) => {
            format!("{}, to {}", name(*format), path.display())
        }
    }
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
        let banner = Banner::new("a\nlistening on http://title/");
        let urls = ["unix:/a\nb".into()];
        let redirects = ["http://c/\nlistening on http://redirect/".into()];
        let lines = [("root", "/a\nlistening on http://root/".into())];
        let text = banner.text(&urls, &redirects, &lines);
        let plain = anstream::adapter::strip_str(&text).to_string();
        let urls: Vec<_> = plain.lines().filter(|l| l.starts_with("listening on ")).collect();
        assert_eq!(urls, ["listening on unix:/a\\nb"]);
    }
}
