//! Which fields browsers get to guard a site by.

use std::time::Duration;

use gnezdo_core::Service;
use gnezdo_web::App;
use gnezdo_web::middleware::{SecurityHeaders, Subdomains};
use http::HeaderValue;
use http::header::{
    CONTENT_SECURITY_POLICY, STRICT_TRANSPORT_SECURITY, X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use http::uri::Scheme;

use crate::answers::{Answer, ask, get, request_from};

fn over(scheme: Scheme, headers: SecurityHeaders) -> Answer {
    let app = App::new().get("/", || "a").wrap(headers);
    ask(&app, request_from("192.0.2.1:80", scheme, &[]))
}

#[test]
fn every_answer_has_them() {
    let app = App::new().get("/", || "a").wrap(SecurityHeaders::new());
    for target in ["/", "/nothing"] {
        let answer = ask(&app, crate::answers::request(http::Method::GET, target, &[]));
        for (name, start) in [
            ("x-content-type-options", "nosniff"),
            ("referrer-policy", "strict-origin-when-cross-origin"),
            ("x-frame-options", "DENY"),
            ("content-security-policy", "default-src 'self'; "),
            ("permissions-policy", "camera=(), "),
            ("cross-origin-opener-policy", "same-origin"),
        ] {
            let mut lines = answer.headers.get_all(name).iter();
            let value = lines.next().unwrap().to_str().unwrap();
            assert!(value.starts_with(start) && lines.next().is_none(), "{target} {name}: {value}");
        }
    }
}

#[test]
fn only_encrypted_answers_bind_browsers_to_encryption() {
    let year = "max-age=31536000";
    let headers = SecurityHeaders::new;
    let field = |answer: Answer| answer.field("strict-transport-security").map(str::to_owned);
    assert_eq!(field(over(Scheme::HTTPS, headers())).as_deref(), Some(year));
    assert_eq!(field(over(Scheme::HTTP, headers())), None);
    assert_eq!(field(get(&App::new().get("/", || "a").wrap(headers()), &[])), None);
    let all = headers().strict_transport_security(Duration::from_secs(9), Subdomains::Included);
    let all = field(over(Scheme::HTTPS, all));
    assert_eq!(all.as_deref(), Some("max-age=9; includeSubDomains"));
    let own = headers().set(STRICT_TRANSPORT_SECURITY, HeaderValue::from_static("max-age=0"));
    assert_eq!(field(over(Scheme::HTTP, own.clone())), None);
    assert_eq!(field(over(Scheme::HTTPS, own)).as_deref(), Some("max-age=0"));
    let none = headers().without(&STRICT_TRANSPORT_SECURITY);
    assert!(!App::new().get("/", || "a").wrap(none.clone()).wants_connection_info());
    assert_eq!(field(over(Scheme::HTTPS, none)), None);
}

#[test]
fn a_handlers_own_field_wins() {
    let own = "default-src 'none'; frame-ancestors https://a.example";
    let handler = move || ([("content-security-policy", own), ("referrer-policy", "origin")], "a");
    let answer = get(&App::new().get("/", handler).wrap(SecurityHeaders::new()), &[]);
    assert_eq!(answer.field("content-security-policy"), Some(own));
    assert_eq!(answer.field("referrer-policy"), Some("origin"));
    assert_eq!(answer.headers.get_all("content-security-policy").iter().count(), 1);
    // Browsers that know the policy do not look at it; the others are better safe.
    assert_eq!(answer.field("x-frame-options"), Some("DENY"));
}

#[test]
fn fields_are_changed_and_left_out() {
    let policy = HeaderValue::from_static("default-src 'none'");
    let headers = SecurityHeaders::new()
        .set(CONTENT_SECURITY_POLICY, policy)
        .set("x-more".parse().unwrap(), HeaderValue::from_static("1"))
        .without(&X_FRAME_OPTIONS)
        .without(&X_CONTENT_TYPE_OPTIONS);
    let answer = over(Scheme::HTTP, headers);
    assert_eq!(answer.field("content-security-policy"), Some("default-src 'none'"));
    assert_eq!(answer.field("x-more"), Some("1"));
    assert_eq!(answer.field("x-frame-options"), None);
    assert_eq!(answer.field("x-content-type-options"), None);
}
