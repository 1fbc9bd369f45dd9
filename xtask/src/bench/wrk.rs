//! Runs wrk and reads what it prints.

use std::ffi::OsString;
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use super::documents::JSON;
use super::launch::launched;
use super::seen::{Seen, Times};
use crate::error::Error;
use crate::project;

/// Makes wrk send several requests at once.
const PIPELINE_SCRIPT: &str = "bench/wrk/pipeline.lua";
/// Makes wrk send a document.
const POST_SCRIPT: &str = "bench/wrk/post.lua";

/// A load for wrk.
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
    /// What leaves on each, when all that left last has been answered.
    pub(crate) asks: Asks<'a>,
    /// How long.
    pub(crate) seconds: u32,
    /// What OpenSSL is told.
    pub(crate) openssl_configuration: Option<&'a Path>,
}

/// What leaves on a connection at a time.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Asks<'a> {
    /// One request.
    Once,
    /// As many at once.
    Batch(u32),
    /// One request with this file of JSON.
    Post(&'a Path),
}

impl Asks<'_> {
    /// The script that makes wrk do so, and the words for it.
    fn script(self) -> Option<(&'static str, Vec<OsString>)> {
        match self {
            Self::Once => None,
            Self::Batch(count) => Some((PIPELINE_SCRIPT, vec![count.to_string().into()])),
            Self::Post(document) => Some((POST_SCRIPT, vec![JSON.into(), document.into()])),
        }
    }
}

/// Puts a load on a server, from one thread on `core`.
pub(crate) fn run(wrk: &Path, core: usize, load: &Load<'_>) -> Result<Seen, Error> {
    Running::start(wrk, core, load)?.finish()
}

/// wrk at work.
#[derive(Debug)]
pub(crate) struct Running {
    child: Child,
    is_pipelined: bool,
}

impl Running {
    /// Starts to put a load on a server.
    pub(crate) fn start(wrk: &Path, core: usize, load: &Load<'_>) -> Result<Self, Error> {
        let mut command = launched(&[core], wrk)?;
        arguments(&mut command, load).stdout(Stdio::piped()).stderr(Stdio::piped());
        if let Some(path) = load.openssl_configuration {
            command.env("OPENSSL_CONF", path);
        }
        let child = command.spawn().map_err(Error::io("run wrk"))?;
        Ok(Self { child, is_pipelined: matches!(load.asks, Asks::Batch(_)) })
    }

    /// The number of its process.
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Waits for its end.
    pub(crate) fn finish(self) -> Result<Seen, Error> {
        let output = self.child.wait_with_output().map_err(Error::io("run wrk"))?;
        if !output.status.success() {
            let words = String::from_utf8_lossy(&output.stderr);
            let ending = words.lines().next().unwrap_or("no word why").to_owned();
            return Err(Error::Failed { command: "wrk".into(), ending });
        }
        let seen = parse(&String::from_utf8_lossy(&output.stdout))?;
        // Of a batch it takes the time of the last.
        Ok(if self.is_pipelined { Seen { times: None, ..seen } } else { seen })
    }
}

fn arguments<'c>(command: &'c mut Command, load: &Load<'_>) -> &'c mut Command {
    command
        .args(["--threads", "1", "--latency", "--timeout", "10s"])
        .args(["--connections", &load.connections.to_string()])
        .args(["--duration", &format!("{}s", load.seconds)]);
    let script = load.asks.script();
    if let Some((path, _)) = &script {
        command.arg("--script").arg(project::root().join(path));
    }
    command.arg(format!("{}://{}{}", load.scheme, load.address, load.target));
    if let Some((_, words)) = script {
        command.arg("--").args(words);
    }
    command
}

fn parse(text: &str) -> Result<Seen, Error> {
    let mut seen = Seen::default();
    let mut times = Times::default();
    let mut complete = false;
    for line in text.lines() {
        let words: Vec<&str> = line.split_whitespace().collect();
        match words.as_slice() {
            ["50%", time] => times.p50 = duration(time)?,
            ["99%", time] => times.p99 = duration(time)?,
            [requests, "requests", "in", ..] => seen.requests = number(requests)?,
            ["Requests/sec:", rate] => {
                seen.requests_per_second = rate.parse().map_err(|_| unreadable(rate))?;
                complete = true;
            }
            ["Socket", "errors:", kinds @ ..] => {
                for kind in kinds.chunks(2) {
                    seen.errors += number(kind.last().unwrap_or(&"").trim_end_matches(','))?;
                }
            }
            ["Non-2xx", "or", "3xx", "responses:", count] => seen.errors += number(count)?,
            _ => {}
        }
    }
    match complete {
        true => Ok(Seen { times: Some(times), ..seen }),
        false => Err(unreadable(text.lines().last().unwrap_or("nothing"))),
    }
}

