//! The command line of `cargo xtask`: one table gives the parser and the help.
//!
//! Long options only, `--name value` or `--name=value`.

use std::ffi::OsString;

use crate::bench::{
    ALL, BenchOptions, CONNECTIONS, FRAMEWORK, HELLO, HTTP2, LARGE, PIPELINE, STATIC, Suite, TLS,
};
use crate::error::Error;
use crate::fuzz::FuzzOptions;
use crate::instructions::Use;

/// A chore, ready to be done.
#[derive(Debug)]
pub(crate) enum Chore {
    /// Print this text.
    Help(String),
    /// Measure suites.
    BenchSuites(Vec<&'static Suite>, BenchOptions),
    /// Write the report anew.
    BenchReport,
    /// Measure the clean build.
    BenchBuild,
    /// Fuzz.
    Fuzz(FuzzOptions),
    /// Count instructions.
    Instructions(Use),
    /// Become another program, pinned and watched: how benches start their processes.
    Launch(Vec<String>),
}

struct Command {
    words: &'static str,
    operands: &'static str,
    about: &'static str,
    options: &'static [Flag],
    chore: fn(&Given) -> Result<Chore, Error>,
}

/// An option. One without a value's name is a switch.
struct Flag {
    name: &'static str,
    value: &'static str,
    about: &'static str,
}

const COMMANDS: &[Command] = &[
    Command {
        words: "bench all",
        operands: "",
        about: "Measure all suites below, one after another; all results go to bench/results: \
                report.md for readers, and SUITE.json and SUITE.svg",
        options: BENCH_OPTIONS,
        chore: |given| suites(&ALL, given),
    },
    Command {
        words: "bench hello",
        operands: "",
        about: "Measure a constant answer beside may_minihttp, actix-web, axum, ntex, nginx, h2o and \
                the two floors",
        options: BENCH_OPTIONS,
        chore: |given| suites(&[&HELLO], given),
    },
    Command {
        words: "bench pipeline",
        operands: "",
        about: "Measure a constant answer with 16 requests in flight on each connection",
        options: BENCH_OPTIONS,
        chore: |given| suites(&[&PIPELINE], given),
    },
    Command {
        words: "bench static",
        operands: "",
        about: "Measure a page of 600 bytes beside nginx, h2o, Rust servers and the two floors",
        options: BENCH_OPTIONS,
        chore: |given| suites(&[&STATIC], given),
    },
    Command {
        words: "bench large",
        operands: "",
        about: "Measure a file of 1 MiB",
        options: BENCH_OPTIONS,
        chore: |given| suites(&[&LARGE], given),
    },
    Command {
        words: "bench connections",
        operands: "",
        about: "Measure 10,000 connections: memory of idle ones, and requests on busy ones",
        options: BENCH_OPTIONS,
        chore: |given| suites(&[&CONNECTIONS], given),
    },
    Command {
        words: "bench h2",
        operands: "",
        about: "Measure HTTP/2 beside h2o, nghttpd and nginx: a page of 600 bytes, 1 MiB sent to \
                the server, and the memory of 10,000 idle connections",
        options: BENCH_OPTIONS,
        chore: |given| suites(&[&HTTP2], given),
    },
    Command {
        words: "bench tls",
        operands: "",
        about: "Measure TLS 1.3 beside h2o and nginx: a page of 600 bytes and a file of 1 MiB over \
                HTTP/2 and HTTP/1.1, and full handshakes",
        options: BENCH_OPTIONS,
        chore: |given| suites(&[&TLS], given),
    },
    Command {
        words: "bench framework",
        operands: "",
        about: "Measure the framework beside actix-web and axum: typed parameters, JSON in and out, \
                a template of 50 rows; and its router beside matchit",
        options: BENCH_OPTIONS,
        chore: |given| suites(&[&FRAMEWORK], given),
    },
    Command {
        words: "bench build",
        operands: "",
        about: "Measure a clean release build of the program on two cores; \
                saved in bench/results/build.json",
        options: &[],
        chore: |_| Ok(Chore::BenchBuild),
    },
    Command {
        words: "bench report",
        operands: "",
        about: "Write bench/results/report.md and the charts anew, from what was saved",
        options: &[],
        chore: |_| Ok(Chore::BenchReport),
    },
    Command {
        words: "fuzz",
        operands: "[TARGET…]",
        about: "Build and run the fuzz targets of fuzz/ (all by default), on the stable toolchain",
        options: &[
            Flag { name: "seconds", value: "N", about: "how long each target runs (60)" },
            Flag { name: "replay", value: "FILE", about: "run one target once, on this input" },
        ],
        chore: |given| fuzz_options(given).map(Chore::Fuzz),
    },
    Command {
        words: "instructions",
        operands: "",
        about: "Count the instructions of a request in memory, under callgrind, and compare them \
                with bench/results/instructions.json",
        options: &[
            Flag { name: "check", value: "", about: "fail where a figure is off by over 2 %" },
            Flag { name: "bless", value: "", about: "save the figures" },
        ],
        chore: |given| Ok(Chore::Instructions(use_of(given))),
    },
];

const BENCH_OPTIONS: &[Flag] = &[
    Flag {
        name: "rounds",
        value: "N",
        about: "how often each peer is measured; medians count (5)",
    },
    Flag { name: "seconds", value: "N", about: "how long one measurement lasts (3)" },
    Flag { name: "peers", value: "A,B", about: "only these, by name; `gnezdo` is ours (all)" },
    Flag { name: "scenarios", value: "A,B", about: "only these, by name (all)" },
    Flag { name: "architecture", value: "A,B", about: "of our program (event,uring)" },
    Flag { name: "no-build", value: "", about: "measure our program as it was built last" },
    Flag {
        name: "no-save",
        value: "",
        about: "print only; a run with --peers or --scenarios never saves",
    },
];

/// The words after `cargo xtask`.
///
/// # Errors
/// [`Error::Usage`], if one is not Unicode.
pub(crate) fn from_system() -> Result<Vec<String>, Error> {
    let words = std::env::args_os().skip(1).map(OsString::into_string);
    words.collect::<Result<_, _>>().map_err(|word| Error::Usage {
        problem: format!("`{}` is not Unicode", word.display()),
        command: "cargo xtask".into(),
    })
}

/// Understands the words after `cargo xtask`.
///
/// # Errors
/// [`Error::Usage`], which names the word that was not understood.
pub(crate) fn read(words: &[String]) -> Result<Chore, Error> {
    if let [first, rest @ ..] = words
        && first == "launch"
    {
        return Ok(Chore::Launch(rest.to_vec()));
    }
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let Some((command, rest)) = COMMANDS.iter().find_map(|c| Some((c, c.after(&words)?))) else {
        return no_command(&words);
    };
    if rest.iter().any(|&word| is_help(word)) {
        return Ok(Chore::Help(command.help()));
    }
    (command.chore)(&command.given(rest)?)
}

fn no_command(words: &[&str]) -> Result<Chore, Error> {
    let begins_one = COMMANDS.iter().any(|command| command.words.starts_with(&words.join(" ")));
    if begins_one || words.iter().any(|&word| is_help(word)) {
        return Ok(Chore::Help(overview()));
    }
    let problem = format!("no chore is called `{}`", words.join(" "));
    Err(Error::Usage { problem, command: "cargo xtask".into() })
}

fn is_help(word: &str) -> bool {
    matches!(word, "--help" | "-h" | "help")
}

fn overview() -> String {
    let mut text = String::from("The project's own chores.\n\n");
    for command in COMMANDS {
        text += &format!("  cargo xtask {}\n      {}\n", command.usage(), command.about);
    }
    text + "\nEach has its own --help.\n"
}

/// What was given to a command.
struct Given<'w> {
    command: &'static Command,
    options: Vec<(&'static str, &'w str)>,
    operands: Vec<String>,
}

