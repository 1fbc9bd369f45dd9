//! An end that was not announced: the server's future is dropped, or a client leaves.

use std::time::Duration;

use tokio::net::TcpStream;
use tokio::time::sleep;

use crate::support::{Running, in_both_runtimes};

#[test]
fn all_ends_with_the_future() {
    in_both_runtimes(|| async {
        let server = Running::start().await;
        let mut busy = server.connect().await;
        busy.request("/gate").await;
        let mut idle = server.connect().await;
        idle.get("/").await;
        server.manners.wait_for_waiting(1).await;
        server.abort();
        server.manners.wait_for_cancelled(1).await;
        busy.expect_end().await;
        idle.expect_end().await;
        while TcpStream::connect(server.address).await.is_ok() {
            sleep(Duration::from_millis(1)).await;
        }
    });
}

#[test]
fn a_client_that_leaves_cancels_its_handler() {
    in_both_runtimes(|| async {
        let server = Running::start().await;
        for count in 1..=3 {
            let mut client = server.connect().await;
            client.request("/gate").await;
            server.manners.wait_for_waiting(1).await;
            client.stream.set_zero_linger().unwrap();
            drop(client);
            server.manners.wait_for_cancelled(count).await;
        }
        assert_eq!(server.get("/").await.text, "OK");
        server.end().await;
    });
}

#[test]
fn a_service_that_panics_spoils_its_own_answer() {
    in_both_runtimes(|| async {
        let server = Running::start().await;
        let mut client = server.connect().await;
        for _ in 0..3 {
            assert_eq!(client.get("/panic").await.status, 500);
            assert_eq!(client.get("/").await.text, "OK");
        }
        server.end().await;
    });
}
