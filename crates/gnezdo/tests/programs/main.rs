//! The examples, as people start them: the command line of an app, and the lessons' sites.

mod commands;
mod environment;
mod lessons;
mod todo;

use std::io::{BufRead, BufReader, Lines, Read, Write};
use std::net::TcpStream;
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Child, ChildStderr, Command, Output, Stdio};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};

/// How long an answer may take before a test gives up: generous, as machines are shared.
const DEADLINE: Duration = Duration::from_secs(20);

/// An example beside the test's own executable: `target/PROFILE/deps/hello-…`.
fn example(name: &str) -> Command {
    let test = std::env::current_exe().expect("our own path");
    let profile = test.ancestors().nth(2).expect("the folder of the profile");
    let path: PathBuf = profile.join("examples").join(name);
    let mut command = Command::new(path);
    command.stdin(Stdio::null()).env("COLUMNS", "80");
    command
}

/// What the example `hello` leaves when these words make it end.
fn ended(words: &[&str]) -> Output {
    ended_of("hello", words)
}

/// What an example leaves when these words make it end.
fn ended_of(name: &str, words: &[&str]) -> Output {
    example(name).args(words).output().expect("cargo builds the examples for tests")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("text")
}

/// A program that serves; it is killed when it is dropped.
struct Running {
    child: Child,
    banner: Vec<String>,
    /// What the program says after the banner.
    stderr: Lines<BufReader<ChildStderr>>,
}

impl Running {
    /// Starts `… run` at a free port and reads the banner.
    fn start(command: &mut Command, options: &[&str]) -> Self {
        Self::spawn(command.args(["run", "--listen", "127.0.0.1:0"]).args(options))
    }

    /// Starts a command that serves, and reads the banner.
    fn spawn(command: &mut Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let mut banner = Vec::new();
        while !banner.last().is_some_and(|line: &String| line.starts_with("stop ")) {
            banner.push(lines.next().expect("a banner").unwrap());
        }
        Self { child, banner, stderr: lines }
    }

    fn addresses(&self) -> impl Iterator<Item = &str> {
        let urls = self.banner.iter().filter_map(|line| line.strip_prefix("listening on http://"));
        urls.map(|url| url.trim_end_matches('/'))
    }

    /// What a path gives, head and content.
    fn get(&self, path: &str) -> String {
        self.ask("GET", path)
    }

