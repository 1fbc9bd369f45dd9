//! What the program says when it listens: where, what, how and until when.
//!
//! It goes to standard error, so that standard output is the access log and nothing else.
//! Programs that start this one wait for the lines `listening on URL`, one for each URL: they
//! stay as they are, without colours unless a person reads them.

use std::io::Write;
use std::path::{Path, PathBuf};

use anstyle::{AnsiColor, Style};
use gnezdo::{Driver, LogTarget, Plan, Server, Settings};

const TITLE: Style = Style::new().bold();
const LABEL: Style = Style::new().dimmed();
const URL: Style = AnsiColor::Cyan.on_default().underline();

/// The lines that are known before the addresses are bound.
#[derive(Debug)]
pub(crate) struct Banner {
    root: PathBuf,
    access_log: String,
}

impl Banner {
    pub(crate) fn new(root: &Path, settings: &Settings) -> Self {
        // The root was opened a moment ago; what it was typed as is as good.
        let root = std::path::absolute(root).unwrap_or_else(|_| root.to_owned());
        let access_log = match &settings.access_log {
            None => "off (--access-log common shows each request)".into(),
            Some((_, LogTarget::Stdout)) => "standard output".into(),
            Some((_, LogTarget::File(path))) => path.display().to_string(),
        };
        Self { root, access_log }
    }

    /// Prints the banner; that nobody can read it is no reason to end.
    pub(crate) fn print(&self, server: &Server) {
        let mut lines = format!("{TITLE}gnezdo {}{TITLE:#}\n", env!("CARGO_PKG_VERSION"));
        for url in server.urls() {
            lines.push_str(&format!("{LABEL}listening on{LABEL:#} {URL}{url}{URL:#}\n"));
        }
        let stop = format!("Ctrl-C, or kill {}", std::process::id());
        for (label, text) in [
            ("root", self.root.display().to_string()),
            ("architecture", architecture(server.plan())),
            ("access log", self.access_log.clone()),
            ("stop", stop),
        ] {
            lines.push_str(&format!("{LABEL}{label:12}{LABEL:#} {text}\n"));
        }
        // All at once, and the colours only for a terminal that wants them (NO_COLOR).
        let mut stderr = anstream::stderr();
        let _ = stderr.write_all(lines.as_bytes()).and_then(|()| stderr.flush());
    }
}

/// What runs, and why it was chosen.
fn architecture(plan: &Plan) -> String {
    let each = match plan.driver {
        Driver::Single => "one connection at a time".into(),
        Driver::Threads => "a thread for each connection".into(),
        Driver::Event if plan.workers == 1 => "one event loop".into(),
        Driver::Event => format!("{} event loops", plan.workers),
        driver => driver.to_string(),
    };
    match plan.processes {
        0 => format!("{}: {each} ({})", plan.driver, plan.reason),
        1 => format!("{}: one supervised process, {each} ({})", plan.driver, plan.reason),
        count => {
            format!("{}: {count} supervised processes, each {each} ({})", plan.driver, plan.reason)
        }
    }
}
