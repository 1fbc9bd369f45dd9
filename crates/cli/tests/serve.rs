//! `gnezdo serve` answers, at every kind of address, and each option does what it says.

mod common;

use std::fs;
use std::net::{TcpListener, TcpStream};
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::process::{Command, Stdio};

use common::{Gnezdo, architectures, command, get};
use tempfile::TempDir;

/// A site: `index.html`, `page.html`, `.secret`, a folder without an index file.
fn site() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    fs::write(root.join("index.html"), "<h1>nest</h1>").unwrap();
    fs::write(root.join("page.html"), "<p>page</p>").unwrap();
    fs::write(root.join(".secret"), "hush").unwrap();
    fs::write(root.join("large.txt"), "text\n".repeat(10_000)).unwrap();
    fs::create_dir(root.join("folder")).unwrap();
    fs::write(root.join("folder/file.txt"), "text").unwrap();
    std::os::unix::fs::symlink("/etc/hostname", root.join("link")).unwrap();
    folder
}

fn serve(options: &[&str]) -> (Gnezdo, TempDir) {
    let site = site();
    (Gnezdo::serve(site.path(), options), site)
}

#[test]
fn every_architecture_serves() {
    for architecture in architectures() {
        for processes in [&[][..], &["--processes", "2"]] {
            let options = [&["--architecture", architecture], processes].concat();
            let (program, _site) = serve(&options);
            let answer = program.get("/");
            assert_eq!((answer.status, answer.text()), (200, "<h1>nest</h1>"), "{options:?}");
            assert_eq!(answer.field("content-type"), Some("text/html; charset=utf-8"));
            assert_eq!(program.get("/large.txt").body.len(), 50_000, "{options:?}");
            assert_eq!(program.get("/none").status, 404, "{options:?}");
            assert!(program.stop().success(), "{options:?}");
        }
    }
}

#[test]
fn a_single_file_is_a_root() {
    let site = site();
    let program = Gnezdo::serve(&site.path().join("page.html"), &[]);
    assert_eq!(program.get("/").text(), "<p>page</p>");
    assert_eq!(program.get("/index.html").status, 404);
}

#[test]
fn without_a_root_it_is_the_current_folder() {
    let site = site();
    for options in [&[][..], &["--processes", "1"]] {
        let mut command = command();
        command.current_dir(site.path()).args(["serve", "-l", "127.0.0.1:0"]).args(options);
        assert_eq!(Gnezdo::start(&mut command).get("/").text(), "<h1>nest</h1>");
    }
}

#[test]
fn a_root_may_be_relative_and_have_any_name() {
    let site = site();
    fs::create_dir(site.path().join("a b %41 гнездо")).unwrap();
    fs::write(site.path().join("a b %41 гнездо/index.html"), "here").unwrap();
    let mut command = command();
    command.current_dir(site.path()).args(["serve", "a b %41 гнездо", "--processes", "1"]);
    assert_eq!(Gnezdo::start(command.args(["-l", "127.0.0.1:0"])).get("/").text(), "here");
}

#[test]
fn a_unix_socket_serves_and_goes_with_the_program() {
    for architecture in architectures() {
        let site = site();
        let path = site.path().join("nest.sock");
        let address = format!("--listen=unix:{}", path.display());
        let program = Gnezdo::serve(site.path(), &["--architecture", architecture, &address]);
        assert_eq!(program.urls(), [format!("unix:{}", path.display())]);
        let mut stream = UnixStream::connect(&path).unwrap();
        assert_eq!(get(&mut stream, "/").text(), "<h1>nest</h1>", "{architecture}");
        drop(stream);
        assert!(program.stop().success(), "{architecture}");
        assert!(!path.exists(), "{architecture}: the socket's file is left behind");
    }
}

