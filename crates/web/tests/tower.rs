//! Layers and services of tower within our apps, and our apps within a router of axum.

// Handlers own their arguments.
#![allow(clippy::needless_pass_by_value)]

use std::convert::Infallible;
use std::fs::File;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use axum::extract::State as AxumState;
use axum::routing::{get, post};
use axum::{Json as AxumJson, Router};
use gnezdo_core::{Body, BodyError, Form, Request, Response, Service};
use gnezdo_web::{
    App, FromTower, IntoTower, Json, Next, OriginalUri, Path, Problem, TestClient, post as our_post,
};
use http::header::{HeaderName, HeaderValue};
use http::{Method, StatusCode};
use http_body_util::BodyExt;
use serde::{Deserialize, Serialize};
use tower::util::{MapRequestLayer, MapResponseLayer};
use tower::{ServiceBuilder, ServiceExt, service_fn};
use tower_http::compression::CompressionLayer;
use tower_http::cors::{Any, CorsLayer};
use tower_http::set_header::SetResponseHeaderLayer;
use tower_http::timeout::TimeoutLayer;
use tower_http::trace::TraceLayer;

#[derive(Debug, Deserialize, PartialEq, Serialize)]
struct Nest {
    eggs: u32,
}

fn header(value: &'static str) -> SetResponseHeaderLayer<HeaderValue> {
    let name = HeaderName::from_static("x-seen");
    SetResponseHeaderLayer::appending(name, HeaderValue::from_static(value))
}

fn seen(answer: &gnezdo_web::TestResponse) -> Vec<&str> {
    answer.headers().get_all("x-seen").iter().map(|value| value.to_str().unwrap()).collect()
}

/// A body that does not say its length before.
fn stream(text: &'static str) -> Body {
    let (sender, body) = gnezdo_core::channel(None);
    sender.send(text.into());
    sender.finish(None);
    body
}

#[test]
fn layers_stand_where_they_were_put() {
    fn ours(request: Request, next: Next) -> gnezdo_core::Reply {
        next.call(request).map(|mut response| {
            response.headers_mut().append("x-seen", HeaderValue::from_static("ours"));
            response
        })
    }
    let app = App::new()
        .get("/", || "plain")
        .routes([our_post("/", |Json(nest): Json<Nest>| Json(nest)).layer(header("route"))])
        .layer(header("inner"))
        .wrap(ours)
        .layer(TraceLayer::new_for_http())
        .layer(ServiceBuilder::new().layer(header("second")).layer(header("first")).into_inner());
    let client = TestClient::new(app.clone());
    let answer = client.get("/").send();
    assert_eq!(
        (answer.text().as_str(), seen(&answer)),
        ("plain", vec!["inner", "ours", "first", "second"])
    );
    let answer = client.post("/").json(&Nest { eggs: 3 }).send();
    assert_eq!(answer.json::<Nest>(), Nest { eggs: 3 });
    assert_eq!(seen(&answer), ["route", "inner", "ours", "first", "second"]);
    // A problem is written out behind all layers.
    let answer = client.post("/").body("3").send();
    assert_eq!((answer.status(), seen(&answer).len()), (StatusCode::UNSUPPORTED_MEDIA_TYPE, 5));
    assert!(answer.text().contains("application/json"), "{answer:?}");
    assert_eq!(client.get("/missing").send().json::<serde_json::Value>()["status"], 404);
    let post = app.route_list().into_iter().find(|route| route.methods == ["POST"]).unwrap();
    assert!(post.middleware.iter().any(|name| name == "SetResponseHeaderLayer"), "{post:?}");
}

#[test]
fn content_is_compressed_and_other_sites_are_told() {
    let app = App::new()
        .get("/", || "nest ".repeat(100))
        .layer(CompressionLayer::new().gzip(true))
        .layer(CorsLayer::new().allow_origin(Any).allow_methods([Method::GET, Method::PUT]));
    let client = TestClient::new(app);
    let answer = client.get("/").header("accept-encoding", "gzip").send();
    assert_eq!(answer.header("content-encoding"), Some("gzip"));
    assert!(answer.bytes().starts_with(&[0x1f, 0x8b]) && answer.bytes().len() < 100);
    assert_eq!(client.get("/").send().text().len(), 500);
    let preflight = client
        .options("/nowhere")
        .header("origin", "https://a.test")
        .header("access-control-request-method", "PUT")
        .send();
    assert_eq!(preflight.header("access-control-allow-methods"), Some("GET,PUT"));
}

