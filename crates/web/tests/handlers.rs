//! Every kind of handler answers, with what it asked for.

// Handlers own their arguments.
#![allow(clippy::needless_pass_by_value)]

use std::convert::Infallible;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use gnezdo_core::{Body, FieldLines, Form, Glance, Reply, Request, Service};
use gnezdo_web::{App, IntoResponse, Params, Path};
use http::StatusCode;

/// What a client gets that asks for data.
const NOT_FOUND: &str = r#"{"type":"about:blank","title":"Not Found","status":404}"#;

fn block_on<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            return output;
        }
    }
}

fn get(app: &App, path: &str) -> Reply {
    app.call(http::Request::get(path).body(Body::empty()).unwrap())
}

/// The answer before a request is made, if there is one.
fn glance(app: &App, target: &str) -> Option<(u16, String)> {
    let (path, query) = target.split_once('?').map_or((target, None), |(p, q)| (p, Some(q)));
    app.glance(Glance::new(&http::Method::GET, path, query, &NoFields)).map(read)
}

struct NoFields;

impl FieldLines for NoFields {
    fn each(&self, _: &mut dyn FnMut(&[u8], &[u8]) -> bool) {}
}

fn read(reply: Reply) -> (u16, String) {
    let response = block_on(reply.into_future());
    let status = response.status().as_u16();
    let text = match response.into_body().into_form() {
        Form::Empty => String::new(),
        Form::Bytes(bytes) => String::from_utf8(bytes.into()).unwrap(),
        Form::File(_) | Form::Stream(_) => panic!("unexpected form"),
    };
    (status, text)
}

fn check(app: &App, cases: &[(&str, u16, &str)]) {
    for &(path, status, text) in cases {
        if let Some(answer) = glance(app, path) {
            assert_eq!(answer, (status, text.to_owned()), "{path} at a glance");
        }
        assert_eq!(read(get(app, path)), (status, text.to_owned()), "{path}");
    }
}

fn plain() -> &'static str {
    "plain"
}

async fn later() -> String {
    "later".into()
}

fn whole(request: Request) -> String {
    request.uri().to_string()
}

async fn whole_later(request: Request) -> (StatusCode, String) {
    (StatusCode::ACCEPTED, request.uri().to_string())
}

fn name(Path(name): Path<String>) -> String {
    name
}

async fn number(Path(n): Path<i64>) -> String {
    n.to_string()
}

fn pair(Path((name, n)): Path<(String, u32)>) -> String {
    format!("{name} {n}")
}

fn by_name(params: Params) -> String {
    format!("{:?} {:?}", params.get("b").as_deref(), params.get("c").as_deref())
}

fn both(Path(name): Path<String>, params: Params, request: Request) -> String {
    format!("{name} {} {}", params.iter().count(), request.uri().query().unwrap_or("-"))
}

async fn refused(Path(n): Path<u32>) -> Result<&'static str, (StatusCode, &'static str)> {
    if n > 9 { Err((StatusCode::FORBIDDEN, "too much")) } else { Ok("fine") }
}

