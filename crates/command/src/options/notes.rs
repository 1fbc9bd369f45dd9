//! What the table of options cannot say: the sections below it, in the help and in the manual.

use gnezdo_server::Architecture;

/// A section: its title, and its text in lines of at most 76 columns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// The title, as a part of a sentence: `Times and sizes`.
    pub title: &'static str,
    /// The text, without a line end after its last line.
    pub text: String,
}

/// The sections about running a server; its program adds its own examples.
pub fn notes() -> Vec<Note> {
    vec![
        #[cfg(feature = "tls")]
        Note { title: "Certificates", text: CERTIFICATES.into() },
        Note { title: "Architectures", text: architectures() },
        Note { title: "Times and sizes", text: TIMES_AND_SIZES.into() },
        Note { title: "Environment", text: ENVIRONMENT.into() },
        Note { title: "Beyond a limit", text: LIMITS.into() },
        Note { title: "Output", text: OUTPUT.into() },
        Note { title: "End", text: END.into() },
    ]
}

/// Sections as the help prints them below the options.
pub fn notes_as_help(notes: &[Note]) -> String {
    let sections: Vec<_> = notes.iter().map(help_section).collect();
    sections.join("\n\n")
}

fn help_section(note: &Note) -> String {
    let lines = note.text.lines().map(|line| format!("  {line}").trim_end().to_owned());
    format!("{}:\n{}", note.title, lines.collect::<Vec<_>>().join("\n"))
}

#[cfg(feature = "tls")]
const CERTIFICATES: &str = "\
--tls cert.pem,key.pem names two files in PEM form, --tls both.pem one with
both; a comma within a name is doubled. Of several certificates each client
gets the one with the name it asks for, or else the first. When the files
change, new connections get the new certificate.

--tls self-signed is for development: the certificate is for localhost,
127.0.0.1, ::1 and this machine's name, and with self-signed:NAME,NAME for
others, too. `gnezdo cert dev` tells how browsers trust it.

Browsers keep to what --hsts says for all ports of a name, localhost, too,
until its time is over; --hsts=0 takes it back.";

const TIMES_AND_SIZES: &str = "\
Times are written 10s, 500ms or 2m; a plain number is seconds. Sizes are
written 32KiB, 1MB or 4096; a letter alone, as in 32k, is a power of 1024.";

const ENVIRONMENT: &str = "\
Each option has a variable: GNEZDO_ACCESS_LOG=json says --access-log json,
unless that is typed. Options without a value are 1 or 0. Those that may be
repeated take values with spaces between them, or with commas if the values
have none themselves.";

const LIMITS: &str = "\
A request beyond its limit is refused with the status that stands there, and
its connection is closed. At --max-connections, which counts all processes,
connections at rest are closed for new ones, or else the new ones wait.

With HTTP/2 one beyond --h2-max-streams is refused and may be sent anew; at
its other limits the connection ends with ENHANCE_YOUR_CALM. Half of all
requests may be taken back beyond --h2-max-resets, and frames may take eight
times their fields and content beyond --h2-max-overhead-size.";

const OUTPUT: &str = "\
Standard error tells one line `listening on URL` for each address as soon as
it is open, then what goes wrong. Standard output has the access log alone.";

const END: &str = "\
Ctrl-C or SIGTERM lets answers under way finish, then the program exits with
0; a second one ends it at once. It exits with 2 if its words are wrong, and
with 1 if something else is.";

fn architectures() -> String {
    let line = |a: Architecture| format!("{:10} {}", a.name(), about(a));
    Architecture::ALL.map(line).join("\n")
}

/// What an architecture is, in a clause.
pub(crate) fn about(architecture: Architecture) -> &'static str {
    // By name, as some are there with features of the server only.
    match architecture.name() {
        "single" => "one thread, one connection at a time: to learn and to test",
        "threads" => "a thread for each connection",
        "processes" => "supervised processes, with a thread for each connection",
        "event" => "event loops (epoll, kqueue), one for each core",
        "uring" => "io_uring loops, one for each core: Linux from 6.1 on",
        "async" => "tasks in a tokio runtime, with a thread for each core",
        "auto" => "the fastest that works here",
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_fit_and_every_architecture_is_explained() {
        for note in notes() {
            for line in note.text.lines() {
                assert!(line.chars().count() <= 76, "{}: {line}", note.title);
            }
        }
        assert!(Architecture::ALL.into_iter().all(|a| !about(a).is_empty()));
    }
}
