//! Who a client is, behind proxies and not, and who may ask.

use gnezdo_core::Service;
use gnezdo_web::middleware::{AllowDeny, Network, TrustedProxies};
use gnezdo_web::{App, ClientAddress, get as route};
use http::uri::Scheme;

use crate::answers::{ask, get, request_from};

fn network(text: &str) -> Network {
    text.parse().unwrap()
}

fn who(ClientAddress(address): ClientAddress) -> String {
    address.ip().to_string()
}

#[test]
fn a_handler_sees_the_client_behind_trusted_proxies() {
    let app = App::new().get("/", who).wrap(TrustedProxies::new([network("10.0.0.0/8")]));
    let fields = [("x-forwarded-for", "127.0.0.1, 192.0.2.1, 10.0.0.2")];
    let seen = |peer| ask(&app, request_from(peer, Scheme::HTTP, &fields)).text().to_owned();
    assert_eq!(seen("10.0.0.1:80"), "192.0.2.1");
    assert_eq!(seen("192.0.2.9:80"), "192.0.2.9");
    assert!(app.wants_connection_info());
}

#[test]
fn rules_are_about_the_client_and_not_the_proxy() {
    let app = App::new()
        .route(route("/", who).wrap(AllowDeny::allow([network("192.168.0.0/16")])))
        .wrap(TrustedProxies::new([network("10.0.0.0/8")]));
    let status = |peer, client| {
        ask(&app, request_from(peer, Scheme::HTTP, &[("x-forwarded-for", client)])).status
    };
    assert_eq!(status("10.0.0.1:80", "192.168.1.1"), 200);
    assert_eq!(status("10.0.0.1:80", "192.0.2.1"), 403);
    // The client would like to be somebody else.
    assert_eq!(status("10.0.0.1:80", "192.168.1.1, 192.0.2.1"), 403);
    assert_eq!(status("192.0.2.1:80", "192.168.1.1"), 403);
    assert_eq!(status("192.168.1.1:80", "192.0.2.1"), 200);
}

#[test]
fn a_request_from_nowhere_is_refused() {
    let app = App::new().get("/", || "a").wrap(AllowDeny::deny([network("10.0.0.0/8")]));
    let answer = get(&app, &[]);
    assert_eq!(answer.status, 403);
    assert_eq!(answer.field("content-type"), Some("application/problem+json"));
}

#[test]
fn rules_around_a_mounted_service_learn_where_requests_come_from() {
    struct Indifferent;
    impl Service for Indifferent {
        fn call(&self, _: gnezdo_core::Request) -> gnezdo_core::Reply {
            gnezdo_core::Response::default().into()
        }
        fn wants_connection_info(&self) -> bool {
            false
        }
    }
    let inner = App::new().mount("/files", Indifferent).wrap(AllowDeny::allow([]));
    assert!(App::new().nest("/a", inner).wants_connection_info());
    assert!(!App::new().mount("/files", Indifferent).wants_connection_info());
}
