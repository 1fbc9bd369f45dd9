//! Routes declared by attributes on functions: what each argument does, and where the declaration
//! is said to be.

use gnezdo::prelude::*;
use gnezdo::web::{Debug, RouteInfo};

mod views {
    use gnezdo::prelude::*;

    /// A page.
    #[get("/user/{name}")]
    pub(crate) fn profile(Path(name): Path<String>) -> Html<String> {
        Html(format!("User {}", escape(&name)))
    }

    pub(crate) mod shop {
        use super::*;

        #[post("/shop/{id:int}")]
        pub(crate) async fn order(Path(id): Path<u64>, content: String) -> String {
            format!("{id}: {content}")
        }
    }
}

/// What an app answers: the status and the content.
fn answer(app: &App, method: &str, path: &str, content: &'static str) -> (u16, String) {
    let request = http::Request::builder().method(method).uri(path);
    let reply = app.call(request.body(Body::from(content)).unwrap());
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(async {
        let (head, body) = reply.await.into_parts();
        let content = http_body_util::BodyExt::collect(body).await.unwrap().to_bytes();
        (head.status.as_u16(), String::from_utf8(content.into()).unwrap())
    })
}

fn content(app: &App, method: &str, path: &str) -> String {
    answer(app, method, path, "").1
}

fn only(app: &App) -> RouteInfo {
    let [route] = <[RouteInfo; 1]>::try_from(app.route_list()).expect("one route");
    route
}

#[test]
fn routes_are_collected_by_path() {
    use views::profile;
    let app = App::new().routes(routes![profile, views::shop::order]);
    assert_eq!(content(&app, "GET", "/user/a%3Cb"), "User a&lt;b");
    assert_eq!(answer(&app, "POST", "/shop/7", "a nest"), (200, "7: a nest".into()));
    // The function is still one.
    assert_eq!(profile(Path("x".into())).0, "User x");
}

#[test]
fn a_list_may_be_empty_or_end_with_a_comma() {
    let none: Vec<Route> = routes![];
    assert!(none.is_empty());
    assert_eq!(routes![views::profile, views::shop::order,].len(), 2);
}

#[test]
fn each_method_has_its_attribute() {
    #[get("/")]
    fn get_it() -> &'static str {
        "get"
    }
    #[post("/")]
    fn post_it() -> &'static str {
        "post"
    }
    #[put("/")]
    fn put_it() -> &'static str {
        "put"
    }
    #[patch("/")]
    fn patch_it() -> &'static str {
        "patch"
    }
    #[delete("/")]
    fn delete_it() -> &'static str {
        "delete"
    }
    #[options("/")]
    fn options_it() -> &'static str {
        "options"
    }
    #[head("/")]
    fn head_it() -> StatusCode {
        StatusCode::ACCEPTED
    }
    let app = App::new()
        .routes(routes![get_it, post_it, put_it, patch_it, delete_it, options_it, head_it]);
    for method in ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"] {
        assert_eq!(content(&app, method, "/"), method.to_ascii_lowercase());
    }
    assert_eq!(answer(&app, "HEAD", "/", "").0, 202);
}

#[test]
fn a_route_has_the_methods_that_it_lists_or_all() {
    #[route("/two", methods = ["GET", "POST"])]
    fn two(method: Method) -> String {
        method.to_string()
    }
    #[route("/all")]
    fn all(method: Method) -> String {
        method.to_string()
    }
    let app = App::new().routes(routes![two, all]);
    assert_eq!(content(&app, "GET", "/two"), "GET");
    assert_eq!(content(&app, "POST", "/two"), "POST");
    assert_eq!(answer(&app, "PUT", "/two", "").0, 405);
    for method in ["GET", "PUT", "TRACE", "BREW"] {
        assert_eq!(content(&app, method, "/all"), method);
    }
}

