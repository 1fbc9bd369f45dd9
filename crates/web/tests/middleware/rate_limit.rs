//! How many requests get through, and what the others are told.

use std::time::Duration;

use gnezdo_core::{Request, Service};
use gnezdo_web::App;
use gnezdo_web::middleware::RateLimit;
use http::uri::Scheme;

use crate::answers::{Answer, ask, get, request_from};

/// So long that no token comes back while a test runs.
const LONG: Duration = Duration::from_secs(365 * 24 * 60 * 60);

fn from(app: &App, peer: &str) -> Answer {
    ask(app, request_from(peer, Scheme::HTTP, &[]))
}

#[test]
fn a_client_is_told_what_is_left_and_then_refused() {
    let app = App::new().get("/", || "a").wrap(RateLimit::new(2, Duration::from_secs(3_600)));
    let answer = from(&app, "192.0.2.1:1");
    assert_eq!(answer.status, 200);
    assert_eq!(answer.field("ratelimit-policy"), Some("\"default\";q=2;w=3600"));
    assert_eq!(answer.field("ratelimit"), Some("\"default\";r=1;t=1800"));
    assert_eq!(from(&app, "192.0.2.1:2").field("ratelimit"), Some("\"default\";r=0;t=1800"));
    let refused = from(&app, "192.0.2.1:3");
    assert_eq!(refused.status, 429);
    assert_eq!(refused.field("content-type"), Some("application/problem+json"));
    assert_eq!(refused.field("retry-after"), Some("1800"));
    assert_eq!(refused.field("ratelimit"), Some("\"default\";r=0;t=1800"));
    assert_eq!(from(&app, "192.0.2.2:1").status, 200);
    assert!(app.wants_connection_info());
}

#[test]
fn addresses_that_one_client_has_for_the_taking_are_one() {
    let app = App::new().get("/", || "a").wrap(RateLimit::new(1, LONG));
    for (peer, status) in [
        ("[2001:db8::1]:1", 200),
        ("[2001:db8::2]:1", 429),
        ("[2001:db8:0:1::1]:1", 200),
        ("192.0.2.1:1", 200),
        ("[::ffff:192.0.2.1]:1", 429),
    ] {
        assert_eq!(from(&app, peer).status, status, "{peer}");
    }
}

#[test]
fn a_key_of_the_apps_own_counts_and_no_key_does_not() {
    let key = |request: &Request| request.headers().get("x-api-key").cloned();
    let app = App::new().get("/", || "a").wrap(RateLimit::new(1, LONG).by(key));
    for (fields, status) in [
        (&[("x-api-key", "a")][..], 200),
        (&[("x-api-key", "b")], 200),
        (&[("x-api-key", "a")], 429),
        (&[], 200),
        (&[], 200),
    ] {
        assert_eq!(get(&app, fields).status, status, "{fields:?}");
    }
}

#[test]
fn quotas_within_each_other_are_told_as_a_list() {
    let app = App::new()
        .get("/", || "a")
        .wrap(RateLimit::new(5, LONG).name("burst"))
        .wrap(RateLimit::new(9, LONG).name("day"));
    let answer = from(&app, "192.0.2.1:1");
    let lines: Vec<_> = answer.headers.get_all("ratelimit").iter().collect();
    assert_eq!(lines.len(), 2);
    let quiet = App::new().get("/", || "a").wrap(RateLimit::new(1, LONG).silent());
    assert_eq!(from(&quiet, "192.0.2.1:1").field("ratelimit"), None);
    let refused = from(&quiet, "192.0.2.1:1");
    assert_eq!((refused.status, refused.field("ratelimit")), (429, None));
    assert!(refused.field("retry-after").is_some());
}

#[test]
fn when_there_are_too_many_keys_the_oldest_start_anew() {
    let app = App::new().get("/", || "a").wrap(RateLimit::new(1, LONG).keys(4));
    for client in 1..=9 {
        assert_eq!(from(&app, &format!("192.0.2.{client}:1")).status, 200);
    }
    assert_eq!(from(&app, "192.0.2.9:1").status, 429);
    assert_eq!(from(&app, "192.0.2.1:1").status, 200);
}
