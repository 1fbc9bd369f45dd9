//! HTTP/2 in a session: how it is told from HTTP/1, and what is its own.

use gnezdo_core::{Machine as _, Now, early_hints};
use gnezdo_h2::{Client, Content, Event, Gone, Response as Answer, StreamId};
use http::HeaderMap;

use super::*;

/// A client without a socket.
struct Talker {
    client: Client,
    now: Now,
    out: Vec<u8>,
    heads: Vec<(StreamId, u16)>,
    hints: Vec<HeaderMap>,
    content: Vec<(StreamId, Vec<u8>)>,
    ended: Vec<StreamId>,
    gone: Vec<(StreamId, Gone)>,
}

impl Talker {
    fn new() -> Self {
        let now = Now::read();
        Self {
            client: Client::new(&now, Arc::default()),
            now,
            out: Vec::new(),
            heads: Vec::new(),
            hints: Vec::new(),
            content: Vec::new(),
            ended: Vec::new(),
            gone: Vec::new(),
        }
    }

    fn request(&mut self, method: &str, content: Content) -> StreamId {
        let head = http::Request::builder().method(method).uri("http://x/").body(()).unwrap();
        let (head, ()) = head.into_parts();
        self.client.send_request(&self.now, &head, content, &mut self.out).unwrap()
    }

    fn post(&mut self, content: &[u8]) -> StreamId {
        let stream = self.request("POST", Content::Length(content.len() as u64));
        self.client.send_last(&self.now, stream, content, &mut self.out);
        stream
    }

    fn take_words(&mut self) -> Vec<u8> {
        self.client.poll_output(&self.now, &mut self.out);
        std::mem::take(&mut self.out)
    }

    /// Both talk until neither has anything to say.
    fn talk(&mut self, trial: &mut Trial) {
        loop {
            let words = self.take_words();
            if !words.is_empty() {
                trial.input(words);
            }
            trial.listen();
            let heard = std::mem::take(&mut trial.sent);
            if heard.is_empty() && !self.client.has_words() && self.out.is_empty() {
                return;
            }
            self.hear(&heard);
        }
    }

    fn hear(&mut self, octets: &[u8]) {
        let mut used = 0;
        loop {
            let step = self.client.handle_input(&self.now, &octets[used..]);
            used += step.used;
            match step.event {
                None if step.used == 0 => break,
                None => {}
                Some(Event::Head(_, Answer::Interim(head))) => {
                    self.hints.push(head.headers().clone());
                }
                Some(Event::Head(stream, Answer::Final { head, content })) => {
                    self.heads.push((stream, head.status().as_u16()));
                    if content == Content::None {
                        self.ended.push(stream);
                    }
                }
                Some(Event::Data(stream, piece)) => {
                    let piece = piece.to_vec();
                    self.client.release(stream, piece.len());
                    match self.content.iter_mut().find(|(s, _)| *s == stream) {
                        Some((_, content)) => content.extend(piece),
                        None => self.content.push((stream, piece)),
                    }
                }
                Some(Event::End(stream, _)) => self.ended.push(stream),
                Some(Event::Gone(stream, gone)) => self.gone.push((stream, gone)),
                Some(Event::Refused(error)) => panic!("{error}"),
            }
        }
        assert_eq!(used, octets.len(), "whole frames");
    }

    fn text(&self, stream: StreamId) -> String {
        let content = self.content.iter().find(|(s, _)| *s == stream);
        content.map(|(_, octets)| String::from_utf8_lossy(octets).into_owned()).unwrap_or_default()
    }
}

fn saying(text: &'static str) -> Trial {
    Trial::new(move |_| Reply::Now(Response::new(text.into())))
}

#[test]
fn it_is_told_by_its_first_octets_wherever_they_are_cut() {
    let mut talker = Talker::new();
    let stream = talker.request("GET", Content::None);
    let words = talker.take_words();
    for cut in 1..words.len().min(80) {
        let mut trial = saying("hello");
        trial.input(&words[..cut]).input(&words[cut..]);
        let mut talker = Talker::new();
        talker.request("GET", Content::None);
        talker.take_words();
        talker.hear(&trial.sent);
        assert_eq!((talker.text(stream), talker.ended), ("hello".into(), vec![stream]), "{cut}");
    }
}