#[test]
fn two_addresses_serve_alike() {
    for architecture in architectures() {
        let site = site();
        let path = site.path().join("nest.sock");
        let unix = format!("--listen=unix:{}", path.display());
        let options = ["--architecture", architecture, "--listen=127.0.0.1:0", &unix];
        let program = Gnezdo::serve(site.path(), &options);
        assert_eq!(program.urls().len(), 2);
        assert_eq!(program.get("/page.html").text(), "<p>page</p>", "{architecture}");
        let mut stream = UnixStream::connect(&path).unwrap();
        assert_eq!(get(&mut stream, "/page.html").text(), "<p>page</p>", "{architecture}");
    }
}

/// Starts the program with a listening socket as its standard input.
fn with_socket(command: &mut Command) -> (Gnezdo, TcpStream) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let program = Gnezdo::start(command.stdin(Stdio::from(OwnedFd::from(listener))));
    assert_eq!(program.address(), address);
    let stream = program.connect();
    (program, stream)
}

#[test]
fn a_socket_that_was_handed_over_serves() {
    let site = site();
    for options in [&[][..], &["--processes", "2"]] {
        let mut command = command();
        command.arg("serve").arg(site.path()).args(["--listen", "fd:0"]).args(options);
        let (program, mut stream) = with_socket(&mut command);
        assert_eq!(get(&mut stream, "/").text(), "<h1>nest</h1>");
        drop(stream);
        assert!(program.stop().success());
    }
}

#[test]
fn a_socket_of_another_number_serves() {
    let site = site();
    let mut shell = Command::new("sh");
    shell.args(["-c", "exec \"$0\" serve \"$1\" --listen fd:3 3<&0 </dev/null"]);
    shell.arg(env!("CARGO_BIN_EXE_gnezdo")).arg(site.path());
    let (program, mut stream) = with_socket(&mut shell);
    assert_eq!(get(&mut stream, "/").text(), "<h1>nest</h1>");
    drop(stream);
    assert!(program.stop().success());
}

#[test]
fn options_about_files() {
    let cases: [(&[&str], &str, u16, &str); 12] = [
        (&[], "/folder/", 200, "file.txt"),
        (&["--no-listing"], "/folder/", 404, ""),
        (&["--index", "page.html"], "/", 200, "<p>page</p>"),
        (&["--index", "none.html", "--index", "page.html"], "/", 200, "<p>page</p>"),
        (&["--index", "file.txt"], "/folder/", 200, "text"),
        (&[], "/.secret", 404, ""),
        (&["--hidden"], "/.secret", 200, "hush"),
        (&[], "/link", 404, ""),
        (&["--follow-symlinks"], "/link", 200, ""),
        (&["--spa", "--no-listing"], "/none", 404, ""),
        (&["--spa"], "/page.html", 200, "<p>page</p>"),
        (&["--spa=page.html"], "/", 200, "<h1>nest</h1>"),
    ];
    for (options, path, status, text) in cases {
        let (program, _site) = serve(options);
        let answer = program.get(path);
        assert_eq!(answer.status, status, "{options:?} {path}: {}", answer.text());
        assert!(answer.text().contains(text), "{options:?} {path}: {}", answer.text());
    }
}

/// Gets a path with a field beyond what every request has.
fn get_with(program: &Gnezdo, path: &str, field: &str) -> common::Answer {
    let mut stream = program.connect();
    let request = format!("GET {path} HTTP/1.1\r\nHost: test\r\n{field}\r\n\r\n");
    std::io::Write::write_all(&mut stream, request.as_bytes()).unwrap();
    common::read_answer(&mut stream)
}

#[test]
fn a_single_page_application_has_one_page() {
    let html = "Accept: text/html,*/*;q=0.8";
    for (option, text) in [("--spa", "<h1>nest</h1>"), ("--spa=page.html", "<p>page</p>")] {
        let (program, _site) = serve(&[option]);
        let answer = get_with(&program, "/some/where", html);
        assert_eq!((answer.status, answer.text()), (200, text), "{option}");
    }
}

