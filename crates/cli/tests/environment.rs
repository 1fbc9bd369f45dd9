//! Options as variables of the environment, those about files among them.

mod common;

use std::fs;
use std::io::Write;
use std::path::Path;

use common::{Answer, Ended, Gnezdo, command, read_answer, run, run_command};

/// `gnezdo serve` in a folder, with variables.
fn serve(folder: &Path, variables: &[(&str, &str)], words: &[&str]) -> Gnezdo {
    let mut command = command();
    command.arg("serve").args(words).current_dir(folder);
    Gnezdo::start(command.env("GNEZDO_LISTEN", "127.0.0.1:0").envs(variables.iter().copied()))
}

#[test]
fn options_about_files_have_variables() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("page.html"), "page").unwrap();
    fs::write(folder.path().join(".secret"), "hush").unwrap();
    for processes in ["", "2"] {
        let variables = [
            ("GNEZDO_PROCESSES", processes),
            ("GNEZDO_INDEX", "none.html page.html"),
            ("GNEZDO_HIDDEN", "1"),
            ("GNEZDO_CORS", "off"),
            ("GNEZDO_HEADER", "X-One: 1, 2\nX-Two: 3"),
            ("GNEZDO_CACHE_CONTROL", "max-age=7"),
        ];
        let program = serve(folder.path(), &variables, &[]);
        let answer = program.get("/");
        assert_eq!((answer.status, answer.text()), (200, "page"));
        assert_eq!(answer.field("x-one"), Some("1, 2"));
        assert_eq!(answer.field("x-two"), Some("3"));
        assert_eq!(answer.field("cache-control"), Some("max-age=7"));
        assert_eq!(answer.field("access-control-allow-origin"), None);
        assert_eq!(program.get("/.secret").text(), "hush");
        assert!(program.stop().success());
    }
}

/// What a browser gets at a path that names nothing.
fn page_of(program: &Gnezdo) -> Answer {
    let mut stream = program.connect();
    stream.write_all(b"GET /nowhere HTTP/1.1\r\nHost: test\r\nAccept: text/html\r\n\r\n").unwrap();
    read_answer(&mut stream)
}

#[test]
fn a_page_is_named_or_switched_on() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("index.html"), "index").unwrap();
    fs::write(folder.path().join("app.html"), "app").unwrap();
    for (value, expected) in [("1", "index"), ("app.html", "app")] {
        let program = serve(folder.path(), &[("GNEZDO_SPA", value)], &[]);
        assert_eq!(page_of(&program).text(), expected);
    }
    let program = serve(folder.path(), &[("GNEZDO_SPA", "0")], &[]);
    assert_eq!(page_of(&program).status, 404);
    let program = serve(folder.path(), &[("GNEZDO_SPA", "none.html")], &["--spa=app.html"]);
    assert_eq!(page_of(&program).text(), "app");
}

#[test]
fn a_bad_value_names_its_variable() {
    for (name, value, expected) in [
        ("GNEZDO_WORKERS", "x", "GNEZDO_WORKERS cannot be \"x\": write a whole number from 1"),
        ("GNEZDO_HEADER", "A", "GNEZDO_HEADER cannot be \"A\": write it as 'Name: value'"),
        ("GNEZDO_TLS_MIN", "1.1", "GNEZDO_TLS_MIN cannot be \"1.1\"; choose one of 1.2, 1.3"),
        ("GNEZDO_TLS", "a,b,c", "GNEZDO_TLS cannot be \"a,b,c\": write CERT,KEY for two PEM files"),
        ("GNEZDO_CORS", "perhaps", "GNEZDO_CORS cannot be \"perhaps\": write 1, true, yes or on"),
    ] {
        let Ended { code, stdout, stderr } = run_command(command().arg("serve").env(name, value));
        assert_eq!((code, &*stdout), (Some(2), ""), "{stderr}");
        let line = stderr.strip_prefix("gnezdo: ").and_then(|line| line.strip_suffix('\n'));
        let is_told = line.is_some_and(|line| line.starts_with(expected) && !line.contains('\n'));
        assert!(is_told, "{stderr}");
    }
}

#[test]
fn other_commands_do_not_read_them() {
    let asked =
        run_command(command().arg("man").env("GNEZDO_WORKERS", "x").env("GNEZDO_LISEN", "y"));
    assert_eq!((asked.code, &*asked.stderr), (Some(0), ""));
}

#[test]
fn help_and_manual_explain_them() {
    let help = run(&["serve", "--help"]).stdout;
    let section = "\nEnvironment:\n  Each option has a variable: GNEZDO_ACCESS_LOG=json says";
    assert!(help.contains(section), "{help}");
    let page = run(&["man"]).stdout;
    assert!(page.contains(".SH ENVIRONMENT\n"), "{page}");
}
