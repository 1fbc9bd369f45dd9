//! A connection over a pair of sockets, told of its readiness as an edge-triggered driver does:
//! once for each change.

use std::fs::File;
use std::io::{Read, Write};
use std::net::Shutdown;
use std::os::unix::net::UnixStream;
use std::time::Duration;

use bytes::Bytes;
use gnezdo_core::{Body, Limits, Reply, Request, Response, Service};
use gnezdo_socket::AccessRules;

use super::*;
use crate::admission::Admission;

struct Trial {
    connection: Connection,
    desk: Desk,
    peer: UnixStream,
}

struct Answering<F>(F);

impl<F: Fn(Request) -> Reply + Send + Sync + 'static> Service for Answering<F> {
    fn call(&self, request: Request) -> Reply {
        self.0(request)
    }
}

const READABLE: Readiness =
    Readiness { readable: true, writable: false, ended: false, gone: false };
const WRITABLE: Readiness =
    Readiness { readable: false, writable: true, ended: false, gone: false };
const ENDED: Readiness = Readiness { readable: true, writable: false, ended: true, gone: false };
const GONE: Readiness = Readiness { readable: true, writable: true, ended: true, gone: true };

const GET: &[u8] = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n";

impl Trial {
    fn new(answer: impl Fn(Request) -> Reply + Send + Sync + 'static) -> Self {
        let (ours, peer) = UnixStream::pair().unwrap();
        peer.set_nonblocking(true).unwrap();
        let limits = Arc::new(Limits::default());
        let context = Arc::new(Context::new(Box::new(Answering(answer)), limits));
        let desk = Desk::new(&context, 1_024);
        let admission = Admission::new(AccessRules::default(), 1, None);
        let ticket = admission.admit(&Peer::Unix).unwrap();
        let stream = Stream::new(ours).unwrap();
        let connection = Connection::new(&context, &desk, stream, Peer::Unix, ticket);
        Self { connection, desk, peer }
    }

    fn saying(text: &'static str) -> Self {
        Self::new(move |_| Reply::Now(Response::new(text.into())))
    }

    fn send(&mut self, octets: &[u8]) -> &mut Self {
        self.peer.write_all(octets).unwrap();
        self
    }

    /// News, and turns until nothing is left to do.
    fn hear(&mut self, news: Readiness) -> Fate {
        self.connection.note_readiness(news);
        self.turns()
    }

    fn turns(&mut self) -> Fate {
        loop {
            match self.connection.turn(&mut self.desk, &|| Waker::noop().clone()) {
                Fate::Again => {}
                fate => return fate,
            }
        }
    }

    /// What has arrived at the peer, and whether the end has.
    fn arrived(&mut self) -> (Vec<u8>, bool) {
        let mut octets = Vec::new();
        let has_ended = self.peer.read_to_end(&mut octets).is_ok();
        (octets, has_ended)
    }

    /// Reads all that comes, as fast as it comes.
    fn read_to_the_end(&mut self) -> Vec<u8> {
        let mut all = Vec::new();
        loop {
            let fate = self.hear(WRITABLE);
            let (octets, has_ended) = self.arrived();
            let is_stuck = octets.is_empty();
            all.extend(octets);
            if fate == Fate::Close || has_ended || is_stuck {
                return all;
            }
        }
    }

    fn content(octets: &[u8]) -> &[u8] {
        let head_end = octets.windows(4).position(|window| window == b"\r\n\r\n");
        &octets[head_end.expect("a head") + 4..]
    }
}

fn file(name: &str, content: &[u8]) -> Arc<File> {
    let name = format!("gnezdo-connection-{name}-{}", std::process::id());
    let path = std::env::temp_dir().join(name);
    let mut file =
        File::options().read(true).write(true).create(true).truncate(true).open(&path).unwrap();
    std::fs::remove_file(&path).unwrap();
    file.write_all(content).unwrap();
    Arc::new(file)
}

/// Octets in which each has its place.
fn pattern(length: usize) -> Vec<u8> {
    (0..length).map(|n| (n % 251) as u8).collect()
}

#[test]
fn one_news_is_enough_for_all_that_has_come() {
    let mut trial = Trial::saying("OK");
    // Longer than the buffer into which it is read.
    trial.send(&GET.repeat(100));
    assert_eq!(trial.hear(READABLE), Fate::Wait);
    let (octets, has_ended) = trial.arrived();
    assert_eq!(String::from_utf8(octets).unwrap().matches("HTTP/1.1 200").count(), 100);
    assert!(!has_ended);
    assert_eq!(trial.connection.interest(), Interest { read: true, write: false });
}

#[test]
fn an_end_that_comes_with_a_short_read_is_heard() {
    let mut trial = Trial::saying("OK");
    trial.send(GET).peer.shutdown(Shutdown::Write).unwrap();
    assert_eq!(trial.hear(ENDED), Fate::Close);
    let (octets, _) = trial.arrived();
    assert_eq!(Trial::content(&octets), b"OK");
}

#[test]
fn an_end_that_comes_before_the_answer_waits_for_it() {
    let mut trial = Trial::new(|_| Reply::later(std::future::pending()));
    trial.send(GET).peer.shutdown(Shutdown::Write).unwrap();
    assert_eq!(trial.hear(ENDED), Fate::Wait);
    assert_eq!(trial.connection.interest(), Interest { read: false, write: false });
    assert_eq!(trial.hear(GONE), Fate::Close, "nobody is left to hear it");
}

