//! What a program tells people while it serves, when something is wrong that it survives.
//!
//! It speaks by the name of the program that it is part of, as that program's own messages do.

use std::ffi::OsStr;
use std::io::{self, Write};
use std::path::Path;

use crate::one_line;

/// The name by which this program was started, without its folder: how its messages begin.
///
/// Control characters are replaced; who starts the program without a name gets `gnezdo`.
pub fn program_name() -> String {
    name(&std::env::args_os().next().unwrap_or_default())
}

fn name(word: &OsStr) -> String {
    let name = Path::new(word).file_name().unwrap_or(OsStr::new("gnezdo"));
    // It may be chosen by others than the user, and must not command a terminal.
    name.to_string_lossy().replace(char::is_control, "\u{fffd}")
}

/// Says it where people look, on one line whatever it quotes; a closed standard error is no reason
/// to fail.
pub fn complain(text: &str) {
    let _ = io::stderr().write_all(complaint(&program_name(), text).as_bytes());
}

fn complaint(program: &str, text: &str) -> String {
    format!("{program}: {}\n", one_line(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_complaint_is_one_line_whatever_it_quotes() {
        let text = "request 1: no row\nhello: listening on\x1b[2J";
        let expected = "hello: request 1: no row\\nhello: listening on\\u{1b}[2J\n";
        assert_eq!(complaint("hello", text), expected);
    }

    #[test]
    fn the_name_is_that_of_the_file() {
        for (word, expected) in [
            ("hello", "hello"),
            ("./target/debug/hello-2", "hello-2"),
            ("/opt/my app/гнездо", "гнездо"),
            ("a\x1b[1m\nb", "a\u{fffd}[1m\u{fffd}b"),
            ("", "gnezdo"),
            ("/", "gnezdo"),
        ] {
            assert_eq!(name(OsStr::new(word)), expected, "{word:?}");
        }
    }
}
