//! Forms with files: what arrives, what is refused and when, and what is left on the disk.

// Handlers own their arguments.
#![allow(clippy::needless_pass_by_value)]

use std::collections::VecDeque;
use std::convert::Infallible;
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};

use bytes::Bytes;
use gnezdo_core::{Body, BodyError};
use gnezdo_web::{
    App, Multipart, MultipartLimits, Problem, Rejection, State, TestClient, TestResponse, post,
};
use http_body::Frame;
use serde::Deserialize;

const TYPE: &str = "multipart/form-data; boundary=B";

/// Tells each part: its name, the name of the file, the type, the size and the content.
async fn parts(mut form: Multipart) -> Result<String, Problem> {
    let mut seen = String::new();
    while let Some(field) = form.next_field().await? {
        let kind = field.content_type().unwrap_or("-").to_owned();
        let head = format!("{} {} {kind}", field.name(), field.file_name().unwrap_or("-"));
        let content = field.bytes().await?;
        seen += &format!("{head} {} {}\n", content.len(), content.escape_ascii());
    }
    Ok(seen)
}

/// Reads nothing of the parts, and tells their names.
async fn skipped(mut form: Multipart) -> Result<String, Problem> {
    let mut names = Vec::new();
    while let Some(field) = form.next_field().await? {
        names.push(field.name().to_owned());
    }
    Ok(names.join(","))
}

fn app() -> App {
    App::new().post("/", parts).post("/skip", skipped)
}

fn client_with(limits: MultipartLimits) -> TestClient {
    TestClient::new(app().state(limits))
}

fn client() -> TestClient {
    TestClient::new(app())
}

/// A body in pieces that come one after the other, and of which it counts how many were taken.
struct Pieces {
    left: VecDeque<Bytes>,
    taken: Arc<AtomicUsize>,
    is_waiting: bool,
    end: Option<BodyError>,
}

impl http_body::Body for Pieces {
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        self.is_waiting = !self.is_waiting;
        if self.is_waiting {
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        let Some(piece) = self.left.pop_front() else {
            return Poll::Ready(self.end.take().map(Err));
        };
        self.taken.fetch_add(1, Ordering::Relaxed);
        Poll::Ready(Some(Ok(Frame::data(piece))))
    }
}

fn pieces(content: &[u8], size: usize) -> Pieces {
    let left = content.chunks(size).map(Bytes::copy_from_slice).collect();
    Pieces { left, taken: Arc::default(), is_waiting: false, end: None }
}

fn send(client: &TestClient, target: &str, body: impl Into<Body>) -> TestResponse {
    client.post(target).header("content-type", TYPE).body(body).send()
}

/// Status and content for a body that comes whole, and in pieces of every size: always the same.
fn outcome(client: &TestClient, target: &str, content: &str) -> (u16, String) {
    let seen = |answer: TestResponse| (answer.status().as_u16(), answer.text());
    let whole = seen(send(client, target, content.to_owned()));
    for size in [1, 2, 3, 7, 64, 1_000] {
        let stream = Body::stream(pieces(content.as_bytes(), size));
        assert_eq!(seen(send(client, target, stream)), whole, "in pieces of {size}");
    }
    whole
}

/// The text of the refusal, with its status.
fn refusal(client: &TestClient, target: &str, content: &str) -> (u16, String) {
    let (status, text) = outcome(client, target, content);
    let problem: serde_json::Value = serde_json::from_str(&text).expect(&text);
    (status, problem["detail"].as_str().unwrap_or_default().to_owned())
}

fn part(name: &str, content: &str) -> String {
    format!("--B\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{content}\r\n")
}

fn file(name: &str, content: &str) -> String {
    let head = "--B\r\nContent-Disposition: form-data; name=\"f\"; filename=";
    format!("{head}\"{name}\"\r\nContent-Type: image/png\r\n\r\n{content}\r\n")
}

#[test]
fn fields_and_files_arrive() {
    let form = client().post("/").field("title", "Гнездо").field("empty", "");
    let form = form.file("photo", "../a b.png", "image/png", vec![0, 13, 10, 255]);
    assert_eq!(
        form.send().text(),
        "title - - 12 \\xd0\\x93\\xd0\\xbd\\xd0\\xb5\\xd0\\xb7\\xd0\\xb4\\xd0\\xbe\nempty - - 0 \n\
         photo a b.png image/png 4 \\x00\\r\\n\\xff\n"
    );
}

