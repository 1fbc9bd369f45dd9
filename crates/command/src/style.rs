//! How text looks in a terminal. Elsewhere it is plain: see [`print_styled`](crate::print_styled).

use anstyle::{AnsiColor, Style};

/// What stands above other lines.
pub const TITLE: Style = Style::new().bold();
/// What a line begins with, to say what it is about.
pub const LABEL: Style = Style::new().dimmed();
/// What can be opened in a browser.
pub const URL: Style = AnsiColor::Cyan.on_default().underline();

/// A line that begins with a label of at most 12 letters.
pub fn labelled(label: &str, text: &str) -> String {
    format!("{LABEL}{label:12}{LABEL:#} {text}\n")
}
