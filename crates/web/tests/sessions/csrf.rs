//! Forms of other sites are refused, however they are sent.

use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use gnezdo_core::{Body, BodyError, Request, Service};
use gnezdo_web::middleware::Csrf;
use gnezdo_web::{App, CsrfToken, Session, Sessions, TestClient, TestRequest};
use http::header::{CONTENT_TYPE, COOKIE};
use http_body::Frame;

const URL_ENCODED: &str = "application/x-www-form-urlencoded";

fn app(csrf: Csrf) -> App {
    App::new()
        .get("/token", |token: CsrfToken| token.value())
        .get("/field", |token: CsrfToken| token.field())
        .get("/login", |session: Session| {
            session.renew();
            session.insert("user", 7)
        })
        .post("/", |content: String| content)
        .wrap(csrf)
        .wrap(Sessions::in_memory())
}

/// A client with a session, and its token.
fn client(csrf: Csrf) -> (TestClient, String) {
    let client = TestClient::new(app(csrf));
    let token = client.get("/token").send().text();
    assert!(client.cookie("session").is_some());
    (client, token)
}

fn status(request: TestRequest) -> u16 {
    request.send().status().as_u16()
}

#[test]
fn what_the_browser_says_decides() {
    let csrf = Csrf::new().trust("https://admin.test").unwrap();
    let (client, token) = client(csrf);
    for (name, value, expected) in [
        ("sec-fetch-site", "same-origin", 200),
        ("sec-fetch-site", "cross-site", 403),
        ("origin", "http://localhost", 200),
        ("origin", "https://localhost", 403),
        ("origin", "https://admin.test", 200),
        ("origin", "https://evil.test", 403),
        ("referer", "http://localhost/form", 200),
        ("referer", "http://evil.test/form", 403),
    ] {
        assert_eq!(status(client.post("/").header(name, value)), expected, "{name}: {value}");
        // A token does not help another site.
        let with_token = client.post("/").header(name, value).header("x-csrf-token", &token);
        assert_eq!(status(with_token), expected, "{name}: {value}");
    }
    let twice = client.post("/").header("origin", "http://localhost").header("origin", "x");
    assert_eq!(status(twice), 403);
    let problem = client.post("/").header("origin", "https://evil.test").send();
    assert!(problem.text().contains("the request was made by a page of another site"));
    assert_eq!(problem.header("content-type"), Some("application/problem+json"));
}

#[test]
fn who_says_nothing_needs_a_token() {
    let (client, token) = client(Csrf::new());
    assert_eq!(status(client.post("/")), 403);
    assert_eq!(status(client.post("/").header("x-csrf-token", &token)), 200);
    assert_eq!(status(client.post("/").header("x-csrf-token", &token[1..])), 403);
    assert_eq!(status(client.post("/").header("x-csrf-token", "")), 403);
    let form = format!("a=1&csrf_token={token}");
    let answer = client.post("/").header("content-type", URL_ENCODED).body(form.clone()).send();
    assert_eq!((answer.status().as_u16(), answer.text()), (200, form.clone()));
    assert_eq!(status(client.post("/").header("content-type", "text/plain").body(form)), 403);
    let files = || client.post("/").field("csrf_token", &token);
    assert_eq!(status(files().file("file", "a.txt", "text/plain", "content")), 200);
    let wrong = client.post("/").field("csrf_token", "x");
    assert_eq!(status(wrong.file("file", "a.txt", "text/plain", "content")), 403);

    let stranger = TestClient::new(app(Csrf::new()));
    assert_eq!(status(stranger.post("/")), 200);
    assert_eq!(status(stranger.post("/").cookie("a", "1").header("x-csrf-token", &token)), 403);
}