impl Command {
    /// What follows the words of this command, if `words` begin with them.
    fn after<'w, 's>(&self, words: &'w [&'s str]) -> Option<&'w [&'s str]> {
        let own: Vec<&str> = self.words.split(' ').collect();
        words.strip_prefix(own.as_slice())
    }

    fn given<'w>(&'static self, words: &[&'w str]) -> Result<Given<'w>, Error> {
        let mut given = Given { command: self, options: Vec::new(), operands: Vec::new() };
        let mut words = words.iter().copied();
        while let Some(word) = words.next() {
            let Some(option) = word.strip_prefix("--") else {
                given.operands.push(self.operand(word)?);
                continue;
            };
            let (name, value) =
                option.split_once('=').map_or((option, None), |(n, v)| (n, Some(v)));
            let Some(flag) = self.options.iter().find(|flag| flag.name == name) else {
                return Err(self.usage_error(format!("unknown option --{name}")));
            };
            let value = match value {
                _ if flag.value.is_empty() => "",
                Some(value) => value,
                None => words
                    .next()
                    .ok_or_else(|| self.usage_error(format!("--{name} needs {}", flag.value)))?,
            };
            given.options.push((flag.name, value));
        }
        Ok(given)
    }

    fn operand(&self, word: &str) -> Result<String, Error> {
        if self.operands.is_empty() {
            return Err(self.usage_error(format!("`{word}` is one word too many")));
        }
        Ok(word.to_owned())
    }

    fn usage_error(&self, problem: String) -> Error {
        Error::Usage { problem, command: format!("cargo xtask {}", self.words) }
    }

    fn usage(&self) -> String {
        let options = if self.options.is_empty() { "" } else { "[OPTIONS]" };
        [self.words, self.operands, options]
            .iter()
            .filter(|part| !part.is_empty())
            .copied()
            .collect::<Vec<_>>()
            .join(" ")
    }

    fn help(&self) -> String {
        let mut text = format!("{}.\n\nUsage: cargo xtask {}\n", self.about, self.usage());
        if !self.options.is_empty() {
            text += "\nOptions:\n";
        }
        for flag in self.options {
            let spelled = format!("--{} {}", flag.name, flag.value);
            text += &format!("  {spelled:<22}{}\n", flag.about);
        }
        text
    }
}

