//! An app as a whole: nesting, hosts, mounts, slashes, middleware, problems.

// Handlers own their arguments.
#![allow(clippy::needless_pass_by_value)]

mod support;

use std::panic;
use std::sync::Arc;

use gnezdo_core::{Body, Reply, Request, Response, Service};
use gnezdo_web::{
    App, Block, Debug, Html, IntoResponse, Next, OriginalUri, Params, Path, Problem, Slashes,
    State, Urls, get as route_get, path, url_for,
};
use http::{Method, StatusCode, Uri};

use support::{answer, ask, get, seen};

fn tagged(tag: &'static str) -> impl Fn(Request, Next) -> Reply + Send + Sync + 'static {
    move |request, next| {
        next.call(request).map(move |mut response| {
            response.headers_mut().append("x-tag", tag.parse().unwrap());
            response
        })
    }
}

/// What middleware has written into an answer, the innermost first.
fn tags(service: &impl Service, target: &str) -> Vec<String> {
    let (_, fields, _) = ask(service, target, &[]);
    fields.get_all("x-tag").iter().map(|value| value.to_str().unwrap().to_owned()).collect()
}

#[test]
fn a_nested_app_has_its_prefix_its_state_and_its_middleware() {
    fn greet(State(name): State<&'static str>, Path(n): Path<u8>) -> String {
        format!("{name} {n}")
    }
    let inner = App::new().name("inner").state("inner").get("/{n:int}", greet).wrap(tagged("in"));
    let app = App::new()
        .state("outer")
        .wrap(tagged("out"))
        .get("/{n:int}", greet)
        .nest("/a", inner.clone())
        .nest("/b", App::new().name("b").nest("/c", inner));
    assert_eq!(get(&app, "/1"), (200, "outer 1".into()));
    assert_eq!(get(&app, "/a/1"), (200, "inner 1".into()));
    assert_eq!(get(&app, "/b/c/1"), (200, "inner 1".into()));
    let grouped = App::new().nest("", App::new().get("/1", || "group").wrap(tagged("group")));
    assert_eq!(tags(&grouped, "/1"), ["group"]);
    assert_eq!(tags(&app, "/1"), ["out"]);
    assert_eq!(tags(&app, "/a/1"), ["in", "out"]);
    assert_eq!(tags(&app, "/missing"), ["out"]);
    assert_eq!(app.url_for("greet", [("n", 1)]).unwrap(), "/1");
    assert_eq!(app.url_for("inner.greet", [("n", 1)]).unwrap(), "/a/1");
    assert_eq!(app.url_for("b.inner.greet", [("n", 1)]).unwrap(), "/b/c/1");
}

#[test]
fn parameters_of_a_prefix_come_first() {
    let user = App::new()
        .get("/posts/{id:int}", |Path((name, id)): Path<(String, u64)>| format!("{name} {id}"));
    let app = App::new().nest("/user/{name}", user);
    assert_eq!(get(&app, "/user/anna/posts/7"), (200, "anna 7".into()));
}

#[test]
fn hosts_have_apps_of_their_own() {
    let app = App::new()
        .get("/", || "other")
        .host("shop.example", App::new().get("/", || "shop").fallback(App::new().get("/f", || "f")))
        .host("*.shop.example", App::new().get("/", || "below"));
    let at = |host: &str, target: &str| ask(&app, target, &[("host", host)]).2;
    assert_eq!(at("shop.example:8080", "/"), "shop");
    assert_eq!(at("SHOP.example", "/f"), "f");
    assert_eq!(at("a.shop.example", "/"), "below");
    assert_eq!(at("shop.example.org", "/"), "other");
    assert_eq!(at("x", "http://shop.example/"), "shop");
    assert_eq!(ask(&app, "/f", &[("host", "x")]).0, 404);
}

#[test]
fn a_mounted_service_does_not_see_its_prefix() {
    let inner = App::new()
        .get("/", || "root")
        .get("/uri", |uri: Uri, OriginalUri(original): OriginalUri| format!("{uri} {original}"));
    let app = App::new()
        .get("/m/own", || "own")
        .mount("/m", inner.clone())
        .nest("/n", App::new().mount("/", inner.clone()).wrap(tagged("n")))
        .mount("/deep/{x}", inner);
    assert_eq!(get(&app, "/m"), (200, "root".into()));
    assert_eq!(get(&app, "/m/"), (200, "root".into()));
    assert_eq!(get(&app, "/m/uri?q=1"), (200, "/uri?q=1 /m/uri?q=1".into()));
    assert_eq!(get(&app, "/m/own"), (200, "own".into()));
    assert_eq!(get(&app, "/n/uri"), (200, "/uri /n/uri".into()));
    assert_eq!(get(&app, "/deep/%2F/uri"), (200, "/uri /deep/%2F/uri".into()));
    assert_eq!(get(&app, "/mm").0, 404);
    assert_eq!(tags(&app, "/n/uri"), ["n"]);
}

#[test]
fn a_slash_too_many_or_too_few_is_sent_elsewhere() {
    let app = App::new()
        .get("/a", || "a")
        .get("/b/", || "b")
        .get("/{rest:path}", |p: Params| p.get("rest").unwrap_or_default().into_owned());
    let strict = App::new().get("/a", || "a").get("/b/", || "b");
    let location = |app: &App, target: &str| {
        let (status, fields, _) = ask(app, target, &[]);
        (status, fields.get("location").map(|value| value.to_str().unwrap().to_owned()))
    };
    assert_eq!(get(&app, "/b"), (200, "b".into()), "the path takes it");
    assert_eq!(location(&strict, "/a/?x=1"), (308, Some("/a?x=1".into())));
    assert_eq!(location(&strict, "/b"), (308, Some("/b/".into())));
    assert_eq!(location(&strict, "//a/").0, 404);
    assert_eq!(location(&strict.clone().slashes(Slashes::Strict), "/a/"), (404, None));
    assert_eq!(get(&strict.slashes(Slashes::Ignore), "/a/"), (200, "a".into()));
}

#[test]
fn middleware_stands_around_in_its_order() {
    async fn later(request: Request, next: Next) -> Response {
        let mut response = next.call(request).await;
        response.headers_mut().append("x-tag", "later".parse().unwrap());
        response
    }
    fn guard(request: Request, next: Next) -> Result<Reply, Problem> {
        if request.headers().contains_key("x-key") {
            Ok(next.call(request))
        } else {
            Err(Problem::new(StatusCode::UNAUTHORIZED))
        }
    }
    let app = App::new()
        .routes([route_get("/", async || "index").wrap(tagged("route")).wrap(tagged("route 2"))])
        .wrap(tagged("app"))
        .wrap(later)
        .wrap(tagged("outermost"));
    assert_eq!(tags(&app, "/"), ["route", "route 2", "app", "later", "outermost"]);
    let app = App::new().get("/", || "in").wrap(guard);
    assert_eq!(get(&app, "/").0, 401);
    assert_eq!(ask(&app, "/", &[("x-key", "1")]).2, "in");
}

#[test]
fn a_view_for_all_methods_looks_at_the_method() {
    let app = App::new().routes([path("/", |method: Method| method.to_string())]);
    for method in ["GET", "POST", "DELETE", "OPTIONS", "PURGE"] {
        let request = http::Request::builder().method(method).uri("/").body(Body::empty()).unwrap();
        assert_eq!(seen(answer(&app, request)).2, method);
    }
}

#[test]
fn a_problem_is_written_as_the_client_likes_it() {
    let app = App::new().debug(Debug::Off).get("/", || {
        Err::<(), _>(Problem::new(StatusCode::CONFLICT).detail("<taken>").title("Taken"))
    });
    let (status, fields, text) = ask(&app, "/", &[("accept", "application/json")]);
    assert_eq!(
        (status, &fields["content-type"]),
        (409, &"application/problem+json".parse().unwrap())
    );
    assert_eq!(text, r#"{"type":"about:blank","title":"Taken","status":409,"detail":"<taken>"}"#);
    let (status, fields, text) = ask(&app, "/", &[("accept", "text/html")]);
    assert_eq!((status, &fields["vary"]), (409, &"accept".parse().unwrap()));
    assert!(text.contains("<h1>Taken</h1>\n<p>&lt;taken&gt;</p>"), "{text}");
}

#[test]
fn what_is_behind_a_fault_of_ours_is_not_shown() {
    fn fails() -> Result<String, Problem> {
        Ok(std::fs::read_to_string("/nowhere/secret-name")?)
    }
    async fn fails_later() -> Result<String, Problem> {
        fails()
    }
    let app =
        App::new().get("/now", fails).get("/later", fails_later).get("/blocking", fails.blocking());
    for target in ["/now", "/later", "/blocking"] {
        let (status, fields, text) = ask(&app.clone().debug(Debug::Off), target, &[]);
        assert_eq!(status, 500, "{target}");
        assert!(!text.contains("No such file"), "{text}");
        let id = fields["x-request-id"].to_str().unwrap().to_owned();
        assert!(id.len() == 16 && text.contains(&id), "{text}");
        let (_, _, text) = ask(&app.clone().debug(Debug::On), target, &[]);
        assert!(text.contains("No such file"), "{text}");
    }
}

#[test]
fn a_panic_is_a_problem_wherever_it_happens() {
    fn now() {
        panic!("of the handler")
    }
    async fn later() {
        panic!("{}", "of the future")
    }
    fn around(request: Request, _: Next) -> Reply {
        panic!("of the middleware at {}", request.uri())
    }
    let app = App::new()
        .debug(Debug::On)
        .get("/now", now)
        .get("/later", later)
        .get("/blocking", now.blocking())
        .routes([route_get("/around", now).name("around").wrap(around)]);
    let hook = panic::take_hook();
    panic::set_hook(Box::new(|_| {}));
    let answers = ["/now", "/later", "/blocking", "/around"].map(|target| get(&app, target));
    panic::set_hook(hook);
    for (answer, text) in answers.iter().zip([
        "the handler",
        "the future",
        "the handler",
        "the middleware at /around",
    ]) {
        assert_eq!(answer.0, 500);
        assert!(answer.1.contains(&format!("the handler panicked: of {text}")), "{answer:?}");
    }
}

#[test]
fn a_reply_that_a_handler_hands_on_is_ended_when_it_comes() {
    fn missing(_: Request) -> Reply {
        Reply::later(async { Problem::not_found().into_response() })
    }
    fn panics() -> Reply {
        Reply::later(async { panic!("of the reply") })
    }
    async fn panics_later() -> Reply {
        panics()
    }
    let app = App::new()
        .debug(Debug::On)
        .get("/missing", missing)
        .get("/panics", panics)
        .get("/panics-later", panics_later);
    let hook = panic::take_hook();
    panic::set_hook(Box::new(|_| {}));
    let answers = ["/missing", "/panics", "/panics-later"].map(|target| get(&app, target));
    panic::set_hook(hook);
    assert_eq!(answers[0].0, 404);
    assert!(answers[0].1.contains("\"status\":404"), "{:?}", answers[0]);
    for answer in &answers[1..] {
        assert!(answer.1.contains("the handler panicked: of the reply"), "{answer:?}");
    }
}

#[test]
fn one_hook_decides_about_all_problems() {
    let nested = App::new().on_problem(|problem, asked| {
        let text = format!("{} {}", problem.status().as_u16(), asked.uri().path());
        Some((problem.status(), Html(text)).into_response())
    });
    let app = App::new()
        .nest("/nested", nested.get("/{n:int}", |Path(_): Path<u8>| ()))
        .get("/{n:int}", |Path(_): Path<u8>| ())
        .on_problem(|problem, _| (problem.status() != 405).then(|| "hooked".into_response()));
    assert_eq!(get(&app, "/nested/300"), (404, "404 /nested/300".into()));
    assert_eq!(get(&app, "/300"), (200, "hooked".into()));
    assert_eq!(get(&app, "/missing"), (200, "hooked".into()));
    let request = http::Request::post("/3").body(Body::empty()).unwrap();
    let (status, fields, text) = seen(answer(&app, request));
    assert_eq!((status, &fields["allow"]), (405, &"GET, HEAD, OPTIONS".parse().unwrap()));
    assert!(text.starts_with("{\"type\""));
}

#[test]
fn a_hook_that_panics_or_gives_a_problem_is_survived() {
    let hook = panic::take_hook();
    panic::set_hook(Box::new(|_| {}));
    let panics = get(&App::new().on_problem(|_, _| panic!("of the hook")), "/");
    panic::set_hook(hook);
    assert_eq!(panics.0, 404);
    let gives = App::new().on_problem(|_, _| Some(Problem::new(StatusCode::GONE).into_response()));
    assert!(get(&gives, "/").1.contains("\"status\":410"));
}

#[test]
fn addresses_are_made_of_names() {
    fn post(Path((shop, id)): Path<(String, u64)>) -> String {
        format!("{shop} {id}")
    }
    fn index(urls: Urls) -> Result<String, Problem> {
        Ok(url_for!(urls, "post", shop = "a/b", id = 7, page = "x y")?)
    }
    let app = App::new().get("/", index).get("/{shop}/{id:int}", post).get("/again", index);
    assert_eq!(get(&app, "/").1, "/a%2Fb/7?page=x+y");
    for (name, values, text) in [
        ("pots", vec![], "there is no route named \"pots\""),
        ("Post", vec![], "there is no route named \"Post\"; is \"post\" meant?"),
        ("index", vec![], "several routes are named \"index\"; give each a name of its own"),
        ("post", vec![("shop".to_owned(), "a".to_owned())], "route \"post\": "),
    ] {
        let error = app.url_for(name, values).unwrap_err().to_string();
        assert!(error.starts_with(text), "{error}");
    }
}

#[test]
fn a_converter_of_the_apps_picks_its_segments() {
    let nested = App::new().converter("even", |text| text.len() % 2 == 0);
    let app = App::new()
        .nest("/n", nested.get("/{x:even}", |Path(x): Path<String>| format!("even {x}")))
        .get("/n/{x}", |Path(x): Path<String>| format!("odd {x}"));
    assert_eq!(get(&app, "/n/ab").1, "even ab");
    assert_eq!(get(&app, "/n/abc").1, "odd abc");
}

#[test]
fn clones_and_shared_apps_answer_alike() {
    let app = App::new().get("/", || "index");
    let shared: Arc<dyn Service> = Arc::new(app.clone());
    assert_eq!(get(&shared, "/"), get(&app, "/"));
    assert!(!app.wants_connection_info());
    assert!(App::new().get("/", |_: Request| ()).wants_connection_info());
}
