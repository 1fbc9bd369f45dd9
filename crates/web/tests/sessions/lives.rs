//! When sessions end, what is no session, and what answers say of them.

use std::time::Duration;

use cookie::time::OffsetDateTime;
use gnezdo_web::cookies::{Cookie, Duration as Age};
use gnezdo_web::{App, Secret, Session, Sessions, TestClient, get};

use crate::homes::{Slow, app};

#[test]
fn what_is_no_session_is_an_empty_one() {
    let secret = Secret::generate();
    for sessions in [Sessions::in_cookie(secret.clone()), Sessions::in_memory()] {
        let client = TestClient::new(app(sessions));
        client.get("/put/a/1").send();
        let good = client.cookie("session").unwrap();
        client.forget_cookies();
        let other = TestClient::new(app(Sessions::in_cookie(Secret::generate())));
        other.get("/put/a/1").send();
        let (long, thousands) = ("A".repeat(100_000), "session=1; ".repeat(10_000));
        let mut values = vec![
            String::new(),
            "=".into(),
            "%".into(),
            "null".into(),
            "%FF%FE".into(),
            other.cookie("session").unwrap(),
            long,
            thousands,
            format!("{good}A"),
            good[1..].to_owned(),
        ];
        values.extend((0..good.len()).step_by(7).map(|at| good[..at].to_owned()));
        for value in values {
            let fresh = client.get("/get/a").header("cookie", format!("session={value}"));
            let answer = fresh.send();
            assert_eq!(
                (answer.status().as_u16(), &*answer.text()),
                (200, "none"),
                "{} bytes",
                value.len()
            );
        }
    }
}

#[test]
fn a_session_of_no_length_is_over_at_once() {
    for idle in [true, false] {
        for sessions in [Sessions::in_cookie(Secret::generate()), Sessions::in_memory()] {
            let sessions = if idle {
                sessions.idle_timeout(Duration::ZERO)
            } else {
                sessions.absolute_timeout(Duration::ZERO)
            };
            let client = TestClient::new(app(sessions));
            client.get("/put/a/1").send();
            assert!(client.cookie("session").is_some());
            assert_eq!(client.get("/get/a").send().text(), "none");
        }
    }
}

#[test]
fn only_answers_that_looked_at_the_session_are_kept_from_caches() {
    let app = app(Sessions::in_cookie(Secret::generate())).get("/own", |session: Session| {
        let value = session.get::<u8>("a").unwrap_or(0);
        ([("cache-control", "private"), ("vary", "accept, Cookie")], value.to_string())
    });
    let client = TestClient::new(app.wrap(Sessions::in_cookie(Secret::generate())));
    let fields = |target: &str| {
        let answer = client.get(target).send();
        let field = |name| answer.header(name).map(str::to_owned);
        (field("cache-control"), field("vary"))
    };
    let marked = (Some("no-store".into()), Some("cookie".into()));
    assert_eq!(fields("/elsewhere"), (None, None));
    assert_eq!(fields("/get/a"), marked);
    assert_eq!(fields("/put/a/1"), marked);
    assert_eq!(fields("/elsewhere"), (None, None));
    assert_eq!(fields("/own"), (Some("private".into()), Some("accept, Cookie".into())));
}

#[test]
fn the_cookie_is_as_the_app_wants_it() {
    let cookie = Cookie::build("__Host-shop").max_age(Age::days(14));
    let sessions = Sessions::in_memory().cookie(cookie);
    let client = TestClient::new(app(sessions)).https();
    let answer = client.get("/put/a/1").send();
    let line = answer.header("set-cookie").unwrap();
    let (name, attributes) = line.split_at("__Host-shop=".len() + 43);
    assert!(name.starts_with("__Host-shop="));
    assert_eq!(attributes, "; HttpOnly; SameSite=Lax; Secure; Path=/; Max-Age=1209600");
    assert_eq!(client.get("/get/a").send().text(), "1");
    client.get("/destroy").send();
    assert_eq!(client.cookie("__Host-shop"), None);
}

