//! One address may have so many connections; the next ones are told to come back later.

use std::time::{Duration, Instant};

use crate::support::{Client, everywhere_but, wait_until};

/// `single` has one connection at a time, and with several processes each has a count of its
/// own, so that only one of each kind of driver is tried.
const NOT: &[&str] = &["single", "processes", "event-processes", "uring-processes"];

fn refusal(client: &mut Client) {
    let answer = client.get("/");
    assert_eq!((answer.status, answer.says_close()), (503, true));
    assert_eq!(answer.field("retry-after"), Some("1"));
    client.expect_end();
}

#[test]
fn the_next_one_is_refused_politely() {
    everywhere_but(NOT, |setup| {
        let target = setup.start(&["--max-connections-per-ip", "2"]);
        let mut first = target.connect();
        let mut second = target.connect();
        assert_eq!(first.get("/").status, 200);
        assert_eq!(second.get("/").status, 200);
        refusal(&mut target.connect());
        let mut other = Client::connect_from([127, 0, 0, 2], target.address());
        assert_eq!(other.get("/").status, 200);
        assert_eq!(first.get("/").status, 200);
    });
}

#[test]
fn a_place_is_given_back() {
    everywhere_but(NOT, |setup| {
        let target = setup.start(&["--max-connections-per-ip", "1"]);
        for _ in 0..20 {
            wait_until("the place is free", || target.get("/").status == 200);
        }
    });
}

#[test]
fn who_is_refused_takes_no_place_from_others() {
    everywhere_but(NOT, |setup| {
        let words = ["--max-connections-per-ip", "2", "--max-connections", "300"];
        let target = setup.start(&words);
        // A crowd from one address that says nothing, or never ends its head.
        let _crowd: Vec<_> = (0..400)
            .map(|n| {
                let mut client = target.connect();
                if n % 2 == 0 {
                    let _ = client.try_send("GET / HTTP/1.1\r\n");
                }
                client
            })
            .collect();
        let start = Instant::now();
        let mut other = Client::connect_from([127, 0, 0, 2], target.address());
        assert_eq!(other.get("/").status, 200);
        assert!(start.elapsed() < Duration::from_secs(3), "{:?}", start.elapsed());
    });
}
