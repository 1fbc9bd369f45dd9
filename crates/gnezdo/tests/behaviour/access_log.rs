//! The access log: a line for each answer, none lost at the end or when its file moves.

use std::fs;
use std::path::{Path, PathBuf};
use std::thread;

use crate::support::{Setup, Target, everywhere, request, wait_until};

const REQUESTS: usize = 2_000;

/// A file of its own, removed in the end.
struct Log(PathBuf);

impl Log {
    fn new(setup: Setup, name: &str) -> Self {
        let name = format!("gnezdo-{name}-{}-{}.log", std::process::id(), setup.name);
        Self(std::env::temp_dir().join(name))
    }

    fn start(&self, setup: Setup) -> Target {
        setup.start(&["--access-log", self.0.to_str().unwrap()])
    }
}

impl Drop for Log {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}

fn lines(path: &Path) -> Vec<String> {
    fs::read_to_string(path).unwrap_or_default().lines().map(Into::into).collect()
}

/// Sends all requests, from several clients where that is possible.
fn load(setup: Setup, target: &Target, count: usize) {
    let clients = if setup.is_single() { 1 } else { 8 };
    thread::scope(|scope| {
        for _ in 0..clients {
            scope.spawn(|| {
                let mut client = target.connect();
                let mut left = count / clients;
                while left > 0 {
                    let burst = left.min(10);
                    client.send(request("GET", "/bytes/7", "").repeat(burst));
                    for _ in 0..burst {
                        assert_eq!(client.answer().body.len(), 7);
                    }
                    left -= burst;
                }
            });
        }
    });
}

#[test]
fn nothing_is_lost_at_the_end() {
    everywhere(|setup| {
        let log = Log::new(setup, "end");
        let mut target = log.start(setup);
        load(setup, &target, REQUESTS);
        target.terminate();
        assert!(target.wait().success());
        target.wait_for_all();
        let lines = lines(&log.0);
        assert_eq!(lines.len(), REQUESTS);
        let end = "] \"GET /bytes/7 HTTP/1.1\" 200 7";
        let is_whole = |line: &String| line.starts_with("127.0.0.1 - - [") && line.ends_with(end);
        assert!(lines.iter().all(is_whole));
    });
}

#[test]
fn a_file_that_is_moved_under_load_is_opened_anew() {
    everywhere(|setup| {
        let log = Log::new(setup, "moved");
        let moved = Log(log.0.with_extension("1"));
        let target = log.start(setup);
        let mut count = 0;
        load(setup, &target, REQUESTS);
        count += REQUESTS;
        wait_until("it is written", || lines(&log.0).len() == count);
        fs::rename(&log.0, &moved.0).unwrap();
        // Without a pause between the requests.
        wait_until("there is a new file", || {
            load(setup, &target, 80);
            count += 80;
            log.0.exists()
        });
        load(setup, &target, 80);
        count += 80;
        wait_until("all is written", || lines(&log.0).len() + lines(&moved.0).len() == count);
    });
}

#[test]
fn each_answer_has_its_line() {
    everywhere(|setup| {
        let log = Log::new(setup, "each");
        let target = log.start(setup);
        let mut client = target.connect();
        client.get("/later");
        client.request("HEAD", "/bytes/7").answer_to_head();
        client.get("/stream/3");
        client.get("/bytes/1000000");
        client.get("/panic");
        client.post("/nowhere", "nest");
        client.send("nonsense\r\n\r\n").answer();
        let expected = [
            "\"GET /later HTTP/1.1\" 200 5",
            "\"HEAD /bytes/7 HTTP/1.1\" 200 -",
            "\"GET /stream/3 HTTP/1.1\" 200 3000",
            "\"GET /bytes/1000000 HTTP/1.1\" 200 1000000",
            "\"GET /panic HTTP/1.1\" 500 26",
            "\"POST /nowhere HTTP/1.1\" 404 14",
            "\"-\" 400 -",
        ];
        wait_until("all is written", || lines(&log.0).len() == expected.len());
        for (line, end) in lines(&log.0).iter().zip(expected) {
            assert!(line.ends_with(end), "{line} instead of {end}");
        }
    });
}
