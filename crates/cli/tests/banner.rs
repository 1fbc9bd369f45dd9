//! What the program says when it listens, and where its output goes.

mod common;

use std::path::Path;
use std::time::{Duration, SystemTime};

use common::{Gnezdo, Signal, command};
use gnezdo::Architecture;

fn banner(options: &[&str]) -> Vec<String> {
    Gnezdo::serve(Path::new("."), options).stderr.lines()
}

#[test]
fn the_banner_says_where_what_how_and_until_when() {
    let root = tempfile::tempdir().unwrap();
    let program = Gnezdo::serve(root.path(), &["--architecture", "event", "--workers", "2"]);
    let address = program.address();
    assert_ne!(address.port(), 0);
    let expected = [
        format!("gnezdo {}", env!("CARGO_PKG_VERSION")),
        format!("listening on http://{address}/"),
        format!("root         {}", root.path().display()),
        "architecture event: 2 event loops (asked for)".into(),
        "access log   off (--access-log common shows each request)".into(),
        format!("stop         Ctrl-C, or kill {}", program.pid()),
    ];
    assert_eq!(program.stderr.lines(), expected);
    assert!(program.stdout.lines().is_empty());
}

#[test]
fn the_architecture_and_the_reason_are_named() {
    let auto = format!(" ({})", Architecture::Auto.plan(None, None).reason);
    for (architecture, expected) in [
        ("single", "single: one connection at a time (asked for)"),
        ("threads", "threads: a thread for each connection (asked for)"),
        ("processes", "threads: a thread for each connection in each of "),
        ("auto", &auto),
    ] {
        let lines = banner(&["--architecture", architecture]);
        let line = lines.iter().find(|line| line.starts_with("architecture ")).unwrap();
        assert!(line.contains(expected), "{line}");
    }
}

#[test]
fn all_addresses_are_named_as_people_reach_them() {
    let program = Gnezdo::serve(Path::new("."), &["--listen=:0"]);
    let first = &program.urls()[0];
    assert!(first.starts_with("http://localhost:"), "{first}");
    assert!(program.urls().iter().all(|url| url.starts_with("http://")), "{:?}", program.urls());
}

#[test]
fn workers_say_nothing() {
    let program = Gnezdo::serve(Path::new("."), &["--processes", "2"]);
    assert_eq!(program.get("/").status, 200);
    let stderr = program.stderr.clone();
    let stdout = program.stdout.clone();
    assert!(program.stop().success());
    assert_eq!(stderr.to_the_end().lines().count(), 6, "{}", stderr.to_the_end());
    assert_eq!(stdout.to_the_end(), "");
}

#[test]
fn standard_output_is_the_access_log_alone() {
    for (format, start) in [("common", "127.0.0.1 - - ["), ("json", "{\"time\":")] {
        let program = Gnezdo::serve(Path::new("."), &["--access-log", format]);
        assert_eq!(program.get("/Cargo.toml").status, 200);
        assert_eq!(program.get("/none").status, 404);
        let stdout = program.stdout.clone();
        assert!(program.stop().success());
        let text = stdout.to_the_end();
        assert_eq!(text.lines().count(), 2, "{text}");
        assert!(text.lines().all(|line| line.starts_with(start)), "{text}");
    }
}

#[test]
fn the_access_log_names_a_request_as_its_answer_does() {
    for (format, is_named) in [("json", true), ("combined", false)] {
        let options = ["--access-log", format, "--header", "X-Request-Id: nest-\"7\""];
        let program = Gnezdo::serve(Path::new("."), &options);
        for path in ["/Cargo.toml", "/none"] {
            assert_eq!(program.get(path).field("x-request-id"), Some("nest-\"7\""));
        }
        let stdout = program.stdout.clone();
        assert!(program.stop().success());
        let text = stdout.to_the_end();
        let name = r#","request_id":"nest-\"7\""}"#;
        assert!(text.lines().all(|line| line.ends_with(name) == is_named), "{text}");
        assert_eq!(text.lines().count(), 2, "{text}");
    }
}

#[test]
fn the_access_log_may_be_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = command();
    command.current_dir(folder.path()).args(["serve", "--listen", "127.0.0.1:0"]);
    let program = Gnezdo::start(command.args(["--log-file", "log", "--processes", "2"]));
    assert_eq!(program.get("/log").status, 200);
    let stdout = program.stdout.clone();
    assert!(program.stop().success());
    let log = std::fs::read_to_string(folder.path().join("log")).unwrap();
    assert!(log.contains("\"GET /log HTTP/1.1\" 200 ") && log.ends_with("\"-\" \"-\"\n"), "{log}");
    assert_eq!(stdout.to_the_end(), "");
}

#[test]
fn an_end_that_comes_at_once_needs_no_words() {
    let start = SystemTime::now();
    let mut program = Gnezdo::serve(Path::new("."), &[]);
    let lines = program.stderr.lines().len();
    program.signal(Signal::INT);
    assert_eq!(program.wait().code(), Some(0));
    assert_eq!(program.stderr.to_the_end().lines().count(), lines);
    assert!(start.elapsed().unwrap() < Duration::from_secs(5), "{start:?}");
}
