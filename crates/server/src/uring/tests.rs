//! The driver under pressure: over real sockets, with rings that are much too small.

use std::io::{Read, Write};
use std::net::{Shutdown as Half, SocketAddr, TcpListener, TcpStream};
use std::os::fd::AsRawFd;
use std::os::unix::net::UnixStream;
use std::pin::Pin;
use std::sync::mpsc;
use std::task::{Context as TaskContext, Poll};
use std::thread::{self, JoinHandle};

use bytes::Bytes;
use gnezdo_core::{Body, Reply, Request, Response, Service};
use gnezdo_socket::{ListenAddress, ListenOptions};
use http_body::Frame;
use http_body_util::BodyExt;

use super::*;
use crate::background::Background;
use crate::encryption::Encryption;
use crate::settings::Settings;
use crate::shutdown::Shutdown;
use crate::startup::share;

/// Every queue overflows, and each request comes in many pieces.
const TINY: Sizes = Sizes { submissions: 1, completions: 2, buffers: 1, buffer_bytes: 16 };

struct Running {
    address: SocketAddr,
    shutdown: Shutdown,
    thread: JoinHandle<io::Result<()>>,
}

struct Answering<F>(F);

impl<F: Fn(Request) -> Reply + Send + Sync + 'static> Service for Answering<F> {
    fn call(&self, request: Request) -> Reply {
        self.0(request)
    }
}

impl Running {
    fn new(sizes: Sizes, answer: impl Fn(Request) -> Reply + Send + Sync + 'static) -> Self {
        Self::with_room(10_000, sizes, answer)
    }

    fn with_room(
        connections_max: usize,
        sizes: Sizes,
        answer: impl Fn(Request) -> Reply + Send + Sync + 'static,
    ) -> Self {
        let any: ListenAddress = "127.0.0.1:0".parse().unwrap();
        let listener = Listener::bind(&any, &ListenOptions::default()).unwrap();
        let address = listener.local_address().tcp().unwrap();
        let shutdown = Shutdown::new().unwrap();
        let service = Box::new(Answering(answer));
        let (settings, background) = (Settings::default(), Background::default());
        let (plain, room) = (Encryption::default(), connections_max);
        let shared = share(&settings, &plain, room, service, None, shutdown.clone(), background);
        let shared = Shared { is_alone: true, ..shared };
        let thread = thread::spawn(move || run_with(sizes, shared, vec![listener]));
        Self { address, shutdown, thread }
    }

    fn connect(&self) -> TcpStream {
        let client = TcpStream::connect(self.address).unwrap();
        client.set_read_timeout(Some(Duration::from_secs(15))).unwrap();
        client
    }

    fn end(self) {
        self.shutdown.begin();
        self.thread.join().unwrap().unwrap();
    }
}

fn says_path(request: &Request) -> Reply {
    Reply::Now(Response::new(Body::from(request.uri().path().to_owned())))
}

/// The content of the next answer, whose length is announced.
fn content(client: &mut impl Read) -> Vec<u8> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut octet = [0];
        client.read_exact(&mut octet).unwrap();
        head.push(octet[0]);
    }
    let head = String::from_utf8(head).unwrap().to_lowercase();
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap();
    let mut content = vec![0; length.parse().unwrap()];
    client.read_exact(&mut content).unwrap();
    content
}

fn pattern(length: usize) -> Vec<u8> {
    (0..length).map(|n| (n % 251) as u8).collect()
}

#[test]
fn many_clients_share_a_ring_without_room() {
    let server = Running::new(TINY, |request| says_path(&request));
    thread::scope(|scope| {
        for client in 0..50 {
            let mut stream = server.connect();
            scope.spawn(move || {
                for turn in 0..5 {
                    let path = format!("/{client}/{turn}");
                    write!(stream, "GET {path} HTTP/1.1\r\nHost: nest.example\r\n\r\n").unwrap();
                    assert_eq!(content(&mut stream), path.as_bytes());
                }
            });
        }
    });
    server.end();
}

#[test]
fn pipelined_requests_are_answered_in_order() {
    for sizes in [TINY, SIZES] {
        let server = Running::new(sizes, |request| says_path(&request));
        let mut client = server.connect();
        let requests: String =
            (0..500).map(|n| format!("GET /{n} HTTP/1.1\r\nHost: x\r\n\r\n")).collect();
        let mut sender = client.try_clone().unwrap();
        let sending = thread::spawn(move || sender.write_all(requests.as_bytes()).unwrap());
        for n in 0..500 {
            assert_eq!(content(&mut client), format!("/{n}").as_bytes());
        }
        sending.join().unwrap();
        server.end();
    }
}

/// What a ring posts and what it sends by calls of its own, to a client that reads late.
#[test]
fn what_does_not_leave_at_once_leaves_in_order() {
    for sizes in [TINY, SIZES] {
        let server = Running::new(sizes, |_| {
            let octets = pattern(16_000_000);
            let pieces: Vec<_> = octets.chunks(60_007).map(Bytes::copy_from_slice).collect();
            Reply::Now(Response::new(Body::stream(Pieces(pieces.into_iter()))))
        });
        let mut client = server.connect();
        write!(client, "GET / HTTP/1.0\r\nHost: x\r\n\r\n").unwrap();
        thread::sleep(Duration::from_millis(50));
        let mut answer = Vec::new();
        client.read_to_end(&mut answer).unwrap();
        assert!(answer.ends_with(&pattern(16_000_000)), "{} octets", answer.len());
        server.end();
    }
}

/// A body that gives one piece after another.
struct Pieces(std::vec::IntoIter<Bytes>);

impl http_body::Body for Pieces {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut TaskContext<'_>,
    ) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        Poll::Ready(self.0.next().map(|piece| Ok(Frame::data(piece))))
    }
}

