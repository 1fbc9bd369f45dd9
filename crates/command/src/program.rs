//! The command line of an app: `hello run`, with the options of `gnezdo serve`.
//!
//! The app's words are commands, as those of `manage.py` or `flask` are: one of them runs it, and
//! a service may [add others](Service::commands). Without a word there is help and the exit code 2: a program that serves
//! when it was only looked at surprises, and a unit file that lacks its word shall fail.

use std::ffi::OsString;
use std::process::ExitCode;

use clap::{ArgMatches, Args, Command, FromArgMatches};
use gnezdo_core::Service;
use gnezdo_server::program_name;

use crate::banner::Banner;
use crate::commands::{self, Commands};
use crate::environment::Environment;
use crate::error::Result;
use crate::failure::{Failure, complain};
use crate::options::{EngineOptions, ListeningOptions, Note, notes, notes_as_help};
use crate::serve::serve;
use crate::settings::settings;
use crate::usage::Usage;

/// The command that serves.
const RUN: &str = "run";

/// Gives every service the command line of a program.
pub trait Main: Service + Sized {
    /// Does what the program's words say: `hello run` serves until a signal ends it.
    ///
    /// `hello run --help` lists the options, which are those of `gnezdo serve`. What goes wrong is
    /// said on standard error in one line. The exit code is 0 after a shutdown, 2 if the words are
    /// wrong, and 1 if something else is. With [`Program`] the version is known, too.
    ///
    /// Each option can be given by a variable of the environment, too: `GNEZDO_LISTEN=:8080`. The
    /// [commands](Service::commands) of the service stand beside `run`. What they print with
    /// `println!` need not be read to the end: `hello routes | head -1` ends quietly.
    ///
    /// ```no_run
    /// use gnezdo_command::Main;
    /// # use gnezdo_core::{Body, Reply, Request, Response, Service};
    /// # struct Greeter;
    /// # impl Service for Greeter {
    /// #     fn call(&self, _: Request) -> Reply { Reply::Now(Response::new(Body::empty())) }
    /// # }
    ///
    /// fn main() -> gnezdo_command::Result {
    ///     Greeter.main()
    /// }
    /// ```
    ///
    /// # Errors
    /// None today: what goes wrong has been told when this returns, and is in the exit code. The
    /// type lets `main` use `?` for what an app needs before it can serve.
    fn main(self) -> Result {
        Program::new().main(self)
    }
}

impl<S: Service> Main for S {}

/// A program that serves one service: its names, and its command line.
///
/// ```no_run
/// use gnezdo_command::Program;
/// # use gnezdo_core::{Body, Reply, Request, Response, Service};
/// # struct Greeter;
/// # impl Service for Greeter {
/// #     fn call(&self, _: Request) -> Reply { Reply::Now(Response::new(Body::empty())) }
/// # }
///
/// fn main() -> gnezdo_command::Result {
///     Program::new().version(env!("CARGO_PKG_VERSION")).main(Greeter)
/// }
/// ```
#[derive(Clone, Debug)]
pub struct Program {
    name: String,
    version: Option<String>,
}

impl Program {
    /// The program by the name under which it was started, without its folder.
    pub fn new() -> Self {
        Self { name: program_name(), version: None }
    }

    /// Tells the program's version, for `--version` and the banner; without it there is no
    /// `--version`.
    #[must_use]
    pub fn version(mut self, version: impl Into<String>) -> Self {
        self.version = Some(version.into());
        self
    }

    /// Does what the program's words say; see [`Main::main`].
    ///
    /// # Errors
    /// None today: what goes wrong has been told when this returns, and is in the exit code.
    pub fn main(self, service: impl Service) -> Result {
        let words = std::env::args_os().skip(1).collect();
        Ok(match self.obey(words, &Environment::read(), service) {
            Ok(code) => code,
            Err(failure) => {
                complain(&self.name, &failure);
                failure.exit_code()
            }
        })
    }

