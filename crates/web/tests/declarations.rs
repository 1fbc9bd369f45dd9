//! Mistakes in an app are found before it serves, all at once, and the message says where.

use gnezdo_core::{Reply, Request, Service};
use gnezdo_web::{App, Next, Params, Path, PatternError, Route, StartFault, State, get, post};

fn faults(app: &App) -> Vec<StartFault> {
    app.check().err().map(|error| error.faults().to_vec()).unwrap_or_default()
}

/// The faults as text, without the places in the source.
fn texts(app: &App) -> Vec<String> {
    let text = |fault: &StartFault| fault.to_string().replace(file!(), "FILE");
    faults(app).iter().map(text).collect()
}

#[test]
fn a_malformed_pattern_is_named() {
    let line = line!() + 1;
    let app = App::new().get("/user/<name>", || "");
    let error = PatternError::ForeignSyntax { at: 6, instead: "{name}".into() };
    assert!(matches!(
        &faults(&app)[..],
        [StartFault::Pattern { pattern, error: found, .. }]
            if pattern == "/user/<name>" && *found == error
    ));
    assert_eq!(
        texts(&app),
        [format!(
            "FILE:{line}:26: route \"/user/<name>\": the parameter at byte 6 is written {{name}} here"
        )]
    );
}

#[test]
fn a_collision_names_both_declarations() {
    let line = line!() + 1;
    let app = App::new().get("/a/{x:int}", || "");
    let app = app.route(Route::new([], "/all", || "")).get("/a/{y:int}", || "");
    assert_eq!(
        texts(&app),
        [format!(
            "FILE:{}:56: route GET \"/a/{{y:int}}\" collides with \"/a/{{x:int}}\", declared at \
             FILE:{line}:26; remove one of the two",
            line + 1
        )]
    );
}

#[test]
fn all_faults_are_told_at_once() {
    fn greet(State(name): State<&'static str>, Path(_): Path<u8>) -> &'static str {
        name
    }
    let app =
        App::new().get("no-slash", || "").get("/greet/{a}/{b}", greet).nest("shop", App::new());
    let texts = texts(&app);
    assert_eq!(texts.len(), 4, "{texts:#?}");
    assert!(texts[0].ends_with("route \"no-slash\": it does not begin with a slash; add one"));
    assert!(texts[1].contains("has 2 parameters, but its handler takes 1"));
    assert!(
        texts[2].contains("asks for a &str, which the app does not have; add it by App::state")
    );
    assert!(texts[3].contains("the prefix \"shop\" has to begin with a slash"));
}

#[test]
fn what_differs_in_method_or_shape_does_not_collide() {
    let app = App::new()
        .get("/a/{x}", || "")
        .post("/a/{y}", || "")
        .get("/a/{x:int}", || "")
        .get("/a/{x:path}", || "")
        .get("/a/x", || "")
        .get("/a/x/", || "")
        .head("/a/x", || "");
    assert!(app.check().is_ok());
}

#[test]
fn the_handler_takes_as_many_parameters_as_the_pattern_has() {
    fn pair(_: Path<(String, u8)>) {}
    async fn one(_: Params, _: Path<u8>) {}
    assert!(texts(&App::new().get("/{a}", pair))[0].contains("has 1 parameters"));
    assert!(texts(&App::new().get("/", one))[0].contains("its handler takes 1"));
    assert!(App::new().get("/{a}/{b}", pair).get("/", |_: Params| ()).check().is_ok());
}

#[test]
fn names_that_were_chosen_are_used_once() {
    let app = App::new().routes([get("/a", || "").name("a"), get("/b", || "").name("a")]);
    assert!(texts(&app)[0].contains("the name \"a\" is taken by the route declared at"));
    let app = App::new().routes([get("/a", || "").name("a"), post("/a", || "").name("a")]);
    assert!(app.check().is_ok());
}

#[test]
fn hosts_mounts_and_fallbacks_have_their_places() {
    let nested = App::new().fallback(App::new());
    let app = App::new()
        .host("a/b", App::new())
        .host("a.example", App::new().host("b.example", App::new()))
        .nest("/x", nested)
        .mount("/m", App::new())
        .mount("/m", App::new());
    let texts = texts(&app);
    assert_eq!(texts.len(), 4, "{texts:#?}");
    assert!(texts[0].contains("\"a/b\" is no host"));
    assert!(texts[1].contains("\"b.example\" is no host"));
    assert!(texts[2].contains("has a fallback, which would never be met"));
    assert!(texts[3].contains("\"/m\" is taken by the service mounted at"));
}

#[test]
fn a_mounted_app_is_checked_too() {
    let app = App::new().mount("/m", App::new().get("x", || ""));
    assert!(texts(&app)[0].contains("the service mounted at \"/m\":"));
}

#[test]
fn converters_have_names_of_their_own() {
    let app = App::new().converter("int", |_| true);
    assert!(texts(&app)[0].contains("there is one of this name"));
}

#[test]
fn an_app_that_changes_is_checked_again() {
    let app = App::new().get("/", || "");
    assert!(app.check().is_ok());
    assert!(app.get("/", || "").check().is_err());
}

#[test]
fn routes_are_listed_with_their_place_and_their_middleware() {
    fn around(request: Request, next: Next) -> Reply {
        next.call(request)
    }
    fn index() {}
    let shop = App::new().name("shop").wrap(around).get("/", index);
    let app = App::new().routes([get("/", index).name("home").wrap(around)]).nest("/shop", shop);
    let list = app.route_list();
    assert_eq!(list.len(), 2);
    assert_eq!((list[0].pattern.as_str(), list[0].name.as_deref()), ("/", Some("home")));
    assert_eq!((list[1].pattern.as_str(), list[1].name.as_deref()), ("/shop/", Some("shop.index")));
    assert_eq!(list[1].middleware, ["around"]);
    assert!(list[0].handler.ends_with("::index") && list[0].file.ends_with("declarations.rs"));
    assert_eq!(app.commands()[0].name(), "routes");
    assert_eq!(app.url_for("shop.index", ()).unwrap(), "/shop/");
}