#[test]
fn what_begins_like_it_is_http1() {
    for request in ["PRINT / HTTP/1.1\r\n\r\n", "PRI / HTTP/1.1\r\n\r\n", "P / HTTP/1.1\r\n\r\n"] {
        for cut in 1..request.len() {
            let mut trial = saying("hello");
            trial.input(&request[..cut]).input(&request[cut..]);
            assert!(trial.text().starts_with("HTTP/1.1 "), "{request:?} at {cut}");
        }
    }
    let mut trial = saying("hello");
    trial.input("P").input("OST / HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n");
    assert_eq!(trial.statuses(), ["200"]);
}

#[test]
fn a_beginning_alone_ends_in_silence() {
    let mut trial = saying("hello");
    trial.input("PRI * HT").eof();
    assert_eq!(trial.text(), "");
    assert!(matches!(trial.session.wants(), Wants::Close(_)));
}

#[test]
fn many_exchanges_are_open_at_once_and_each_is_woken_alone() {
    let places: Arc<Mutex<Vec<Waker>>> = Arc::default();
    let polls = Arc::new(AtomicUsize::new(0));
    let (left, counted) = (places.clone(), polls.clone());
    let mut trial = Trial::new(move |_| {
        let (left, counted) = (left.clone(), counted.clone());
        let mut is_first = true;
        Reply::later(std::future::poll_fn(move |cx| {
            counted.fetch_add(1, Ordering::Relaxed);
            if std::mem::take(&mut is_first) {
                left.lock().unwrap().push(cx.waker().clone());
                return Poll::Pending;
            }
            Poll::Ready(Response::new("later".into()))
        }))
    });
    let mut talker = Talker::new();
    let streams: Vec<_> = (0..50).map(|_| talker.request("GET", Content::None)).collect();
    talker.talk(&mut trial);
    assert_eq!(polls.load(Ordering::Relaxed), 50);
    assert!(talker.heads.is_empty());
    let wakers = std::mem::take(&mut *places.lock().unwrap());
    wakers[7].wake_by_ref();
    talker.talk(&mut trial);
    assert_eq!(polls.load(Ordering::Relaxed), 51, "nobody else was polled");
    assert_eq!(talker.heads.len(), 1);
    for waker in &wakers {
        waker.wake_by_ref();
    }
    talker.talk(&mut trial);
    assert_eq!(talker.ended.len(), 50);
    assert!(streams.iter().all(|stream| talker.text(*stream) == "later"));
}

#[test]
fn content_that_nobody_reads_shuts_its_own_window_only() {
    let (place, mut trial) = keeping();
    let mut talker = Talker::new();
    talker.talk(&mut trial);
    let window = gnezdo_core::Http2Limits::default().stream_window_bytes as usize;
    let stream = talker.request("POST", Content::Unknown);
    let mut sent = 0;
    talker.client.set_ready(&talker.now, stream, true);
    loop {
        talker.talk(&mut trial);
        let Some(grant) = talker.client.poll_send() else { break };
        talker.client.send_data(&talker.now, stream, &vec![0; grant.bytes_max], &mut talker.out);
        sent += grant.bytes_max;
        assert!(sent <= window, "more than the window");
    }
    assert_eq!(sent, window);
    let mut body = take(&place);
    while let Poll::Ready(Some(frame)) = poll(&mut body, Waker::noop()) {
        sent -= frame.unwrap().into_data().unwrap().len();
    }
    assert_eq!(sent, 0);
    talker.talk(&mut trial);
    assert!(talker.client.poll_send().is_some(), "there is room again");
}