    fn obey(
        &self,
        words: Vec<OsString>,
        environment: &Environment,
        service: impl Service,
    ) -> Result<ExitCode, Failure> {
        let commands = Commands::of(&service)?;
        if let Some(command) = commands.asked(&words) {
            commands::run(command, words.into_iter().skip(1).collect())?;
            return Ok(ExitCode::SUCCESS);
        }
        let table = self.command(&commands);
        let words = environment.complete(&self.usage(), &table, words)?;
        let matches = match table.try_get_matches_from(words) {
            Ok(matches) => matches,
            Err(error) => return self.usage().answer(&error),
        };
        match matches.subcommand() {
            Some((RUN, words)) => self.run(words, service),
            // Clap lets nobody through without a command, or with another.
            _ => Ok(ExitCode::from(2)),
        }
    }

    fn run(&self, words: &ArgMatches, service: impl Service) -> Result<ExitCode, Failure> {
        let wrong = |error| self.usage().failure(&error);
        let listening = ListeningOptions::from_arg_matches(words).map_err(wrong)?;
        let engine = EngineOptions::from_arg_matches(words).map_err(wrong)?;
        serve(service, settings(&listening, &engine)?, &Banner::new(self.title()))?;
        Ok(ExitCode::SUCCESS)
    }

    fn usage(&self) -> Usage<'_> {
        Usage { program: &self.name, command: RUN }
    }

    /// The banner's first line.
    fn title(&self) -> String {
        let engine = concat!("gnezdo ", env!("CARGO_PKG_VERSION"));
        match &self.version {
            Some(version) => format!("{} {version} on {engine}", self.name),
            None => format!("{} on {engine}", self.name),
        }
    }

    /// The table of words that the program understands.
    fn command(&self, commands: &Commands) -> Command {
        let run = EngineOptions::augment_args(ListeningOptions::augment_args(Command::new(RUN)))
            .about("Serve the app")
            .args_override_self(true)
            .after_help(notes_as_help(&self.run_notes()));
        let program = Command::new(self.name.clone())
            .bin_name(self.name.clone())
            .no_binary_name(true)
            .subcommand_required(true)
            .arg_required_else_help(true)
            .max_term_width(100)
            .after_help(notes_as_help(&[self.examples()]))
            .subcommand(run)
            .subcommands(commands.table(&self.name));
        match &self.version {
            Some(version) => program.version(version.clone()),
            None => program,
        }
    }

    fn examples(&self) -> Note {
        let name = &self.name;
        let text = format!(
            "\
{name} run                 the app at http://127.0.0.1:8080/
{name} run --listen :8080  to be seen in the whole network
{name} run --help          all that can be chosen"
        );
        Note { title: "Examples", text }
    }

    fn run_notes(&self) -> Vec<Note> {
        let name = &self.name;
        let text = format!(
            "\
{name} run --listen :8080 --access-log common
{name} run --architecture threads
{name} run --processes 2 --listen unix:/run/{name}.sock"
        );
        let tls = format!("\n{name} run --tls self-signed");
        let text = if cfg!(feature = "tls") { text + &tls } else { text };
        let mut notes = notes();
        notes.push(Note { title: "Examples", text });
        notes
    }
}

impl Default for Program {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use gnezdo_core::{Body, Reply, Request, Response};

    use super::*;

    struct Greeter;

    impl Service for Greeter {
        fn call(&self, _: Request) -> Reply {
            Reply::Now(Response::new(Body::from("Hello")))
        }

        fn commands(&self) -> Vec<gnezdo_core::Command> {
            let command =
                |name| gnezdo_core::Command::new(name, "Greet somebody", |words| greet(&words));
            vec![command("greet").usage("NAME"), command("bow").usage("")]
        }
    }