#[test]
fn options_about_answers() {
    let (program, _site) = serve(&[
        "--cors",
        "--cache-control",
        "max-age=60",
        "--header",
        "X-Frame-Options: DENY",
        "--header=X-Name: гнездо",
        "--no-compression",
    ]);
    let answer = get_with(&program, "/large.txt", "Accept-Encoding: br, gzip");
    assert_eq!(answer.status, 200);
    assert_eq!(answer.field("access-control-allow-origin"), Some("*"));
    assert_eq!(answer.field("cache-control"), Some("max-age=60"));
    assert_eq!(answer.field("x-frame-options"), Some("DENY"));
    assert_eq!(answer.field("x-name"), Some("гнездо"));
    assert_eq!(answer.field("content-encoding"), None);
    assert_eq!(program.get("/none").field("x-frame-options"), Some("DENY"));
}

#[test]
fn without_options_answers_are_compressed_and_bare() {
    let (program, _site) = serve(&[]);
    let answer = get_with(&program, "/large.txt", "Accept-Encoding: gzip");
    assert_eq!(answer.field("content-encoding"), Some("gzip"));
    assert_eq!(answer.field("cache-control"), None);
    assert_eq!(answer.field("access-control-allow-origin"), None);
}

#[test]
fn who_is_denied_gets_no_answer() {
    for options in [["--deny", "127.0.0.0/8"], ["--allow", "192.0.2.0/24"]] {
        let (program, _site) = serve(&options);
        let mut stream = program.connect();
        // The server may have hung up before the request is written.
        let _ = std::io::Write::write_all(&mut stream, b"GET / HTTP/1.1\r\nHost: x\r\n\r\n");
        let mut answer = Vec::new();
        let _ = std::io::Read::read_to_end(&mut stream, &mut answer);
        assert!(!answer.starts_with(b"HTTP/1.1 200"), "{options:?}");
    }
    let (program, _site) = serve(&["--deny", "127.0.0.0/8", "--allow", "127.0.0.1"]);
    assert_eq!(program.get("/").status, 200);
}

#[test]
fn limits_are_those_that_were_asked_for() {
    let cases: [(&[&str], &str, u16); 4] = [
        (&["--max-header-size", "200"], "X-Long: 0123456789012345678901234567890123456789", 200),
        (&["--max-header-size", "64"], "X-Long: 0123456789012345678901234567890123456789", 431),
        (&["--max-fields", "2"], "A: b", 200),
        (&["--max-fields", "2"], "A: b\r\nC: d", 431),
    ];
    for (options, field, status) in cases {
        let (program, _site) = serve(options);
        assert_eq!(get_with(&program, "/", field).status, status, "{options:?} {field}");
    }
    let (program, _site) = serve(&["--max-target-size", "16"]);
    assert_eq!(program.get("/?34567890123456").status, 200);
    assert_eq!(program.get("/?345678901234567").status, 414);
}

#[test]
fn extreme_limits_do_no_harm() {
    let (program, _site) = serve(&[
        "--max-header-size=1GiB",
        "--max-target-size=1GiB",
        "--max-fields=65536",
        "--max-body-size=16777215TiB",
        "--max-discard-size=16777215TiB",
        "--max-chunk-ext-size=1GiB",
        "--max-trailer-size=1GiB",
        "--progress-size=16777215TiB",
        "--header-timeout=365d",
        "--idle-timeout=365d",
        "--progress-timeout=365d",
        "--linger-timeout=365d",
        "--shutdown-timeout=365d",
        "--max-connections=18446744073709551615",
        "--max-connections-per-ip=18446744073709551615",
    ]);
    assert_eq!(program.get("/").status, 200);
    assert_eq!(get_with(&program, "/large.txt", "Content-Length: 0").body.len(), 50_000);
    assert!(program.stop().success());
}

#[test]
fn a_head_that_does_not_come_in_time_is_408() {
    for architecture in architectures() {
        let options = ["--header-timeout", "100ms", "--architecture", architecture];
        let (program, _site) = serve(&options);
        let mut stream = program.connect();
        std::io::Write::write_all(&mut stream, b"GET / HTTP/1.1\r\n").unwrap();
        assert_eq!(common::read_answer(&mut stream).status, 408, "{architecture}");
    }
}
