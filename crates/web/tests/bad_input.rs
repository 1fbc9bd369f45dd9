//! Bad input gets a clear answer: a problem of the 4xx kind that says what is wrong, never a panic,
//! never 500, and never more work than the limits allow.

// Handlers own their arguments.
#![allow(clippy::needless_pass_by_value)]

use std::collections::HashMap;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use bytes::Bytes;
use gnezdo_core::{Body, BodyError};
use gnezdo_web::fields::QueryLimits;
use gnezdo_web::{
    App, Form, Json, Multipart, Params, Path, Query, Redirect, TestClient, TestResponse,
};
use http::StatusCode;
use http_body::{Frame, SizeHint};
use serde::Deserialize;
use serde_json::Value;

/// What a form or a query may have.
#[derive(Debug, Deserialize)]
#[allow(dead_code)]
struct Order {
    name: String,
    count: u8,
    ram: Option<Range>,
    #[serde(default)]
    tags: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[allow(dead_code)]
struct Range {
    from: u32,
}

async fn uploaded(mut form: Multipart) -> Result<String, gnezdo_web::Rejection> {
    let mut bytes = 0;
    while let Some(field) = form.next_field().await? {
        bytes += field.bytes().await?.len();
    }
    Ok(bytes.to_string())
}

fn client() -> TestClient {
    let app = App::new()
        .get("/user/{id:int}", |Path(id): Path<u8>| id.to_string())
        .get("/name/{name}", |Path(name): Path<String>| name)
        .get("/params/{name}", |params: Params| params.get("name").unwrap_or_default().into_owned())
        .get("/query", |Query(order): Query<Order>| format!("{order:?}"))
        .get("/any", |Query(fields): Query<HashMap<String, String>>| fields.len().to_string())
        .post("/form", |Form(order): Form<Order>| format!("{order:?}"))
        .post("/json", |Json(order): Json<Order>| format!("{order:?}"))
        .post("/value", |Json(_): Json<Value>| "value")
        .post("/text", |text: String| text)
        .post("/bytes", |content: Bytes| content)
        .post("/upload", uploaded)
        .get("/go", |Query(to): Query<HashMap<String, String>>| Redirect::to(&to["to"]))
        .get("/local", |Query(to): Query<HashMap<String, String>>| Redirect::local(&to["to"]))
        .get("/field", |Query(to): Query<HashMap<String, String>>| {
            ([("x-name", to["to"].clone())], "content")
        });
    TestClient::new(app)
}

/// The problem that an answer is, of this status; what it says.
#[track_caller]
fn problem(answer: &TestResponse, status: u16) -> Value {
    assert_eq!(answer.status(), status, "{answer:?}");
    assert_eq!(answer.header("content-type"), Some("application/problem+json"), "{answer:?}");
    let problem: Value = answer.json();
    assert_eq!(problem["status"], status);
    assert!(!problem["title"].as_str().unwrap().is_empty());
    problem
}

/// The same, with a detail that has this in it, and that has nothing of the program in it.
#[track_caller]
fn refused(answer: &TestResponse, status: u16, detail: &str) {
    let problem = problem(answer, status);
    let found = problem["detail"].as_str().unwrap_or_default();
    assert!(found.contains(detail), "{found:?} does not say {detail:?}");
    let text = answer.text();
    for inside in ["Order", "serde", "multer", "gnezdo", "src/", "panicked"] {
        assert!(!text.contains(inside), "{inside}: {text}");
    }
}

/// The paths of the fields that are named as wrong.
#[track_caller]
fn wrong_fields(answer: &TestResponse, status: u16) -> Vec<String> {
    let problem = problem(answer, status);
    let errors = problem["errors"].as_array().expect("fields that are wrong").iter();
    errors.map(|error| error["path"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn percent_coding_of_paths() {
    let client = client();
    for path in ["/name/%", "/name/%4", "/name/%zz", "/name/%%41", "/name/%FF", "/name/%C0%AF"] {
        refused(&client.get(path).send(), 400, "the path is not UTF-8 in percent-coding");
    }
    // An unpaired half of a character, and one that is coded longer than it has to be.
    for path in ["/name/%ED%A0%80", "/name/%E0%80%AF", "/params/%F8%88%80%80%80"] {
        refused(&client.get(path).send(), 400, "the path is not UTF-8 in percent-coding");
    }
    assert_eq!(client.get("/name/%2e%2E%2f").send().text(), "../");
    assert_eq!(client.get("/params/%D0%B3").send().text(), "г");
}

#[test]
fn parameters_that_do_not_fit_name_nothing() {
    let client = client();
    let huge = format!("/user/{}", "9".repeat(10_000));
    for path in ["/user/256", "/user/-1", "/user/+1", "/user/1e1", "/user/%D9%A1", &huge] {
        problem(&client.get(path).send(), 404);
    }
    assert_eq!(client.get("/user/255").send().text(), "255");
}

#[test]
fn queries_that_cannot_be_read() {
    let client = client();
    for (query, detail) in [
        ("name=%", "'%' at octet 5 is not followed by two hexadecimal digits"),
        ("name=%4", "'%' at octet 5"),
        ("name=%zz", "'%' at octet 5"),
        ("%=1", "'%' at octet 0"),
        ("name=%ff", "is not UTF-8"),
        ("name=%C0%AF", "is not UTF-8"),
        ("ram[from=1", "a '[' without a ']'"),
        ("ram]from[=1", "a ']' without a '['"),
        ("ram[[from]]=1", "a '[' within brackets"),
        ("[from]=1", "nothing before a bracket"),
        ("a[b][c][d][e][f][g]=1", "nested more than 5 deep"),
        ("name=a&name[b]=c&count=1", ""),
    ] {
        let target = format!("/query?{query}");
        refused(&client.get(&target).send(), 400, detail);
        let form = client.post("/form").header("content-type", "application/x-www-form-urlencoded");
        refused(&form.body(query).send(), 400, detail);
    }
}

#[test]
fn queries_that_do_not_fit_name_all_fields() {
    let client = client();
    let answer = client.get("/query?count=many&ram[from]=-1").send();
    let mut fields = wrong_fields(&answer, 400);
    fields.sort();
    assert_eq!(fields, ["count", "name", "ram.from"]);
    let form = client.post("/form").form(&[("count", "256"), ("ram[from]", "x"), ("name", "a")]);
    let mut fields = wrong_fields(&form.send(), 422);
    fields.sort();
    assert_eq!(fields, ["count", "ram.from"]);
}

#[test]
fn parameters_that_are_repeated() {
    let client = client();
    let answer = client.get("/query?name=a&name=b&count=1").send();
    assert_eq!(wrong_fields(&answer, 400), ["name"]);
    let answer = client.get("/query?name=a&count=1&count=2").send();
    assert_eq!(wrong_fields(&answer, 400), ["count"]);
    let answer = client.post("/form").form(&[("name", "a"), ("name", "b"), ("count", "1")]).send();
    assert_eq!(wrong_fields(&answer, 422), ["name"]);
    // Where there may be several, all are there.
    let answer = client.get("/query?name=a&count=1&tags=x&tags=y").send();
    assert!(answer.text().contains(r#"tags: ["x", "y"]"#), "{answer:?}");
    let answer = client.post("/json").header("content-type", "application/json");
    let answer = answer.body(r#"{"name": "a", "name": "b", "count": 1}"#).send();
    assert_eq!(wrong_fields(&answer, 422), ["name"]);
}

#[test]
fn thousands_of_fields() {
    let client = client();
    let fields = |count: usize| {
        let fields: Vec<String> = (0..count).map(|number| format!("f{number}=1")).collect();
        fields.join("&")
    };
    let ask = |query: &str| client.get(&format!("/any?{query}")).send();
    assert_eq!(ask(&fields(1_000)).text(), "1000");
    refused(&ask(&fields(1_001)), 400, "more than 1000 fields");
    let start = Instant::now();
    let form = client.post("/form").header("content-type", "application/x-www-form-urlencoded");
    refused(&form.body(fields(100_000)).send(), 400, "more than 1000 fields");
    // Fields with the same name, which would be compared with each other.
    let same = client.post("/form").header("content-type", "application/x-www-form-urlencoded");
    problem(&same.body("name=a&".repeat(1_000)).send(), 422);
    assert!(start.elapsed() < Duration::from_secs(10));
    // The limit is the app's to choose.
    let limits = QueryLimits { fields_max: 2, ..QueryLimits::default() };
    let any = |Query(fields): Query<HashMap<String, String>>| fields.len().to_string();
    let client = TestClient::new(App::new().state(limits).get("/", any));
    assert_eq!(client.get("/?a=1&b=2").send().text(), "2");
    refused(&client.get("/?a=1&b=2&c=3").send(), 400, "more than 2 fields");
}

#[test]
fn json_that_cannot_be_read() {
    let client = client();
    let send = |content: &[u8]| {
        let request = client.post("/json").header("content-type", "application/json");
        request.body(Bytes::copy_from_slice(content)).send()
    };
    for (content, detail) in [
        (&b""[..], "line 1"),
        (b"{", "line 1"),
        (b"{\"name\": \"a\",}", "line 1"),
        (b"{'name': 'a'}", "line 1"),
        (b"{\"name\": \"a\", \"count\": 1} x", "line 1"),
        (b"{\"name\": \"a\", \"count\": 01}", "line 1"),
        (b"{\"name\": \"a\", \"count\": NaN}", "line 1"),
        (b"{\"name\": \"\\ud800\", \"count\": 1}", "line 1"),
        (b"{\"name\": \"a\nb\", \"count\": 1}", "line "),
        (b"{\"name\": \"\xff\", \"count\": 1}", "is not UTF-8"),
        (b"\xef\xbb\xbf{\"name\": \"a\", \"count\": 1}", "a byte order mark is not allowed"),
    ] {
        refused(&send(content), 400, detail);
    }
    refused(&send(b"{\"name\": \"a\", \"count\": 1e400}"), 400, "number out of range");
    let mut fields = wrong_fields(&send(b"{\"count\": 256, \"ram\": {\"from\": \"8\"}}"), 422);
    fields.sort();
    assert_eq!(fields, ["count", "name", "ram.from"]);
    for content in [&b"null"[..], b"[]", b"7", b"\"text\""] {
        problem(&send(content), 422);
    }
}

#[test]
fn json_that_is_deep_or_huge() {
    let client = client();
    let send = |content: String| {
        client.post("/value").header("content-type", "application/json").body(content).send()
    };
    let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    assert_eq!(send(nested(127)).text(), "value");
    refused(&send(nested(128)), 400, "nested more than 127 deep");
    for content in ["[".repeat(1_000_000), "{\"a\":".repeat(300_000)] {
        refused(&send(content), 400, "nested more than 127 deep");
    }
    // 2 MiB is the app's limit on content.
    let text = |bytes: usize| format!("\"{}\"", "x".repeat(bytes - 2));
    assert_eq!(send(text(2 * 1024 * 1024)).text(), "value");
    let limit = "more than 2097152 bytes";
    refused(&send(text(2 * 1024 * 1024 + 1)), 413, limit);
    let stream = Announced::nothing(text(2 * 1024 * 1024 + 1));
    let request = client.post("/value").header("content-type", "application/json");
    refused(&request.body(Body::stream(stream)).send(), 413, limit);
}

#[test]
fn json_with_many_faults_is_told_in_time() {
    let client = client();
    let start = Instant::now();
    let many = format!("[{}]", "{\"a\":[]},".repeat(100_000) + "0");
    let request = client.post("/json").header("content-type", "application/json");
    problem(&request.body(many).send(), 422);
    assert!(start.elapsed() < Duration::from_secs(10));
}

#[test]
fn a_wrong_content_type() {
    let client = client();
    for (path, expected) in [
        ("/json", "application/json"),
        ("/form", "application/x-www-form-urlencoded"),
        ("/upload", "multipart/form-data"),
    ] {
        for found in ["text/plain", "application/jsonp", "x", "", "application/json;", ";;;", "é"]
        {
            if path == "/json" && found == "application/json;" {
                continue;
            }
            let request = client.post(path).header("content-type", found).body("{}");
            refused(&request.send(), 415, expected);
        }
        refused(&client.post(path).body("{}").send(), 415, "no type");
    }
    let answer = client.post("/upload").header("content-type", "multipart/form-data").body("--");
    refused(&answer.send(), 415, "boundary");
}

#[test]
fn content_that_is_no_text() {
    let client = client();
    for octets in [&b"\xff"[..], b"a\xc0\xaf", b"\xed\xa0\x80"] {
        let octets = Bytes::from_static(octets);
        refused(&client.post("/text").body(octets.clone()).send(), 400, "not UTF-8");
        assert_eq!(client.post("/bytes").body(octets.clone()).send().bytes(), octets);
        let form = client.post("/form").header("content-type", "application/x-www-form-urlencoded");
        refused(&form.body(octets).send(), 400, "not UTF-8");
    }
}

/// A body that says how long it is, and is not.
struct Announced {
    content: Option<Bytes>,
    length: Option<u64>,
}

impl Announced {
    fn nothing(content: impl Into<Bytes>) -> Self {
        Self { content: Some(content.into()), length: None }
    }

    fn length(length: u64, content: impl Into<Bytes>) -> Self {
        Self { content: Some(content.into()), length: Some(length) }
    }
}

impl http_body::Body for Announced {
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        Poll::Ready(self.content.take().map(|content| Ok(Frame::data(content))))
    }

    fn size_hint(&self) -> SizeHint {
        self.length.map(SizeHint::with_exact).unwrap_or_default()
    }
}

/// Each way to take content, with content that would do.
const TAKEN: [(&str, &str, &str); 5] = [
    ("/json", "application/json", "{\"name\":\"a\",\"count\":1}"),
    ("/form", "application/x-www-form-urlencoded", "name=a&count=1"),
    (
        "/upload",
        "multipart/form-data; boundary=B",
        "--B\r\nContent-Disposition: x; name=a\r\n\r\n1\r\n--B--",
    ),
    ("/text", "text/plain", "text"),
    ("/bytes", "application/octet-stream", "bytes"),
];

#[test]
fn a_body_that_stops_half_way() {
    let client = client();
    for (path, content_type, content) in TAKEN {
        let post = || client.post(path).header("content-type", content_type);
        assert_eq!(post().body(content).send().status(), 200, "{path}");
        for (error, status, detail) in [
            (BodyError::Truncated, 400, "broke off before its end"),
            (BodyError::TimedOut, 408, "did not come in time"),
            (BodyError::TooLarge, 413, "too large"),
        ] {
            let (sender, body) = gnezdo_core::channel(None);
            sender.send(content[..content.len() / 2].into());
            sender.fail(error);
            refused(&post().body(body).send(), status, detail);
        }
        // Nobody said anything; the peer has gone.
        let (sender, body) = gnezdo_core::channel(Some(content.len() as u64));
        sender.send(content[..1].into());
        drop(sender);
        refused(&post().body(body).send(), 400, "broke off before its end");
    }
}

#[test]
fn a_length_that_lies() {
    let client = client();
    for (path, content_type, content) in TAKEN {
        let post = |length: u64| {
            let body = Body::stream(Announced::length(length, content));
            client.post(path).header("content-type", content_type).body(body).send()
        };
        let length = content.len() as u64;
        assert_eq!(post(length).status(), 200, "{path}");
        // What is refused for its length is not read.
        let limit = if path == "/upload" { "33554432 bytes" } else { "2097152 bytes" };
        refused(&post(u64::MAX), 413, limit);
        if path != "/upload" {
            refused(&post(length + 1), 400, "broke off before its end");
            refused(&post(length - 1), 400, "longer than it says");
        }
    }
}

#[test]
fn fields_cannot_be_smuggled_into_answers() {
    let client = client();
    let injected = "%0d%0aSet-Cookie:%20a=b%0d%0a%0d%0a%3Cscript%3E";
    for path in ["/go", "/local"] {
        for to in [injected, &format!("/a{injected}"), "%0a", "%00", "%e2%80%a8", "/%0d"] {
            let answer = client.get(&format!("{path}?to={to}")).send();
            assert_eq!(answer.status(), StatusCode::SEE_OTHER);
            assert!(answer.header("set-cookie").is_none());
            let location = answer.header("location").unwrap();
            assert!(location.bytes().all(|octet| octet.is_ascii_graphic()), "{location:?}");
        }
    }
    for elsewhere in ["//evil.test", "https://evil.test", "/%5cevil.test", "javascript:alert(1)"] {
        let answer = client.get(&format!("/local?to={elsewhere}")).send();
        assert_eq!(answer.header("location"), Some("/"), "{elsewhere}");
    }
    // A field with a line break is a fault of the handler that lets it through; it is not sent.
    let answer = client.get(&format!("/field?to={injected}")).send();
    assert_eq!((answer.status().as_u16(), answer.header("x-name")), (500, None));
    assert!(answer.header("set-cookie").is_none());
}

#[test]
fn pages_about_bad_input_are_escaped() {
    let client = client();
    let answer = client.get("/query?%3Cscript%3E%5B=1").header("accept", "text/html").send();
    assert_eq!(answer.status(), 400);
    assert_eq!(answer.header("content-type"), Some("text/html; charset=utf-8"));
    assert!(!answer.text().contains("<script>"), "{answer:?}");
    let post = client.post("/json").header("accept", "text/html");
    let answer = post.header("content-type", "<script>alert(1)</script>").body("{}").send();
    assert_eq!(answer.status(), 415);
    assert!(!answer.text().contains("<script>"), "{answer:?}");
}
