//! The client for tests asks as a client over the wire would.

// Handlers own their arguments.
#![allow(clippy::needless_pass_by_value)]

use std::net::SocketAddr;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use gnezdo_core::{Body, BodyError, ConnectionInfo, Glance, Reply, Request, Response, Service};
use gnezdo_web::{App, ClientAddress, Form, Json, Query, Redirect, TestClient};
use http::{HeaderMap, Method, StatusCode};
use serde::{Deserialize, Serialize};

#[derive(Debug, Deserialize, PartialEq, Serialize)]
struct Search {
    manufactory: String,
    ram: Range,
    tags: Vec<String>,
}

#[derive(Debug, Deserialize, PartialEq, Serialize)]
struct Range {
    from: u32,
    to: Option<u32>,
}

fn search() -> Search {
    Search {
        manufactory: "Lenovo & Söhne".into(),
        ram: Range { from: 8, to: None },
        tags: vec!["a".into(), "b=c".into()],
    }
}

/// What a panic says.
fn panic_of(test: impl FnOnce()) -> String {
    let panicked = catch_unwind(AssertUnwindSafe(test)).expect_err("nothing panicked");
    let constant = panicked.downcast_ref::<&str>().map(|text| (*text).to_owned());
    constant.or_else(|| panicked.downcast_ref::<String>().cloned()).expect("a text")
}

/// Tells how it was asked.
struct Echo;

impl Service for Echo {
    fn call(&self, request: Request) -> Reply {
        let fields = request.headers().iter();
        let fields =
            fields.map(|(n, v)| format!("{n}: {}\n", String::from_utf8_lossy(v.as_bytes())));
        let info = request.extensions().get::<ConnectionInfo>().unwrap();
        let (method, uri, fields) = (request.method(), request.uri(), fields.collect::<String>());
        let text = format!("{method} {uri} {} {}\n{fields}", info.scheme, info.peer.unwrap());
        let mut response = Response::new(Body::from(text));
        let content = request.into_body().length().unwrap_or(0);
        response.headers_mut().insert("x-content", content.into());
        Reply::Now(response)
    }
}

#[test]
fn a_request_says_what_it_was_told() {
    let client = TestClient::new(Echo);
    let answer = client
        .request(Method::from_bytes(b"PURGE").unwrap(), "/a?b=1")
        .query(&[("c", "d e"), ("b", "2")])
        .header("X-Name", "é")
        .header("x-name", "2")
        .basic_auth("Aladdin", "open sesame")
        .cookie("a", "1")
        .cookie("b", "2")
        .body("four")
        .send();
    assert_eq!(
        answer.text(),
        "PURGE /a?b=1&c=d+e&b=2 http 127.0.0.1:49152\n\
         x-name: é\nx-name: 2\nauthorization: Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==\n\
         host: localhost\ncontent-length: 4\ncookie: a=1; b=2\n"
    );
    assert_eq!(answer.header("x-content"), Some("4"));
    let peer: SocketAddr = "[2001:db8::1]:7".parse().unwrap();
    let client = client.https().host("shop.test").from(peer);
    let answer = client.options("*").bearer_auth("t").send();
    assert_eq!(
        answer.text(),
        "OPTIONS * https [2001:db8::1]:7\nauthorization: Bearer t\nhost: shop.test\n"
    );
    let answer = client.get("http://a.test:81").host("b.test").from(([10, 0, 0, 1], 1).into());
    assert_eq!(answer.send().text(), "GET / http 10.0.0.1:1\nhost: b.test\n");
}

#[test]
fn values_arrive_as_they_were_sent() {
    let app = App::new()
        .get("/", |Query(search): Query<Search>| Json(search))
        .post("/form", |Form(search): Form<Search>| Json(search))
        .post("/json", |Json(search): Json<Search>| Json(search))
        .get("/from", |ClientAddress(address): ClientAddress| address.to_string());
    let client = TestClient::new(app);
    for answer in [
        client.get("/").query(&search()).send(),
        client.post("/form").form(&search()).send(),
        client.post("/json").json(&search()).send(),
    ] {
        assert_eq!(answer.json::<Search>(), search());
    }
    let pairs = [("manufactory", "x"), ("ram[from]", "8"), ("tags", "a")];
    assert_eq!(client.post("/form").form(&pairs).send().json::<Search>().tags, ["a"]);
    assert_eq!(client.get("/from").send().text(), "127.0.0.1:49152");
}

#[test]
fn a_plain_request_is_shown_at_a_glance() {
    struct Both;
    impl Service for Both {
        fn call(&self, _: Request) -> Reply {
            Reply::Now(Response::new(Body::from("called")))
        }
        fn can_glance(&self) -> bool {
            true
        }
        fn glance(&self, request: Glance<'_>) -> Option<Reply> {
            let mut is_asked = false;
            request.each_field(&mut |name, value| {
                is_asked |= name == b"x-glance" && value == b"yes";
                true
            });
            assert_eq!((request.path(), request.query()), ("/a", Some("b")));
            is_asked.then(|| Reply::Now(Response::new(Body::from("glanced"))))
        }
    }
    let client = TestClient::new(Both);
    let get = || client.get("/a?b");
    assert_eq!(get().header("x-glance", "yes").send().text(), "glanced");
    assert_eq!(get().send().text(), "called");
    assert_eq!(get().header("x-glance", "yes").body("content").send().text(), "called");
    assert_eq!(client.post("/a?b").header("x-glance", "yes").send().text(), "called");
}

fn login() -> ([(&'static str, &'static str); 1], Redirect) {
    ([("set-cookie", "session=s1; Path=/; HttpOnly")], Redirect::to("/home?first"))
}

