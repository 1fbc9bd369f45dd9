//! The end that was asked for: what is in progress is finished.

use std::time::{Duration, Instant};

use gnezdo_server::Settings;
use tokio::net::TcpStream;

use crate::support::{Running, in_both_runtimes};

fn with_timeout(millis: u64) -> Settings {
    let mut settings = Settings::default();
    settings.shutdown_timeout = Duration::from_millis(millis);
    settings
}

#[test]
fn an_answer_in_progress_is_finished() {
    in_both_runtimes(|| async {
        let server = Running::start().await;
        let mut client = server.connect().await;
        assert_eq!(client.get("/").await.text, "OK");
        client.request("/gate").await;
        server.manners.wait_for_waiting(1).await;
        server.begin_to_end();
        while TcpStream::connect(server.address).await.is_ok() {
            tokio::task::yield_now().await;
        }
        server.manners.open_gate();
        let answer = client.answer().await.expect("an answer");
        assert_eq!((answer.status, &*answer.text), (200, "opened"));
        assert!(answer.head.contains("connection: close"), "{}", answer.head);
        client.expect_end().await;
        server.wait().await;
    });
}

#[test]
fn those_at_rest_do_not_keep_it() {
    in_both_runtimes(|| async {
        let server = Running::start().await;
        let mut clients = Vec::new();
        for _ in 0..20 {
            let mut client = server.connect().await;
            client.get("/").await;
            clients.push(client);
        }
        let start = Instant::now();
        server.end().await;
        assert!(start.elapsed() < Duration::from_secs(3), "too late: {:?}", start.elapsed());
        for client in &mut clients {
            client.expect_end().await;
        }
    });
}

#[test]
fn those_in_the_queue_are_served() {
    in_both_runtimes(|| async {
        let server = Running::start().await;
        let mut clients = Vec::new();
        for _ in 0..20 {
            let mut client = server.connect().await;
            client.request("/later").await;
            clients.push(client);
        }
        server.begin_to_end();
        for client in &mut clients {
            assert_eq!(client.answer().await.expect("an answer").text, "late");
        }
        server.wait().await;
    });
}

#[test]
fn what_takes_too_long_is_cut() {
    in_both_runtimes(|| async {
        let server = Running::start_with(|serve| serve.settings(with_timeout(200))).await;
        let manners = server.manners.clone();
        let mut client = server.connect().await;
        client.request("/gate").await;
        manners.wait_for_waiting(1).await;
        let start = Instant::now();
        server.end().await;
        let took = start.elapsed();
        assert!(took >= Duration::from_millis(200), "too early: {took:?}");
        assert!(took < Duration::from_secs(2), "too late: {took:?}");
        manners.wait_for_cancelled(1).await;
        client.expect_end().await;
    });
}

#[test]
fn a_handler_that_does_not_return_is_left_behind() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let server = Running::start_with(|serve| serve.settings(with_timeout(100))).await;
        server.connect().await.request("/stuck").await;
        let start = Instant::now();
        server.end().await;
        assert!(start.elapsed() < Duration::from_secs(3), "too late: {:?}", start.elapsed());
    });
    runtime.shutdown_background();
}

#[test]
fn nobody_is_there_and_it_ends_at_once() {
    in_both_runtimes(|| async {
        let server = Running::start().await;
        let start = Instant::now();
        server.end().await;
        assert!(start.elapsed() < Duration::from_secs(1), "too late: {:?}", start.elapsed());
    });
}
