//! An address whose clients are all sent to `https`.

use std::net::SocketAddr;

use crate::support::{Client, Setup, Target, Version, everywhere};

fn start(setup: Setup) -> (Target, SocketAddr) {
    let target = Version::Http1Tls.start(setup, &["--redirect-http", "127.0.0.1:0"]);
    let url = target.addresses[1].trim_start_matches("http://").trim_end_matches('/');
    let address = url.parse().expect("an address in a URL");
    (target, address)
}

#[test]
fn every_request_is_redirected() {
    everywhere(|setup| {
        let (target, address) = start(setup);
        let port = target.address().port();
        for path in ["/", "/a?b=c", "//evil/"] {
            let mut client = Client::connect(address);
            let head = format!("GET {path} HTTP/1.1\r\nHost: localhost:80\r\n\r\n");
            let answer = client.send(head).answer();
            assert_eq!(answer.status, 308);
            let location = format!("https://localhost:{port}{path}");
            assert_eq!(answer.field("location"), Some(&*location));
            client.expect_end();
        }
        assert_eq!(Version::Http2Tls.connect(&target).get("/").text(), "OK");
    });
}

#[test]
fn it_ends_with_the_server() {
    everywhere(|setup| {
        let (mut target, address) = start(setup);
        target.terminate();
        assert!(target.wait().success());
        assert!(Client::try_connect(address).is_err());
    });
}
