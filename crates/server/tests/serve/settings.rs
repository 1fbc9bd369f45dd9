//! The settings that count for a server in somebody else's runtime.

use std::num::NonZeroUsize;
use std::time::{Duration, Instant};

use gnezdo_server::{LogFormat, LogTarget, Settings};
use gnezdo_socket::AccessRules;

use crate::support::{Running, in_both_runtimes};

async fn start(change: impl FnOnce(&mut Settings)) -> Running {
    let mut settings = Settings::default();
    change(&mut settings);
    Running::start_with(|serve| serve.settings(settings)).await
}

#[test]
fn one_at_rest_gives_way_at_the_limit() {
    in_both_runtimes(|| async {
        let server = start(|settings| settings.connections_max = NonZeroUsize::new(3)).await;
        let mut busy = server.connect().await;
        busy.request("/gate").await;
        server.manners.wait_for_waiting(1).await;
        let mut rest = Vec::new();
        for _ in 0..6 {
            let mut client = server.connect().await;
            assert_eq!(client.get("/").await.text, "OK");
            rest.push(client);
        }
        // Who came first rested the longest.
        rest[0].expect_end().await;
        server.manners.open_gate();
        assert_eq!(busy.answer().await.expect("an answer").text, "opened");
        server.end().await;
    });
}

#[test]
fn nobody_in_use_gives_way() {
    in_both_runtimes(|| async {
        let server = start(|settings| settings.connections_max = NonZeroUsize::new(2)).await;
        let mut busy = [server.connect().await, server.connect().await];
        for client in &mut busy {
            client.request("/gate").await;
        }
        server.manners.wait_for_waiting(2).await;
        let mut third = server.connect().await;
        third.request("/").await;
        let early = tokio::time::timeout(Duration::from_millis(300), third.answer()).await;
        assert!(early.is_err(), "there is no room");
        server.manners.open_gate();
        for client in &mut busy {
            assert_eq!(client.answer().await.expect("an answer").text, "opened");
        }
        assert_eq!(third.answer().await.expect("an answer").text, "OK");
        server.end().await;
    });
}

#[test]
fn an_address_may_have_so_many() {
    in_both_runtimes(|| async {
        let server = start(|settings| settings.connections_per_ip_max = NonZeroUsize::new(1)).await;
        let mut first = server.connect().await;
        assert_eq!(first.get("/").await.status, 200);
        assert_eq!(server.get("/").await.status, 503);
        assert_eq!(first.get("/").await.status, 200);
        server.end().await;
    });
}

#[test]
fn some_are_denied() {
    in_both_runtimes(|| async {
        let deny = vec!["127.0.0.0/8".parse().unwrap()];
        let server = start(|settings| settings.access = AccessRules::new(vec![], deny)).await;
        server.connect().await.expect_end().await;
        server.end().await;
    });
}

#[test]
fn deadlines_hold() {
    in_both_runtimes(|| async {
        let server = start(|settings| {
            settings.limits.header_timeout = Duration::from_millis(300);
            settings.limits.idle_timeout = Duration::from_millis(600);
        })
        .await;
        let start = Instant::now();
        let answer = {
            use tokio::io::AsyncWriteExt;
            let mut slow = server.connect().await;
            slow.stream.write_all(b"GET / HTTP/1.1\r\n").await.unwrap();
            slow.answer().await
        };
        assert_eq!(answer.expect("a last word").status, 408);
        assert!(start.elapsed() >= Duration::from_millis(300));
        let mut idle = server.connect().await;
        idle.get("/").await;
        let start = Instant::now();
        idle.expect_end().await;
        assert!(start.elapsed() >= Duration::from_millis(500), "{:?}", start.elapsed());
        server.end().await;
    });
}

#[test]
fn the_access_log_is_complete_at_the_end() {
    in_both_runtimes(|| async {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("access.log");
        let target = LogTarget::File(path.clone());
        let server =
            start(|settings| settings.access_log = Some((LogFormat::Common, target))).await;
        for path in ["/one", "/later", "/three"] {
            server.get(path).await;
        }
        server.end().await;
        let log = std::fs::read_to_string(path).unwrap();
        let lines: Vec<_> = log.lines().collect();
        assert_eq!(lines.len(), 3, "{log}");
        assert!(lines[1].contains("\"GET /later HTTP/1.1\" 200 4"), "{log}");
    });
}
