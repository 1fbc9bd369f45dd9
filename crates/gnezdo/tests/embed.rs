//! The example `embed`: it serves beside another task, and Ctrl-C ends it gracefully.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};

use rustix::process::{Pid, Signal, kill_process};

/// A process that is killed when it is dropped.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn it_serves_until_interrupted() {
    let test = std::env::current_exe().expect("our own path");
    let profile = test.ancestors().nth(2).expect("the folder of the profile");
    let mut command = Command::new(profile.join("examples").join("embed"));
    let child = command.arg("127.0.0.1:0").stdout(Stdio::piped()).spawn();
    let mut program = Running(child.expect("the example `embed`: cargo builds it for tests"));
    let mut lines = BufReader::new(program.0.stdout.take().expect("piped")).lines();

    let first = lines.next().expect("a line").unwrap();
    let address = first.strip_prefix("listening on http://").unwrap().trim_end_matches('/');
    let mut client = TcpStream::connect(address).unwrap();
    client.write_all(b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").unwrap();
    let mut answer = String::new();
    client.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n") && answer.ends_with(" ticks\n"), "{answer}");

    let pid = i32::try_from(program.0.id()).ok().and_then(Pid::from_raw).unwrap();
    kill_process(pid, Signal::INT).unwrap();
    assert!(program.0.wait().unwrap().success());
    assert_eq!(lines.next().expect("a line").unwrap(), "all answers are given");
}
