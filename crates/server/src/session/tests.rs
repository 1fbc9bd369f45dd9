//! A session without a socket: what goes in and comes out, and who waits for whom.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Poll, Wake, Waker};
use std::time::Duration;

use bytes::Bytes;
use gnezdo_core::{Body, BodyError, Closing, Glance, Reply, Request, Response, Service};
use http_body::{Body as HttpBody, Frame, SizeHint};

use super::*;
use crate::output::Tail;

mod http2;
#[cfg(feature = "tls")]
mod tls;

/// What a body's reader makes room for.
const ROOM_BYTES: usize = 64 * 1024;

/// A session and who drives it, over a wire that takes everything.
struct Trial {
    session: Session,
    desk: Desk,
    waker: Arc<Count>,
    sent: Vec<u8>,
    /// How many octets of one turn's output lay in memory.
    most_at_once: usize,
}

#[derive(Default)]
struct Count(AtomicUsize);

impl Wake for Count {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

struct Answering<F>(F);

impl<F: Fn(Request) -> Reply + Send + Sync + 'static> Service for Answering<F> {
    fn call(&self, request: Request) -> Reply {
        self.0(request)
    }
}

impl Trial {
    fn new(answer: impl Fn(Request) -> Reply + Send + Sync + 'static) -> Self {
        Self::of(Answering(answer))
    }

    fn of(service: impl Service) -> Self {
        Self::in_context(Context::new(Box::new(service), Arc::default()))
    }

    fn in_context(context: Context) -> Self {
        let context = Arc::new(context);
        let desk = Desk::new(&context, 0);
        let session = Session::new(context, Peer::Unix, &desk);
        Self { session, desk, waker: Arc::default(), sent: Vec::new(), most_at_once: 0 }
    }

    fn input(&mut self, octets: impl AsRef<[u8]>) -> &mut Self {
        self.session.handle_input(&mut self.desk, octets.as_ref());
        self.settle();
        self
    }

    fn eof(&mut self) -> &mut Self {
        self.session.handle_eof(&mut self.desk);
        self.settle();
        self
    }

    /// Whoever called the waker is heard.
    fn listen(&mut self) -> &mut Self {
        if self.waker.0.swap(0, Ordering::Relaxed) > 0 {
            self.session.handle_wake();
        }
        self.settle();
        self
    }

    fn settle(&mut self) {
        self.flush();
        let mut steps = 0;
        while self.session.can_advance(&self.desk) {
            let waker = Waker::from(self.waker.clone());
            self.session.advance(&mut self.desk, &mut TaskContext::from_waker(&waker));
            self.flush();
            steps += 1;
            assert!(steps < 10_000, "the session advances for ever");
        }
    }

    fn flush(&mut self) {
        if self.desk.out.is_empty() {
            return;
        }
        self.most_at_once = self.most_at_once.max(self.desk.out.bytes.len());
        self.sent.append(&mut self.desk.out.bytes);
        if let Some(Tail::Bytes(bytes)) = self.desk.out.tail.take() {
            self.sent.extend(bytes);
        }
        self.desk.out.clear();
        self.session.handle_flushed(&mut self.desk);
    }

    fn text(&self) -> String {
        String::from_utf8_lossy(&self.sent).into_owned()
    }

    /// The status codes of the answers.
    fn statuses(&self) -> Vec<String> {
        let text = self.text();
        let heads = text.split("HTTP/1.1 ").skip(1);
        heads.map(|head| head.chars().take(3).collect()).collect()
    }
}

/// What HTTP/1 has read and not used.
fn held(trial: &Trial) -> &Vec<u8> {
    let Speech::Http1(http1) = &trial.session.speech else { panic!("it speaks HTTP/1") };
    http1.held_octets()
}

/// A place where a handler leaves something for the test.
type Place<T> = Arc<Mutex<Option<T>>>;

fn take<T>(place: &Place<T>) -> T {
    place.lock().unwrap().take().expect("left by the handler")
}

/// A handler that takes the content and never answers.
fn keeping() -> (Place<Body>, Trial) {
    let place = Place::<Body>::default();
    let left = place.clone();
    let trial = Trial::new(move |request| {
        *left.lock().unwrap() = Some(request.into_body());
        Reply::later(std::future::pending())
    });
    (place, trial)
}

fn get() -> &'static str {
    "GET / HTTP/1.1\r\nHost: x\r\n\r\n"
}

