//! Whoever is slow slows down who sends to it, and fills no memory.

use std::time::Duration;

use crate::support::{Client, Process, everywhere, request, wait_until};

const MEBIBYTE: u64 = 1 << 20;

#[test]
fn an_endless_answer_waits_for_its_reader() {
    everywhere(|setup| {
        let target = setup.start(&[]);
        target.get("/");
        let before = target.resident_bytes_at_rest();
        let mut client = target.connect();
        client.request("GET", "/endless");
        // Read a part at full speed, then nothing, then again.
        for _ in 0..3 {
            client.take(8 << 20).unwrap();
            let ticks = || target.sum(Process::cpu_ticks);
            let mut last = u64::MAX;
            wait_until("the server is at rest", || {
                let is_at_rest = ticks() == last && {
                    client.pause(Duration::from_millis(100));
                    ticks() == last
                };
                last = ticks();
                is_at_rest
            });
        }
        let after = target.sum(Process::resident_bytes);
        assert!(after < before + 8 * MEBIBYTE, "{before} bytes before, {after} after");
    });
}

#[test]
fn a_reader_that_reads_at_last_gets_everything() {
    everywhere(|setup| {
        let target = setup.start(&[]);
        for (path, length) in [
            ("/bytes/20000000", 20_000_000),
            ("/stream/20000", 20_000_000),
            ("/stream/sized/20000", 20_000_000),
        ] {
            let mut client = Client::connect_narrow(target.address());
            client.request("GET", path);
            wait_until("the answer has begun", || client.has_input());
            client.pause(Duration::from_millis(50));
            assert_eq!(client.answer().body.len(), length, "{path}");
        }
    });
}

#[test]
fn content_that_nobody_reads_stays_on_the_wire() {
    everywhere(|setup| {
        let target = setup.start(&[]);
        target.get("/");
        let before = target.resident_bytes_at_rest();
        let mut client = target.connect();
        client.send(request("POST", "/unread/60000", "Content-Length: 500000000\r\n"));
        // The buffers of both sockets take some.
        let sent = client.send_until_blocked(&[b'x'; 64 * 1024], 64 << 20);
        assert!(sent < 32 << 20, "{sent} bytes were taken");
        let after = target.sum(Process::resident_bytes);
        assert!(after < before + 2 * MEBIBYTE, "{before} bytes before, {after} after");
    });
}

#[test]
fn a_slow_reader_of_content_gets_all_of_it() {
    everywhere(|setup| {
        let target = setup.start(&[]);
        let mut client = target.connect();
        let answer = client.post("/sip/1", vec![b'x'; 3_000_000]);
        assert_eq!(answer.text(), "3000000");
        assert_eq!(client.get("/").status, 200);
    });
}

#[test]
fn answers_that_nobody_reads_stop_the_requests() {
    everywhere(|setup| {
        let target = setup.start(&[]);
        target.get("/");
        let before = target.resident_bytes_at_rest();
        let mut client = Client::connect_narrow(target.address());
        let requests = request("GET", "/bytes/10000", "").repeat(1_000);
        let sent = client.send_until_blocked(requests.as_bytes(), 64 << 20);
        assert!(sent < 32 << 20, "{sent} bytes were taken");
        let after = target.sum(Process::resident_bytes);
        assert!(after < before + 4 * MEBIBYTE, "{before} bytes before, {after} after");
    });
}

#[test]
fn content_comes_back_at_the_pace_of_its_reader() {
    everywhere(|setup| {
        let target = setup.start(&[]);
        let mut client = Client::connect_narrow(target.address());
        client.send(request("POST", "/", "Content-Length: 400000000\r\n"));
        let sent = client.send_until_blocked(&[b'x'; 64 * 1024], 64 << 20);
        assert!(sent < 32 << 20, "{sent} bytes were taken");
        client.answer_to_head();
        client.take(1_000_000).unwrap();
    });
}
