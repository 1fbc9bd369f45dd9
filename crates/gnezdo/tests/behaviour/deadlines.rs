//! Who is too slow does not hold a connection for ever. ROBUSTNESS: slow head, body and reader.

use std::time::{Duration, Instant};

use crate::support::{BOUND, Client, Process, Setup, Target, everywhere, request, wait_until};

/// What the server is given here, in seconds.
const SHORT: &str = "0.3";

/// Well beyond it, but below every default.
const SOON: Duration = Duration::from_secs(4);

/// Runs `end` on a connection that should end because of a deadline, and nothing earlier.
fn ends_in_time(client: &mut Client, end: impl FnOnce(&mut Client)) {
    let start = Instant::now();
    end(client);
    let elapsed = start.elapsed();
    assert!(elapsed >= Duration::from_millis(250), "too early: {elapsed:?}");
    assert!(elapsed < SOON, "too late: {elapsed:?}");
}

/// Sends a piece every now and then until the server has had enough.
fn dribble(client: &mut Client, piece: &str) {
    let end = Instant::now() + BOUND;
    while client.is_silent(Duration::from_millis(20)) {
        assert!(Instant::now() < end, "the server has endless patience");
        if client.try_send(piece).is_err() {
            return;
        }
    }
}

#[test]
fn who_never_says_a_word_is_cut_off() {
    everywhere(|setup| {
        let target = setup.start(&["--header-timeout", SHORT]);
        ends_in_time(&mut target.connect(), Client::expect_end);
    });
}

#[test]
fn a_head_has_to_be_complete_in_time() {
    everywhere(|setup| {
        let target = setup.start(&["--header-timeout", SHORT]);
        let mut client = target.connect();
        client.send("GET / HTTP/1.1\r\nHost:");
        ends_in_time(&mut client, |client| assert_eq!(client.answer().status, 408));
        client.expect_end();
    });
}

#[test]
fn a_head_that_trickles_in_gets_no_more_time() {
    everywhere(|setup| {
        let target = setup.start(&["--header-timeout", SHORT]);
        for requests_before in [0, 1] {
            let mut client = target.connect();
            for _ in 0..requests_before {
                client.get("/");
            }
            client.send("GET / HTTP/1.1\r\nHost: x\r\n");
            ends_in_time(&mut client, |client| {
                dribble(client, "X: y\r\n");
                assert_eq!(client.answer().status, 408);
            });
        }
    });
}

#[test]
fn a_connection_at_rest_ends() {
    everywhere(|setup| {
        let target = setup.start(&["--idle-timeout", SHORT]);
        let mut client = target.connect();
        client.get("/");
        ends_in_time(&mut client, Client::expect_end);
    });
}

#[test]
fn each_request_starts_the_rest_anew() {
    everywhere(|setup| {
        let target = setup.start(&["--idle-timeout", SHORT]);
        let mut client = target.connect();
        for _ in 0..4 {
            assert_eq!(client.get("/").status, 200);
            assert!(client.is_silent(Duration::from_millis(150)));
        }
    });
}

#[test]
fn content_has_to_come() {
    everywhere(|setup| {
        let target = setup.start(&["--progress-timeout", SHORT]);
        let mut client = target.connect();
        client.send(request("POST", "/later", "Content-Length: 100000\r\n") + "nest");
        ends_in_time(&mut client, |client| assert_eq!(client.answer().status, 408));
        client.expect_end();
    });
}

#[test]
fn content_that_trickles_in_is_not_enough() {
    everywhere(|setup| {
        let target = setup.start(&["--progress-timeout", SHORT]);
        let mut client = target.connect();
        client.send(request("POST", "/later", "Content-Length: 100000\r\n"));
        ends_in_time(&mut client, |client| {
            dribble(client, "nest");
            assert_eq!(client.answer().status, 408);
        });
    });
}

#[test]
fn content_that_comes_fast_enough_has_all_the_time() {
    everywhere(|setup| {
        let words = ["--progress-timeout", SHORT, "--progress-bytes", "10"];
        let target = setup.start(&words);
        let mut client = target.connect();
        client.send(request("POST", "/later", "Content-Length: 300\r\n"));
        for _ in 0..30 {
            assert!(client.is_silent(Duration::from_millis(20)));
            client.send("0123456789");
        }
        assert_eq!(client.answer().text(), "300");
    });
}

#[test]
fn a_handler_may_take_its_time() {
    everywhere(|setup| {
        let all = ["--header-timeout", "--idle-timeout", "--progress-timeout"];
        let words: Vec<_> = all.into_iter().flat_map(|name| [name, "0.1"]).collect();
        let target = setup.start(&words);
        let mut client = target.connect();
        assert_eq!(client.get("/later/500").text(), "late");
        assert_eq!(client.post("/unread/500", "nest").text(), "unread");
        assert_eq!(client.post("/sip/200", vec![b'x'; 200_000]).text(), "200000");
    });
}

/// A client that asks for more than the buffers on the way take, and does not read. Also gives
/// the number of descriptors that the server has without it.
fn stuck(setup: Setup, path: &str, file: &str) -> (Target, Client, usize) {
    let words = ["--progress-timeout", SHORT, "--file", file, "--linger-timeout", "0.1"];
    let target = setup.start(&words);
    target.get("/");
    let rest = target.descriptors_at_rest();
    let mut client = Client::connect_narrow(target.address());
    client.request("GET", path);
    wait_until("the answer has begun", || client.has_input());
    (target, client, rest)
}

#[test]
fn an_answer_has_to_be_read() {
    let file = std::env::temp_dir().join(format!("gnezdo-deadlines-{}", std::process::id()));
    std::fs::File::create(&file).unwrap().set_len(64 << 20).unwrap();
    everywhere(|setup| {
        for path in ["/bytes/60000000", "/endless", "/stream/sized/60000", "/file"] {
            let (target, mut client, rest) = stuck(setup, path, file.to_str().unwrap());
            wait_until("the server gives it up", || target.sum(Process::descriptors) <= rest);
            assert!(client.drain() < 60_000_000, "{path}");
        }
    });
    std::fs::remove_file(&file).unwrap();
}

#[test]
fn an_answer_that_is_read_a_little_is_not_enough() {
    everywhere(|setup| {
        for path in ["/bytes/60000000", "/endless"] {
            let (target, mut client, rest) = stuck(setup, path, "");
            wait_until("the server gives it up", || {
                // What the kernel holds is sent even when the server has given up.
                let _ = client.try_take(1);
                target.sum(Process::descriptors) <= rest
            });
        }
    });
}
