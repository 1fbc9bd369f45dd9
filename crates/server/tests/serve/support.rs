//! A service of many manners, a client, and the runtimes in which they meet.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use gnezdo_core::{Body, Reply, Request, Response, Service};
use gnezdo_server::{Serve, serve};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Builder;
use tokio::sync::Notify;
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};

/// No test takes longer.
const TIMEOUT: Duration = Duration::from_secs(30);

/// Runs a test in a runtime with one thread, and in one with several.
pub(crate) fn in_both_runtimes<F: Future<Output = ()> + Send + 'static>(test: impl Fn() -> F) {
    for mut builder in [Builder::new_current_thread(), Builder::new_multi_thread()] {
        let runtime = builder.worker_threads(2).enable_all().build().expect("a runtime");
        runtime.block_on(async {
            timeout(TIMEOUT, test()).await.expect("it ends");
        });
    }
}

/// Answers by path: `/` at once, `/panic` not at all, `/gate` when somebody opens the gate,
/// `/stuck` keeps its thread, and others say what they are called.
#[derive(Clone, Default)]
pub(crate) struct Manners(Arc<State>);

#[derive(Default)]
struct State {
    gate: Notify,
    waiting: AtomicUsize,
    cancelled: AtomicUsize,
}

impl Manners {
    pub(crate) fn open_gate(&self) {
        self.0.gate.notify_waiters();
    }

    /// Waits until this many requests wait at the gate.
    pub(crate) async fn wait_for_waiting(&self, count: usize) {
        until(|| self.0.waiting.load(Ordering::SeqCst) == count).await;
    }

    /// Waits until this many requests have left the gate unanswered.
    pub(crate) async fn wait_for_cancelled(&self, count: usize) {
        until(|| self.0.cancelled.load(Ordering::SeqCst) == count).await;
    }

    async fn wait_at_gate(self) -> Response {
        let mut witness = Witness { state: self.0.clone(), is_answered: false };
        let opened = self.0.gate.notified();
        self.0.waiting.fetch_add(1, Ordering::SeqCst);
        opened.await;
        witness.is_answered = true;
        text("opened")
    }
}

impl Service for Manners {
    fn call(&self, request: Request) -> Reply {
        match request.uri().path() {
            "/" => Reply::Now(text("OK")),
            "/panic" => panic!("asked for"),
            "/gate" => Reply::later(self.clone().wait_at_gate()),
            "/later" => Reply::later(async {
                sleep(Duration::from_millis(20)).await;
                text("late")
            }),
            "/stuck" => {
                std::thread::sleep(Duration::from_secs(4));
                Reply::Now(text("stuck"))
            }
            path => Reply::Now(text(path)),
        }
    }
}

/// Counts the requests that were dropped before their answer.
struct Witness {
    state: Arc<State>,
    is_answered: bool,
}

impl Drop for Witness {
    fn drop(&mut self) {
        self.state.waiting.fetch_sub(1, Ordering::SeqCst);
        if !self.is_answered {
            self.state.cancelled.fetch_add(1, Ordering::SeqCst);
        }
    }
}

fn text(text: &str) -> Response {
    Response::new(Body::from(text.to_owned()))
}

/// A server that runs as a task of its own.
pub(crate) struct Running {
    pub(crate) address: SocketAddr,
    pub(crate) manners: Manners,
    end: Arc<Notify>,
    task: JoinHandle<Result<(), gnezdo_server::ServerError>>,
}

impl Running {
    pub(crate) async fn start() -> Self {
        Self::start_with(|serve| serve).await
    }

    pub(crate) async fn start_with(change: impl FnOnce(Serve) -> Serve) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let (manners, end) = (Manners::default(), Arc::new(Notify::new()));
        let ended = end.clone().notified_owned();
        let server = change(serve(listener, manners.clone())).with_graceful_shutdown(ended);
        Self { address, manners, end, task: tokio::spawn(server.into_future()) }
    }

    pub(crate) fn begin_to_end(&self) {
        self.end.notify_one();
    }

    pub(crate) async fn wait(self) {
        self.task.await.expect("no panic").expect("a good end");
    }

    pub(crate) async fn end(self) {
        self.begin_to_end();
        self.wait().await;
    }

    /// Drops the future of the server.
    pub(crate) fn abort(&self) {
        self.task.abort();
    }

    pub(crate) async fn connect(&self) -> Client {
        Client { stream: TcpStream::connect(self.address).await.expect("a connection") }
    }

    /// One answer, on a connection of its own.
    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.connect().await.get(path).await
    }
}

pub(crate) struct Client<S = TcpStream> {
    pub(crate) stream: S,
}

#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) text: String,
}

impl<S: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin> Client<S> {
    pub(crate) async fn get(&mut self, path: &str) -> Answer {
        self.request(path).await;
        self.answer().await.expect("an answer")
    }

    pub(crate) async fn request(&mut self, path: &str) {
        let request = format!("GET {path} HTTP/1.1\r\nHost: x\r\n\r\n");
        self.stream.write_all(request.as_bytes()).await.expect("room to send");
    }

    /// The next answer; none if the connection ends first.
    pub(crate) async fn answer(&mut self) -> Option<Answer> {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            head.push(self.stream.read_u8().await.ok()?);
        }
        let head = String::from_utf8(head).ok()?.to_ascii_lowercase();
        let length = head.split_once("content-length: ")?.1.split_once('\r')?.0;
        let mut content = vec![0; length.parse().ok()?];
        self.stream.read_exact(&mut content).await.ok()?;
        let status = head.split(' ').nth(1)?.parse().ok()?;
        Some(Answer { status, text: String::from_utf8(content).ok()?, head })
    }

    pub(crate) async fn expect_end(&mut self) {
        assert!(self.answer().await.is_none(), "the connection ends");
    }
}

async fn until(condition: impl Fn() -> bool) {
    while !condition() {
        sleep(Duration::from_millis(1)).await;
    }
}