fn post(length: usize) -> String {
    format!("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: {length}\r\n\r\n")
}

/// One poll of a body: a piece, its end, an error, or nothing yet.
fn poll(body: &mut Body, waker: &Waker) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
    Pin::new(body).poll_frame(&mut TaskContext::from_waker(waker))
}

/// Answers with the content of the request, once it is complete.
async fn mirrored(request: Request) -> Response {
    let mut body = request.into_body();
    let mut content = Vec::new();
    while let Some(frame) = std::future::poll_fn(|cx| Pin::new(&mut body).poll_frame(cx)).await {
        match frame.map(Frame::into_data) {
            Ok(Ok(piece)) => content.extend(piece),
            _ => break,
        }
    }
    Response::new(content.into())
}

/// Answers that are given by the test, one after another.
fn promised(answers: &Arc<Mutex<VecDeque<Response>>>) -> Trial {
    let answers = answers.clone();
    Trial::new(move |_| {
        let answers = answers.clone();
        Reply::later(std::future::poll_fn(move |cx| {
            cx.waker().wake_by_ref();
            answers.lock().unwrap().pop_front().map_or(Poll::Pending, Poll::Ready)
        }))
    })
}

#[test]
fn content_that_came_with_its_head_is_there_at_once() {
    let forms = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&forms);
    let mut trial = Trial::new(move |request| {
        seen.lock().unwrap().push(format!("{:?}", request.body()));
        Reply::Now(Response::new(Body::empty()))
    });
    trial.input([&post(4), "nest", &post(0), &post(4), "egg"].concat());
    trial.input("s").input([&post(65_536), "x".repeat(65_536).as_str()].concat());
    trial.input([&post(65_537), "x".repeat(65_537).as_str()].concat());
    let forms = forms.lock().unwrap();
    assert_eq!(*forms, ["Bytes(4)", "Empty", "Stream", "Bytes(65536)", "Stream"]);
}

#[test]
fn any_cut_gives_the_same_answers() {
    let input = [
        get(),
        &post(4),
        "nestPOST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n",
        "4\r\nnest\r\n3\r\negg\r\n0\r\n\r\n",
        get(),
    ]
    .concat();
    let mirror = || Trial::new(|request| Reply::later(mirrored(request)));
    let mut whole = mirror();
    whole.input(&input).eof();
    assert_eq!(whole.statuses(), ["200"; 4]);
    let date = whole.desk.now.date;
    for cut in 1..input.len() {
        let mut trial = mirror();
        trial.desk.now.date = date;
        let (first, second) = input.as_bytes().split_at(cut);
        trial.input(first).listen().input(second).listen().eof();
        assert_eq!(trial.text(), whole.text(), "cut at {cut}");
    }
    let mut trial = mirror();
    trial.desk.now.date = date;
    for octet in input.as_bytes() {
        trial.input([*octet]).listen();
    }
    assert_eq!(trial.eof().text(), whole.text(), "octet by octet");
}

#[test]
fn input_waits_behind_an_answer_in_the_making() {
    let answers = Arc::default();
    let mut trial = promised(&answers);
    trial.input(get()).input(get());
    assert_eq!(trial.session.wants(), Wants::Nothing);
    assert_eq!(held(&trial).len(), get().len());
    for count in 1..=2 {
        answers.lock().unwrap().push_back(Response::new("OK".into()));
        assert_eq!(trial.listen().statuses().len(), count);
    }
    assert_eq!(trial.session.wants(), Wants::Read);
    assert_eq!(held(&trial).capacity(), 0, "at rest it owns no memory");
}

#[test]
fn what_was_sent_before_the_end_is_answered() {
    let answers = Arc::default();
    let mut trial = promised(&answers);
    trial.input([get(), get()].concat()).eof();
    assert_eq!(trial.session.wants(), Wants::Nothing);
    for _ in 0..2 {
        answers.lock().unwrap().push_back(Response::new("OK".into()));
        trial.listen();
    }
    assert_eq!(trial.statuses().len(), 2);
    assert_eq!(trial.session.wants(), Wants::Close(Closing::Now));
}

#[test]
fn a_refusal_after_the_end_does_not_wait_for_more() {
    let answers = Arc::default();
    let mut trial = promised(&answers);
    trial.input([get(), "nonsense\r\n\r\n"].concat()).eof();
    answers.lock().unwrap().push_back(Response::new("OK".into()));
    assert_eq!(trial.listen().statuses(), ["200", "400"]);
    assert_eq!(trial.session.wants(), Wants::Close(Closing::Now));
}

