//! Answers that come in fewer octets and unpack to the same.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::io::Read;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use bytes::Bytes;
use gnezdo_core::{Body, Reply, Response, Service};
use gnezdo_web::middleware::Compression;
use gnezdo_web::{App, Chunks, Html};
use http::{HeaderMap, Method};
use http_body::{Body as _, Frame};

use crate::answers::{Answer, ask, get, request};

const CODINGS: [&str; 3] = ["br", "zstd", "gzip"];

fn page() -> String {
    "<p>the nest is a socket</p>".repeat(100)
}

fn compressed(answer: impl Fn() -> Response + Send + Sync + 'static) -> App {
    App::new().get("/", answer).wrap(Compression::new())
}

fn html(body: impl Into<Body>) -> Response {
    http::Response::builder().header("content-type", "text/html").body(body.into()).unwrap()
}

fn decode(coding: &str, coded: &[u8]) -> Vec<u8> {
    let mut content = Vec::new();
    let mut decoder: Box<dyn Read> = match coding {
        "br" => Box::new(brotli::Decompressor::new(coded, 4096)),
        "zstd" => Box::new(zstd::Decoder::new(coded).unwrap()),
        _ => Box::new(flate2::read::GzDecoder::new(coded)),
    };
    decoder.read_to_end(&mut content).unwrap();
    content
}

fn accepting(app: &App, coding: &str) -> Answer {
    get(app, &[("accept-encoding", coding)])
}

#[test]
fn a_page_is_coded_as_the_client_likes_and_is_the_same() {
    let app = App::new().get("/", || Html(page())).wrap(Compression::new());
    for coding in CODINGS {
        let answer = accepting(&app, coding);
        assert_eq!(answer.field("content-encoding"), Some(coding));
        assert_eq!(answer.field("vary"), Some("accept-encoding"));
        assert_eq!(answer.promised, Some(answer.body.len() as u64));
        assert!(answer.body.len() < 200, "{}", answer.body.len());
        assert_eq!(decode(coding, &answer.body), page().as_bytes());
    }
    assert_eq!(accepting(&app, "gzip, br;q=0.5").field("content-encoding"), Some("gzip"));
    for plain in ["", "identity", "br;q=0", "garbage"] {
        let answer = accepting(&app, plain);
        assert_eq!((answer.field("content-encoding"), answer.text()), (None, &*page()));
        assert_eq!(answer.field("vary"), Some("accept-encoding"));
    }
}

#[test]
fn fields_say_what_the_content_is_now() {
    let app = compressed(|| {
        let mut response = html(page());
        for (name, value) in
            [("etag", "\"v1\""), ("accept-ranges", "bytes"), ("content-length", "2700")]
        {
            response.headers_mut().insert(name, value.parse().unwrap());
        }
        response
    });
    let answer = accepting(&app, "br");
    assert_eq!(answer.field("etag"), Some("W/\"v1\""));
    assert_eq!(answer.field("accept-ranges"), None);
    assert_eq!(answer.field("content-length"), None);
    assert_eq!(accepting(&app, "").field("etag"), Some("\"v1\""));
}

#[test]
fn what_is_large_or_comes_in_pieces_is_coded_as_it_goes() {
    let large = || "0123456789abcdef".repeat(20_000);
    let at_hand = App::new().get("/", move || Html(large())).wrap(Compression::new());
    let pieces = App::new()
        .get("/", || {
            let lines = (0..20_000).map(|_| "0123456789abcdef");
            ([("content-type", "text/plain")], Chunks(lines))
        })
        .wrap(Compression::new());
    for app in [at_hand, pieces] {
        for coding in CODINGS {
            let answer = accepting(&app, coding);
            assert_eq!((answer.field("content-encoding"), answer.promised), (Some(coding), None));
            assert!(answer.body.len() < 4_000, "{coding} {}", answer.body.len());
            assert_eq!(decode(coding, &answer.body), large().as_bytes());
        }
    }
}

/// Content of which each piece has to be waited for, with fields at its end.
struct Slow(VecDeque<Option<Frame<Bytes>>>);

impl http_body::Body for Slow {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        match self.0.pop_front() {
            Some(None) => Poll::Pending,
            Some(Some(frame)) => Poll::Ready(Some(Ok(frame))),
            None => Poll::Ready(None),
        }
    }
}

