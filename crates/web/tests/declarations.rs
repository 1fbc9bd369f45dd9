//! Mistakes in the table are found while it is built, and the message says where.

use std::panic::catch_unwind;

use gnezdo_web::{App, Params, Path, PatternError, RouteError};
use http::Method;

#[test]
fn a_malformed_pattern_is_named() {
    let error = App::new().try_route(Method::GET, "/user/<name>", || "").err().unwrap();
    let inner = PatternError::ForeignSyntax { at: 6, instead: "{name}".into() };
    assert_eq!(error, RouteError::Pattern { pattern: "/user/<name>".into(), error: inner });
    assert_eq!(
        error.to_string(),
        "route \"/user/<name>\": the parameter at byte 6 is written {name} here"
    );
}

#[test]
fn a_collision_names_both_declarations() {
    let line = line!() + 1;
    let app = App::new().get("/a/{x:int}", || "");
    let error = app.try_route(Method::GET, "/a/{y:int}", || "").err().unwrap();
    let RouteError::Conflict { method, pattern, earlier, declared_at } = &error else {
        panic!("{error}")
    };
    assert_eq!(
        (method, pattern.as_str(), earlier.as_str()),
        (&Method::GET, "/a/{y:int}", "/a/{x:int}")
    );
    assert_eq!((declared_at.file(), declared_at.line()), (file!(), line));
    assert!(error.to_string().contains(&format!("{}:{line}", file!())));
}

#[test]
fn what_differs_in_method_or_shape_does_not_collide() {
    let app = App::new()
        .get("/a/{x}", || "")
        .post("/a/{y}", || "")
        .get("/a/{x:int}", || "")
        .get("/a/{x:path}", || "")
        .get("/a/x", || "")
        .get("/a/x/", || "");
    assert!(app.try_route(Method::HEAD, "/a/x", || "").is_ok());
}

#[test]
fn the_handler_takes_as_many_parameters_as_the_pattern_has() {
    fn pair(_: Path<(String, u8)>) {}
    async fn one(_: Params, _: Path<u8>) {}
    let wrong =
        |pattern: &str, has, wants| RouteError::Parameters { pattern: pattern.into(), has, wants };
    let error = App::new().try_route(Method::GET, "/{a}", pair).err().unwrap();
    assert_eq!(error, wrong("/{a}", 1, 2));
    let error = App::new().try_route(Method::GET, "/", one).err().unwrap();
    assert_eq!(error, wrong("/", 0, 1));
    assert!(App::new().try_route(Method::GET, "/{a}/{b}", pair).is_ok());
    assert!(App::new().try_route(Method::GET, "/{a}/{b}", |_: Params| ()).is_ok());
}

#[test]
fn the_short_verbs_panic_with_the_same_text() {
    let panic = catch_unwind(|| App::new().get("no-slash", || "")).err().unwrap();
    let text = panic.downcast_ref::<String>().unwrap();
    assert_eq!(text, "route \"no-slash\": it does not begin with a slash; add one");
}
