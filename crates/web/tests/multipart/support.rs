//! Apps that tell what they were sent, and bodies in pieces.

use std::collections::VecDeque;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};

use bytes::Bytes;
use gnezdo_core::{Body, BodyError};
use gnezdo_web::{App, Multipart, MultipartLimits, Problem, TestClient, TestResponse};
use http_body::Frame;

pub(crate) const TYPE: &str = "multipart/form-data; boundary=B";

/// Tells each part: its name, the name of the file, the type, the size and the content.
pub(crate) async fn parts(mut form: Multipart) -> Result<String, Problem> {
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
pub(crate) async fn skipped(mut form: Multipart) -> Result<String, Problem> {
    let mut names = Vec::new();
    while let Some(field) = form.next_field().await? {
        names.push(field.name().to_owned());
    }
    Ok(names.join(","))
}

pub(crate) fn app() -> App {
    App::new().post("/", parts).post("/skip", skipped)
}

pub(crate) fn client_with(limits: MultipartLimits) -> TestClient {
    TestClient::new(app().state(limits))
}

pub(crate) fn client() -> TestClient {
    TestClient::new(app())
}

/// A body in pieces that come one after the other, and of which it counts how many were taken.
pub(crate) struct Pieces {
    pub(crate) left: VecDeque<Bytes>,
    pub(crate) taken: Arc<AtomicUsize>,
    pub(crate) is_waiting: bool,
    pub(crate) end: Option<BodyError>,
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

pub(crate) fn pieces(content: &[u8], size: usize) -> Pieces {
    let left = content.chunks(size).map(Bytes::copy_from_slice).collect();
    Pieces { left, taken: Arc::default(), is_waiting: false, end: None }
}

pub(crate) fn send(client: &TestClient, target: &str, body: impl Into<Body>) -> TestResponse {
    client.post(target).header("content-type", TYPE).body(body).send()
}

/// Status and content for a body that comes whole, and in pieces of every size: always the same.
pub(crate) fn outcome(client: &TestClient, target: &str, content: &str) -> (u16, String) {
    let seen = |answer: TestResponse| (answer.status().as_u16(), answer.text());
    let whole = seen(send(client, target, content.to_owned()));
    for size in [1, 2, 3, 7, 64, 1_000] {
        let stream = Body::stream(pieces(content.as_bytes(), size));
        assert_eq!(seen(send(client, target, stream)), whole, "in pieces of {size}");
    }
    whole
}

/// The text of the refusal, with its status.
pub(crate) fn refusal(client: &TestClient, target: &str, content: &str) -> (u16, String) {
    let (status, text) = outcome(client, target, content);
    let problem: serde_json::Value = serde_json::from_str(&text).expect(&text);
    (status, problem["detail"].as_str().unwrap_or_default().to_owned())
}

pub(crate) fn part(name: &str, content: &str) -> String {
    format!("--B\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{content}\r\n")
}

pub(crate) fn file(name: &str, content: &str) -> String {
    let head = "--B\r\nContent-Disposition: form-data; name=\"f\"; filename=";
    format!("{head}\"{name}\"\r\nContent-Type: image/png\r\n\r\n{content}\r\n")
}
