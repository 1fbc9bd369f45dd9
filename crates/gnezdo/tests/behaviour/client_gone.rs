//! A client that leaves takes along what was done for it.

use crate::support::{Process, everywhere, request, wait_until};

#[test]
fn a_reset_cancels_the_handler() {
    everywhere(|setup| {
        let target = setup.start(&[]);
        for count in 1..=3 {
            let mut client = target.connect();
            client.request("GET", "/later/30000");
            wait_until("the request was read", || client.is_read_by_server());
            client.reset();
            wait_until("it is cancelled", || target.printed().lines().count() == count);
        }
        assert!(target.printed().lines().all(|line| line == "cancelled"));
        assert_eq!(target.get("/").status, 200);
    });
}

#[test]
fn no_descriptor_is_left_behind() {
    everywhere(|setup| {
        let target = setup.start(&["--linger-timeout", "0.2"]);
        target.get("/later");
        let rest = target.descriptors_at_rest();
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
        wait_until("all descriptors are given back", || target.sum(Process::descriptors) <= rest);
        assert_eq!(target.get("/").status, 200);
    });
}
