//! Many connections, several servers, and other tasks in one runtime.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use gnezdo_server::{Architecture, Server, Settings};
use gnezdo_socket::raise_descriptor_limit;
use tokio::net::TcpStream;
use tokio::task::{JoinSet, yield_now};

use crate::support::{Client, Manners, Running, in_both_runtimes};

#[test]
fn a_thousand_connections_at_once() {
    // Both ends are in this process.
    assert!(raise_descriptor_limit().unwrap() > 2_100);
    in_both_runtimes(|| async {
        let server = Running::start().await;
        let mut clients = Vec::new();
        for _ in 0..1_000 {
            clients.push(server.connect().await);
        }
        for client in &mut clients {
            client.request("/gate").await;
        }
        server.manners.wait_for_waiting(1_000).await;
        server.manners.open_gate();
        for client in &mut clients {
            assert_eq!(client.answer().await.expect("an answer").text, "opened");
        }
        let mut tasks = JoinSet::new();
        for mut client in clients {
            tasks.spawn(async move {
                for path in ["/", "/later", "/one", "/two"] {
                    assert_eq!(client.get(path).await.status, 200);
                }
            });
        }
        while let Some(task) = tasks.join_next().await {
            task.unwrap();
        }
        server.end().await;
    });
}

#[test]
fn two_servers_in_one_runtime() {
    in_both_runtimes(|| async {
        let (first, second) = (Running::start().await, Running::start().await);
        let mut client = second.connect().await;
        assert_eq!(first.get("/first").await.text, "/first");
        assert_eq!(client.get("/second").await.text, "/second");
        first.end().await;
        assert_eq!(client.get("/second").await.text, "/second");
        second.end().await;
    });
}

#[test]
fn other_tasks_go_on() {
    in_both_runtimes(|| async {
        let server = Running::start().await;
        let turns = Arc::new(AtomicUsize::new(0));
        let counting = turns.clone();
        let other = tokio::spawn(async move {
            loop {
                counting.fetch_add(1, Ordering::Relaxed);
                yield_now().await;
            }
        });
        let mut client = server.connect().await;
        for _ in 0..100 {
            let before = turns.load(Ordering::Relaxed);
            while turns.load(Ordering::Relaxed) == before {
                assert_eq!(client.get("/").await.text, "OK");
            }
        }
        other.abort();
        server.end().await;
    });
}

#[test]
fn a_server_with_a_runtime_of_its_own_runs_inside_of_another() {
    let others = [Architecture::Single, Architecture::Threads, Architecture::Event];
    for architecture in others.into_iter().chain([Architecture::Async]) {
        in_both_runtimes(move || async move {
            let mut settings = Settings::default();
            settings.listen = vec!["127.0.0.1:0".parse().unwrap()];
            settings.architecture = architecture;
            let server = Server::bind(settings).unwrap();
            let address = server.local_addresses()[0].tcp().unwrap();
            let shutdown = server.shutdown();
            let other = std::thread::spawn(move || {
                let runtime = tokio::runtime::Runtime::new().unwrap();
                // It blocks the runtime, which is the caller's fault, but it runs.
                runtime.block_on(async { server.run(Manners::default()) })
            });
            let mut client = Client { stream: TcpStream::connect(address).await.unwrap() };
            assert_eq!(client.get("/later").await.text, "late");
            shutdown.begin();
            other.join().unwrap().unwrap();
        });
    }
}