#[test]
fn a_form_is_the_same_however_it_comes() {
    for (content, expected) in [
        ("--B--".to_owned(), ""),
        ("--B--\r\n".to_owned(), ""),
        (format!("{}--B--", part("a", "1")), "a - - 1 1\n"),
        (format!("before\r\n{}--B--\r\nafter --B", part("a", "")), "a - - 0 \n"),
        (format!("{}{}--B--", part("a", "1"), part("a", "2")), "a - - 1 1\na - - 1 2\n"),
        (format!("{}--B--", file("x.png", "12")), "f x.png image/png 2 12\n"),
        (format!("{}--B--", file("", "")), "f - image/png 0 \n"),
        // What looks like a boundary and is none.
        (
            format!("{}--B--", part("a", "\r\n\r\n--\r\n--A\r\r\n-B --B\n--B\r-\r\n--")),
            "a - - 30 \\r\\n\\r\\n--\\r\\n--A\\r\\r\\n-B --B\\n--B\\r-\\r\\n--\n",
        ),
        // RFC 2046 §5.1.1: spaces may stand behind a boundary.
        (part("a", "1").replace("--B", "--B \t") + "--B--", "a - - 1 1\n"),
    ] {
        assert_eq!(outcome(&client(), "/", &content), (200, expected.to_owned()), "{content:?}");
    }
}

#[test]
fn other_content_is_not_read() {
    for content_type in [
        None,
        Some("text/plain"),
        Some("application/x-www-form-urlencoded"),
        Some("multipart/mixed; boundary=B"),
        Some("multipart/form-data"),
        Some("multipart/form-data; boundary="),
        Some("multipart/form-data; boundary=\"\""),
        Some("multipart/"),
    ] {
        let body = pieces(b"--B--", 1);
        let taken = Arc::clone(&body.taken);
        let client = client();
        let request = client.post("/").body(Body::stream(body));
        let request = match content_type {
            Some(value) => request.header("content-type", value),
            None => request,
        };
        assert_eq!(request.send().status(), 415, "{content_type:?}");
        assert_eq!(taken.load(Ordering::Relaxed), 0, "{content_type:?}");
    }
    let boundary = |length: usize| "b".repeat(length);
    for (length, status) in [(70, 200), (71, 415)] {
        let content_type = format!("multipart/form-data; boundary={}", boundary(length));
        let body = format!("--{}--", boundary(length));
        let answer = client().post("/").header("content-type", content_type).body(body).send();
        assert_eq!(answer.status(), status, "{length}");
    }
}

#[test]
fn content_that_is_broken_is_a_bad_request() {
    let whole = format!("{}{}--B--", part("a", "123"), file("x", "456"));
    for end in (0..whole.len()).step_by(5).chain([whole.len() - 1]) {
        let (status, detail) = refusal(&client(), "/", &whole[..end]);
        assert_eq!((status, &*detail), (400, "the content broke off before its end"), "{end}");
    }
    for (content, expected) in [
        (
            part("a", "1") + "--BX",
            "the content cannot be read: a boundary is not alone on its line",
        ),
        ("--B\r\n\r\ncontent\r\n--B--".into(), "the content cannot be read: a part has no name"),
        (
            "--B\r\nno field\r\n\r\n\r\n--B--".into(),
            "the content cannot be read: the head of a part cannot be read",
        ),
        ("{\"a\": 1}".into(), "the content broke off before its end"),
    ] {
        let (status, detail) = refusal(&client(), "/", &content);
        // What is cut before the parser can tell has broken off.
        let is_cut = detail == "the content broke off before its end";
        assert!(status == 400 && (detail == expected || is_cut), "{content:?}: {status} {detail}");
    }
}

#[test]
fn a_body_that_breaks_off_or_lies_about_its_length_is_refused() {
    let content = format!("{}--B--", part("a", "123"));
    for (error, status) in
        [(BodyError::Truncated, 400), (BodyError::TimedOut, 408), (BodyError::TooLarge, 413)]
    {
        let mut body = pieces(&content.as_bytes()[..20], 5);
        body.end = Some(error);
        assert_eq!(send(&client(), "/", Body::stream(body)).status(), status);
    }
    for (length, status) in [("1", 200), ("1000", 200), ("x", 200), ("33554433", 413)] {
        let request = client().post("/").header("content-type", TYPE);
        let answer = request.header("content-length", length).body(content.clone()).send();
        assert_eq!(answer.status(), status, "{length}");
    }
}

