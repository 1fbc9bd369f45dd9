//! A thousand clients that dribble their heads do not slow down a normal one.
//!
//! Where one thread serves all clients, one dribbler is enough to make everybody wait for its
//! deadline; so `single` is for learning and not tried here.

use std::time::{Duration, Instant};

use crate::support::everywhere_but;

const DRIBBLERS: usize = 1_000;

#[test]
fn a_normal_client_does_not_notice() {
    gnezdo_socket::raise_descriptor_limit().unwrap();
    everywhere_but(&["single"], |setup| {
        let target = setup.start(&[]);
        let mut dribblers: Vec<_> = (0..DRIBBLERS)
            .map(|_| {
                let mut client = target.connect();
                client.send("GET / HTTP/1.1\r\n");
                client
            })
            .collect();
        let start = Instant::now();
        for turn in 0..100 {
            for client in dribblers.iter_mut().skip(turn % 10).step_by(100) {
                client.send("X: y\r\n");
            }
            assert_eq!(target.get("/").text(), "OK");
        }
        let elapsed = start.elapsed();
        assert!(elapsed < Duration::from_secs(5), "100 requests took {elapsed:?}");
    });
}