#[test]
fn a_cookie_with_an_end_goes_on_with_its_session() {
    let month = OffsetDateTime::now_utc() + Age::days(30);
    let with_age = Cookie::build("session").max_age(Age::days(14));
    let with_end = Cookie::build("session").expires(month);
    for (cookie, is_sent_again) in [
        (with_age, true),
        (with_end, true),
        (Cookie::build("session"), false),
        (Cookie::build("session").expires(None), false),
    ] {
        let client = TestClient::new(app(Sessions::in_memory().cookie(cookie)));
        let set = |target: &str| client.get(target).send().header("set-cookie").map(str::to_owned);
        let first = set("/put/a/1");
        assert!(first.is_some());
        assert_eq!(set("/put/a/2"), first.filter(|_| is_sent_again));
        // Nothing is saved, so nothing has got longer.
        assert_eq!(set("/get/a"), None);
    }
}

#[test]
fn a_cookie_that_cannot_be_set_is_a_fault_of_the_app() {
    let client = TestClient::new(app(Sessions::in_memory().cookie("a b")));
    assert_eq!(client.get("/elsewhere").send().status(), 200);
    assert_eq!(client.get("/put/a/1").send().status(), 500);
}

#[test]
fn a_route_may_have_sessions_of_its_own() {
    let count = |session: Session| {
        let visits = session.get::<u64>("visits").unwrap_or(0) + 1;
        session.insert("visits", visits).map(|()| visits.to_string())
    };
    let app = App::new()
        .route(get("/", count).wrap(Sessions::in_cookie(Secret::generate())))
        .get("/elsewhere", |session: Option<Session>| session.is_some().to_string());
    let client = TestClient::new(app);
    for visit in ["1", "2", "3"] {
        assert_eq!(client.get("/").send().text(), visit);
    }
    assert_eq!(client.get("/elsewhere").send().text(), "false");
}

#[test]
fn a_session_needs_its_middleware() {
    let app = App::new().get("/", |session: Session| session.clear());
    assert!(app.check().unwrap_err().to_string().contains("Sessions"));
}

#[test]
fn a_session_that_was_destroyed_meanwhile_does_not_come_back() {
    let store = Slow::default();
    let app = app(Sessions::with_store(store.clone()));
    let client = TestClient::new(app.clone());
    client.get("/put/a/1").send();
    let cookie = client.cookie("session").unwrap();
    // One handler logs out while another one is at work.
    let inner = TestClient::new(app);
    let id = cookie.clone();
    let at_work = App::new()
        .get("/work", move |session: Session| {
            let logged_out = inner.get("/destroy").cookie("session", id.clone()).send();
            assert_eq!(logged_out.status(), 204);
            session.insert("a", "2").map(|()| "worked")
        })
        .wrap(Sessions::with_store(store));
    let answer = TestClient::new(at_work).get("/work").cookie("session", cookie.clone()).send();
    assert_eq!(answer.text(), "worked");
    assert_eq!(client.get("/get/a").cookie("session", cookie).send().text(), "none");
}

/// What was deeper than it can be read would be lost with all that stands beside it.
#[test]
fn a_value_that_could_not_be_read_back_is_refused() {
    for (depth, status) in [(100, 200), (101, 500)] {
        let app =
            app(Sessions::in_cookie(Secret::generate())).get("/deep", move |session: Session| {
                let mut value = serde_json::json!(1);
                for _ in 0..depth {
                    value = serde_json::json!([value]);
                }
                session.insert("deep", value).map(|()| "kept")
            });
        let client = TestClient::new(app);
        client.get("/put/user/ada").send();
        assert_eq!(client.get("/deep").send().status(), status, "{depth}");
        assert_eq!(client.get("/get/user").send().text(), "ada", "{depth}");
    }
}

/// Another host of the domain can set a cookie of the same name that browsers send first.
#[test]
fn a_planted_cookie_does_not_hide_the_session() {
    for sessions in [Sessions::in_cookie(Secret::generate()), Sessions::in_memory()] {
        let client = TestClient::new(app(sessions));
        client.get("/put/user/ada").send();
        let own = client.cookie("session").unwrap();
        for (planted, expected) in [(1, "ada"), (7, "ada"), (8, "none")] {
            let line = format!("{}session={own}", "session=planted; ".repeat(planted));
            let answer = client.get("/get/user").header("cookie", line).send();
            assert_eq!(answer.text(), expected, "{planted}");
        }
    }
}
