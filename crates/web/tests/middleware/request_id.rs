//! Who names a request, and who learns the name.

use gnezdo_web::middleware::RequestId;
use gnezdo_web::{App, Problem};
use http::{HeaderMap, StatusCode};

use crate::answers::get;

/// An app that says what the handler sees.
fn naming(middleware: RequestId) -> App {
    let named = |headers: HeaderMap| headers["x-request-id"].to_str().unwrap().to_owned();
    App::new().get("/", named).wrap(middleware)
}

#[test]
fn the_handler_and_the_client_learn_the_same_name() {
    let app = naming(RequestId::new());
    let answer = get(&app, &[]);
    assert_eq!(answer.text(), answer.field("x-request-id").unwrap());
    assert_ne!(get(&app, &[]).body, answer.body);
}

#[test]
fn a_client_names_its_request_only_if_it_is_trusted() {
    let fields = [("x-request-id", "trace-1")];
    let strict = naming(RequestId::new());
    assert_ne!(get(&strict, &fields).field("x-request-id"), Some("trace-1"));
    let trusting = naming(RequestId::new().trust_client());
    assert_eq!(get(&trusting, &fields).text(), "trace-1");
    assert_eq!(get(&trusting, &fields).field("x-request-id"), Some("trace-1"));
    for garbage in ["a b", "", &"a".repeat(65), "<script>\t"] {
        let answer = get(&trusting, &[("x-request-id", garbage)]);
        assert_eq!(answer.field("x-request-id").unwrap().len(), 16, "{garbage}");
    }
    let twice = get(&trusting, &[("x-request-id", "a"), ("x-request-id", "b")]);
    assert_eq!(twice.field("x-request-id").unwrap().len(), 16);
}

#[test]
fn a_fault_is_told_under_the_name_of_its_request() {
    fn fails() -> Result<(), Problem> {
        Err(Problem::internal("the disk is gone"))
    }
    let fields = [("x-request-id", "trace-1")];
    let app = App::new().get("/", fails).wrap(RequestId::new().trust_client());
    let answer = get(&app, &fields);
    assert_eq!((answer.status, answer.field("x-request-id")), (500, Some("trace-1")));
    assert!(answer.text().contains("\"request_id\":\"trace-1\""), "{}", answer.text());

    // Nobody was asked to believe the client here.
    let answer = get(&App::new().get("/", fails), &fields);
    assert!(!answer.text().contains("trace-1"), "{}", answer.text());
    assert_ne!(answer.field("x-request-id"), Some("trace-1"));
}

#[test]
fn a_fault_of_a_middleware_has_the_name_too() {
    fn refuse(_: gnezdo_core::Request, _: gnezdo_web::Next) -> gnezdo_core::Reply {
        use gnezdo_web::IntoResponse;
        Problem::new(StatusCode::INTERNAL_SERVER_ERROR).into_response().into()
    }
    let app = App::new().get("/", || "a").wrap(refuse).wrap(RequestId::new());
    let answer = get(&app, &[]);
    let id = answer.field("x-request-id").unwrap();
    assert!(answer.text().contains(id), "{} {id}", answer.text());
}
