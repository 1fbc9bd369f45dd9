//! What browsers are told about other origins.

use std::time::Duration;

use gnezdo_web::App;
use gnezdo_web::middleware::Cors;
use http::header::{ETAG, HeaderName};
use http::{HeaderMap, Method, StatusCode};

use crate::answers::{Answer, ask, get, request};

const SHOP: &str = "https://shop.example";

fn preflight(app: &App, origin: &str, more: &[(&str, &str)]) -> Answer {
    let asked = [("origin", origin), ("access-control-request-method", "PUT")];
    let fields: Vec<_> = asked.into_iter().chain(more.iter().copied()).collect();
    ask(app, request(Method::OPTIONS, "/", &fields))
}

fn cors_fields(headers: &HeaderMap) -> Vec<String> {
    let mut fields: Vec<_> = headers
        .iter()
        .filter(|(name, _)| name.as_str().starts_with("access-control") || *name == "vary")
        .map(|(name, value)| format!("{name}: {}", value.to_str().unwrap()))
        .collect();
    fields.sort();
    fields
}

#[test]
fn a_preflight_is_answered_without_the_app() {
    let cors = Cors::origins([SHOP])
        .unwrap()
        .credentials()
        .methods([Method::GET, Method::PUT])
        .headers([HeaderName::from_static("x-a"), HeaderName::from_static("x-b")])
        .expose([ETAG])
        .max_age(Duration::from_secs(600))
        .private_network();
    let app = App::new().put("/", || -> () { panic!("a preflight got here") }).wrap(cors);
    let answer = preflight(&app, SHOP, &[("access-control-request-private-network", "true")]);
    assert_eq!(answer.status, 204);
    assert_eq!(
        cors_fields(&answer.headers),
        [
            "access-control-allow-credentials: true",
            "access-control-allow-headers: x-a, x-b",
            "access-control-allow-methods: GET, PUT",
            "access-control-allow-origin: https://shop.example",
            "access-control-allow-private-network: true",
            "access-control-max-age: 600",
            "vary: origin, access-control-request-method, access-control-request-headers",
        ]
    );
    let refused = preflight(&app, "https://evil.example", &[]);
    assert_eq!((refused.status, cors_fields(&refused.headers).len()), (204, 1));
}

#[test]
fn answers_say_who_may_read_them_errors_too() {
    let cors = Cors::origins([SHOP]).unwrap().credentials().expose([ETAG]);
    let app = App::new().get("/", || "a").wrap(cors);
    let fields = [("origin", SHOP)];
    for (target, status) in [("/", 200), ("/nothing", 404)] {
        let answer = ask(&app, request(Method::GET, target, &fields));
        assert_eq!(answer.status, status);
        assert_eq!(answer.field("access-control-allow-origin"), Some(SHOP));
        assert_eq!(answer.field("access-control-allow-credentials"), Some("true"));
        assert_eq!(answer.field("access-control-expose-headers"), Some("etag"));
        assert!(answer.headers.get_all("vary").iter().any(|vary| vary == "origin"));
    }
    for fields in [&[("origin", "null")][..], &[]] {
        let answer = get(&app, fields);
        // The answer is given all the same: browsers keep it from the page.
        assert_eq!((answer.status, answer.text()), (200, "a"));
        assert_eq!(cors_fields(&answer.headers), ["vary: origin"]);
    }
}

#[test]
fn everybody_gets_the_asterisk_and_no_credentials() {
    let app = App::new().get("/", || "a").wrap(Cors::any());
    for fields in [&[("origin", "null")][..], &[("origin", SHOP)], &[]] {
        assert_eq!(cors_fields(&get(&app, fields).headers), ["access-control-allow-origin: *"]);
    }
}

#[test]
fn an_origin_that_the_handler_allows_gets_no_credentials_by_us() {
    let handler = || ([("access-control-allow-origin", "*")], "a");
    let app = App::new().get("/", handler).wrap(Cors::origins([SHOP]).unwrap().credentials());
    let fields = cors_fields(&get(&app, &[("origin", SHOP)]).headers);
    assert_eq!(fields, ["access-control-allow-origin: *", "vary: origin"]);
}

#[test]
fn a_field_that_the_handler_has_set_is_left_as_it_is() {
    let handler = || ([("access-control-expose-headers", "x-own")], "a");
    let app = App::new().get("/", handler).wrap(Cors::any().expose([ETAG]));
    let fields = cors_fields(&get(&app, &[("origin", SHOP)]).headers);
    let expected = ["access-control-allow-origin: *", "access-control-expose-headers: x-own"];
    assert_eq!(fields, expected);
}

#[test]
fn options_that_are_no_preflight_reach_the_app() {
    let app = App::new().options("/", || StatusCode::IM_A_TEAPOT).wrap(Cors::any());
    assert_eq!(ask(&app, request(Method::OPTIONS, "/", &[("origin", SHOP)])).status, 418);
}
