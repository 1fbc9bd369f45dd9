//! One connection in memory: octets in, octets out, no socket and no system call.
//!
//! It is the session that all drivers use, with a door of its own: for programs that bring
//! their own wire, for tests and fuzzing, and for counting what a request costs apart from the
//! kernel. The caller is the driver, and the contract is the same: *feed input, send all
//! output, then wait for what the connection wants or for its deadline.*
//!
//! It admits everybody, logs nothing and asks for no check of the service: those belong to
//! servers.

use std::fmt;
use std::sync::Arc;
use std::task::Context as TaskContext;
use std::time::Instant;

use gnezdo_core::{FileRange, Limits, Now, Service, Wants};
use gnezdo_socket::Peer;

use crate::context::{Context, Desk};
use crate::output::Tail;
use crate::session::Session;

/// The server's end of one connection, in memory.
///
/// ```
/// use gnezdo_core::{Body, Limits, Reply, Request, Response, Service};
/// use gnezdo_server::InMemory;
/// use gnezdo_socket::Peer;
///
/// struct Greeter;
/// impl Service for Greeter {
///     fn call(&self, _: Request) -> Reply {
///         Reply::Now(Response::new(Body::from("Hello")))
///     }
/// }
///
/// let mut connection = InMemory::new(Greeter, Limits::default(), Peer::Unix);
/// connection.handle_input(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n");
/// assert!(connection.output().starts_with(b"HTTP/1.1 200 OK\r\n"));
/// assert!(connection.output().ends_with(b"\r\n\r\nHello"));
/// connection.handle_flushed();
///
/// // The same octets, in two pieces.
/// connection.handle_input(b"GET / HTTP/1.1\r\nHo");
/// assert!(connection.output().is_empty());
/// connection.handle_input(b"st: x\r\n\r\n");
/// assert!(connection.output().ends_with(b"Hello"));
/// ```
pub struct InMemory {
    session: Session,
    desk: Desk,
}

impl InMemory {
    /// A connection that was just accepted. The time is read once; after that it
    /// [is told](Self::handle_time).
    pub fn new(service: impl Service, limits: Limits, peer: Peer) -> Self {
        let context = Context::new(Box::new(service), Arc::new(limits));
        let desk = Desk::new(&context, 0);
        let session = Session::new(Arc::new(context), peer, &desk);
        Self { session, desk }
    }

    /// Takes octets from the peer. All of them: what cannot be used yet is held, so more should
    /// come only when the connection [wants](Self::wants) to read and its output has left.
    pub fn handle_input(&mut self, octets: &[u8]) {
        self.session.handle_input(&mut self.desk, octets);
        self.gather();
    }

    /// The peer will send nothing more. It may still wait for answers.
    pub fn handle_eof(&mut self) {
        self.session.handle_eof(&mut self.desk);
        self.gather();
    }

    /// It is `now`: a deadline may have passed, and answers are dated by it.
    pub fn handle_time(&mut self, now: Now) {
        self.desk.now = now;
        self.session.handle_timeout(&mut self.desk);
        self.gather();
    }

    /// All [output](Self::output), and the [file](Self::file) behind it, has left.
    pub fn handle_flushed(&mut self) {
        self.desk.out.clear();
        self.session.handle_flushed(&mut self.desk);
    }

    /// Goes on with what needs no new input: handlers and bodies that were not ready, input
    /// that waited behind them or behind output that has left. To be called after each
    /// [`handle_flushed`](Self::handle_flushed), and when the waker of `cx` is woken.
    pub fn advance(&mut self, cx: &mut TaskContext<'_>) {
        self.session.handle_wake();
        while self.session.can_advance(&self.desk) {
            self.session.advance(&mut self.desk, cx);
            self.gather();
        }
    }

    /// The octets to send now.
    pub fn output(&self) -> &[u8] {
        &self.desk.out.bytes
    }

    /// The range of a file to send behind the [output](Self::output), if there is one.
    pub fn file(&self) -> Option<&FileRange> {
        match &self.desk.out.tail {
            Some(Tail::File(range)) => Some(range),
            Some(Tail::Bytes(_)) | None => None,
        }
    }

    /// What the connection waits for, once its output has left.
    pub fn wants(&self) -> Wants {
        self.session.wants()
    }

    /// When [`handle_time`](Self::handle_time) is due, once its output has left.
    pub fn deadline(&self) -> Option<Instant> {
        self.session.deadline()
    }