    fn greet(words: &[OsString]) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
        Err(format!("{words:?}").into())
    }

    fn program(name: &str) -> Program {
        Program { name: name.into(), version: None }
    }

    fn complaint(program: &Program, words: &str) -> String {
        let words = words.split_whitespace().map(OsString::from).collect();
        program.obey(words, &Environment::default(), Greeter).unwrap_err().to_string()
    }

    #[test]
    fn the_table_is_sound() {
        let commands = Commands::of(&Greeter).unwrap();
        program("hello").command(&commands).debug_assert();
        program("hello").version("1.2.3").command(&commands).debug_assert();
    }

    #[test]
    fn advice_speaks_of_the_program_by_its_name() {
        for name in ["hello", "Hello World", "x"] {
            let program = program(name);
            for (words, expected) in [
                ("dance", "there is no command \"dance\"; see NAME --help"),
                ("ruun", "there is no command \"ruun\"; did you mean run?"),
                (
                    "--listen :80",
                    "no option --listen; options stand after the command, as in NAME run",
                ),
                ("--version", "there is no option --version; see NAME --help"),
                ("run --lisen x", "there is no option --lisen; did you mean --listen?"),
                ("run --port=80", "choose the address with NAME run --listen, such as"),
                ("run --xyzzy", "there is no option --xyzzy; see NAME run --help"),
                ("run x", "\"x\" is one word too many; see NAME run --help"),
                ("run --workers 0", "--workers cannot be \"0\": write a whole number"),
                ("run --workers 3 --architecture single", "--workers counts event loops"),
            ] {
                let line = complaint(&program, words);
                assert!(line.contains(&expected.replace("NAME", name)), "{words}: {line}");
            }
        }
    }

    #[test]
    fn words_after_a_command_are_its_own() {
        let program = program("hello");
        for (words, expected) in [
            ("greet", "[]"),
            ("greet anna", "[\"anna\"]"),
            ("greet --all -x -- --help", "[\"--all\", \"-x\", \"--\", \"--help\"]"),
            ("greet anna -h", "[\"anna\", \"-h\"]"),
            ("greet run --listen=x", "[\"run\", \"--listen=x\"]"),
            ("bow --version", "[\"--version\"]"),
            ("gret anna", "there is no command \"gret\"; did you mean greet?"),
            ("--all greet", "there is no option --all; options stand after the command"),
        ] {
            let line = complaint(&program, words);
            assert!(line.contains(expected), "{words}: {line}");
        }
    }

    /// A service with a word that is the program's.
    struct Runner;

    impl Service for Runner {
        fn call(&self, _: Request) -> Reply {
            Reply::Now(Response::new(Body::empty()))
        }

        fn commands(&self) -> Vec<gnezdo_core::Command> {
            vec![gnezdo_core::Command::new("run", "Run", |_| Ok(()))]
        }
    }

    #[test]
    fn a_command_with_our_name_is_told_whatever_is_asked() {
        for words in ["run", "--help", "dance", ""] {
            let words = words.split_whitespace().map(OsString::from).collect();
            let failure = program("hello").obey(words, &Environment::default(), Runner);
            let expected = "the app cannot have a command \"run\": it is a word of every app; give it \
                            another name";
            assert_eq!(failure.unwrap_err().to_string(), expected);
        }
    }

    #[test]
    fn the_help_of_a_command_is_about_it_alone() {
        let commands = Commands::of(&Greeter).unwrap();
        for (words, usage) in [
            (["greet", "--help"], "hello greet NAME"),
            (["greet", "-h"], "hello greet NAME"),
            (["help", "greet"], "hello greet NAME"),
            (["bow", "--help"], "hello bow"),
        ] {
            assert!(commands.asked(&words.map(OsString::from)).is_none());
            let help = program("hello").command(&commands).try_get_matches_from(words).unwrap_err();
            let expected =
                format!("Greet somebody\n\nUsage: {usage}\n\nOptions:\n  -h, --help  Print help\n");
            assert_eq!(help.to_string(), expected);
        }
        let all = program("hello").command(&commands).render_help().to_string();
        assert!(all.contains("  greet  Greet somebody\n"), "{all}");
    }

    #[test]
    fn the_title_has_the_version_if_it_is_known() {
        let program = program("hello");
        assert_eq!(program.title(), concat!("hello on gnezdo ", env!("CARGO_PKG_VERSION")));
        assert!(program.version("1.2.3").title().starts_with("hello 1.2.3 on gnezdo "));
    }
}
