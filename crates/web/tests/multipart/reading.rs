//! What arrives, however it comes, and what is refused because it cannot be read.

use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use gnezdo_core::{Body, BodyError};
use gnezdo_web::{App, Multipart, Problem, Rejection, TestClient};
use serde::Deserialize;

use crate::support::{TYPE, client, file, outcome, part, pieces, refusal, send};

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
    let no_boundary = "the content cannot be read: a part has no proper boundary behind it";
    for end in (0..whole.len()).step_by(5).chain([whole.len() - 1]) {
        assert_eq!(refusal(&client(), "/", &whole[..end]), (400, no_boundary.into()), "{end}");
    }
    for (content, expected) in [
        (part("a", "1") + "--BXYZ\r\n\r\n", no_boundary),
        ("{\"a\": 1}".into(), no_boundary),
        (
            "--B\r\nX: 1\r\n\r\ncontent\r\n--B--".into(),
            "the content cannot be read: a part has no name",
        ),
        (
            "--B\r\nno field\r\n\r\n\r\n--B--".into(),
            "the content cannot be read: the head of a part cannot be read",
        ),
    ] {
        assert_eq!(refusal(&client(), "/", &content), (400, expected.to_owned()), "{content:?}");
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

#[test]
fn a_form_may_be_optional() {
    async fn maybe(form: Option<Multipart>) -> Result<&'static str, Infallible> {
        Ok(if form.is_some() { "form" } else { "none" })
    }
    let client = TestClient::new(App::new().post("/", maybe));
    assert_eq!(client.post("/").field("a", "b").send().text(), "form");
    assert_eq!(client.post("/").body("text").send().text(), "none");
}