#[test]
fn what_does_not_fit_leaves_with_the_next_news() {
    for length in [1_000_000, 3_000_000] {
        let content = pattern(length);
        let answer = Bytes::from(content.clone());
        let mut trial = Trial::new(move |_| Reply::Now(Response::new(Body::from(answer.clone()))));
        trial.send(GET);
        assert_eq!(trial.hear(READABLE), Fate::Wait);
        assert_eq!(trial.connection.idle_since(), None);
        let octets = trial.read_to_the_end();
        assert!(Trial::content(&octets) == content, "{length}");
        assert_eq!(trial.connection.interest(), Interest { read: true, write: false });
    }
}

#[test]
fn a_file_arrives_as_it_is() {
    let content = pattern(5_000_000);
    let file = file("whole", &content);
    let mut trial =
        Trial::new(move |_| Reply::Now(Response::new(Body::file(file.clone(), 1_000, 4_999_000))));
    trial.send(GET);
    assert_eq!(trial.hear(READABLE), Fate::Wait);
    assert!(Trial::content(&trial.read_to_the_end()) == &content[1_000..]);
}

#[test]
fn a_file_that_shrinks_ends_the_connection() {
    let content = pattern(5_000_000);
    let file = file("shrinking", &content);
    let answer = file.clone();
    let mut trial =
        Trial::new(move |_| Reply::Now(Response::new(Body::file(answer.clone(), 0, 5_000_000))));
    trial.send(GET);
    assert_eq!(trial.hear(READABLE), Fate::Wait);
    file.set_len(2_000_000).unwrap();
    let octets = trial.read_to_the_end();
    let arrived = Trial::content(&octets);
    assert!(arrived.len() <= 2_000_000, "{} octets arrived", arrived.len());
    assert!(arrived == &content[..arrived.len()], "nothing was made up");
    assert_eq!(trial.turns(), Fate::Close);
}

#[test]
fn no_more_is_read_than_can_be_answered() {
    let content = Bytes::from(vec![b'x'; 1_000_000]);
    let mut trial = Trial::new(move |_| Reply::Now(Response::new(Body::from(content.clone()))));
    trial.send(&GET.repeat(1_000));
    assert_eq!(trial.hear(READABLE), Fate::Wait);
    assert_eq!(trial.connection.interest(), Interest { read: false, write: true });
    let unsent = trial.connection.unsent.as_ref().unwrap();
    assert!(unsent.output.bytes.len() < 10_000, "content is sent from where it lies");
}

#[test]
fn who_reads_too_slowly_is_given_up() {
    let content = Bytes::from(vec![b'x'; 10_000_000]);
    let mut trial = Trial::new(move |_| Reply::Now(Response::new(Body::from(content.clone()))));
    trial.send(GET);
    assert_eq!(trial.hear(READABLE), Fate::Wait);
    let make_waker = || Waker::noop().clone();
    let limits = Limits::default();
    // As long as enough is read in each window, the deadline moves.
    for _ in 0..3 {
        trial.desk.now.instant += limits.progress_timeout - Duration::from_secs(1);
        let fate = trial.connection.handle_timeout(&mut trial.desk, &make_waker);
        assert_eq!(fate, Fate::Wait);
        trial.arrived();
        assert_eq!(trial.hear(WRITABLE), Fate::Wait);
    }
    trial.desk.now.instant += limits.progress_timeout;
    assert_eq!(trial.connection.handle_timeout(&mut trial.desk, &make_waker), Fate::Close);
}

#[test]
fn a_refusal_lingers_until_the_peer_closes() {
    let mut trial = Trial::saying("OK");
    trial.send(b"nonsense\r\n\r\n").send(&[b'x'; 50_000]);
    assert_eq!(trial.hear(READABLE), Fate::Wait);
    let (octets, has_ended) = trial.arrived();
    assert!(octets.starts_with(b"HTTP/1.1 400") && has_ended);
    trial.send(GET);
    assert_eq!(trial.hear(READABLE), Fate::Wait);
    assert!(trial.arrived().0.is_empty(), "nothing is read as a request any more");
    trial.peer.shutdown(Shutdown::Both).unwrap();
    assert_eq!(trial.hear(ENDED), Fate::Close);
}

#[test]
fn what_is_told_to_finish_reads_first() {
    let make_waker = || Waker::noop().clone();
    let mut trial = Trial::saying("OK");
    let now = trial.desk.now.instant;
    // The request is there, but the news of it is not.
    trial.send(GET);
    trial.connection.finish_soon(&mut trial.desk, &make_waker, now);
    let (octets, has_ended) = trial.arrived();
    assert!(octets.starts_with(b"HTTP/1.1 200") && has_ended);

    let mut trial = Trial::saying("OK");
    let before = trial.desk.now.instant.checked_sub(Duration::from_millis(1)).unwrap();
    let now = trial.desk.now.instant;
    let fate = trial.connection.finish_soon(&mut trial.desk, &make_waker, before);
    assert_eq!(fate, Fate::Wait, "it has not rested for so long");
    assert_eq!(trial.connection.finish_soon(&mut trial.desk, &make_waker, now), Fate::Close);
}

#[test]
fn a_passing_yield_is_not_a_wait() {
    let mut trial = Trial::saying("OK");
    trial.send(&GET.repeat(2_000));
    trial.connection.note_readiness(READABLE);
    let make_waker = || Waker::noop().clone();
    assert_eq!(trial.connection.turn(&mut trial.desk, &make_waker), Fate::Again);
}