#[test]
fn content_pauses_while_nobody_has_room() {
    let (place, mut trial) = keeping();
    trial.input(post(ROOM_BYTES + 10)).input(vec![b'x'; ROOM_BYTES + 4]);
    assert_eq!(trial.session.wants(), Wants::Nothing);
    assert_eq!(trial.session.deadline(), None, "the pause is ours");
    let mut body = take(&place);
    assert!(poll(&mut body, Waker::noop()).is_ready());
    trial.listen();
    assert_eq!(trial.session.wants(), Wants::Read);
    assert!(trial.session.deadline().is_some());
}

#[test]
fn content_that_ends_with_a_pause_is_complete_after_it() {
    for rest in ["", get()] {
        let (place, mut trial) = keeping();
        let content = [vec![b'x'; ROOM_BYTES], rest.into()].concat();
        trial.input(post(ROOM_BYTES)).input(content);
        let mut body = take(&place);
        assert!(matches!(poll(&mut body, Waker::noop()), Poll::Ready(Some(Ok(_)))));
        trial.listen();
        assert!(matches!(poll(&mut body, Waker::noop()), Poll::Ready(None)), "then {rest:?}");
    }
}

#[test]
fn the_end_of_the_stream_completes_content_that_has_come() {
    let (place, mut trial) = keeping();
    trial.input(post(ROOM_BYTES)).input(vec![b'x'; ROOM_BYTES]).eof();
    let mut body = take(&place);
    assert!(matches!(poll(&mut body, Waker::noop()), Poll::Ready(Some(Ok(_)))));
    trial.listen();
    assert!(matches!(poll(&mut body, Waker::noop()), Poll::Ready(None)));
    assert_eq!(trial.session.wants(), Wants::Nothing);
}

#[test]
fn the_end_of_the_stream_breaks_content_off() {
    let (place, mut trial) = keeping();
    trial.input(post(10)).input("nest").eof();
    let mut body = take(&place);
    assert!(matches!(poll(&mut body, Waker::noop()), Poll::Ready(Some(Ok(_)))));
    let broken = poll(&mut body, Waker::noop());
    assert!(matches!(broken, Poll::Ready(Some(Err(BodyError::Truncated)))));
    assert_eq!(trial.statuses(), ["400"]);
}

#[test]
fn a_reader_that_leaves_ends_the_pause() {
    let (place, mut trial) = keeping();
    trial.input(post(10 * ROOM_BYTES)).input(vec![b'x'; 2 * ROOM_BYTES]);
    assert_eq!(trial.session.wants(), Wants::Nothing);
    drop(take(&place));
    trial.listen();
    assert_eq!(trial.session.wants(), Wants::Read);
}

#[test]
fn who_begins_to_read_makes_the_client_continue_once() {
    let (place, mut trial) = keeping();
    trial.input("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n");
    assert_eq!(trial.text(), "");
    let mut body = take(&place);
    for _ in 0..2 {
        assert!(poll(&mut body, Waker::noop()).is_pending());
        assert_eq!(trial.listen().text(), "HTTP/1.1 100 Continue\r\n\r\n");
    }
}

#[test]
fn an_answer_made_of_the_content_makes_the_client_continue_first() {
    let mut trial = Trial::new(|request| Reply::Now(Response::new(request.into_body())));
    trial.input("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n");
    assert_eq!(trial.statuses(), ["100", "200"]);
    trial.input("nest");
    assert!(trial.listen().text().ends_with("\r\n\r\nnest"), "{}", trial.text());
    assert_eq!(trial.session.wants(), Wants::Read);
}

#[test]
fn a_stream_is_asked_for_no_more_than_the_output_takes() {
    struct Endless(Arc<AtomicUsize>);
    impl HttpBody for Endless {
        type Data = Bytes;
        type Error = Infallible;
        fn poll_frame(
            self: Pin<&mut Self>,
            _: &mut TaskContext<'_>,
        ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
            self.0.fetch_add(1, Ordering::Relaxed);
            Poll::Ready(Some(Ok(Frame::data(Bytes::from_static(&[b'x'; 1_000])))))
        }
    }
    let count = Arc::new(AtomicUsize::new(0));
    let polls = count.clone();
    let mut trial =
        Trial::new(move |_| Reply::Now(Response::new(Body::stream(Endless(polls.clone())))));
    trial.session.handle_input(&mut trial.desk, get().as_bytes());
    let mut cx = TaskContext::from_waker(Waker::noop());
    trial.session.advance(&mut trial.desk, &mut cx);
    assert!(trial.desk.out.is_full() && !trial.session.can_advance(&trial.desk));
    assert!(count.load(Ordering::Relaxed) < 100);
}

