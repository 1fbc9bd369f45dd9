//! A router of axum runs on our engine, by itself and within an app, and an app runs on the server
//! of axum: through real sockets.

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
}

/// Who asks a server at an address.
struct Client(SocketAddr);

impl Client {
    /// What comes back until the server closes.
    fn ask(&self, request: &str) -> String {
        let mut client = TcpStream::connect(self.0).unwrap();
        client.set_read_timeout(Some(WAIT)).unwrap();
        client.write_all(request.as_bytes()).unwrap();
        let mut answer = String::new();
        client.read_to_string(&mut answer).unwrap();
        answer
    }

    fn get(&self, path: &str) -> String {
        self.ask(&format!("GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"))
    }

    fn head(&self, path: &str) -> String {
        self.ask(&format!("HEAD {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"))
    }

    fn post(&self, path: &str, framing: &str, content: &str) -> String {
        self.ask(&format!(
            "POST {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: application/json\r\n\
             {framing}\r\n\r\n{content}"
        ))
    }
}

/// Status and content of an answer, which is given back in small letters.
#[track_caller]
fn assert_is(answer: &str, status: &str, content: &str) -> String {
    let starts = answer.starts_with(&format!("HTTP/1.1 {status} "));
    assert!(starts && answer.ends_with(&format!("\r\n\r\n{content}")), "{answer}");
    answer.to_ascii_lowercase()
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

fn assert_router_answers(client: &Client, prefix: &str) {
    let at = |path: &str| format!("{prefix}{path}");
    let post = |path: &str, framing, content| client.post(&at(path), framing, content);
    let chunked = "Transfer-Encoding: chunked";
    let chunks = "4\r\nnest\r\n0\r\n\r\n";
    let answer = assert_is(&client.get(&at("/")), "200", "axum");
    assert_eq!(answer.matches("content-length: 4\r\n").count(), 1, "{answer}");
    assert_is(&client.get(&at("/hello/nest?x=1")), "200", "nest");
    assert_is(&client.get(&at("/state")), "200", "of axum");
    assert_is(&client.get(&at("/slow")), "200", "rested");
    assert_is(&client.get(&at("/missing")), "404", "");
    assert_is(&post("/sum", "Content-Length: 7", "[1,2,3]"), "200", "6");
    assert_is(&post("/echo", "Content-Length: 4", "nest"), "200", "nest");
    assert_is(&post("/sum", chunked, "3\r\n[1,\r\n2\r\n2]\r\n0\r\n\r\n"), "200", "3");
    assert_is(&post("/echo", chunked, chunks), "200", chunks);
    let refused = post("/sum", "Content-Length: 2", "{}");
    assert!(refused.starts_with("HTTP/1.1 422 "), "{refused}");
    let answer = assert_is(&client.head(&at("/")), "200", "");
    assert_eq!(answer.matches("content-length: 4\r\n").count(), 1, "{answer}");
}

#[test]
fn a_router_is_served_by_itself_and_within_an_app() {
    for architecture in [Architecture::Event, Architecture::Async, Architecture::Threads] {
        let alone = Running::start(architecture, FromTower(router()));
        assert_router_answers(&Client(alone.address), "");
        let app = App::new().get("/", || "ours").mount("/api", FromTower(router()));
        let mounted = Running::start(architecture, app);
        let client = Client(mounted.address);
        assert_router_answers(&client, "/api");
        assert_is(&client.get("/"), "200", "ours");
    }
}

#[test]
fn an_app_is_served_by_axum() {
    let app = App::new()
        .get("/", || "ours")
        .get("/hello/{name}", |gnezdo::Path(name): gnezdo::Path<String>| name)
        .get("/later", || async { "later" })
        .post("/sum", |gnezdo::Json(numbers): gnezdo::Json<Vec<u32>>| {
            numbers.into_iter().sum::<u32>().to_string()
        })
        .post("/echo", |content: gnezdo::Body| content);
    let router = Router::new().route("/", get(|| async { "axum" })).nest_service("/api", app);
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).unwrap();
    let client = Client(listener.local_addr().unwrap());
    runtime.spawn(axum::serve(listener, router).into_future());

    assert_is(&client.get("/"), "200", "axum");
    let answer = assert_is(&client.get("/api/"), "200", "ours");
    assert_eq!(answer.matches("content-length: 4\r\n").count(), 1, "{answer}");
    assert_is(&client.get("/api/hello/a%2Fb"), "200", "a/b");
    assert_is(&client.get("/api/later"), "200", "later");
    assert_is(&client.head("/api/"), "200", "");
    assert_is(&client.post("/api/sum", "Content-Length: 7", "[1,2,3]"), "200", "6");
    let chunks = "4\r\nnest\r\n0\r\n\r\n";
    assert_is(&client.post("/api/echo", "Transfer-Encoding: chunked", chunks), "200", chunks);
    let missing = client.get("/api/missing");
    assert!(
        missing.starts_with("HTTP/1.1 404 ") && missing.contains("\"status\":404"),
        "{missing}"
    );
}