#[test]
fn each_limit_has_an_end() {
    let limits = MultipartLimits {
        field_bytes_max: 5,
        file_bytes_max: 10,
        content_bytes_max: 400,
        parts_max: 3,
        part_head_bytes_max: 100,
    };
    let client = client_with(limits);
    let head_of = |bytes: usize| {
        // With its colon, space and line break this line has 47 bytes.
        let disposition = "Content-Disposition: form-data; name=\"a\"; x=\"\"";
        let filled = disposition.replace("x=\"\"", &format!("x=\"{}\"", "x".repeat(bytes - 48)));
        format!("--B\r\n{filled}\r\n\r\n1\r\n--B--")
    };
    let content_of = |bytes: usize| {
        let form = format!("{}--B--", part("a", "1"));
        format!("{}\r\n{form}", "p".repeat(bytes - form.len() - 2))
    };
    let at_most = |limit: &str| (413, format!("the content has more than {limit}"));
    for (below, above, limit) in [
        (part("a", "12345") + "--B--", part("a", "123456") + "--B--", "5 bytes in a field"),
        (
            file("a", "1234567890") + "--B--",
            file("a", "12345678901") + "--B--",
            "10 bytes in a file",
        ),
        (file("", "1234567890") + "--B--", file("", "12345678901") + "--B--", "10 bytes in a file"),
        (part("a", "").repeat(3) + "--B--", part("a", "").repeat(4) + "--B--", "3 parts"),
        (head_of(100), head_of(101), "100 bytes in the head of a part"),
    ] {
        for target in ["/", "/skip"] {
            assert_eq!(outcome(&client, target, &below).0, 200, "{below}");
            assert_eq!(refusal(&client, target, &above), at_most(limit), "{above}");
        }
    }
    let large = client_with(MultipartLimits { part_head_bytes_max: 1_000, ..limits });
    assert_eq!(outcome(&large, "/", &content_of(400)).0, 200);
    assert_eq!(refusal(&large, "/", &content_of(401)), at_most("400 bytes in all parts together"));
}

#[test]
fn huge_heads_and_many_parts_are_not_held() {
    let huge = format!("--B\r\nX: {}", "x".repeat(1_000_000));
    let body = pieces(huge.as_bytes(), 1_000);
    let taken = Arc::clone(&body.taken);
    assert_eq!(send(&client(), "/", Body::stream(body)).status(), 413);
    assert!(taken.load(Ordering::Relaxed) <= 10, "{taken:?}");

    let many = part("a", "").repeat(10_000) + "--B--";
    let body = pieces(many.as_bytes(), 1_000);
    let taken = Arc::clone(&body.taken);
    assert_eq!(send(&client(), "/skip", Body::stream(body)).status(), 413);
    assert!(taken.load(Ordering::Relaxed) <= 8, "{taken:?}");

    let client = client_with(MultipartLimits { parts_max: 10_000, ..MultipartLimits::default() });
    let answer = send(&client, "/skip", many);
    assert_eq!(answer.text().split(',').count(), 10_000);
}

#[test]
fn no_more_is_taken_than_is_read() {
    let content = file("a", &"x".repeat(1_000_000)) + "--B--";
    let body = pieces(content.as_bytes(), 1_000);
    let taken = Arc::clone(&body.taken);
    let seen = Arc::clone(&taken);
    let app = App::new().post("/", move |mut form: Multipart| {
        let seen = Arc::clone(&seen);
        async move {
            let mut field = form.next_field().await?.unwrap();
            for _ in 0..10 {
                field.chunk().await?;
            }
            Ok::<_, Problem>(seen.load(Ordering::Relaxed).to_string())
        }
    });
    let answer = send(&TestClient::new(app), "/", Body::stream(body));
    let pieces: usize = answer.text().parse().unwrap();
    assert!((9..=11).contains(&pieces), "{pieces} of 1000 were taken");
}

#[test]
fn after_a_refusal_nothing_is_read() {
    async fn stubborn(mut form: Multipart) -> String {
        let mut texts = Vec::new();
        for _ in 0..3 {
            texts.push(match form.next_field().await {
                Ok(field) => format!("{:?}", field.is_some()),
                Err(rejection) => rejection.status().as_u16().to_string(),
            });
        }
        texts.join(" ")
    }
    let client = TestClient::new(App::new().post("/", stubborn));
    let content = part("a", &"x".repeat(70_000)) + &part("b", "1") + "--B--";
    assert_eq!(send(&client, "/", content).text(), "true 413 413");
    assert_eq!(send(&client, "/", part("a", "1") + "--B--").text(), "true false false");
}

#[test]
fn a_route_has_limits_of_its_own() {
    let small = MultipartLimits { field_bytes_max: 2, ..MultipartLimits::default() };
    let large = MultipartLimits { field_bytes_max: 4, ..small };
    let app = App::new().state(small).post("/", parts).routes([post("/large", parts).wrap(large)]);
    let client = TestClient::new(app);
    let content = part("a", "1234") + "--B--";
    assert_eq!(send(&client, "/", content.clone()).status(), 413);
    assert_eq!(send(&client, "/large", content).status(), 200);
}