#[test]
fn what_breaks_in_a_service_breaks_one_answer() {
    struct Bad;
    impl HttpBody for Bad {
        type Data = Bytes;
        type Error = Infallible;
        fn poll_frame(
            self: Pin<&mut Self>,
            _: &mut TaskContext<'_>,
        ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
            panic!("while it is polled")
        }
        fn size_hint(&self) -> SizeHint {
            panic!("while it is measured")
        }
    }
    let mut trial = Trial::new(|_| panic!("while it is called"));
    assert_eq!(trial.input(get()).statuses(), ["500"]);
    let mut trial = Trial::new(|_| Reply::later(async { panic!("while it is polled") }));
    assert_eq!(trial.input([get(), get()].concat()).listen().statuses(), ["500", "500"]);
    let mut trial = Trial::new(|_| Reply::Now(Response::new(Body::stream(Bad))));
    assert_eq!(trial.input(get()).statuses(), ["500"]);
}

#[test]
fn what_breaks_when_it_is_dropped_breaks_nothing() {
    struct Fragile;
    impl Drop for Fragile {
        fn drop(&mut self) {
            panic!("while it is dropped")
        }
    }
    impl HttpBody for Fragile {
        type Data = Bytes;
        type Error = Infallible;
        fn poll_frame(
            self: Pin<&mut Self>,
            _: &mut TaskContext<'_>,
        ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
            Poll::Ready(None)
        }
    }
    let mut trial = Trial::new(|_| {
        let fragile = Fragile;
        Reply::later(async move {
            std::future::pending::<()>().await;
            drop(fragile);
            Response::default()
        })
    });
    trial.input(get());
    trial.session.handle_closed(&mut trial.desk, 0);
    let mut trial = Trial::new(|_| Reply::Now(Response::new(Body::stream(Fragile))));
    assert_eq!(trial.input([get(), get()].concat()).statuses(), ["200", "200"]);
}

#[test]
fn the_deadline_of_a_head_does_not_move() {
    let mut trial = Trial::new(|_| Reply::Now(Response::new("OK".into())));
    let deadline = trial.input("GET").session.deadline();
    trial.desk.now.instant += Duration::from_secs(9);
    assert_eq!(trial.input(" / HTTP/1.1\r\nHost: x\r\n").session.deadline(), deadline);
    trial.desk.now.instant += Duration::from_secs(2);
    trial.session.handle_timeout(&mut trial.desk);
    trial.settle();
    assert_eq!(trial.statuses(), ["408"]);
    assert_eq!(trial.session.wants(), Wants::Close(Closing::Linger));
}

/// Answers some paths at a glance.
struct Glancing;

impl Service for Glancing {
    fn call(&self, request: Request) -> Reply {
        let text = format!("called for {}", request.uri().path());
        Reply::Now(Response::new(text.into()))
    }

    fn glance(&self, request: Glance<'_>) -> Option<Reply> {
        match request.path() {
            "/now" => Some(Reply::Now(Response::new("at a glance".into()))),
            "/later" => Some(Reply::later(async { Response::new("later".into()) })),
            "/panic" => panic!("as asked"),
            _ => None,
        }
    }

    fn can_glance(&self) -> bool {
        true
    }
}

#[test]
fn a_service_may_answer_at_a_glance() {
    let get = |path: &str| format!("GET {path} HTTP/1.1\r\nHost: x\r\n\r\n");
    let mut trial = Trial::of(Glancing);
    trial.input([get("/now"), get("/later"), get("/panic"), get("/call"), get("/now")].concat());
    assert_eq!(trial.statuses(), ["200", "200", "500", "200", "200"]);
    let text = trial.text();
    assert_eq!(text.matches("at a glance").count(), 2);
    assert!(text.contains("later") && text.contains("called for /call"), "{text}");
    // Cut, or with content, it is not plain: it is made.
    let mut trial = Trial::of(Glancing);
    trial.input("GET /no").input("w HTTP/1.1\r\nHost: x\r\n\r\n");
    trial.input("GET /now HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n\r\nx");
    assert_eq!(trial.text().matches("called for /now").count(), 2);
}