    /// What a method does to a path: head and content of the answer.
    fn ask(&self, method: &str, path: &str) -> String {
        let address = self.addresses().next().expect("a URL");
        let mut stream = TcpStream::connect(address).unwrap();
        stream.set_read_timeout(Some(DEADLINE)).unwrap();
        let request = format!("{method} {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    }

    /// Ends the program as a supervisor of services does: its exit code and standard output.
    fn stop(mut self) -> (Option<i32>, String) {
        self.terminate();
        let mut stdout = String::new();
        // It ends with the last process that could write.
        self.child.stdout.take().unwrap().read_to_string(&mut stdout).unwrap();
        (self.child.wait().unwrap().code(), stdout)
    }

    /// Ends the program: its exit code, and what it has said since the banner.
    fn stop_and_hear(mut self) -> (Option<i32>, Vec<String>) {
        self.terminate();
        let said = self.stderr.by_ref().map(Result::unwrap).collect();
        (self.child.wait().unwrap().code(), said)
    }

    fn terminate(&self) {
        let pid = i32::try_from(self.child.id()).ok().and_then(Pid::from_raw).unwrap();
        kill_process(pid, Signal::TERM).unwrap();
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn it_serves_under_every_architecture() {
    let architectures = ["single", "threads", "processes", "event", "auto"];
    let asynchronous = cfg!(feature = "tokio").then_some("async");
    for architecture in architectures.into_iter().chain(asynchronous) {
        for processes in [&[][..], &["--processes", "2"]] {
            let options = ["--architecture", architecture, "--access-log", "common"];
            let options = [&options[..], processes].concat();
            let program = Running::start(&mut example("hello"), &options);
            assert!(program.get("/").ends_with("\r\n\r\nHello!\n"), "{architecture}");
            let answer = program.get("/plaintext");
            assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{architecture}: {answer}");
            assert!(answer.ends_with("\r\n\r\nHello, World!"), "{architecture}: {answer}");
            let (code, log) = program.stop();
            assert_eq!((code, log.lines().count()), (Some(0), 2), "{architecture}: {log}");
        }
    }
}

#[test]
fn the_banner_says_what_runs() {
    let options = ["--architecture", "event", "--workers", "2"];
    let program = Running::start(&mut example("hello"), &options);
    let pid = program.child.id();
    assert_eq!(program.banner[0], concat!("hello on gnezdo ", env!("CARGO_PKG_VERSION")));
    assert!(program.banner[1].starts_with("listening on http://127.0.0.1:"));
    assert_eq!(program.banner[2], "architecture event: 2 event loops (asked for)");
    assert_eq!(program.banner[3], "access log   off (--access-log common shows each request)");
    assert_eq!(program.banner[4], format!("stop         Ctrl-C, or kill {pid}"));
    assert_eq!(program.stop(), (Some(0), String::new()));
}

#[test]
fn what_is_wrong_is_one_line_and_an_exit_code() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let taken = taken.local_addr().unwrap().to_string();
    for (words, code, expected) in [
        (&["dance"][..], 2, "there is no command \"dance\"; see hello --help"),
        (&["--listen", ":80"], 2, "options stand after the command, as in hello run --listen"),
        (&["run", "--lisen=80"], 2, "there is no option --lisen; did you mean --listen?"),
        (&["run", "--xyzzy"], 2, "there is no option --xyzzy; see hello run --help"),
        (&["run", "www"], 2, "\"www\" is one word too many; see hello run --help"),
        (&["run", "--workers", "0"], 2, "--workers cannot be \"0\": write a whole number from 1"),
        (&["run", "--workers=9", "--architecture=single"], 2, "--workers counts event loops"),
        (&["run", "--listen", &taken], 1, "is in use by another program; choose another with"),
        (&["run", "--log-file", "/nope/log"], 1, "the log file /nope/log cannot be written"),
    ] {
        let output = ended(words);
        let stderr = text(&output.stderr);
        let line = stderr.strip_prefix("hello: ").and_then(|rest| rest.strip_suffix('\n'));
        let line = line.unwrap_or_else(|| panic!("{words:?}: {stderr:?}"));
        assert!(line.contains(expected) && !line.contains('\n'), "{words:?}: {line:?}");
        assert_eq!((output.status.code(), text(&output.stdout)), (Some(code), String::new()));
    }
}

#[test]
fn help_is_an_answer_and_no_word_is_a_failure() {
    let asked = ended(&["--help"]);
    assert_eq!((asked.status.code(), text(&asked.stderr)), (Some(0), String::new()));
    assert!(text(&asked.stdout).contains("Usage: hello <COMMAND>"), "{}", text(&asked.stdout));
    let silent = ended(&[]);
    assert_eq!((silent.status.code(), text(&silent.stdout)), (Some(2), String::new()));
    assert_eq!(silent.stderr, asked.stdout);
}

#[test]
fn help_of_run_tells_every_option_and_fits_the_terminal() {
    let output = ended(&["run", "--help"]);
    let help = text(&output.stdout);
    assert_eq!((output.status.code(), text(&output.stderr)), (Some(0), String::new()));
    for option in ["--listen", "--architecture", "--workers", "--processes", "--access-log"] {
        assert!(help.contains(option), "{option}\n{help}");
    }
    for architecture in gnezdo::Architecture::ALL {
        let name = format!("  {architecture}");
        assert!(help.lines().any(|line| line.starts_with(&name)), "{architecture}\n{help}");
    }
    for line in help.lines() {
        assert!(line.chars().count() <= 80 && !line.contains('\x1b'), "{line:?}");
    }
}

#[test]
fn the_program_has_the_name_by_which_it_is_started() {
    let mut command = example("hello");
    let output = command.arg0("/opt/bin/my greeter").arg("dance").output().unwrap();
    let expected = "my greeter: there is no command \"dance\"; see my greeter --help\n";
    assert_eq!(text(&output.stderr), expected);
    let program = Running::start(example("hello").arg0("greeter"), &["--processes", "2"]);
    assert!(program.banner[0].starts_with("greeter on gnezdo "), "{:?}", program.banner);
    assert!(program.get("/").ends_with("Hello!\n"));
}

#[test]
fn an_error_before_main_is_one_line_too() {
    let output = example("folder").arg("run").current_dir("/").output().unwrap();
    let expected = "Error: www does not exist; create it or name another folder\n";
    assert_eq!((output.status.code(), text(&output.stderr)), (Some(1), expected.into()));
}

#[test]
fn a_folder_is_an_app() {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");
    let program = Running::start(example("folder").current_dir(root), &[]);
    assert!(program.get("/").starts_with("HTTP/1.1 200 OK\r\n"));
    assert!(program.get("/none").starts_with("HTTP/1.1 404 "));
}

/// What containers do: io_uring is forbidden, for us and for all that we start.
#[cfg(target_os = "linux")]
mod without_io_uring {
    use std::thread;

    use seccompiler::{SeccompAction, SeccompFilter, TargetArch, apply_filter};

    use super::*;

    const IO_URING_SETUP: i64 = 425;

    /// Does something in a thread for which the system call fails with this error.
    fn sandboxed<T: Send + 'static>(errno: i32, act: impl FnOnce() -> T + Send + 'static) -> T {
        let arch: TargetArch = std::env::consts::ARCH.try_into().expect("one that has filters");
        let refuse = SeccompAction::Errno(errno.cast_unsigned());
        let rules = [(IO_URING_SETUP, Vec::new())].into_iter().collect();
        let filter = SeccompFilter::new(rules, SeccompAction::Allow, refuse, arch).unwrap();
        let program: seccompiler::BpfProgram = filter.try_into().unwrap();
        let act = move || {
            apply_filter(&program).expect("a filter for this thread");
            act()
        };
        thread::spawn(act).join().unwrap()
    }

    #[test]
    fn auto_serves_with_event_and_says_why() {
        for (error, reason) in
            [(rustix::io::Errno::PERM, "forbidden"), (rustix::io::Errno::NOSYS, "no io_uring")]
        {
            sandboxed(error.raw_os_error(), move || {
                let program = Running::start(&mut example("hello"), &[]);
                let lines = program.banner.join("\n");
                let line = program.banner.iter().find(|line| line.starts_with("architecture"));
                let line = line.expect("a line about the architecture");
                assert!(line.contains("event: ") && line.contains(reason), "{lines}");
                assert!(program.get("/plaintext").ends_with("Hello, World!"));
                assert_eq!(program.stop().0, Some(0));
            });
        }
    }

    #[test]
    fn uring_by_name_is_an_error_that_says_what_to_do() {
        let output = sandboxed(rustix::io::Errno::PERM.raw_os_error(), || {
            ended(&["run", "--listen", "127.0.0.1:0", "--architecture", "uring"])
        });
        let said = text(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{said}");
        assert_eq!(said.lines().count(), 1, "{said}");
        assert!(said.starts_with("hello: --architecture uring does not work here: "), "{said}");
        assert!(said.contains("kernel.io_uring_disabled"), "{said}");
        assert!(said.contains("event or auto"), "{said}");
    }
}
