//! Options as variables of the environment: `GNEZDO_LISTEN=:80` says `--listen :80`.
//!
//! A variable becomes a word before those that were typed. So there is one table and one parser
//! for both, and a variable can say what its option can. An option that was typed leaves its
//! variable unread. Workers inherit words and variables, and so come to the same.
//!
//! ```text
//! hello run --workers 2     with GNEZDO_LISTEN=":80 :443" GNEZDO_WORKERS=4
//! hello run --listen=:80 --listen=:443 --workers 2
//! ```

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt;

use clap::parser::ValueSource;
use clap::{Arg, ArgAction, ArgMatches, Command};
use gnezdo_core::one_line;
use gnezdo_server::is_worker;

use crate::failure::{Failure, complain};
use crate::usage::Usage;

const PREFIX: &str = "GNEZDO_";

/// The variables of the environment that may stand for options. Empty ones count as absent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Environment(Vec<(String, OsString)>);

impl Environment {
    /// That of this process.
    pub fn read() -> Self {
        Self::of(std::env::vars_os())
    }

    fn of(variables: impl IntoIterator<Item = (OsString, OsString)>) -> Self {
        let ours = variables.into_iter().filter_map(|(name, value)| {
            let name = name.into_string().ok()?;
            (name.starts_with(PREFIX) && !value.is_empty()).then_some((name, value))
        });
        Self(ours.collect())
    }

    /// The words of a program, and with them what variables say about options that are not among
    /// them. Only the command that [serves](Usage::command) has variables; other words, and those
    /// that are wrong, come back as they are.
    ///
    /// The words begin with the command. A variable whose name is nearly that of an option is
    /// told on standard error.
    ///
    /// # Errors
    /// A variable has a value that its option does not take.
    pub fn complete(
        &self,
        usage: &Usage<'_>,
        program: &Command,
        mut words: Vec<OsString>,
    ) -> Result<Vec<OsString>, Failure> {
        if self.0.is_empty() {
            return Ok(words);
        }
        let Ok(matches) = program.clone().try_get_matches_from(&words) else {
            return Ok(words);
        };
        let serving = program.find_subcommand(usage.command);
        if let (Some((command, typed)), Some(serving)) = (matches.subcommand(), serving)
            && command == usage.command
        {
            let variables: Vec<_> = serving.get_arguments().filter_map(Variable::of).collect();
            self.warn(usage, &variables);
            let added = self.words(usage, program, typed, &variables)?;
            words.splice(1..1, added);
        }
        Ok(words)
    }

    /// What variables say about options that were not typed.
    fn words(
        &self,
        usage: &Usage<'_>,
        program: &Command,
        typed: &ArgMatches,
        variables: &[Variable<'_>],
    ) -> Result<Vec<OsString>, Failure> {
        let mut words = Vec::new();
        for variable in variables.iter().filter(|variable| !variable.is_typed(typed)) {
            let Some((_, value)) = self.0.iter().find(|(name, _)| *name == variable.name) else {
                continue;
            };
            for word in variable.words(value)? {
                variable.check(usage, program, &word)?;
                words.push(word);
            }
        }
        Ok(words)
    }

    /// Tells which variables are likely to be misspelt, once for all workers.
    fn warn(&self, usage: &Usage<'_>, variables: &[Variable<'_>]) {
        if !is_worker() {
            self.misspelt(variables).for_each(|line| complain(usage.program, &one_line(&line)));
        }
    }

    fn misspelt(&self, variables: &[Variable<'_>]) -> impl Iterator<Item = String> {
        let is_known = |name: &str| variables.iter().any(|variable| variable.name == name);
        self.0.iter().filter(move |(name, _)| !is_known(name)).filter_map(|(name, _)| {
            let similar = variables.iter().min_by_key(|variable| variable.distance(name))?;
            let is_slip = 3 * similar.distance(name) <= name.len() - PREFIX.len();
            let Variable { name: similar, .. } = similar;
            is_slip.then(|| format!("there is no variable {name}; did you mean {similar}?"))
        })
    }
}

/// A variable, and the option for which it stands.
struct Variable<'o> {
    name: String,
    option: &'o Arg,
    long: &'o str,
}

impl<'o> Variable<'o> {
    fn of(option: &'o Arg) -> Option<Self> {
        let long = option.get_long()?;
        let name = format!("{PREFIX}{}", long.to_ascii_uppercase().replace('-', "_"));
        let is_question = matches!(option.get_action(), ArgAction::Help | ArgAction::Version);
        (!is_question).then_some(Self { name, option, long })
    }

    fn is_typed(&self, typed: &ArgMatches) -> bool {
        typed.value_source(self.option.get_id().as_str()) == Some(ValueSource::CommandLine)
    }