#[test]
fn a_handler_is_dropped_with_its_stream() {
    let dropped = Arc::new(AtomicUsize::new(0));
    struct Counted(Arc<AtomicUsize>);
    impl Drop for Counted {
        fn drop(&mut self) {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }
    let counted = dropped.clone();
    let mut trial = Trial::new(move |_| {
        let counted = Counted(counted.clone());
        Reply::later(async move {
            std::future::pending::<()>().await;
            drop(counted);
            unreachable!()
        })
    });
    let mut talker = Talker::new();
    let stream = talker.request("GET", Content::None);
    talker.talk(&mut trial);
    assert_eq!(dropped.load(Ordering::Relaxed), 0);
    talker.client.reset(&talker.now, stream, gnezdo_h2::ErrorCode::CANCEL);
    talker.talk(&mut trial);
    assert_eq!(dropped.load(Ordering::Relaxed), 1);
}

#[test]
fn a_panic_stays_with_its_stream() {
    let mut trial = Trial::new(|request| {
        assert_eq!(*request.method(), http::Method::GET, "panics on purpose");
        Reply::Now(Response::new("fine".into()))
    });
    let mut talker = Talker::new();
    let bad = talker.request("DELETE", Content::None);
    let good = talker.request("GET", Content::None);
    talker.talk(&mut trial);
    assert_eq!(talker.heads, [(bad, 500), (good, 200)]);
    assert_eq!(talker.text(good), "fine");
}

#[test]
fn hints_leave_before_their_answer() {
    let link = |place: &'static str| {
        [(http::header::LINK, http::HeaderValue::from_static(place))].into_iter().collect()
    };
    let waker = Place::<Waker>::default();
    let left = waker.clone();
    let mut trial = Trial::new(move |_| {
        assert!(early_hints(link("</a>")));
        let left = left.clone();
        let mut is_first = true;
        Reply::later(std::future::poll_fn(move |cx| {
            if std::mem::take(&mut is_first) {
                early_hints(link("</b>"));
                *left.lock().unwrap() = Some(cx.waker().clone());
                return Poll::Pending;
            }
            Poll::Ready(Response::new("page".into()))
        }))
    });
    let mut talker = Talker::new();
    let stream = talker.request("GET", Content::None);
    talker.talk(&mut trial);
    let said: Vec<_> = talker.hints.iter().map(|fields| fields["link"].clone()).collect();
    assert_eq!(said, ["</a>", "</b>"]);
    assert!(talker.heads.is_empty());
    take(&waker).wake();
    talker.talk(&mut trial);
    assert_eq!((talker.heads, talker.hints.len()), (vec![(stream, 200)], 2));
}

#[test]
fn hints_leave_over_http1_too_but_not_for_http10() {
    let hinting = || {
        Trial::new(|_| {
            early_hints([(http::header::LINK, "</a>".parse().unwrap())].into_iter().collect());
            Reply::later(async { Response::new("page".into()) })
        })
    };
    let mut trial = hinting();
    trial.input(get());
    assert_eq!(trial.statuses(), ["103", "200"]);
    assert!(trial.text().starts_with("HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n"));
    let mut trial = hinting();
    trial.input("GET / HTTP/1.0\r\n\r\n");
    assert_eq!(trial.statuses(), ["200"]);
}

#[test]
fn the_end_comes_in_two_steps() {
    let (_, mut trial) = keeping();
    let mut talker = Talker::new();
    talker.request("GET", Content::None);
    talker.talk(&mut trial);
    trial.session.finish_soon();
    talker.talk(&mut trial);
    assert_eq!(trial.session.wants(), Wants::Read, "what was on its way is served");
    trial.session.finish_soon();
    talker.talk(&mut trial);
    assert_eq!(trial.session.wants(), Wants::Read, "an answer is still due");
    let stream = StreamId(1);
    talker.client.reset(&talker.now, stream, gnezdo_h2::ErrorCode::CANCEL);
    talker.talk(&mut trial);
    assert!(matches!(trial.session.wants(), Wants::Close(_)));
}

#[test]
fn large_answers_come_whole_and_in_turn() {
    let mut trial = Trial::new(|request| {
        let body = request.into_body();
        Reply::Now(Response::new(match body.length() {
            Some(0) => Body::from(vec![b'x'; 300_000]),
            _ => body,
        }))
    });
    let mut talker = Talker::new();
    let large = talker.request("GET", Content::None);
    let echo = talker.post(b"echo");
    talker.talk(&mut trial);
    assert_eq!(talker.text(large).len(), 300_000);
    assert_eq!(talker.text(echo), "echo");
    assert_eq!(talker.ended.len(), 2);
    assert_eq!(talker.gone, []);
}