fn cookies(fields: HeaderMap) -> String {
    fields.get("cookie").map(|v| v.to_str().unwrap().to_owned()).unwrap_or_default()
}

#[test]
fn cookies_are_kept_and_forgotten() {
    let app = App::new()
        .post("/login", login)
        .post("/logout", || ([("set-cookie", "session=; Path=/; Max-Age=0")], "bye"))
        .get("/home", cookies);
    let client = TestClient::new(app);
    let answer = client.post("/login").send();
    assert_eq!(
        (answer.status(), answer.header("location")),
        (StatusCode::SEE_OTHER, Some("/home?first"))
    );
    assert_eq!(answer.cookie("session").unwrap().http_only(), Some(true));
    assert_eq!(client.cookie("session").as_deref(), Some("s1"));
    assert_eq!(client.get("/home").send().text(), "session=s1");
    assert_eq!(client.get("/home").cookie("session", "s2").send().text(), "session=s2");
    assert_eq!(client.clone().get("/home").send().text(), "session=s1");
    assert_eq!(client.get("/home").host("other.test").send().text(), "");
    client.post("/logout").send();
    assert_eq!(client.get("/home").send().text(), "");
    assert_eq!(client.post("/login").follow_redirects().send().text(), "session=s1");
    client.forget_cookies();
    assert_eq!(client.cookie("session"), None);
}

#[test]
fn redirects_are_followed_with_the_right_request() {
    let app = App::new()
        .post("/see-other", || Redirect::to("end"))
        .post("/temporary", || Redirect::temporary("/end"))
        .get("/elsewhere", || Redirect::to("https://other.test/end"))
        .get("/loop", || Redirect::to("/loop"))
        .get("/end", |fields: HeaderMap| fields["host"].to_str().unwrap().to_owned())
        .post("/end", |content: String| content);
    let client = TestClient::new(app);
    let post = |target: &str| client.post(target).follow_redirects().body("content");
    assert_eq!(post("/see-other").send().text(), "localhost");
    assert_eq!(post("/temporary").send().text(), "content");
    assert_eq!(client.get("/elsewhere").follow_redirects().send().text(), "other.test");
    assert_eq!(client.post("/temporary").body("content").send().status(), 307);
    let text = panic_of(|| drop(client.get("/loop").follow_redirects().send()));
    assert_eq!(text, "more than 10 redirects, the last to /loop");
    let stream = Body::stream(http_body_of("content"));
    let text = panic_of(|| drop(post("/temporary").body(stream).send()));
    assert_eq!(text, "a redirect asks for the content again, which was a stream");
}

/// A body that gives its text in one piece, without saying so before.
fn http_body_of(
    text: &'static str,
) -> impl http_body::Body<Data = bytes::Bytes, Error = BodyError> {
    let (sender, body) = gnezdo_core::channel(None);
    sender.send(text.into());
    sender.finish(None);
    body
}

#[test]
fn an_answer_has_the_content_that_goes_over_the_wire() {
    let app = App::new()
        .get("/", || "text")
        .get("/later", || async { "later" })
        .get("/none", || StatusCode::NOT_MODIFIED)
        .get("/stream", || Body::stream(http_body_of("stream")))
        .get("/broken", || {
            let (sender, body) = gnezdo_core::channel(Some(9));
            sender.send("begin".into());
            sender.fail(BodyError::TimedOut);
            body
        });
    let client = TestClient::new(app);
    let head = client.head("/").send();
    assert_eq!(
        (head.text().as_str(), head.header("content-type")),
        ("", Some("text/plain; charset=utf-8"))
    );
    assert_eq!(client.get("/later").send().text(), "later");
    assert_eq!(client.get("/none").send().bytes(), "");
    assert_eq!(client.get("/stream").send().text(), "stream");
    let broken = client.get("/broken").send();
    assert!(matches!(broken.broken_off(), Some(BodyError::TimedOut)));
    assert!(panic_of(|| drop(broken.bytes())).ends_with("\n\nbegin"));
}

#[test]
fn what_a_test_gets_wrong_is_told_with_the_content() {
    let app = App::new().get("/", || "no number").get("/never", std::future::pending::<()>);
    let client = TestClient::new(app.clone());
    let text = panic_of(|| drop(client.get("/").send().json::<Search>()));
    assert!(text.contains("no such value") && text.ends_with("\n\nno number"), "{text}");
    let impatient = client.clone().answer_time_max(Duration::from_millis(1));
    let text = panic_of(|| drop(impatient.get("/never").send()));
    assert_eq!(text, "no answer to GET /never within 1ms");
    assert!(panic_of(|| drop(client.get("index"))).contains("a path starts with a slash"));
    let text = panic_of(|| drop(TestClient::new(app.get("/", || "again"))));
    assert!(text.starts_with("the app cannot start: "), "{text}");
}

#[test]
fn the_content_of_an_answer_is_bounded() {
    let client = TestClient::new(App::new().get("/", || "12345678"));
    assert_eq!(client.clone().content_bytes_max(8).get("/").send().text(), "12345678");
    let text = panic_of(|| drop(client.content_bytes_max(7).get("/").send()));
    assert_eq!(text, "the answer has more than 7 bytes of content");
}

#[test]
fn a_request_can_be_awaited() {
    let client = TestClient::new(App::new().get("/inner", || "inner"));
    let inner = client.clone();
    let outer = TestClient::new(App::new().get("/", move || {
        let inner = inner.clone();
        async move { inner.get("/inner").await.text() }
    }));
    assert_eq!(outer.get("/").send().text(), "inner");
}