fn number(text: &str) -> Result<u64, Error> {
    text.parse().map_err(|_| unreadable(text))
}

/// A time as wrk writes it: `1.50us`, `0.98ms`, `3.00s`, `2.00m`, `1.00h`.
fn duration(text: &str) -> Result<Duration, Error> {
    let unit_start =
        text.find(|c: char| c.is_ascii_alphabetic()).ok_or_else(|| unreadable(text))?;
    let (amount, unit) = text.split_at(unit_start);
    let seconds = match unit {
        "us" => 1e-6,
        "ms" => 1e-3,
        "s" => 1.0,
        "m" => 60.0,
        "h" => 3600.0,
        _ => return Err(unreadable(text)),
    };
    let amount: f64 = amount.parse().map_err(|_| unreadable(text))?;
    Duration::try_from_secs_f64(amount * seconds).map_err(|_| unreadable(text))
}

fn unreadable(text: &str) -> Error {
    Error::Unreadable { source: "the output of wrk", problem: text.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OUTPUT: &str = "\
Running 3s test @ http://127.0.0.1:8080/index.html
  1 threads and 64 connections
  Thread Stats   Avg      Stdev     Max   +/- Stdev
    Latency   652.11us  101.90us   3.41ms   84.16%
    Req/Sec    98.31k     3.06k  102.93k    76.67%
  Latency Distribution
     50%  640.00us
     75%  687.00us
     90%  748.00us
     99%    1.02ms
  293518 requests in 3.00s, 241.86MB read
Requests/sec:  97811.57
Transfer/sec:     80.60MB
";

    #[test]
    fn a_script_gets_its_words_behind_the_target() {
        let words = |asks| {
            let load = Load {
                scheme: "http",
                address: ([127, 0, 0, 1], 8080).into(),
                target: "/x",
                connections: 64,
                asks,
                seconds: 3,
                openssl_configuration: None,
            };
            let mut command = Command::new("wrk");
            let words = arguments(&mut command, &load).get_args();
            words.map(|word| word.to_string_lossy().into_owned()).collect::<Vec<_>>().join(" ")
        };
        assert!(words(Asks::Once).ends_with("--duration 3s http://127.0.0.1:8080/x"));
        let pipelined = words(Asks::Batch(16));
        assert!(pipelined.contains("pipeline.lua http://") && pipelined.ends_with("/x -- 16"));
        let posted = words(Asks::Post(Path::new("/order.json")));
        assert!(posted.contains("post.lua http://"), "{posted}");
        assert!(posted.ends_with("/x -- application/json /order.json"), "{posted}");
    }

    #[test]
    fn a_good_run_is_read() {
        let seen = parse(OUTPUT).unwrap();
        assert_eq!(seen.requests, 293_518);
        assert_eq!(seen.requests_per_second, 97_811.57);
        let times = seen.times.unwrap();
        assert_eq!(times.p50, Duration::from_micros(640));
        assert_eq!(times.p99, Duration::from_micros(1020));
        assert_eq!(seen.errors, 0);
    }

    #[test]
    fn errors_of_every_kind_are_added_up() {
        let errors = "  Socket errors: connect 1, read 20, write 300, timeout 4000\n  \
                      Non-2xx or 3xx responses: 50000\nRequests/sec: 1.0\n";
        assert_eq!(parse(&OUTPUT.replace("Requests/sec:", errors)).unwrap().errors, 54_321);
    }

    #[test]
    fn times_have_units() {
        assert_eq!(duration("1.50us").unwrap(), Duration::from_nanos(1500));
        assert_eq!(duration("2.00m").unwrap(), Duration::from_secs(120));
        assert!(duration("12").is_err() && duration("12d").is_err() && duration("-1s").is_err());
    }

    #[test]
    fn a_run_without_its_sum_is_an_error() {
        assert!(parse("").is_err());
        assert!(parse("Running 3s test @ http://127.0.0.1:1/\n").is_err());
    }
}