/// Octets come before the handler wants them: the receive is ended, and made again later.
#[test]
fn content_that_comes_unasked_is_kept_in_order() {
    for sizes in [TINY, SIZES] {
        let server = Running::new(sizes, |request| {
            Reply::later(async {
                let content = request.into_body().collect().await.unwrap().to_bytes();
                Response::new(Body::from(content))
            })
        });
        let mut client = server.connect();
        let sent = pattern(300_000);
        write!(client, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 300000\r\n\r\n").unwrap();
        let mut sender = client.try_clone().unwrap();
        let octets = sent.clone();
        let sending = thread::spawn(move || sender.write_all(&octets).unwrap());
        assert_eq!(content(&mut client), sent);
        sending.join().unwrap();
        server.end();
    }
}

#[test]
fn the_end_is_seen_and_given() {
    let server = Running::new(SIZES, |request| says_path(&request));
    let mut client = server.connect();
    write!(client, "GET /last HTTP/1.1\r\nHost: x\r\n\r\n").unwrap();
    client.shutdown(Half::Write).unwrap();
    assert_eq!(content(&mut client), b"/last");
    assert_eq!(client.read(&mut [0]).unwrap(), 0);
    // At rest, with a receive under way: ended by the server.
    let mut idle = server.connect();
    write!(idle, "GET / HTTP/1.1\r\nHost: x\r\n\r\n").unwrap();
    content(&mut idle);
    let waiting = thread::spawn(move || assert_eq!(idle.read(&mut [0]).unwrap(), 0));
    let address = server.address;
    server.end();
    waiting.join().unwrap();
    assert!(TcpStream::connect(address).is_err(), "nobody listens any more");
}

#[test]
fn completions_beyond_the_queue_are_not_lost() {
    const COUNT: usize = 100;
    let mut ring = Ring::new(TINY).unwrap();
    let (ready, mut other) = UnixStream::pair().unwrap();
    other.write_all(b"x").unwrap();
    let address = |key| Address { key, generation: 7 };
    for key in 0..COUNT {
        let socket = Fd(ready.as_raw_fd());
        ring.poll(socket, libc::EPOLLIN as u32, Operation::AwaitRoom(address(key)));
    }
    let mut seen = [0; COUNT];
    while seen.iter().sum::<usize>() < COUNT {
        ring.wait(Some(Duration::from_secs(10))).unwrap();
        while let Some(completion) = ring.next_completion() {
            match completion.operation {
                Operation::AwaitRoom(Address { key, generation: 7 }) => seen[key] += 1,
                other => panic!("{other:?}"),
            }
        }
    }
    assert_eq!(seen, [1; COUNT]);
}

#[test]
fn a_ring_ends_with_operations_under_way() {
    let (silent, other) = UnixStream::pair().unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let mut ring = Ring::new(SIZES).unwrap();
    let address = Address { key: 1, generation: 1 };
    ring.receive_on(Fd(silent.as_raw_fd()), address);
    ring.accept_on(listener.as_fd(), 0);
    ring.poll_on(Fd(silent.as_raw_fd()), libc::EPOLLIN as u32, Operation::Bell);
    ring.submit().unwrap();
    drop(silent);
    drop(ring);
    // The kernel holds the socket no longer, so that the other side sees the end.
    other.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    assert_eq!((&other).read(&mut [0]).unwrap(), 0);
}

/// A handler that never answers notices, by being dropped, that its client has gone.
#[test]
fn who_sends_more_than_is_wanted_and_leaves_is_missed() {
    struct Dropped(mpsc::Sender<()>);

    impl Drop for Dropped {
        fn drop(&mut self) {
            let _ = self.0.send(());
        }
    }

    let (sender, receiver) = mpsc::channel();
    let server = Running::new(SIZES, move |_| {
        let dropped = Dropped(sender.clone());
        Reply::later(async move {
            let _dropped = dropped;
            std::future::pending().await
        })
    });
    let mut client = server.connect();
    write!(client, "GET / HTTP/1.1\r\nHost: x\r\n\r\n").unwrap();
    // Not at once with the head: nobody wants it before the answer.
    for _ in 0..3 {
        thread::sleep(Duration::from_millis(30));
        client.write_all(b"GET /").unwrap();
    }
    thread::sleep(Duration::from_millis(30));
    socket2::SockRef::from(&client).set_linger(Some(Duration::ZERO)).unwrap();
    drop(client);
    receiver.recv_timeout(Duration::from_secs(10)).expect("the handler is dropped");
    server.end();
}

#[test]
fn a_shutdown_finds_somebody_who_waits_for_room() {
    let server = Running::with_room(1, SIZES, |_| {
        Reply::later(async {
            pause(Duration::from_millis(400)).await;
            Response::new(Body::from("late"))
        })
    });
    let mut busy = server.connect();
    write!(busy, "GET / HTTP/1.1\r\nHost: x\r\n\r\n").unwrap();
    thread::sleep(Duration::from_millis(50));
    let waiting = server.connect();
    thread::sleep(Duration::from_millis(100));
    server.shutdown.begin();
    assert_eq!(content(&mut busy), b"late");
    server.end();
    drop(waiting);
}

/// Ends after a time, by a thread of its own.
async fn pause(time: Duration) {
    let mut end = None;
    std::future::poll_fn(|cx| {
        let now = Instant::now();
        match end {
            Some(end) if now >= end => Poll::Ready(()),
            Some(_) => Poll::Pending,
            None => {
                end = Some(now + time);
                let waker = cx.waker().clone();
                thread::spawn(move || {
                    thread::sleep(time);
                    waker.wake();
                });
                Poll::Pending
            }
        }
    })
    .await;
}
