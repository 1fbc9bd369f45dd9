//! The loopback address of IPv6, and both families on one port.

use std::net::{Ipv6Addr, TcpListener};

use crate::support::{Client, everywhere};

/// Some machines have no IPv6, and say so when one binds.
fn has_ipv6() -> bool {
    TcpListener::bind((Ipv6Addr::LOCALHOST, 0)).is_ok()
}

#[test]
fn it_serves_like_ipv4() {
    if !has_ipv6() {
        return;
    }
    everywhere(|setup| {
        let target = setup.start_at(&["--listen", "[::1]:0"]);
        assert!(target.address().is_ipv6());
        let mut client = target.connect();
        assert_eq!(client.get("/").text(), "OK");
        assert_eq!(client.post("/", "nest").text(), "nest");
    });
}

#[test]
fn a_port_alone_means_both_families() {
    everywhere(|setup| {
        let target = setup.start_at(&["--listen", ":0"]);
        let port = target.address().port();
        let mut client = Client::connect(([127, 0, 0, 1], port).into());
        assert_eq!(client.get("/").text(), "OK");
        drop(client);
        if has_ipv6() {
            let mut client = Client::connect((Ipv6Addr::LOCALHOST, port).into());
            assert_eq!(client.get("/").text(), "OK");
        }
    });
}
