//! What stands around handlers guards everything that is below it: routes, mounts, fallbacks,
//! hosts, and the answers that the app gives by itself.

#![cfg(feature = "test-client")]

use gnezdo_core::{Command, Reply, Request, Service};
use gnezdo_web::{App, ClientAddress, IntoResponse, Next, Problem, Slashes, TestClient};
use http::StatusCode;

/// Lets nobody in without a key.
fn guard(request: Request, next: Next) -> Result<Reply, Problem> {
    match request.headers().contains_key("x-key") {
        true => Ok(next.call(request)),
        false => Err(Problem::new(StatusCode::UNAUTHORIZED)),
    }
}

/// Answers the question that browsers ask first, as CORS does.
fn preflight(request: Request, next: Next) -> Reply {
    if request.method() == http::Method::OPTIONS {
        return Reply::Now((StatusCode::OK, [("x-preflight", "1")], ()).into_response());
    }
    next.call(request)
}

fn status(app: &App, target: &str, host: &str) -> u16 {
    TestClient::new(app.clone()).get(target).host(host).send().status().as_u16()
}

#[test]
fn a_guarded_fallback_is_guarded_at_a_glance_too() {
    let inner = App::new().get("/secret", || "secret").wrap(guard);
    let app = App::new().get("/", || "index").fallback(inner);
    assert_eq!(status(&app, "/", "x"), 200);
    assert_eq!(status(&app, "/secret", "x"), 401);
    let client = TestClient::new(app);
    assert_eq!(client.get("/secret").header("x-key", "1").send().text(), "secret");
}

#[test]
fn the_middleware_of_a_host_guards_all_that_the_host_answers() {
    let admin = App::new()
        .get("/panel", || "panel")
        .post("/act", || "done")
        .fallback(App::new().get("/file", || "file"))
        .wrap(guard)
        .on_problem(|problem, _| Some((problem.status(), "of the host").into_response()));
    let app = App::new().get("/panel", || "open").host("admin.example", admin);
    for target in ["/panel", "/act", "/file", "/nothing", "/panel/"] {
        assert_eq!(status(&app, target, "admin.example"), 401, "{target}");
    }
    let client = TestClient::new(app);
    let ask = |target: &str| client.get(target).host("admin.example").header("x-key", "1").send();
    assert_eq!(ask("/file").text(), "file");
    assert_eq!((ask("/act").status().as_u16(), ask("/act").text().as_str()), (405, "of the host"));
    assert_eq!(client.get("/panel").host("other.example").send().text(), "open");
}

#[test]
fn a_nested_app_decides_about_problems_of_its_mounts() {
    let nested = App::new()
        .mount("/files", App::new().get("/a", || "a"))
        .wrap(guard)
        .on_problem(|problem, _| Some((problem.status(), "of the app").into_response()));
    let client = TestClient::new(App::new().nest("/n", nested));
    let refused = client.get("/n/files/a").send();
    assert_eq!((refused.status().as_u16(), refused.text().as_str()), (401, "of the app"));
    assert_eq!(client.get("/n/files/a").header("x-key", "1").send().text(), "a");
}

#[test]
fn the_question_that_browsers_ask_first_meets_the_middleware_of_its_route() {
    let api = App::new().put("/x", || "put").wrap(preflight);
    let client = TestClient::new(App::new().nest("/api", api).get("/y", || "y"));
    let answer = client.request(http::Method::OPTIONS, "/api/x").send();
    assert_eq!(answer.header("x-preflight"), Some("1"));
    let answer = client.request(http::Method::OPTIONS, "/y").send();
    assert_eq!(
        (answer.status().as_u16(), answer.header("allow")),
        (204, Some("GET, HEAD, OPTIONS"))
    );
    assert_eq!(client.post("/api/x").send().status(), 405);
}

#[test]
fn a_slash_is_redirected_below_its_mount() {
    let shop = App::new().get("/cart/", || "cart");
    let client = TestClient::new(App::new().mount("/shop", shop));
    let answer = client.get("/shop/cart?all").send();
    assert_eq!(answer.header("location"), Some("/shop/cart/?all"));
}

