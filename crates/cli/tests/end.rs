//! How the program ends: by signals, and not by pipes that nobody reads.

mod common;

use std::io::{Read, Write};
use std::net::TcpStream;
use std::os::unix::net::UnixStream;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Command, Stdio};

use common::{Gnezdo, Signal, architectures, command, wait_until};

#[test]
fn a_signal_ends_it_with_0_and_frees_the_port() {
    for architecture in architectures() {
        for signal in [Signal::TERM, Signal::INT] {
            let options = ["--architecture", architecture];
            let mut program = Gnezdo::serve(Path::new("."), &options);
            let address = program.address();
            // A kept connection leaves the port in TIME_WAIT on the server's side.
            let mut stream = program.connect();
            assert_eq!(common::get(&mut stream, "/Cargo.toml").status, 200);
            program.signal(signal);
            assert_eq!(program.wait().code(), Some(0), "{architecture} {signal:?}");
            let again = format!("--listen={address}");
            let again = Gnezdo::serve(Path::new("."), &["--architecture", architecture, &again]);
            assert_eq!(again.get("/Cargo.toml").status, 200, "{architecture}");
        }
    }
}

/// An answer that its client does not read keeps a server from ending, so that a second signal
/// can come.
#[test]
fn a_second_signal_ends_it_at_once() {
    let site = tempfile::tempdir().unwrap();
    let large = std::fs::File::create(site.path().join("large")).unwrap();
    large.set_len(1 << 30).unwrap();
    for architecture in architectures() {
        let options = ["--architecture", architecture, "--shutdown-timeout", "1h"];
        let mut program = Gnezdo::serve(site.path(), &options);
        let mut stream = program.connect();
        stream.write_all(b"GET /large HTTP/1.1\r\nHost: x\r\n\r\n").unwrap();
        stream.read_exact(&mut [0; 1000]).unwrap();
        program.signal(Signal::TERM);
        // A single thread cannot hang up on its queue while it writes.
        if architecture != "single" {
            let address = program.address();
            wait_until("the end of listening", || TcpStream::connect(address).err());
        }
        // Signals of one kind merge until they are noticed; so it takes one or two.
        let status = wait_until("the end", || {
            program.signal(Signal::INT);
            program.try_wait()
        });
        // 128 and the number of whichever came second, as shells report it.
        assert!(matches!(status.code(), Some(130 | 143)), "{architecture}: {status}");
        // No worker goes on either: the answer ends long before its end.
        let rest = std::io::copy(&mut stream, &mut std::io::sink()).unwrap_or(0);
        assert!(rest < 1 << 29, "{architecture}: {rest}");
    }
}

#[test]
fn nobody_reads_the_banner() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("nest.sock");
    let address = format!("--listen=unix:{}", path.display());
    let mut child = command()
        .args(["serve", &address, "--access-log", "common"])
        .stdout(closed_pipe())
        .stderr(closed_pipe())
        .spawn()
        .unwrap();
    let mut stream = wait_until("the socket", || UnixStream::connect(&path).ok());
    assert_eq!(common::get(&mut stream, "/Cargo.toml").status, 200);
    common::send_signal(child.id(), Signal::TERM);
    let status = wait_until("the end", || child.try_wait().unwrap());
    assert_eq!((status.code(), status.signal()), (Some(0), None));
}

/// A pipe whose reader is gone: who writes gets EPIPE.
fn closed_pipe() -> Stdio {
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    writer.into()
}

#[test]
fn nobody_reads_the_access_log() {
    let mut command = command();
    command.args(["serve", "--listen", "127.0.0.1:0", "--access-log", "common"]);
    let mut command = through_shell(&command, "\"$@\" | true");
    let program = Gnezdo::start(&mut command);
    for _ in 0..10 {
        assert_eq!(program.get("/Cargo.toml").status, 200);
    }
    let lines = program.stderr.lines();
    assert!(!lines.iter().any(|line| line.contains("panicked")), "{lines:?}");
    let pid = lines.iter().find_map(|line| line.split_once("or kill ")).unwrap().1;
    common::send_signal(pid.parse().unwrap(), Signal::TERM);
}

#[test]
fn closed_standard_streams_do_no_harm() {
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("log");
    let mut command = command();
    command.arg("serve").args(["--listen", "127.0.0.1:0", "--access-log", "json"]);
    let script = format!("exec \"$@\" <&- >&- 2>{}", log.display());
    let mut child = through_shell(&command, &script).spawn().unwrap();
    let url = wait_until("the banner", || {
        let lines = std::fs::read_to_string(&log).ok()?;
        let url = lines.lines().find_map(|line| line.strip_prefix("listening on http://"))?;
        lines.contains("stop ").then(|| url.trim_end_matches('/').to_owned())
    });
    let mut stream = TcpStream::connect(url).unwrap();
    assert_eq!(common::get(&mut stream, "/Cargo.toml").status, 200);
    common::send_signal(child.id(), Signal::TERM);
    assert_eq!(wait_until("the end", || child.try_wait().unwrap()).code(), Some(0));
}

#[test]
fn texts_that_are_not_read_to_the_end_are_no_failure() {
    for arguments in [&["man"][..], &["completions", "bash"], &["--help"], &["--version"]] {
        let output = command().args(arguments).stdout(closed_pipe()).output().unwrap();
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert_eq!((output.status.code(), &*stderr), (Some(0), ""), "{arguments:?}");
    }
}

fn through_shell(command: &Command, script: &str) -> Command {
    let mut shell = Command::new("sh");
    shell.args(["-c", script, "sh"]).arg(command.get_program()).args(command.get_args());
    shell.stdin(Stdio::null());
    shell
}