#[test]
fn what_has_come_is_sent_before_the_next_piece_is_waited_for() {
    let frames = || {
        let trailers = HeaderMap::from_iter([("x-sum".parse().unwrap(), "1".parse().unwrap())]);
        let frames = [
            Some(Frame::data(Bytes::from("first "))),
            None,
            None,
            Some(Frame::data(Bytes::from("second"))),
            Some(Frame::trailers(trailers)),
        ];
        html(Body::stream(Slow(frames.into())))
    };
    for coding in CODINGS {
        let request = request(Method::GET, "/", &[("accept-encoding", coding)]);
        let Reply::Now(response) = compressed(frames).call(request) else { panic!() };
        let mut body = response.into_body();
        let mut cx = Context::from_waker(Waker::noop());
        let mut poll = || Pin::new(&mut body).poll_frame(&mut cx).map(|f| f.map(Result::unwrap));
        let Poll::Ready(Some(frame)) = poll() else { panic!("{coding}: nothing was flushed") };
        let mut coded = frame.into_data().unwrap().to_vec();
        let mut start = [0; 6];
        match coding {
            "br" => brotli::Decompressor::new(&*coded, 64).read_exact(&mut start).unwrap(),
            "zstd" => zstd::Decoder::new(&*coded).unwrap().read_exact(&mut start).unwrap(),
            _ => flate2::read::GzDecoder::new(&*coded).read_exact(&mut start).unwrap(),
        }
        assert_eq!(&start, b"first ");
        assert!(poll().is_pending(), "{coding}");
        while let Poll::Ready(Some(frame)) = poll() {
            match frame.into_data() {
                Ok(data) => coded.extend_from_slice(&data),
                Err(trailers) => assert_eq!(trailers.into_trailers().unwrap()["x-sum"], "1"),
            }
        }
        assert_eq!(decode(coding, &coded), b"first second");
        assert!(matches!(poll(), Poll::Ready(None)));
    }
}

#[test]
fn something_comes_out_of_an_endless_body_in_one_turn() {
    struct Zeros;
    impl http_body::Body for Zeros {
        type Data = Bytes;
        type Error = Infallible;

        fn poll_frame(
            self: Pin<&mut Self>,
            _: &mut Context<'_>,
        ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
            Poll::Ready(Some(Ok(Frame::data(Bytes::from_static(&[0; 1_000])))))
        }
    }
    for coding in CODINGS {
        let request = request(Method::GET, "/", &[("accept-encoding", coding)]);
        let app = compressed(|| html(Body::stream(Zeros)));
        let Reply::Now(response) = app.call(request) else { panic!() };
        let mut body = response.into_body();
        let mut cx = Context::from_waker(Waker::noop());
        for _ in 0..2 {
            let polled = Pin::new(&mut body).poll_frame(&mut cx);
            let Poll::Ready(Some(Ok(frame))) = polled else { panic!("{coding}") };
            assert!(frame.data_ref().is_some_and(|data| !data.is_empty()));
        }
    }
}

#[test]
fn a_body_that_breaks_off_breaks_off_coded() {
    struct Broken(u8);
    impl http_body::Body for Broken {
        type Data = Bytes;
        type Error = std::io::Error;

        fn poll_frame(
            mut self: Pin<&mut Self>,
            _: &mut Context<'_>,
        ) -> Poll<Option<Result<Frame<Bytes>, std::io::Error>>> {
            self.0 += 1;
            Poll::Ready(Some(match self.0 {
                1 => Ok(Frame::data(Bytes::from("a"))),
                _ => Err(std::io::Error::other("gone")),
            }))
        }
    }
    let request = request(Method::GET, "/", &[("accept-encoding", "gzip")]);
    let app = compressed(|| html(Body::stream(Broken(0))));
    let Reply::Now(response) = app.call(request) else { panic!() };
    let collected = http_body_util::BodyExt::collect(response.into_body());
    assert!(crate::answers::wait(collected).is_err());
}

#[test]
fn what_is_small_enough_is_coded_at_once_and_has_a_length() {
    for (bytes, is_at_once) in [(64 * 1024, true), (64 * 1024 + 1, false)] {
        let app = App::new().get("/", move || Html("a".repeat(bytes))).wrap(Compression::new());
        let answer = accepting(&app, "br");
        assert_eq!(answer.promised.is_some(), is_at_once, "{bytes}");
        assert_eq!(decode("br", &answer.body).len(), bytes);
    }
}

#[test]
fn head_says_what_get_would() {
    let app = App::new()
        .get("/", || Html(page()))
        .get("/large", || Html("a".repeat(100_000)))
        .wrap(Compression::new());
    for target in ["/", "/large"] {
        let fields = [("accept-encoding", "br")];
        let get = ask(&app, request(Method::GET, target, &fields));
        let head = ask(&app, request(Method::HEAD, target, &fields));
        assert_eq!((get.headers, get.promised), (head.headers, head.promised), "{target}");
    }
}

#[test]
fn what_cannot_be_coded_stays_as_it_is() {
    // No octet of it says anything of the next.
    let noise: Vec<u8> = (0..1_000_u64)
        .flat_map(|n| n.wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(23).to_le_bytes())
        .collect();
    let content = noise.clone();
    let app = compressed(move || html(content.clone()));
    let answer = accepting(&app, "gzip");
    assert_eq!((answer.field("content-encoding"), &answer.body), (None, &noise));
    assert_eq!(answer.field("vary"), Some("accept-encoding"));
}

#[test]
fn what_was_prepared_and_is_small_stays_prepared() {
    let app = App::new().get("/", || "constant").wrap(Compression::new());
    let reply = app.call(request(Method::GET, "/", &[("accept-encoding", "br")]));
    assert!(matches!(reply, Reply::Ready(_)));
}

#[test]
fn problems_are_coded_as_any_other_answer() {
    let app = App::new().wrap(Compression::new().bytes_min(1));
    let answer = get(&app, &[("accept-encoding", "gzip"), ("accept", "text/html")]);
    assert_eq!((answer.status, answer.field("content-encoding")), (404, Some("gzip")));
    assert!(decode("gzip", &answer.body).starts_with(b"<!doctype html>"));
}