#[test]
fn a_slash_comes_before_the_fallback_at_a_glance_too() {
    let app = App::new().get("/a", || "a").fallback(App::new().get("/a/", || "of the fallback"));
    let client = TestClient::new(app);
    assert_eq!(client.get("/a/").send().header("location"), Some("/a"));
    assert_eq!(client.get("/a/").header("x-any", "1").send().header("location"), Some("/a"));
}

#[test]
fn a_path_with_the_other_slash_refuses_methods_as_its_route_does() {
    let app = App::new().slashes(Slashes::Ignore).get("/a", || "a");
    let client = TestClient::new(app);
    let answer = client.post("/a/").send();
    assert_eq!(
        (answer.status().as_u16(), answer.header("allow")),
        (405, Some("GET, HEAD, OPTIONS"))
    );
    assert_eq!(client.request(http::Method::OPTIONS, "/a/").send().status(), 204);
}

#[test]
fn a_hook_is_told_the_whole_target_and_its_answer_depends_on_what_is_accepted() {
    let app = App::new().on_problem(|_, asked| Some(asked.uri().to_string().into_response()));
    let answer = TestClient::new(app).get("/nothing?x=1").send();
    assert_eq!(answer.text(), "/nothing?x=1");
    assert_eq!(answer.header("vary"), Some("accept"));
}

#[test]
fn faults_and_words_of_fallbacks_are_known() {
    let tool = Command::new("tool", "A tool", |_| Ok(()));
    let inner = App::new().command(tool).get("/ip", |ip: ClientAddress| ip.0.to_string());
    let app = App::new().host("a.example", App::new().fallback(inner.clone())).fallback(inner);
    assert!(app.wants_connection_info());
    assert!(app.commands().iter().any(|command| command.name() == "tool"));

    let faulty = App::new().get("no-slash", || "");
    let app = App::new()
        .fallback(faulty)
        .converter("int", |_| true)
        .host("a.example", App::new())
        .host("A.example", App::new())
        .get("also-no-slash", || "");
    let error = app.check().unwrap_err().to_string();
    for text in
        ["the fallback: ", "there is one of this name", "has an app already", "also-no-slash"]
    {
        assert!(error.contains(text), "{text}: {error}");
    }
    assert!(error.lines().all(|line| line.contains(".rs:")), "{error}");
}

#[test]
fn a_status_around_a_problem_is_the_one_that_it_tells() {
    let teapot = || (StatusCode::IM_A_TEAPOT, Problem::not_found());
    let answer = TestClient::new(App::new().get("/", teapot)).get("/").send();
    assert_eq!(answer.status(), 418);
    assert!(answer.text().contains("\"status\":418"), "{}", answer.text());
}

#[test]
fn mounts_are_listed_with_the_routes() {
    let app = App::new().get("/", || "").nest("/n", App::new().mount("/m", App::new()).wrap(guard));
    let list = app.route_list();
    assert_eq!(
        (list[1].pattern.as_str(), list[1].middleware.as_slice()),
        ("/n/m/…", &["guard".into()][..])
    );
    assert!(list[1].handler.ends_with("App") && list[1].line > 0);
}

#[test]
fn where_requests_come_from_is_told_to_the_fallback_of_a_host() {
    let inner = App::new().get("/ip", |ip: ClientAddress| ip.0.ip().to_string());
    let app = App::new().host("a.example", App::new().fallback(inner));
    let answer = TestClient::new(app).get("/ip").host("a.example").send();
    assert_eq!(answer.text(), "127.0.0.1");
}

#[cfg(feature = "sessions")]
#[test]
fn middleware_in_the_wrong_order_is_found_at_the_start() {
    use gnezdo_web::middleware::Csrf;
    use gnezdo_web::{Secret, Sessions};

    let sessions = || Sessions::in_cookie(Secret::generate());
    let app = || App::new().get("/a", || "a").get("/b", || "b");
    assert!(app().wrap(Csrf::new()).wrap(sessions()).check().is_ok());
    assert!(app().nest("/n", app().wrap(Csrf::new())).wrap(sessions()).check().is_ok());
    for wrong in [app().wrap(sessions()).wrap(Csrf::new()), app().wrap(Csrf::new())] {
        let error = wrong.check().unwrap_err().to_string();
        assert_eq!(error.lines().count(), 1, "{error}");
        assert!(error.contains("surroundings.rs:") && error.contains("Csrf needs"), "{error}");
    }
}
