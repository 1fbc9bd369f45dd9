//! A router of axum runs on our engine, by itself and within an app, through real sockets.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::thread::JoinHandle;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::routing::{get, post};
use gnezdo::web::FromTower;
use gnezdo::{App, Architecture, Server, ServerError, Service, Settings, Shutdown};

/// How long a client waits for octets before its test fails.
const WAIT: Duration = Duration::from_secs(30);

fn router() -> Router {
    let sum = |axum::Json(numbers): axum::Json<Vec<u32>>| async move {
        axum::Json(numbers.into_iter().sum::<u32>())
    };
    let slow = || async {
        tokio::time::sleep(Duration::from_millis(1)).await;
        "rested"
    };
    Router::new()
        .route("/", get(|| async { "axum" }))
        .route("/hello/{name}", get(|Path(name): Path<String>| async move { name }))
        .route("/state", get(|State(text): State<&'static str>| async move { text }))
        .route("/sum", post(sum))
        .route("/slow", get(slow))
        .route("/echo", post(|body: Body| async { body }))
        .with_state("of axum")
}

/// A server in this process.
struct Running {
    address: SocketAddr,
    shutdown: Shutdown,
    thread: Option<JoinHandle<Result<(), ServerError>>>,
}

impl Running {
    fn start(architecture: Architecture, service: impl Service) -> Self {
        let mut settings = Settings::default();
        settings.listen = vec!["127.0.0.1:0".parse().unwrap()];
        settings.architecture = architecture;
        settings.workers = std::num::NonZeroUsize::new(1);
        let server = Server::bind(settings).unwrap();
        let address = server.local_addresses()[0].tcp().unwrap();
        let shutdown = server.shutdown();
        let thread = Some(std::thread::spawn(move || server.run(service)));
        Self { address, shutdown, thread }
    }

    /// What comes back until the server closes.
    fn ask(&self, request: &str) -> String {
        let mut client = TcpStream::connect(self.address).unwrap();
        client.set_read_timeout(Some(WAIT)).unwrap();
        client.write_all(request.as_bytes()).unwrap();
        let mut answer = String::new();
        client.read_to_string(&mut answer).unwrap();
        answer
    }

    fn get(&self, path: &str) -> String {
        self.ask(&format!("GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"))
    }

    fn post(&self, path: &str, framing: &str, content: &str) -> String {
        self.ask(&format!(
            "POST {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: application/json\r\n\
             {framing}\r\n\r\n{content}"
        ))
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.shutdown.begin();
        if let Some(thread) = self.thread.take() {
            let ended = thread.join().expect("the server panicked");
            assert!(ended.is_ok(), "{ended:?}");
        }
    }
}

fn assert_answers(server: &Running, prefix: &str) {
    let is = |answer: String, status: &str, content: &str| {
        let starts = answer.starts_with(&format!("HTTP/1.1 {status} "));
        assert!(starts && answer.ends_with(&format!("\r\n\r\n{content}")), "{answer}");
        answer
    };
    let at = |path: &str| format!("{prefix}{path}");
    let answer = is(server.get(&at("/")), "200", "axum").to_ascii_lowercase();
    assert_eq!(answer.matches("content-length: 4\r\n").count(), 1, "{answer}");
    is(server.get(&at("/hello/nest?x=1")), "200", "nest");
    is(server.get(&at("/state")), "200", "of axum");
    is(server.get(&at("/slow")), "200", "rested");
    is(server.get(&at("/missing")), "404", "");
    is(server.post(&at("/sum"), "Content-Length: 7", "[1,2,3]"), "200", "6");
    is(server.post(&at("/echo"), "Content-Length: 4", "nest"), "200", "nest");
    let chunked = "Transfer-Encoding: chunked";
    is(server.post(&at("/sum"), chunked, "3\r\n[1,\r\n2\r\n2]\r\n0\r\n\r\n"), "200", "3");
    let chunks = "4\r\nnest\r\n0\r\n\r\n";
    is(server.post(&at("/echo"), chunked, chunks), "200", chunks);
    let refused = server.post(&at("/sum"), "Content-Length: 2", "{}");
    assert!(refused.starts_with("HTTP/1.1 422 "), "{refused}");
    let head = format!("HEAD {} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", at("/"));
    let answer = is(server.ask(&head), "200", "").to_ascii_lowercase();
    assert_eq!(answer.matches("content-length: 4\r\n").count(), 1, "{answer}");
}

#[test]
fn a_router_is_served_by_itself_and_within_an_app() {
    for architecture in [Architecture::Event, Architecture::Async, Architecture::Threads] {
        let alone = Running::start(architecture, FromTower(router()));
        assert_answers(&alone, "");
        let app = App::new().get("/", || "ours").mount("/api", FromTower(router()));
        let mounted = Running::start(architecture, app);
        assert_answers(&mounted, "/api");
        assert!(mounted.get("/").ends_with("\r\n\r\nours"));
    }
}