#[test]
fn functions_and_async_functions() {
    let app = App::new()
        .get("/plain", plain)
        .get("/later", later)
        .get("/whole", whole)
        .get("/whole-later", whole_later)
        .get("/name/{name}", name)
        .get("/number/{number}", number)
        .get("/pair/{name}/{n:int}", pair)
        .get("/by-name/{a}/{b}", by_name)
        .get("/both/{name}", both)
        .get("/refused/{n:int}", refused)
        .get("/files/{rest:path}", name);
    check(
        &app,
        &[
            ("/plain", 200, "plain"),
            ("/plain", 200, "plain"),
            ("/later", 200, "later"),
            ("/whole?q=1", 200, "/whole?q=1"),
            ("/whole-later", 202, "/whole-later"),
            ("/name/%D0%B3%D0%BD%D0%B5%D0%B7%D0%B4%D0%BE", 200, "гнездо"),
            ("/name/a%2Fb%252F", 200, "a/b%2F"),
            ("/number/-42", 200, "-42"),
            ("/number/4%32", 200, "42"),
            ("/number/x", 404, NOT_FOUND),
            ("/number/9223372036854775808", 404, NOT_FOUND),
            ("/pair/a/7", 200, "a 7"),
            ("/pair/a/4294967296", 404, NOT_FOUND),
            ("/by-name/1/a%20b", 200, r#"Some("a b") None"#),
            ("/both/x?y", 200, "x 1 y"),
            ("/refused/9", 200, "fine"),
            ("/refused/10", 403, "too much"),
            ("/files/a/b%20c", 200, "a/b c"),
        ],
    );
}

#[test]
fn closures() {
    let greeting = String::from("hello");
    let captured = greeting.clone();
    let app = App::new()
        .get("/", || "Hello, World!")
        .get("/none", || ())
        .get("/status", || StatusCode::IM_A_TEAPOT)
        .get("/captured", move || captured.clone())
        .get("/async", async || "async")
        .get("/async-move/{n:int}", move |Path(n): Path<u8>| {
            let greeting = greeting.clone();
            async move { format!("{greeting} {n}") }
        })
        .get("/request", |request: Request| http::Response::new(request.method().to_string()))
        .get("/never", || Ok::<_, Infallible>("ok"));
    check(
        &app,
        &[
            ("/", 200, "Hello, World!"),
            ("/none", 204, ""),
            ("/status", 418, ""),
            ("/captured", 200, "hello"),
            ("/async", 200, "async"),
            ("/async-move/3", 200, "hello 3"),
            ("/async-move/256", 404, NOT_FOUND),
            ("/request", 200, "GET"),
            ("/never", 200, "ok"),
        ],
    );
}

#[test]
fn constant_text_is_prepared_and_what_waits_is_later() {
    let app = App::new().get("/plain", plain).get("/later", later).get("/text", || "a".to_owned());
    assert!(matches!(get(&app, "/plain"), Reply::Ready(_)));
    assert!(matches!(get(&app, "/later"), Reply::Later(_)));
    assert!(matches!(get(&app, "/text"), Reply::Now(_)));
}

#[test]
fn text_that_changes_is_not_confused_with_the_first() {
    let app = App::new().get("/{n:int}", |Path(n): Path<u8>| if n == 0 { "even" } else { "odd" });
    check(&app, &[("/0", 200, "even"), ("/1", 200, "odd"), ("/0", 200, "even")]);
}

#[test]
fn a_type_of_the_users_is_an_argument_and_an_answer() {
    struct Colour(u32);

    impl gnezdo_web::PathParameter for Colour {
        fn from_text(text: std::borrow::Cow<'_, str>) -> Option<Self> {
            let is_hex = text.len() == 6 && text.bytes().all(|o| o.is_ascii_hexdigit());
            is_hex.then(|| u32::from_str_radix(&text, 16).ok().map(Self))?
        }
    }

    impl IntoResponse for Colour {
        fn into_response(self) -> gnezdo_core::Response {
            self.0.to_string().into_response()
        }
    }

    let app = App::new().get("/{colour}", |Path(colour): Path<Colour>| colour);
    check(&app, &[("/0000ff", 200, "255"), ("/blue", 404, NOT_FOUND)]);
}

/// Whoever looks at the request gets one, whatever the way.
#[test]
fn a_glance_is_enough_for_those_who_do_not_look() {
    struct Tenant(String);

    impl gnezdo_web::PathParameters for Tenant {
        const COUNT: usize = 0;

        fn from_routed(routed: &gnezdo_web::Routed<'_>) -> Result<Self, gnezdo_web::Rejection> {
            Ok(Self(routed.request().uri().query().unwrap_or("none").into()))
        }
    }

    let app = App::new()
        .get("/constant", || "constant")
        .get("/later", async || "later")
        .get("/number/{n:int}", |Path(n): Path<u64>| n.to_string())
        .get("/named/{n}", |params: Params| params.get("n").unwrap_or_default().into_owned())
        .get("/whole", |request: Request| request.uri().to_string())
        .get("/tenant", |Path(Tenant(tenant)): Path<Tenant>| tenant);
    for (target, text) in [("/constant", "constant"), ("/later", "later"), ("/number/7", "7")] {
        assert_eq!(glance(&app, target), Some((200, text.to_owned())));
    }
    for target in ["/named/a", "/whole", "/tenant?t", "/number/x", "/none"] {
        assert_eq!(glance(&app, target), None, "{target}");
    }
    check(&app, &[("/named/a", 200, "a"), ("/whole", 200, "/whole"), ("/tenant?t", 200, "t")]);
}
