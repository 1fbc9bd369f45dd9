//! What the program says when it listens: where, what, how and until when.
//!
//! It goes to standard error, so that standard output is the access log and nothing else.
//! Programs that start this one wait for the lines `listening on URL`, one for each URL: they
//! stay as they are, and have colours only for a terminal.

use std::io::Write;
use std::path::{Path, PathBuf};

use anstyle::{AnsiColor, Style};
use gnezdo::{Driver, LogFormat, LogTarget, Plan, Server, Settings};

use crate::one_line::one_line;

const TITLE: Style = Style::new().bold();
const LABEL: Style = Style::new().dimmed();
const URL: Style = AnsiColor::Cyan.on_default().underline();

/// What is known before the addresses are bound.
#[derive(Debug)]
pub(crate) struct Banner {
    root: PathBuf,
    access_log: String,
}

impl Banner {
    pub(crate) fn new(root: &Path, settings: &Settings) -> Self {
        // Without a current folder, the root as it was typed has to do.
        let root = std::path::absolute(root).unwrap_or_else(|_| root.to_owned());
        let access_log = match &settings.access_log {
            None => "off (--access-log common shows each request)".into(),
            Some((format, LogTarget::Stdout)) => format!("{}, printed", name(*format)),
            Some((format, LogTarget::File(path))) => {
                format!("{}, to {}", name(*format), path.display())
            }
        };
        Self { root, access_log }
    }

    /// Prints the banner; that nobody can read it is no reason to end.
    pub(crate) fn print(&self, server: &Server) {
        let mut stderr = anstream::stderr();
        // All at once, so that no other program's line comes between.
        let lines = self.lines(&server.urls(), server.plan());
        let _ = stderr.write_all(lines.as_bytes()).and_then(|()| stderr.flush());
    }

    fn lines(&self, urls: &[String], plan: &Plan) -> String {
        let mut lines = format!("{TITLE}gnezdo {}{TITLE:#}\n", env!("CARGO_PKG_VERSION"));
        for url in urls {
            let url = one_line(url);
            lines.push_str(&line("listening on", &format!("{URL}{url}{URL:#}")));
        }
        lines.push_str(&line("root", &one_line(&self.root.display().to_string())));
        lines.push_str(&line("architecture", &architecture(plan)));
        lines.push_str(&line("access log", &one_line(&self.access_log)));
        lines.push_str(&line("stop", &format!("Ctrl-C, or kill {}", std::process::id())));
        lines
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
    let driver = plan.driver;
    let crew = match driver {
        Driver::Single => "one connection at a time".into(),
        Driver::Threads => "a thread for each connection".into(),
        Driver::Event if plan.workers == 1 => "1 event loop".into(),
        _ => format!("{} {driver} loops", plan.workers),
    };
    let place = match plan.processes {
        0 => String::new(),
        1 => " in a supervised process".into(),
        count => format!(" in each of {count} supervised processes"),
    };
    format!("{driver}: {crew}{place} ({})", plan.reason)
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroUsize;

    use gnezdo::Architecture;

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
            (Architecture::Auto, 1, 0, "event: 1 event loop (the fastest on this system)"),
        ];
        for (architecture, workers, processes, expected) in cases {
            assert_eq!(text(architecture, workers, processes), expected);
        }
    }

    #[test]
    fn no_name_feigns_a_line() {
        let settings = Settings::default();
        let banner = Banner::new(Path::new("/a\nlistening on http://evil/"), &settings);
        let lines = banner.lines(&["unix:/a\nb".into()], &settings.architecture.plan(None, None));
        let plain = anstream::adapter::strip_str(&lines).to_string();
        let urls: Vec<_> = plain.lines().filter(|l| l.starts_with("listening on ")).collect();
        assert_eq!(urls, ["listening on unix:/a\\nb"]);
    }
}