#[test]
fn text_has_to_be_utf_8() {
    async fn text(mut form: Multipart) -> Result<String, Problem> {
        Ok(form.next_field().await?.unwrap().text().await?)
    }
    let client = TestClient::new(App::new().post("/", text));
    assert_eq!(client.post("/").field("a", "é").send().text(), "é");
    assert_eq!(client.post("/").file("a", "b", "text/plain", vec![0xff]).send().status(), 400);
}

#[derive(Debug, Deserialize)]
struct Search {
    name: String,
    ram: Range,
    tags: Vec<String>,
}

#[derive(Debug, Deserialize)]
struct Range {
    from: u8,
}

async fn whole(form: Multipart) -> Result<String, Rejection> {
    let (Search { name, ram, tags }, files) = form.into_form().await?;
    let files = files.into_iter().map(|f| {
        let (name, kind) = (f.name.unwrap_or_default(), f.content_type.unwrap_or_default());
        format!("{} {name:?} {kind} {:?}", f.field, f.content)
    });
    Ok(format!("{name} {} {tags:?} [{}]", ram.from, files.collect::<Vec<_>>().join(", ")))
}

#[test]
fn a_whole_form_is_a_value_and_files() {
    let client = TestClient::new(App::new().post("/", whole));
    let form = || client.post("/").field("name", "a&b=c%").field("ram[from]", "8");
    let answer = form()
        .field("tags", "x")
        .file("photo", "/tmp/a.png", "image/png", "1")
        .field("tags", "y")
        .file("none", "", "application/octet-stream", "")
        .file("unnamed", "", "text/plain", "2")
        .send();
    let expected =
        r#"a&b=c% 8 ["x", "y"] [photo "a.png" image/png b"1", unnamed "" text/plain b"2"]"#;
    assert_eq!(answer.text(), expected);
    let answer = client.post("/").field("ram[from]", "256").field("tags", "x").send();
    let problem: serde_json::Value = answer.json();
    assert_eq!(problem["status"], 422);
    let paths: Vec<_> = problem["errors"].as_array().unwrap().iter().map(|e| &e["path"]).collect();
    assert_eq!(paths, ["ram.from", "name"]);
    for (name, status) in [("a[b][c][d][e][f]", 200), ("a[b][c][d][e][f][g]", 400), ("[", 400)] {
        let answer = form().field("tags", "x").field(name, "1").send();
        assert_eq!(answer.status(), status, "{name}");
    }
}

/// Saves the first part under its name, and tells its size.
async fn save(State(folder): State<PathBuf>, mut form: Multipart) -> Result<String, Problem> {
    let field = form.next_field().await?.unwrap();
    let path = folder.join(field.file_name().unwrap());
    Ok(field.save_to(path).await?.to_string())
}

async fn keep_for_now(mut form: Multipart) -> Result<String, Problem> {
    let file = form.next_field().await?.unwrap().into_temp_file().await?;
    Ok(std::fs::read_to_string(file.path())?.len().to_string())
}

#[test]
fn files_are_saved_whole_or_not_at_all() {
    let folder = tempfile::tempdir().unwrap();
    let app = App::new()
        .state(folder.path().to_owned())
        .state(MultipartLimits { file_bytes_max: 1_000_000, ..MultipartLimits::default() })
        .post("/save", save)
        .post("/temp", keep_for_now);
    let client = TestClient::new(app);
    let upload = |name: &str, content: String| client.post("/save").file("f", name, "a/b", content);
    let content = "nest".repeat(200_000);
    assert_eq!(upload("../a.txt", content.clone()).send().text(), "800000");
    assert_eq!(std::fs::read_to_string(folder.path().join("a.txt")).unwrap(), content);
    // Another with this name does not take its place.
    assert_eq!(upload("a.txt", "other".into()).send().status(), 500);
    assert_eq!(upload("b.txt", "x".repeat(1_000_001)).send().status(), 413);
    let cut = file("c.txt", &content);
    assert_eq!(send(&client, "/save", cut[..700_000].to_owned()).status(), 400);
    assert_eq!(std::fs::read_to_string(folder.path().join("a.txt")).unwrap(), content);
    let names = std::fs::read_dir(folder.path()).unwrap().count();
    assert_eq!(names, 1);
    let temporary = client.post("/temp").file("f", "x", "a/b", content);
    assert_eq!(temporary.send().text(), "800000");
}

#[test]
fn a_form_may_be_optional() {
    async fn maybe(form: Option<Multipart>) -> Result<&'static str, Infallible> {
        Ok(if form.is_some() { "form" } else { "none" })
    }
    let client = TestClient::new(App::new().post("/", maybe));
    assert_eq!(client.post("/").field("a", "b").send().text(), "form");
    assert_eq!(client.post("/").body("text").send().text(), "none");
}