    /// The words that say what the variable says.
    fn words(&self, value: &OsStr) -> Result<Vec<OsString>, Failure> {
        let bare = || OsString::from(format!("--{}", self.long));
        let with_value = |value: &OsStr| {
            let mut word = bare();
            word.push("=");
            word.push(value);
            word
        };
        let switch = switch(value).filter(|_| !self.is_number(value));
        Ok(match (self.takes(), switch) {
            (Takes::Switch, None) => return Err(self.no_switch(value)),
            (Takes::Switch | Takes::SwitchOrValue, Some(Switch::On)) => vec![bare()],
            (Takes::Switch | Takes::SwitchOrValue, Some(Switch::Off)) => Vec::new(),
            (Takes::List, _) => self.parts(value).map(with_value).collect(),
            (Takes::SwitchOrValue | Takes::Value, _) => vec![with_value(value)],
        })
    }

    fn takes(&self) -> Takes {
        let may_be_bare = self.option.get_num_args().is_some_and(|range| range.min_values() == 0);
        match self.option.get_action() {
            ArgAction::SetTrue => Takes::Switch,
            ArgAction::Append => Takes::List,
            _ if may_be_bare => Takes::SwitchOrValue,
            _ => Takes::Value,
        }
    }

    /// The values of a list, with what cannot be in one of them in between.
    fn parts<'v>(&self, value: &'v OsStr) -> impl Iterator<Item = &'v OsStr> {
        let separators: &[u8] = match self.value_name() {
            "CERT,KEY" => b" ",
            "FIELD" => b"\n",
            _ => b", ",
        };
        let parts = value.as_bytes().split(|octet| separators.contains(octet));
        parts.filter(|part| !part.is_empty()).map(OsStr::from_bytes)
    }

    /// Whether a 0 or 1 is a figure here, and says neither yes nor no.
    fn is_number(&self, value: &OsStr) -> bool {
        self.value_name() == "TIME" && value.as_bytes().iter().all(u8::is_ascii_digit)
    }

    fn value_name(&self) -> &str {
        self.option.get_value_names().and_then(<[_]>::first).map_or("", |name| name.as_str())
    }

    /// Whether the option takes a word, apart from all others.
    fn check(&self, usage: &Usage<'_>, program: &Command, word: &OsStr) -> Result<(), Failure> {
        let words = [OsStr::new(usage.command), word];
        match program.clone().try_get_matches_from(words) {
            Ok(_) => Ok(()),
            Err(error) => Err(usage.failure_of(&self.name, &error)),
        }
    }

    fn no_switch(&self, value: &OsStr) -> Failure {
        Failure::Usage(format!(
            "{} cannot be {value:?}: write 1, true, yes or on, or else 0, false, no or off",
            self.name
        ))
    }

    fn distance(&self, name: &str) -> usize {
        strsim::osa_distance(&self.name, name)
    }
}

/// What an option takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Takes {
    /// Nothing: it is there or not.
    Switch,
    /// A value, or none.
    SwitchOrValue,
    Value,
    /// Values, each after another word of the option.
    List,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Switch {
    On,
    Off,
}

