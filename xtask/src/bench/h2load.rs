//! Runs h2load and reads what it prints.
//!
//! It says how long requests took only as least, most and mean. The single times go to a log when
//! it is asked for one, with a system call for each, which makes it a third slower: so they come
//! from a run of their own.

use std::fs;
use std::io::ErrorKind;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use super::launch::launched;
use super::seen::{Seen, Times};
use super::tls::{GROUP, SUITE, VERSION};
use super::work_folder;
use crate::error::Error;

/// A load for h2load.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Load<'a> {
    /// `http` or `https`.
    pub(crate) scheme: &'a str,
    /// Where the server listens.
    pub(crate) address: SocketAddr,
    /// The request target.
    pub(crate) target: &'a str,
    /// How many connections carry requests.
    pub(crate) connections: u32,
    /// How many requests are under way on each.
    pub(crate) streams: u32,
    /// The file that each request sends.
    pub(crate) upload: Option<&'a Path>,
    /// How long.
    pub(crate) seconds: u32,
}

/// Where h2load runs.
#[derive(Clone, Copy, Debug)]
pub(crate) struct H2load<'a> {
    /// The program.
    pub(crate) program: &'a Path,
    /// On which core.
    pub(crate) core: usize,
}

impl H2load<'_> {
    /// Puts a load on a server.
    pub(crate) fn run(&self, load: &Load<'_>) -> Result<Seen, Error> {
        parse(&self.output_of(&arguments(load))?, load.scheme)
    }

    /// Puts a load on a server, and gives how long its answers took.
    pub(crate) fn times(&self, load: &Load<'_>) -> Result<Seen, Error> {
        let log = log_file();
        // It appends to what is there.
        remove(&log)?;
        let mut arguments = arguments(load);
        arguments.splice(0..0, [format!("--log-file={}", log.display())]);
        let seen = parse(&self.output_of(&arguments)?, load.scheme)?;
        let text =
            fs::read_to_string(&log).map_err(Error::io(format!("read {}", log.display())))?;
        remove(&log)?;
        Ok(Seen { times: Times::of(parse_log(&text)?), ..seen })
    }

    fn output_of(&self, arguments: &[String]) -> Result<String, Error> {
        let mut command = launched(&[self.core], self.program)?;
        command.args(arguments).stdout(Stdio::piped()).stderr(Stdio::piped());
        let output = command.output().map_err(Error::io("run h2load"))?;
        if !output.status.success() {
            let words = String::from_utf8_lossy(&output.stderr);
            let ending = words.lines().next().unwrap_or("no word why").to_owned();
            return Err(Error::Failed { command: "h2load".into(), ending });
        }
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    }
}

fn log_file() -> PathBuf {
    work_folder().join("h2load.log")
}

fn remove(path: &Path) -> Result<(), Error> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => {
            Err(Error::io(format!("remove {}", path.display()))(error))
        }
        _ => Ok(()),
    }
}

fn arguments(load: &Load<'_>) -> Vec<String> {
    let mut arguments = vec![
        "--threads=1".to_owned(),
        format!("--clients={}", load.connections),
        format!("--max-concurrent-streams={}", load.streams),
        format!("--duration={}", load.seconds),
        format!("--tls13-ciphers={SUITE}"),
        format!("--groups={GROUP}"),
    ];
    arguments.extend(load.upload.map(|path| format!("--data={}", path.display())));
    arguments.push(format!("{}://{}{}", load.scheme, load.address, load.target));
    arguments
}

/// A request is counted when its stream ends, and its status when it comes, so the two sums may
/// differ by what was under way at the end.
fn parse(text: &str, scheme: &str) -> Result<Seen, Error> {
    let mut seen = Seen::default();
    let mut complete = false;
    for line in text.lines() {
        let words: Vec<&str> = line.split_whitespace().collect();
        match words.as_slice() {
            ["finished", "in", _, rate, "req/s,", ..] => {
                seen.requests_per_second = rate.parse().map_err(|_| unreadable(line))?;
            }
            ["requests:", counts @ ..] => {
                let count = |name| count(counts, name).ok_or_else(|| unreadable(line));
                seen.requests = count("succeeded")?;
                // What is errored has also failed.
                seen.errors += count("failed")? + count("timeout")?;
                complete = true;
            }
            ["status", "codes:", counts @ ..] => {
                let count = |name| count(counts, name).ok_or_else(|| unreadable(line));
                seen.errors += count("4xx")? + count("5xx")?;
            }
            _ => {}
        }
    }
    if !complete {
        return Err(unreadable(text.lines().last().unwrap_or("nothing")));
    }
    check_protocol(text, scheme).map(|()| seen)
}

