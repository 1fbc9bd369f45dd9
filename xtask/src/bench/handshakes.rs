//! Runs the program `handshakes` of `bench/peers`, and reads what it prints.

use std::net::SocketAddr;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use super::launch::launched;
use super::seen::{Seen, Times};
use crate::error::Error;

/// A load of handshakes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Load<'a> {
    /// Where the server listens.
    pub(crate) address: SocketAddr,
    /// The request target.
    pub(crate) target: &'a str,
    /// How many connections at a time.
    pub(crate) connections: u32,
    /// How long.
    pub(crate) seconds: u32,
}

/// Puts a load on a server, from `core`.
pub(crate) fn run(program: &Path, core: usize, load: &Load<'_>) -> Result<Seen, Error> {
    let mut command = launched(&[core], program)?;
    command
        .args([&load.address.to_string(), load.target])
        .args([load.connections.to_string(), load.seconds.to_string()])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let output = command.output().map_err(Error::io("run handshakes"))?;
    if !output.status.success() {
        let words = String::from_utf8_lossy(&output.stderr);
        let ending = words.lines().next().unwrap_or("no word why").to_owned();
        return Err(Error::Failed { command: "handshakes".into(), ending });
    }
    parse(&String::from_utf8_lossy(&output.stdout))
}

fn parse(text: &str) -> Result<Seen, Error> {
    let unreadable = || Error::Unreadable {
        source: "the output of handshakes",
        problem: text.lines().next().unwrap_or("nothing").to_owned(),
    };
    let value = |name: &str| -> Option<u64> {
        let of_line = |line: &str| line.strip_prefix(name)?.strip_prefix(' ')?.parse().ok();
        text.lines().find_map(of_line)
    };
    let read = || {
        let requests = value("requests")?;
        let time = |name| value(name).map(Duration::from_micros);
        let seconds = time("microseconds")?.as_secs_f64();
        Some(Seen {
            requests,
            requests_per_second: requests as f64 / seconds,
            times: Some(Times { p50: time("p50_microseconds")?, p99: time("p99_microseconds")? }),
            errors: value("errors")?,
        })
    };
    read().ok_or_else(unreadable)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_it_prints_is_read() {
        let text = "requests 3000\nerrors 2\nmicroseconds 1500000\np50_microseconds 7000\n\
                    p99_microseconds 9000\n";
        let seen = parse(text).unwrap();
        assert_eq!((seen.requests, seen.errors, seen.requests_per_second), (3000, 2, 2000.0));
        assert_eq!(seen.times.unwrap().p99, Duration::from_millis(9));
        assert!(parse("requests 3000\n").is_err());
    }
}