    /// Large content is copied behind its head, for the sake of a simple face; a file is not.
    fn gather(&mut self) {
        let out = &mut self.desk.out;
        if let Some(Tail::Bytes(bytes)) = &out.tail {
            out.bytes.extend_from_slice(bytes);
            out.tail = None;
        }
    }
}

impl fmt::Debug for InMemory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("InMemory")
            .field("wants", &self.wants())
            .field("output_bytes", &self.output().len())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::fs::File;
    use std::sync::Mutex;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::task::Waker;
    use std::time::Duration;

    use gnezdo_core::{Body, Closing, ConnectionInfo, Reply, Request, Response};
    use http::uri::Scheme;

    use super::*;

    const GET: &[u8] = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n";

    struct Answering<F>(F);

    impl<F: Fn(Request) -> Reply + Send + Sync + 'static> Service for Answering<F> {
        fn call(&self, request: Request) -> Reply {
            self.0(request)
        }
    }

    fn answering(answer: impl Fn(Request) -> Reply + Send + Sync + 'static) -> InMemory {
        InMemory::new(Answering(answer), Limits::default(), Peer::Unix)
    }

    #[test]
    fn a_file_stands_behind_its_head_and_before_the_next_answer() {
        let mut connection = answering(|_| {
            let file = Arc::new(File::open("/dev/null").unwrap());
            Reply::Now(Response::new(Body::file(file, 0, 7)))
        });
        connection.handle_input(&GET.repeat(2));
        for _ in 0..2 {
            assert!(connection.output().ends_with(b"\r\n\r\n"));
            assert_eq!(connection.file().unwrap().length, 7);
            connection.handle_flushed();
            assert!(connection.file().is_none());
            connection.advance(&mut TaskContext::from_waker(Waker::noop()));
        }
        assert!(connection.output().is_empty());
    }

    #[test]
    fn a_later_answer_comes_when_it_is_asked_for() {
        let mut connection =
            answering(|_| Reply::later(async { Response::new(vec![b'x'; 100_000].into()) }));
        connection.handle_input(GET);
        assert_eq!((connection.output().len(), connection.wants()), (0, Wants::Nothing));
        connection.advance(&mut TaskContext::from_waker(Waker::noop()));
        assert!(connection.output().len() > 100_000);
    }

    #[test]
    fn time_passes_only_when_it_is_told() {
        let mut connection = answering(|_| Reply::Now(Response::new(Body::empty())));
        connection.handle_input(b"GET /");
        let mut now = Now::read();
        now.instant += Duration::from_secs(3_600);
        assert!(connection.deadline().is_some_and(|deadline| deadline < now.instant));
        connection.handle_time(now);
        assert!(connection.output().starts_with(b"HTTP/1.1 408 "));
        connection.handle_flushed();
        assert_eq!(connection.wants(), Wants::Close(Closing::Linger));
    }

    /// Notes where requests come from, if it wants to know, and how often it was asked.
    struct Curious {
        wants: bool,
        asked: Arc<AtomicUsize>,
        seen: Arc<Mutex<Vec<Option<ConnectionInfo>>>>,
    }

    impl Service for Curious {
        fn call(&self, request: Request) -> Reply {
            self.seen.lock().unwrap().push(request.extensions().get().cloned());
            Reply::Now(Response::new(Body::empty()))
        }

        fn wants_connection_info(&self) -> bool {
            self.asked.fetch_add(1, Ordering::Relaxed);
            self.wants
        }
    }

    #[test]
    fn requests_say_where_they_come_from_to_those_who_want_it() {
        let address = "192.0.2.7:4711".parse().unwrap();
        let info = |peer| Some(ConnectionInfo { peer, scheme: Scheme::HTTP });
        for (wants, peer, expected) in [
            (true, Peer::Ip(address), info(Some(address))),
            (true, Peer::Unix, info(None)),
            (false, Peer::Ip(address), None),
        ] {
            let (asked, seen) = <(Arc<AtomicUsize>, Arc<Mutex<_>>)>::default();
            let service = Curious { wants, asked: asked.clone(), seen: seen.clone() };
            let mut connection = InMemory::new(service, Limits::default(), peer);
            for _ in 0..2 {
                connection.handle_input(GET);
                connection.handle_flushed();
            }
            assert_eq!(*seen.lock().unwrap(), [expected.clone(), expected]);
            assert_eq!(asked.load(Ordering::Relaxed), 1);
        }
    }
}