impl Given<'_> {
    fn has(&self, name: &str) -> bool {
        self.value(name).is_some()
    }

    fn value(&self, name: &str) -> Option<&str> {
        self.options.iter().rev().find(|(n, _)| *n == name).map(|(_, value)| *value)
    }

    fn count(&self, name: &str, default: u32) -> Result<u32, Error> {
        let Some(value) = self.value(name) else { return Ok(default) };
        match value.parse() {
            Ok(count @ 1..) => Ok(count),
            _ => {
                let problem = format!("--{name} {value}: not a whole number above 0");
                Err(self.command.usage_error(problem))
            }
        }
    }

    fn list(&self, name: &str) -> Option<Vec<String>> {
        let items = self.value(name)?.split(',').map(str::trim);
        Some(items.filter(|item| !item.is_empty()).map(str::to_owned).collect())
    }
}

fn suites(suites: &[&'static Suite], given: &Given<'_>) -> Result<Chore, Error> {
    Ok(Chore::BenchSuites(suites.to_vec(), bench_options(given)?))
}

fn default_architectures() -> Vec<String> {
    vec!["event".into(), "uring".into()]
}

fn bench_options(given: &Given<'_>) -> Result<BenchOptions, Error> {
    Ok(BenchOptions {
        rounds: given.count("rounds", 5)?,
        seconds: given.count("seconds", 3)?,
        peers: given.list("peers"),
        scenarios: given.list("scenarios"),
        architectures: given.list("architecture").unwrap_or_else(default_architectures),
        builds: !given.has("no-build"),
        saves: !given.has("no-save"),
    })
}

fn fuzz_options(given: &Given<'_>) -> Result<FuzzOptions, Error> {
    let replay = given.value("replay").map(Into::into);
    if replay.is_some() && given.operands.len() != 1 {
        let problem = "--replay needs exactly one TARGET".to_owned();
        return Err(given.command.usage_error(problem));
    }
    let seconds = given.count("seconds", 60)?;
    Ok(FuzzOptions { targets: given.operands.clone(), seconds, replay })
}

fn use_of(given: &Given<'_>) -> Use {
    match (given.has("bless"), given.has("check")) {
        (true, _) => Use::Bless,
        (false, true) => Use::Check,
        (false, false) => Use::Show,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_line(line: &str) -> Result<Chore, Error> {
        read(&line.split_whitespace().map(str::to_owned).collect::<Vec<_>>())
    }

    fn problem_of(line: &str) -> String {
        read_line(line).unwrap_err().to_string()
    }

    #[test]
    fn options_come_in_both_spellings_and_the_last_counts() {
        let line = "bench static --rounds 7 --seconds=2 --rounds=9 --peers nginx,h2o --no-save";
        let Ok(Chore::BenchSuites(suites, options)) = read_line(line) else { panic!() };
        assert_eq!(suites.iter().map(|suite| suite.name).collect::<Vec<_>>(), ["static"]);
        assert_eq!((options.rounds, options.seconds), (9, 2));
        assert_eq!(options.peers.unwrap(), ["nginx", "h2o"]);
        assert_eq!(options.architectures, ["event", "uring"]);
        assert!(options.builds && !options.saves);
    }

    #[test]
    fn every_suite_has_its_word() {
        let Ok(Chore::BenchSuites(all, _)) = read_line("bench all") else { panic!() };
        for suite in all {
            let line = format!("bench {}", suite.name);
            let Ok(Chore::BenchSuites(suites, _)) = read_line(&line) else { panic!("{line}") };
            assert_eq!(suites[0].name, suite.name);
        }
    }

    #[test]
    fn what_is_not_understood_is_named() {
        assert!(problem_of("bench static --round 3").contains("unknown option --round;"));
        assert!(problem_of("bench static --rounds").contains("--rounds needs N"));
        assert!(problem_of("bench static --rounds 0").contains("--rounds 0: not a whole number"));
        assert!(problem_of("bench static now").contains("`now` is one word too many"));
        assert!(problem_of("brew coffee").contains("no chore is called `brew coffee`"));
        assert!(problem_of("fuzz --replay x").contains("exactly one TARGET"));
    }

    #[test]
    fn help_is_there_at_every_level() {
        let help = |line: &str| match read_line(line) {
            Ok(Chore::Help(text)) => text,
            other => panic!("{other:?}"),
        };
        assert!(help("").contains("cargo xtask bench static"));
        assert!(help("bench").contains("cargo xtask bench static"));
        assert!(help("bench static --help").contains("--rounds N"));
        assert!(help("fuzz -h").contains("[TARGET…]"));
    }
}