/// The number before a name: `144849 succeeded,`.
fn count(counts: &[&str], name: &str) -> Option<u64> {
    let is_it = |pair: &&[&str]| pair[1].trim_end_matches(',') == name;
    counts.chunks_exact(2).find(is_it)?[0].parse().ok()
}

/// Whether HTTP/2 was spoken, and the TLS that was wanted. Who never connected says nothing.
fn check_protocol(text: &str, scheme: &str) -> Result<(), Error> {
    let wanted: &[(&str, &str)] = match scheme {
        "https" => &[
            ("TLS Protocol: ", VERSION),
            ("Cipher: ", SUITE),
            ("Server Temp Key: ", GROUP),
            ("Application protocol: ", "h2"),
        ],
        _ => &[("Application protocol: ", "h2c")],
    };
    for (name, wanted) in wanted {
        let found = text.lines().find_map(|line| line.strip_prefix(name));
        if let Some(value) = found
            && !value.starts_with(wanted)
        {
            return Err(Error::Failed {
                command: "h2load".into(),
                ending: format!("{value} was negotiated, not {wanted}"),
            });
        }
    }
    Ok(())
}

/// The times of the answers, in microseconds, from lines of start, status and time. -1 is the
/// status of what failed, which is counted elsewhere.
fn parse_log(text: &str) -> Result<Vec<u64>, Error> {
    let time = |line: &str| line.split('\t').nth(2)?.parse().ok();
    text.lines().map(|line| time(line).ok_or_else(|| unreadable(line))).collect()
}

fn unreadable(text: &str) -> Error {
    Error::Unreadable { source: "the output of h2load", problem: text.to_owned() }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    const OUTPUT: &str = "\
starting benchmark...
spawning thread #0: 16 total client(s). Timing-based test with 0s of warm-up time and 2s of main duration for measurements.
TLS Protocol: TLSv1.3
Cipher: TLS_AES_128_GCM_SHA256
Server Temp Key: X25519 253 bits
Application protocol: h2
Main benchmark duration is over for thread #0. Stopping all clients.
Stopped all clients for thread #0

finished in 3.00s, 72424.50 req/s, 50.08MB/s
requests: 144849 total, 144849 started, 144849 done, 144849 succeeded, 0 failed, 0 errored, 0 timeout
status codes: 144845 2xx, 0 3xx, 0 4xx, 0 5xx
traffic: 100.15MB (105015061) total, 21.89MB (22955566) headers (space savings 39.55%), 122.76MB (128722200) data
                     min         max         mean         sd        +/- sd
time for request:       74us     19.29ms      7.02ms      1.71ms    86.72%
req/s           :    4463.14     4566.10     4526.10       29.91    68.75%
";

    #[test]
    fn a_good_run_is_read() {
        let seen = parse(OUTPUT, "https").unwrap();
        assert_eq!(seen.requests, 144_849);
        assert_eq!(seen.requests_per_second, 72_424.5);
        assert_eq!((seen.errors, seen.times), (0, None));
    }

    #[test]
    fn errors_of_every_kind_are_added_up() {
        let text = OUTPUT
            .replace("0 failed, 0 errored, 0 timeout", "7 failed, 7 errored, 10 timeout")
            .replace("0 4xx, 0 5xx", "200 4xx, 3000 5xx");
        assert_eq!(parse(&text, "https").unwrap().errors, 3217);
    }

    #[test]
    fn another_protocol_or_cipher_is_an_error() {
        let problem = |text: &str| parse(text, "https").unwrap_err().to_string();
        let other = OUTPUT.replace("AES_128_GCM_SHA256", "AES_256_GCM_SHA384");
        assert!(problem(&other).contains("TLS_AES_256_GCM_SHA384 was negotiated"));
        let other = OUTPUT.replace("protocol: h2", "protocol: http/1.1");
        assert!(problem(&other).contains("http/1.1 was negotiated, not h2"));
    }

    #[test]
    fn a_run_without_its_sum_is_an_error() {
        assert!(parse("", "http").is_err());
        assert!(parse("starting benchmark...\n", "http").is_err());
    }

    #[test]
    fn times_stand_in_the_log() {
        let text = "1795243658685927\t200\t970\n1795243658685928\t200\t1012\n";
        let times = Times::of(parse_log(text).unwrap()).unwrap();
        assert_eq!(
            (times.p50, times.p99),
            (Duration::from_micros(970), Duration::from_micros(1012))
        );
        assert!(parse_log("1795243658685927\t200\n").is_err());
    }
}
