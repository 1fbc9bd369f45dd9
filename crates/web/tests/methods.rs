//! Which method is answered by what: HEAD, OPTIONS, 405, 404, 400 and the fallback.

use gnezdo_core::{Body, FieldLines, Glance, Reply, Request, Response, Service};
use gnezdo_web::{App, Path, Route};
use http::{Method, StatusCode};

/// Status, `Allow` and whether there is content.
fn ask(app: &App, method: &str, target: &str) -> (u16, Option<String>, bool) {
    let request = http::Request::builder().method(method).uri(target).body(Body::empty()).unwrap();
    let glanced = request.method().clone();
    let glanced = app.glance(Glance::new(&glanced, target, None, &NoFields)).map(seen);
    let answer = seen(app.call(request));
    if let Some(glanced) = glanced {
        assert_eq!(glanced, answer, "{method} {target}");
    }
    answer
}

struct NoFields;

impl FieldLines for NoFields {
    fn each(&self, _: &mut dyn FnMut(&[u8], &[u8]) -> bool) {}
}

fn seen(reply: Reply) -> (u16, Option<String>, bool) {
    let response = match reply {
        Reply::Now(response) => response,
        Reply::Ready(ready) => ready.to_response(),
        Reply::Later(_) => panic!("nothing here waits"),
    };
    let allow = response.headers().get("allow").map(|v| v.to_str().unwrap().to_owned());
    (response.status().as_u16(), allow, response.body().length() != Some(0))
}

fn check(app: &App, cases: &[(&str, &str, u16, Option<&str>)]) {
    for &(method, target, status, allow) in cases {
        let (found, fields, has_content) = ask(app, method, target);
        assert_eq!((found, fields.as_deref()), (status, allow), "{method} {target}");
        assert_eq!(has_content, status != 204, "{method} {target}");
    }
}

struct Folder;

impl Service for Folder {
    fn call(&self, request: Request) -> Reply {
        let mut response = Response::new(Body::from(request.uri().path().to_owned()));
        *response.status_mut() = StatusCode::NON_AUTHORITATIVE_INFORMATION;
        Reply::Now(response)
    }
}

#[test]
fn each_verb_declares_its_method() {
    let app = App::new()
        .get("/", || "get")
        .post("/", || "post")
        .put("/", || "put")
        .patch("/", || "patch")
        .delete("/", || "delete")
        .head("/", || "head")
        .options("/", || "options")
        .route(Route::new([Method::from_bytes(b"PURGE").unwrap()], "/", || "purge"));
    for method in ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "PURGE"] {
        let request = http::Request::builder().method(method).uri("/").body(Body::empty()).unwrap();
        let Reply::Ready(ready) = app.call(request) else { panic!("{method}") };
        assert_eq!(ready.body(), method.to_ascii_lowercase().as_bytes());
    }
    let all = "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS, PURGE";
    assert_eq!(ask(&app, "TRACE", "/"), (405, Some(all.into()), true));
}

#[test]
fn methods_without_a_route_are_named_in_allow() {
    let app = App::new().get("/a", || "a").post("/a", || "b").post("/b", || "c");
    check(
        &app,
        &[
            ("GET", "/a", 200, None),
            ("HEAD", "/a", 200, None),
            ("DELETE", "/a", 405, Some("GET, HEAD, POST, OPTIONS")),
            ("HEAD", "/b", 405, Some("POST, OPTIONS")),
            ("OPTIONS", "/a", 204, Some("GET, HEAD, POST, OPTIONS")),
            ("OPTIONS", "/b", 204, Some("POST, OPTIONS")),
            ("OPTIONS", "*", 204, Some("OPTIONS, GET, HEAD, POST")),
            ("GET", "*", 404, None),
            ("OPTIONS", "/c", 404, None),
            ("get", "/a", 405, Some("GET, HEAD, POST, OPTIONS")),
            ("GET", "http://example.org/a", 200, None),
            ("CONNECT", "example.org:443", 404, None),
        ],
    );
    check(&App::new(), &[("OPTIONS", "*", 204, Some("OPTIONS")), ("GET", "/", 404, None)]);
}

#[test]
fn a_pattern_without_the_method_steps_back() {
    let app = App::new()
        .get("/user/me", || "me")
        .post("/user/{name}", |Path(name): Path<String>| (StatusCode::CREATED, name))
        .delete("/user/{rest:path}", || StatusCode::ACCEPTED);
    check(
        &app,
        &[
            ("GET", "/user/me", 200, None),
            ("POST", "/user/me", 201, None),
            ("PUT", "/user/me", 405, Some("GET, HEAD, OPTIONS, POST, DELETE")),
            ("OPTIONS", "/user/you", 204, Some("POST, OPTIONS, DELETE")),
            ("GET", "/user/you", 405, Some("POST, OPTIONS, DELETE")),
        ],
    );
    assert_eq!(ask(&app, "DELETE", "/user/me").0, 202);
}

#[test]
fn paths_that_cannot_be_decoded_are_bad_requests() {
    let app = App::new().get("/a/{name}", || "a");
    check(
        &app,
        &[
            ("GET", "/a/%", 400, None),
            ("GET", "/a/%zz", 400, None),
            ("GET", "/a/%ff", 400, None),
            ("GET", "/elsewhere/%C0%AF", 400, None),
            ("GET", "/a/%00", 200, None),
        ],
    );
}

#[test]
fn the_fallback_gets_what_has_no_route_as_it_came() {
    let app = App::new().get("/api/{name}", || "a").fallback(Folder);
    check(
        &app,
        &[
            ("GET", "/api/x", 200, None),
            ("PUT", "/api/x", 405, Some("GET, HEAD, OPTIONS")),
            ("GET", "/api/x/y", 203, None),
            ("PUT", "/", 203, None),
            ("OPTIONS", "/", 203, None),
            ("GET", "/%ff", 203, None),
        ],
    );
    let request = http::Request::get("/%7Ea/../b").body(Body::empty()).unwrap();
    let Reply::Now(response) = app.call(request) else { panic!("at once") };
    assert_eq!(response.body().length(), Some("/%7Ea/../b".len() as u64));
}