#[tokio::test]
async fn layers_end_what_takes_too_long() {
    let never = std::future::pending::<()>;
    let status =
        TimeoutLayer::with_status_code(StatusCode::GATEWAY_TIMEOUT, Duration::from_millis(1));
    let client = TestClient::new(App::new().get("/", never).layer(status));
    assert_eq!(client.get("/").await.status(), 504);
    // This one gives an error, which passes the hook.
    let app = App::new()
        .get("/", never)
        .layer(tower::timeout::TimeoutLayer::new(Duration::from_millis(1)))
        .on_problem(|problem, _| {
            let source = problem.source()?.to_string();
            Some(http::Response::new(Body::from(format!("{} {source}", problem.status()))))
        });
    let answer = TestClient::new(app).get("/").await;
    assert_eq!(answer.text(), "500 Internal Server Error request timed out");
}

#[tokio::test]
async fn readiness_is_heard() {
    let (running, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let counted = Arc::clone(&most);
    let app = App::new()
        .get("/", move || {
            let (running, most) = (Arc::clone(&running), Arc::clone(&counted));
            async move {
                let now = running.fetch_add(1, Ordering::SeqCst) + 1;
                most.fetch_max(now, Ordering::SeqCst);
                tokio::time::sleep(Duration::from_millis(1)).await;
                running.fetch_sub(1, Ordering::SeqCst);
            }
        })
        .layer(tower::limit::ConcurrencyLimitLayer::new(2));
    let client = TestClient::new(app);
    let all: Vec<_> = (0..20).map(|_| tokio::spawn(client.get("/").into_future())).collect();
    for answer in all {
        assert_eq!(answer.await.unwrap().status(), 204);
    }
    assert_eq!(most.load(Ordering::SeqCst), 2);
}

#[test]
fn a_layer_that_throws_extensions_away_is_a_fault() {
    let forgetful = MapRequestLayer::new(|request: Request| Request::new(request.into_body()));
    let client = TestClient::new(App::new().get("/", || "never").layer(forgetful));
    let answer = client.get("/").send();
    assert_eq!(answer.status(), 500);
    assert!(answer.text().contains("extensions"), "{answer:?}");
}

#[tokio::test]
async fn a_body_that_no_layer_touches_keeps_its_form() {
    let file = || Body::file(Arc::new(File::open("Cargo.toml").unwrap()), 0, 9);
    let app = App::new().get("/", file).layer(header("a")).layer(TraceLayer::new_for_http());
    let traced = app.call(Request::default()).await;
    assert!(matches!(traced.into_body().into_form(), Form::Stream(_)));
    let app = App::new().get("/", file).layer(header("a")).layer(header("b"));
    let untouched = app.call(Request::default()).await;
    assert!(matches!(untouched.into_body().into_form(), Form::File(_)));
}

/// A router of axum as others write it.
fn router() -> Router {
    Router::new()
        .route("/", get(|| async { "axum" }))
        .route(
            "/nest/{id}",
            get(|axum::extract::Path(id): axum::extract::Path<u32>| async move { id.to_string() }),
        )
        .route("/nest", post(|AxumJson(nest): AxumJson<Nest>| async move { AxumJson(nest) }))
        .route("/state", get(|AxumState(text): AxumState<&'static str>| async move { text }))
        .route("/stream", get(|| async { axum::body::Body::new(stream("streamed")) }))
        .route("/echo", post(|body: axum::body::Body| async { body }))
        .with_state("of axum")
}

#[test]
fn a_router_of_axum_is_mounted_or_the_fallback() {
    let mounted = App::new().get("/", || "ours").mount("/api", FromTower(router()));
    let mounted = TestClient::new(mounted.layer(header("ours")));
    let fallback = App::new().get("/ours", || "ours").fallback(FromTower(router()));
    let fallback = TestClient::new(fallback);
    let alone = TestClient::new(FromTower(router()));
    assert_eq!(mounted.get("/").send().text(), "ours");
    assert_eq!(fallback.get("/ours").send().text(), "ours");
    for (client, prefix) in [(mounted, "/api"), (fallback, ""), (alone, "")] {
        let get = |path: &str| client.get(&format!("{prefix}{path}")).send();
        let post = |path: &str| client.post(&format!("{prefix}{path}"));
        assert_eq!(get("/").text(), "axum");
        assert_eq!(get("/nest/7").text(), "7");
        assert_eq!(get("/nest/seven").status(), 400);
        assert_eq!(get("/state").text(), "of axum");
        assert_eq!(get("/stream").text(), "streamed");
        assert_eq!(get("/missing").status(), 404);
        assert_eq!(post("/").send().status(), 405);
        assert_eq!(post("/nest").json(&Nest { eggs: 3 }).send().json::<Nest>().eggs, 3);
        assert_eq!(post("/nest").body("{}").send().status(), 415);
        assert_eq!(post("/echo").body(stream("there and back")).send().text(), "there and back");
        assert_eq!(client.head(&format!("{prefix}/")).send().text(), "");
    }
}

#[test]
fn an_error_of_a_service_is_a_problem() {
    let failing = service_fn(|_: Request| async { Err::<Response, _>("the secret is 7") });
    let client = TestClient::new(FromTower(failing));
    let answer = client.get("/").send();
    assert_eq!(answer.header("content-type"), Some("application/problem+json"));
    assert_eq!(answer.json::<serde_json::Value>()["status"], 500);
    assert!(answer.header("x-request-id").is_some());
    let page = client.get("/").header("accept", "text/html").send();
    assert_eq!(page.header("content-type"), Some("text/html; charset=utf-8"));
}

/// An app of ours as it stands in a router of axum.
fn app() -> App {
    App::new()
        .get("/", || "ours")
        .get("/user/{name}", |Path(name): Path<String>| name)
        .get("/later", || async { "later" })
        .get("/stream", || stream("streamed"))
        .get("/uri", |OriginalUri(uri): OriginalUri| uri.to_string())
        .post("/nest", |Json(nest): Json<Nest>| Json(nest))
        .post("/text", |content: String| content)
        .layer(header("ours"))
}

async fn ask(router: &Router, request: http::Request<axum::body::Body>) -> (u16, String) {
    let response = router.clone().oneshot(request).await.unwrap();
    let status = response.status().as_u16();
    let content = response.into_body().collect().await.unwrap().to_bytes();
    (status, String::from_utf8(content.into()).unwrap())
}

#[tokio::test]
async fn an_app_stands_in_a_router_of_axum() {
    let nested = Router::new().route("/", get(|| async { "axum" })).nest_service("/api", app());
    let fallback = Router::new().route("/axum", get(|| async { "axum" })).fallback_service(app());
    let wrapped = Router::new().nest_service("/api", IntoTower::new(app()));
    for (router, prefix) in [(nested, "/api"), (fallback, ""), (wrapped, "/api")] {
        let get = |path: &str| {
            let target = format!("{prefix}{path}");
            ask(&router, http::Request::get(target).body(axum::body::Body::empty()).unwrap())
        };
        assert_eq!(get("/").await, (200, "ours".into()));
        assert_eq!(get("/user/a%2Fb").await, (200, "a/b".into()));
        assert_eq!(get("/later").await, (200, "later".into()));
        assert_eq!(get("/stream").await, (200, "streamed".into()));
        assert_eq!(get("/missing").await.0, 404);
        assert_eq!(get("/nest").await.0, 405);
        let post = |path: &str, body: axum::body::Body| {
            let request = http::Request::post(format!("{prefix}{path}"));
            ask(&router, request.header("content-type", "application/json").body(body).unwrap())
        };
        assert_eq!(post("/nest", "{\"eggs\":3}".into()).await, (200, "{\"eggs\":3}".into()));
        let (status, text) = post("/nest", "{\"eggs\":-3}".into()).await;
        assert!(status == 422 && text.contains("eggs"), "{status} {text}");
        let content = axum::body::Body::new(stream("there and back"));
        assert_eq!(post("/text", content).await, (200, "there and back".into()));
    }
}

/// What became of a body is known even through the bodies of others.
#[tokio::test]
async fn a_body_that_breaks_off_says_why_through_both() {
    let inner = Router::new().fallback_service(app());
    let client = TestClient::new(FromTower(inner));
    for (error, status) in
        [(BodyError::Truncated, 400), (BodyError::TimedOut, 408), (BodyError::TooLarge, 413)]
    {
        let (sender, body) = gnezdo_core::channel(Some(100));
        sender.send("begin".into());
        sender.fail(error);
        assert_eq!(client.post("/text").body(body).await.status(), status);
    }
}

#[tokio::test]
async fn an_app_that_gives_a_problem_writes_it_out_under_layers_of_others() {
    let failing = App::new().get("/", || Err::<(), _>(Problem::not_found().detail("no egg")));
    let layers = ServiceBuilder::new().layer(MapResponseLayer::new(|response: Response| response));
    let request = http::Request::get("/").body(axum::body::Body::empty()).unwrap();
    let response: Result<Response, Infallible> = layers.service(failing).oneshot(request).await;
    let content = response.unwrap().into_body().collect().await.unwrap().to_bytes();
    assert!(
        content.starts_with(b"{") && content.ends_with(b"\"detail\":\"no egg\"}"),
        "{content:?}"
    );
}
