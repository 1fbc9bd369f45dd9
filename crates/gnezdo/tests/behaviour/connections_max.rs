//! At the limit on connections old clients are served and new ones wait, until one rests.

use std::time::Instant;

use crate::support::{Client, Process, Target, everywhere_but};

/// Not `single`, whose limit is one whatever is asked for; see `single_gives_way`.
const NOT: &[&str] = &["single"];

/// Clients at rest, as many as are let in. With several processes the limit is shared out, and
/// which of them takes a client is up to the kernel; so each may be short of some.
fn full(target: &Target, count: usize) -> Vec<Client> {
    let mut clients = Vec::new();
    while clients.len() < count {
        let mut client = target.connect();
        assert_eq!(client.get("/").status, 200);
        clients.push(client);
    }
    clients
}

#[test]
fn one_that_rests_makes_room() {
    everywhere_but(NOT, |setup| {
        let target = setup.start(&["--max-connections", "8"]);
        let mut clients = full(&target, 4);
        for _ in 0..20 {
            clients.extend(full(&target, 1));
        }
        // The last ones rest for the shortest time.
        assert_eq!(clients.pop().unwrap().get("/").status, 200);
    });
}

#[test]
fn those_that_are_served_are_left_alone() {
    everywhere_but(NOT, |setup| {
        let target = setup.start(&["--max-connections", "8"]);
        let mut busy: Vec<_> = (0..8).map(|_| target.connect()).collect();
        for client in &mut busy {
            client.request("GET", "/later/800");
        }
        // With room for one of the eight at most, the ninth has to wait.
        let mut ninth = target.connect();
        let ticks = target.sum(Process::cpu_ticks);
        let start = Instant::now();
        assert_eq!(ninth.get("/").text(), "OK");
        let waited = start.elapsed();
        let spent = target.sum(Process::cpu_ticks) - ticks;
        assert!(spent <= 20, "{spent} hundredths of a second spent in {waited:?} of waiting");
        for client in &mut busy {
            assert_eq!(client.answer().text(), "late");
        }
    });
}

#[test]
fn a_crowd_is_served_in_turns() {
    everywhere_but(NOT, |setup| {
        let target = setup.start(&["--max-connections", "8"]);
        // More at once than there is room for; each leaves after its answer.
        let mut clients: Vec<_> = (0..64).map(|_| target.connect()).collect();
        for client in &mut clients {
            client.send("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        }
        for client in &mut clients {
            assert_eq!(client.answer().text(), "OK");
            client.expect_end();
        }
    });
}
