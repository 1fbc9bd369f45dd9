//! A client that leaves takes along what was done for it.

use crate::support::{Client, Target, everywhere, request, wait_until};

fn descriptors(target: &Target) -> usize {
    target.sum(|server| server.descriptors())
}

#[test]
fn a_reset_cancels_the_handler() {
    everywhere(|setup| {
        let target = setup.start(&[]);
        for count in 1..=3 {
            let mut client = target.connect();
            client.request("GET", "/later/30000");
            // It has been read, and waited for, before it is left alone.
            wait_until("the handler runs", || is_waited_for(&target, &client));
            client.reset();
            wait_until("it is cancelled", || target.printed().lines().count() == count);
        }
        assert!(target.printed().lines().all(|line| line == "cancelled"));
        assert_eq!(target.get("/").status, 200);
    });
}

/// Whether the server has read everything that the client sent: its receive queue is empty.
fn is_waited_for(target: &Target, client: &Client) -> bool {
    let (server, client) = (target.address(), client.local_address());
    let table = std::fs::read_to_string("/proc/net/tcp").unwrap();
    let port = |port: u16| format!(":{port:04X}");
    table.lines().any(|line| {
        let mut words = line.split_whitespace().skip(1);
        let (local, remote) = (words.next().unwrap_or(""), words.next().unwrap_or(""));
        let queues = words.nth(1).unwrap_or("");
        local.ends_with(&port(server.port()))
            && remote.ends_with(&port(client.port()))
            && queues.ends_with(":00000000")
    })
}

#[test]
fn no_descriptor_is_left_behind() {
    everywhere(|setup| {
        let target = setup.start(&["--linger-timeout", "0.2"]);
        target.get("/later");
        let rest = settled(&target);
        for _ in 0..20 {
            target.connect().request("GET", "/later/50").reset_when_dropped();
            target.connect().request("GET", "/endless").reset_when_dropped();
            target.connect().request("GET", "/bytes/30000000").reset_when_dropped();
            target.connect().request("GET", "/stream/later/1000").reset_when_dropped();
            target
                .connect()
                .send(request("POST", "/sip/1", "Content-Length: 9\r\n"))
                .reset_when_dropped();
            target.connect().send("GET / HT").reset_when_dropped();
            target.connect().send("nonsense\r\n\r\n").reset_when_dropped();
            drop(target.connect());
        }
        wait_until("all descriptors are given back", || descriptors(&target) <= rest);
        assert_eq!(target.get("/").status, 200);
    });
}

/// The number of descriptors once it does not change any more.
fn settled(target: &Target) -> usize {
    let mut last = usize::MAX;
    let mut equal = 0;
    wait_until("the server is at rest", || {
        let now = descriptors(target);
        equal = if now == last { equal + 1 } else { 0 };
        last = now;
        equal >= 20
    });
    last
}