#[test]
fn a_route_has_the_name_of_its_function_or_its_own() {
    #[get("/a")]
    fn plain() {}
    #[get("/b", name = "other")]
    fn named() {}
    #[get("/c", blocking)]
    fn waiting() {}
    #[get("/d")]
    fn r#type() {}
    let app = App::new().routes(routes![plain, named, waiting, r#type]);
    let names: Vec<_> = app.route_list().into_iter().map(|route| route.name.unwrap()).collect();
    assert_eq!(names, ["plain", "other", "waiting", "type"]);
    assert_eq!(app.url_for("waiting", ()).unwrap(), "/c");
    assert!(app.route_list()[2].handler.ends_with("::waiting"));
}

#[test]
fn a_function_may_wait_on_a_thread() {
    #[get("/thread", blocking)]
    fn thread() -> String {
        format!("{:?}", std::thread::current().id())
    }
    #[get("/here")]
    fn here() -> String {
        format!("{:?}", std::thread::current().id())
    }
    let app = App::new().routes(routes![thread, here]);
    let own = format!("{:?}", std::thread::current().id());
    assert_eq!(content(&app, "GET", "/here"), own);
    assert_ne!(content(&app, "GET", "/thread"), own);
}

#[test]
fn middleware_stands_around_the_function_the_last_outermost() {
    fn marked(mark: &'static str) -> impl Fn(Request, Next) -> Reply + Send + Sync + 'static {
        move |request, next| {
            next.call(request).map(move |mut response| {
                response.headers_mut().append("x-mark", mark.parse().unwrap());
                response
            })
        }
    }
    #[get("/", wrap = marked("inner"), name = "x", wrap = marked("outer"))]
    fn index() {}
    let app = App::new().routes(routes![index]);
    let reply = app.call(Request::default());
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let response = runtime.block_on(async { reply.await });
    let marks: Vec<_> = response.headers().get_all("x-mark").iter().collect();
    assert_eq!(marks, ["inner", "outer"]);
}

#[test]
fn a_function_may_have_several_routes() {
    #[get("/")]
    #[get("/index.html", name = "file")]
    #[gnezdo::post("/")]
    fn index(method: Method) -> String {
        method.to_string()
    }
    let app = App::new().routes(routes![index]);
    let patterns: Vec<_> = app
        .route_list()
        .into_iter()
        .map(|route| format!("{} {}", route.methods.join(","), route.pattern))
        .collect();
    assert_eq!(patterns, ["GET /", "GET /index.html", "POST /"]);
    assert_eq!(content(&app, "POST", "/"), "POST");
}

#[test]
fn a_route_is_declared_where_its_function_is() {
    const LINE: u32 = line!() + 2;
    #[get("/", name = "here")]
    #[doc(hidden)]
    fn index() {}
    let route = only(&App::new().routes(routes![index]));
    assert_eq!((route.file.as_str(), route.line), (file!(), LINE + 1));

    let twice = App::new().routes(routes![index, index]);
    let error = twice.check().unwrap_err().to_string();
    let place = format!("{}:{}:8", file!(), LINE + 1);
    assert_eq!(error.matches(&place).count(), 2, "{error}");
}

#[test]
fn a_function_that_is_not_there_has_no_route() {
    #[get("/")]
    #[cfg(any())]
    fn index() -> Nothing {}
    #[cfg(not(any()))]
    #[get("/other")]
    fn index() {}
    assert_eq!(only(&App::new().routes(routes![index])).pattern, "/other");
}

#[test]
fn other_attributes_stay_with_the_function() {
    #[get("/")]
    #[must_use]
    #[deprecated(note = "kept")]
    #[allow(clippy::unused_async)]
    async fn index(#[allow(unused)] HeaderMap { .. }: HeaderMap) -> &'static str {
        "index"
    }
    assert_eq!(content(&App::new().routes(routes![index]), "GET", "/"), "index");
}

#[test]
fn whatever_is_a_handler_can_be_declared() {
    #[get("/constant")]
    const fn constant() -> &'static str {
        "constant"
    }
    #[get("/future")]
    fn future() -> std::pin::Pin<Box<dyn Future<Output = &'static str> + Send>> {
        Box::pin(async { "future" })
    }
    #[get("/hidden")]
    fn hidden() -> impl IntoResponse {
        "hidden"
    }
    #[get("/hidden-future")]
    #[allow(clippy::manual_async_fn)]
    fn hidden_future() -> impl Future<Output = &'static str> + Send {
        async { "hidden future" }
    }
    #[get("/reply")]
    fn reply(_: Params, request: Request) -> Reply {
        Reply::Now(Response::new(request.into_body()))
    }
    #[get("/error")]
    async fn error() -> Result<(), Problem> {
        std::fs::read("/there/is/no/such/file")?;
        Ok(())
    }
    let routes = routes![constant, future, hidden, hidden_future, reply, error];
    let app = App::new().routes(routes).debug(Debug::Off);
    assert_eq!(content(&app, "GET", "/constant"), "constant");
    assert_eq!(content(&app, "GET", "/future"), "future");
    assert_eq!(content(&app, "GET", "/hidden"), "hidden");
    assert_eq!(content(&app, "GET", "/hidden-future"), "hidden future");
    assert_eq!(answer(&app, "GET", "/reply", "body"), (200, "body".into()));
    assert_eq!(answer(&app, "GET", "/error", "").0, 500);
}

#[test]
fn a_function_may_have_whatever_name() {
    #[get("/1/{a}")]
    async fn argument_0(_: Path<String>) {}
    #[get("/2/{a}")]
    async fn future(_: Path<String>) {}
    #[get("/3/{a}")]
    async fn routes(_: Path<String>) {}
    #[get("/4/{a}")]
    async fn get(_: Path<String>) {}
    assert_eq!(routes![argument_0, future, routes, get].len(), 4);
}

#[test]
fn an_argument_may_be_there_under_conditions() {
    #[get("/{a}")]
    fn index(#[cfg(any())] _: Nothing, #[cfg(not(any()))] Path(a): Path<String>) -> String {
        a
    }
    assert_eq!(content(&App::new().routes(routes![index]), "GET", "/x"), "x");
}

#[test]
fn functions_and_attributes_share_their_names() {
    fn index() {}
    let app = App::new().routes([get("/a", index), path("/b", index), post("/c", index)]);
    assert_eq!(app.route_list().len(), 3);
}