#[test]
fn a_token_holds_for_its_session_only() {
    let (one, token) = client(Csrf::new());
    let (other, _) = client(Csrf::new());
    assert_ne!(one.get("/token").send().text(), token);
    assert_eq!(status(other.post("/").header("x-csrf-token", &token)), 403);
    assert_eq!(status(one.post("/").header("x-csrf-token", &token)), 200);
    one.get("/login").send();
    assert_eq!(status(one.post("/").header("x-csrf-token", &token)), 403);
    let field = one.get("/field").send().text();
    assert!(field.starts_with("<input type=\"hidden\" name=\"csrf_token\" value=\""), "{field}");
}

#[test]
fn a_token_may_be_asked_for_in_any_case() {
    let (client, token) = client(Csrf::new().always_token());
    let own = || client.post("/").header("sec-fetch-site", "same-origin");
    assert_eq!(status(own()), 403);
    assert_eq!(status(own().header("x-csrf-token", &token)), 200);
    assert_eq!(status(client.get("/token")), 200);
    let stranger = TestClient::new(app(Csrf::new().always_token()));
    assert_eq!(status(stranger.post("/")), 403);
}

/// Content that comes octet by octet, and has to be waited for.
struct Dribble {
    left: Bytes,
    is_due: bool,
}

impl http_body::Body for Dribble {
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        self.is_due = !self.is_due;
        if !self.is_due {
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        if self.left.is_empty() {
            return Poll::Ready(None);
        }
        let piece = self.left.split_to(1);
        Poll::Ready(Some(Ok(Frame::data(piece))))
    }
}

fn dribbled(form: &str, cookie: &str) -> Request {
    let left = Bytes::from(form.to_owned());
    let request = http::Request::post("/").header(CONTENT_TYPE, URL_ENCODED);
    let body = Body::stream(Dribble { left, is_due: false });
    request.header(COOKIE, format!("session={cookie}")).body(body).unwrap()
}

#[test]
fn content_is_whole_after_the_token_was_looked_for() {
    let app = app(Csrf::new());
    let client = TestClient::new(app.clone());
    let token = client.get("/token").send().text();
    let cookie = client.cookie("session").unwrap();
    let field = format!("csrf_token={token}");
    let padded = |before: usize, after: usize| {
        format!("a={}&{field}&b={}", "x".repeat(before - 3), "y".repeat(after))
    };
    const LOOK: usize = 64 * 1024;
    for (form, expected) in [
        (field.clone(), 200),
        (padded(10, 10), 200),
        (padded(10, LOOK), 200),
        (padded(LOOK - field.len(), 0), 200),
        (padded(LOOK - field.len() + 1, 0), 403),
        (String::new(), 403),
    ] {
        let response = crate::support::answer(&app, dribbled(&form, &cookie));
        let (status, _, text) = crate::support::seen(response);
        assert_eq!(status, expected, "{} bytes", form.len());
        assert!(status == 403 || text == form, "{} bytes", form.len());
    }
    assert!(app.wants_connection_info());
}

#[test]
fn csrf_stands_inside_of_sessions() {
    let outside = App::new().post("/", || "x").wrap(Sessions::in_memory()).wrap(Csrf::new());
    assert!(outside.check().unwrap_err().to_string().contains("Csrf needs"));
    let none = App::new().get("/", |token: CsrfToken| token.value());
    assert!(none.check().unwrap_err().to_string().contains("Csrf"));
}

#[test]
fn a_trusted_origin_is_written_as_browsers_write_it() {
    for wrong in ["*", "null", "https://a.test/", "https://A.test", "a.test", "https://a.test:443"]
    {
        let error = Csrf::new().trust(wrong).unwrap_err();
        assert!(error.to_string().contains(wrong), "{error}");
    }
}

#[test]
fn behind_https_the_own_origin_is_https() {
    let client = TestClient::new(app(Csrf::new())).https();
    client.get("/token").send();
    assert_eq!(status(client.post("/").header("origin", "https://localhost")), 200);
    assert_eq!(status(client.post("/").header("origin", "http://localhost")), 403);
}
