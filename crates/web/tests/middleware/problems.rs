//! Problems that middleware makes: what stands around it still has its say.

use std::time::Duration;

use gnezdo_core::{Body, Reply, Request, Response, Service};
use gnezdo_web::middleware::{Cors, RateLimit, RequestId, Timeout};
use gnezdo_web::{App, IntoResponse, Next, Problem};
use http::StatusCode;
use http::uri::Scheme;

use crate::answers::{Answer, ask, request_from};

const HOUR: Duration = Duration::from_secs(3_600);

fn limited() -> App {
    App::new()
        .get("/", || "a")
        .wrap(RateLimit::new(1, HOUR))
        .wrap(Cors::any())
        .wrap(RequestId::new())
}

fn second_answer(app: &App) -> Answer {
    let request = || request_from("192.0.2.1:1", Scheme::HTTP, &[("origin", "https://a.example")]);
    ask(app, request());
    ask(app, request())
}

#[test]
fn a_page_of_another_origin_can_read_that_it_asked_too_often() {
    let answer = second_answer(&limited());
    assert_eq!(answer.status, 429);
    assert_eq!(answer.field("content-type"), Some("application/problem+json"));
    assert_eq!(answer.field("access-control-allow-origin"), Some("*"));
    assert!(answer.headers.contains_key("x-request-id"));
}

#[test]
fn a_hook_changes_the_content_and_loses_no_field() {
    let app = limited().on_problem(|problem, _| {
        let fields = [("access-control-allow-origin", "https://b.example")];
        Some((problem.status(), fields, "slower").into_response())
    });
    let answer = second_answer(&app);
    assert_eq!((answer.status, answer.text()), (429, "slower"));
    assert_eq!(answer.field("retry-after"), Some("3600"));
    assert!(answer.headers.contains_key("x-request-id"));
    // What the hook says itself is not said twice.
    let origins: Vec<_> = answer.headers.get_all("access-control-allow-origin").iter().collect();
    assert_eq!(origins, ["https://b.example"]);
}

#[test]
fn a_hook_sees_the_problems_of_middleware() {
    let app = App::new()
        .get("/", std::future::pending::<()>)
        .wrap(Timeout::after(Duration::ZERO))
        .on_problem(|problem, _| {
            let is_late = problem.status() == StatusCode::SERVICE_UNAVAILABLE;
            is_late.then(|| (StatusCode::SERVICE_UNAVAILABLE, "late").into_response())
        });
    let answer = second_answer(&app);
    assert_eq!((answer.status, answer.text()), (503, "late"));
}

struct Mounted;

impl Service for Mounted {
    fn call(&self, _: Request) -> Reply {
        Reply::Now(Response::new(Body::from("mounted")))
    }
}

/// Refuses `/refused`, panics at `/panics`, and lets everything else through.
fn guard(request: Request, next: Next) -> Reply {
    match request.uri().path() {
        "/app/files/refused" => Reply::Now(Problem::new(StatusCode::FORBIDDEN).into_response()),
        "/app/files/panics" => panic!("on purpose"),
        _ => next.call(request),
    }
}

#[test]
fn problems_around_a_mount_are_written_out() {
    let app = App::new().nest("/app", App::new().mount("/files", Mounted).wrap(guard));
    for (path, status) in [("refused", 403), ("panics", 500), ("a", 200)] {
        let request = http::Request::get(format!("/app/files/{path}")).body(Body::empty()).unwrap();
        let answer = ask(&app, request);
        assert_eq!(answer.status, status, "{path}");
        let is_problem = answer.field("content-type") == Some("application/problem+json");
        assert_eq!(is_problem, status != 200, "{path}");
    }
}
