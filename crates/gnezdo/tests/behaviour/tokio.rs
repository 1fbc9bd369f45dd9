//! tokio's timers, sockets and tasks work inside handlers, whatever waits for the connections.

use std::time::{Duration, Instant};

use crate::support::everywhere;

#[test]
fn a_handler_sleeps() {
    everywhere(|setup| {
        let target = setup.start(&[]);
        let mut client = target.connect();
        let start = Instant::now();
        assert_eq!(client.get("/tokio/sleep/100").text(), "rested");
        assert!(start.elapsed() >= Duration::from_millis(100));
        assert_eq!(client.get("/tokio/sleep/0").text(), "rested");
    });
}

#[test]
fn a_handler_talks_to_sockets() {
    everywhere(|setup| {
        let target = setup.start(&[]);
        let mut client = target.connect();
        for _ in 0..3 {
            assert_eq!(client.get("/tokio/sockets").text(), "NEST");
            assert_eq!(client.get("/tokio/task").text(), "spawned");
        }
    });
}

#[test]
fn many_sleep_at_once() {
    everywhere(|setup| {
        let target = setup.start(&[]);
        let count = if setup.is_single() { 1 } else { 50 };
        let mut clients: Vec<_> = (0..count).map(|_| target.connect()).collect();
        let start = Instant::now();
        for client in &mut clients {
            client.request("GET", "/tokio/sleep/200");
        }
        for client in &mut clients {
            assert_eq!(client.answer().text(), "rested");
        }
        assert!(start.elapsed() < Duration::from_secs(5), "one after another");
    });
}

#[test]
fn a_handler_that_sleeps_is_finished_at_the_end() {
    everywhere(|setup| {
        let mut target = setup.start(&[]);
        let mut client = target.connect();
        client.get("/");
        client.request("GET", "/tokio/sleep/300");
        crate::support::wait_until("the request was read", || client.is_read_by_server());
        target.terminate();
        assert_eq!(client.answer().text(), "rested");
        assert!(target.wait().success());
    });
}