fn switch(value: &OsStr) -> Option<Switch> {
    let is = |words: &[&str]| words.iter().any(|word| value.eq_ignore_ascii_case(word));
    if is(&["1", "true", "yes", "on"]) {
        Some(Switch::On)
    } else if is(&["0", "false", "no", "off"]) {
        Some(Switch::Off)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use clap::Args;

    use super::*;
    use crate::options::{EngineOptions, ListeningOptions};

    const USAGE: Usage<'_> = Usage { program: "hello", command: "run" };

    fn table() -> Command {
        let page = Arg::new("spa").long("spa").num_args(0..=1).value_name("FILE");
        let field = Arg::new("header").long("header").value_name("FIELD").action(ArgAction::Append);
        let run = Command::new("run").args_override_self(true);
        let run = EngineOptions::augment_args(ListeningOptions::augment_args(run));
        Command::new("hello")
            .no_binary_name(true)
            .subcommand(run.arg(page.require_equals(true)).arg(field))
            .subcommand(Command::new("man"))
    }

    #[test]
    fn every_option_has_a_variable() {
        let table = table();
        let run = table.find_subcommand("run").unwrap();
        let names: Vec<_> = run.get_arguments().filter_map(Variable::of).map(|v| v.name).collect();
        assert_eq!(names.len(), run.get_arguments().count());
        let is_plain = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_';
        assert!(names.iter().all(|name| name.chars().all(is_plain)), "{names:?}");
    }

    fn environment(variables: &[(&str, &str)]) -> Environment {
        Environment::of(variables.iter().map(|(name, value)| (name.into(), value.into())))
    }

    fn completed(variables: &[(&str, &str)], words: &str) -> Result<String, String> {
        let words = words.split_whitespace().map(OsString::from).collect();
        let words = environment(variables).complete(&USAGE, &table(), words);
        let words = words.map_err(|failure| failure.to_string())?;
        Ok(words.join(OsStr::new("|")).into_string().unwrap())
    }

    #[test]
    fn a_variable_is_a_word_that_was_not_typed() {
        for (name, value, expected) in [
            ("LISTEN", ":80", "run|--listen=:80"),
            (
                "LISTEN",
                ":80,:443  unix:/run/x,",
                "run|--listen=:80|--listen=:443|--listen=unix:/run/x",
            ),
            ("LISTEN", " , ", "run"),
            ("ALLOW", "10.0.0.0/8 ::1", "run|--allow=10.0.0.0/8|--allow=::1"),
            ("HEADER", "A: b, c\nD: e", "run|--header=A: b, c|--header=D: e"),
            ("ARCHITECTURE", "threads", "run|--architecture=threads"),
            ("MAX_CONNECTIONS_PER_IP", "7", "run|--max-connections-per-ip=7"),
            ("H2_MAX_STREAMS", "7", "run|--h2-max-streams=7"),
            ("NO_HTTP2", "1", "run|--no-http2"),
            ("NO_HTTP2", "Yes", "run|--no-http2"),
            ("NO_HTTP2", "off", "run"),
            ("SPA", "on", "run|--spa"),
            ("SPA", "0", "run"),
            ("SPA", "app.html", "run|--spa=app.html"),
            ("WORKERS", "", "run"),
            ("HELP", "1", "run"),
            ("SECRET", "1", "run"),
        ] {
            let variables = [(&*format!("GNEZDO_{name}"), value), (name, "x")];
            assert_eq!(completed(&variables, "run").as_deref(), Ok(expected), "{name}={value}");
        }
    }

    #[cfg(feature = "tls")]
    #[test]
    fn certificates_have_commas_and_times_may_be_0_or_1() {
        for (name, value, expected) in [
            ("TLS", "a,b c,d", "run|--tls=a,b|--tls=c,d"),
            ("TLS", "self-signed:x,y", "run|--tls=self-signed:x,y"),
            ("HSTS", "true", "run|--hsts"),
            ("HSTS", "no", "run"),
            ("HSTS", "0", "run|--hsts=0"),
            ("HSTS", "1", "run|--hsts=1"),
        ] {
            let variables = [(&*format!("GNEZDO_{name}"), value)];
            assert_eq!(completed(&variables, "run").as_deref(), Ok(expected), "{name}={value}");
        }
    }

    #[test]
    fn what_is_typed_wins() {
        let variables = [("GNEZDO_LISTEN", ":80 :81"), ("GNEZDO_WORKERS", "nonsense")];
        let words = "run|-l|:90|--workers=2";
        assert_eq!(completed(&variables, &words.replace('|', " ")).as_deref(), Ok(words));
    }

    #[test]
    fn other_words_have_no_variables() {
        for words in ["man", "run --help", "run --xyzzy", "dance", ""] {
            let unchanged = words.replace(' ', "|");
            let completed = completed(&[("GNEZDO_WORKERS", "nonsense")], words);
            assert_eq!(completed.as_deref(), Ok(&*unchanged));
        }
    }

    #[test]
    fn a_bad_value_is_told_with_its_variable() {
        for (name, value, expected) in [
            ("WORKERS", "x", "GNEZDO_WORKERS cannot be \"x\": write a whole number from 1"),
            ("LISTEN", ":80 x", "GNEZDO_LISTEN cannot be \"x\": \"x\" is not an IP address"),
            ("ACCESS_LOG", "xml", "GNEZDO_ACCESS_LOG cannot be \"xml\"; choose one of off, "),
            ("ACCESS_LOG", "\u{85}", "GNEZDO_ACCESS_LOG cannot be \"\\u{85}\"; choose one"),
            ("NO_HTTP2", "maybe", "GNEZDO_NO_HTTP2 cannot be \"maybe\": write 1, true, yes"),
        ] {
            let line = completed(&[(&format!("GNEZDO_{name}"), value)], "run").unwrap_err();
            assert!(line.starts_with(expected), "{line}");
        }
        let bytes = OsStr::from_bytes(b"\xff").to_owned();
        let environment = Environment::of([("GNEZDO_WORKERS".into(), bytes)]);
        let failure = environment.complete(&USAGE, &table(), vec!["run".into()]).unwrap_err();
        assert_eq!(failure.to_string(), "GNEZDO_WORKERS is not UTF-8");
    }

    #[test]
    fn a_slip_in_a_name_is_told() {
        let table = table();
        let run = table.find_subcommand("run").unwrap();
        let variables: Vec<_> = run.get_arguments().filter_map(Variable::of).collect();
        for (name, meant) in [
            ("GNEZDO_LISEN", Some("GNEZDO_LISTEN")),
            ("GNEZDO_ACCESSLOG", Some("GNEZDO_ACCESS_LOG")),
            ("GNEZDO_MAX_FIELD", Some("GNEZDO_MAX_FIELDS")),
            ("GNEZDO_LISTEN", None),
            ("GNEZDO_SECRET", None),
            ("GNEZDO_WORKER_SOCKETS", None),
            ("GNEZDO_", None),
        ] {
            let environment = environment(&[(name, "x")]);
            let lines: Vec<_> = environment.misspelt(&variables).collect();
            let expected = |meant| format!("there is no variable {name}; did you mean {meant}?");
            assert_eq!(lines, meant.map(expected).into_iter().collect::<Vec<_>>());
        }
    }
}
