//! Out of descriptors, the accept loop lives on, without turning in circles, and recovers.

use std::time::Duration;

use crate::support::{Client, Process, everywhere_but};

/// `single` has never more than one connection.
const NOT: &[&str] = &["single"];

#[test]
fn new_clients_wait_and_the_server_recovers() {
    everywhere_but(NOT, |setup| {
        // Few enough that connections run out of them before they reach their own limit.
        let target = setup.start_with_descriptors(40, &["--max-connections", "1000"]);
        let mut busy: Vec<_> = (0..120).map(|_| target.connect()).collect();
        for client in &mut busy {
            client.send("GET /later/1200 HTTP/1.1\r\nHost: x\r\n\r\n");
        }
        let ticks = target.sum(Process::cpu_ticks);
        assert!(busy[119].is_silent(Duration::from_millis(600)));
        let spent = target.sum(Process::cpu_ticks) - ticks;
        assert!(spent <= 12, "{spent} hundredths of a second spent in waiting");
        for client in busy.iter_mut().take(8) {
            assert_eq!(client.answer().text(), "late");
        }
        busy.into_iter().for_each(Client::reset);
        assert_eq!(target.get("/").text(), "OK");
        assert!(target.servers().into_iter().all(Process::is_alive));
    });
}

#[test]
fn those_at_rest_give_way() {
    everywhere_but(NOT, |setup| {
        let target = setup.start_with_descriptors(40, &["--max-connections", "1000"]);
        let mut rest = Vec::new();
        for _ in 0..120 {
            let mut client = target.connect();
            assert_eq!(client.get("/").text(), "OK");
            rest.push(client);
        }
    });
}
