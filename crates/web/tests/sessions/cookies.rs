//! Plain, signed and private cookies.

use std::collections::BTreeMap;

use gnezdo_web::cookies::{Cookie, CookieLimits};
use gnezdo_web::{App, Cookies, PrivateCookies, Query, Secret, SignedCookies, TestClient};

fn set(cookies: Cookies, Query(pairs): Query<BTreeMap<String, String>>) -> (Cookies, &'static str) {
    let cookies = pairs.into_iter().fold(cookies, |cookies, (name, value)| {
        if value.is_empty() { cookies.remove(name) } else { cookies.add((name, value)) }
    });
    (cookies, "set")
}

fn all(cookies: Cookies) -> String {
    cookies.iter().map(|(name, value)| format!("{name}={value}\n")).collect()
}

fn app() -> App {
    App::new().get("/set", set).get("/all", all)
}

#[test]
fn a_cookie_goes_to_the_browser_and_comes_back() {
    let client = TestClient::new(app());
    let answer = client.get("/set").query(&[("a", "1"), ("b", "x; y\r\nz")]).send();
    let lines: Vec<_> = answer.headers().get_all("set-cookie").iter().collect();
    assert_eq!(
        lines,
        [
            "a=1; HttpOnly; SameSite=Lax; Path=/",
            "b=x%3B%20y%0D%0Az; HttpOnly; SameSite=Lax; Path=/"
        ]
    );
    assert_eq!(client.get("/all").send().text(), "a=1\nb=x; y\r\nz\n");
    client.get("/set").query(&[("a", "")]).send();
    assert_eq!(client.cookie("a"), None);
    assert_eq!(client.get("/all").send().text(), "b=x; y\r\nz\n");
}

#[test]
fn a_cookie_is_secure_where_the_request_was() {
    let answer = TestClient::new(app()).https().get("/set").query(&[("a", "1")]).send();
    assert_eq!(answer.header("set-cookie"), Some("a=1; HttpOnly; SameSite=Lax; Secure; Path=/"));
}

#[test]
fn a_cookie_that_cannot_be_set_is_a_fault_of_the_app() {
    let client = TestClient::new(app());
    let long = "x".repeat(5000);
    for (name, value) in [("a b", "1"), ("a\r\nset-cookie: b", "1"), ("a", long.as_str())] {
        let answer = client.get("/set").query(&[(name, value)]).send();
        assert_eq!(answer.status(), 500, "{name:?}");
        assert_eq!(answer.header("set-cookie"), None);
    }
}

#[test]
fn what_was_added_is_seen_at_once() {
    let app = App::new().get("/", |cookies: Cookies| {
        let cookies = cookies.add(("a", "2")).remove("b");
        format!("{:?} {:?} {:?}", cookies.get("a"), cookies.get("b"), cookies.get("c"))
    });
    let client = TestClient::new(app);
    let request = client.get("/").cookie("a", "1").cookie("b", "1").cookie("c", "1");
    assert_eq!(request.send().text(), "Some(\"2\") None Some(\"1\")");
}

#[test]
fn an_app_says_how_many_cookies_it_reads() {
    let limits = CookieLimits { cookies_max: 2, bytes_max: 4 };
    let client = TestClient::new(app().state(limits));
    let request = client.get("/all").header("cookie", "a=1; b=12345; c=3");
    assert_eq!(request.send().text(), "a=1\n");
    let request = client.get("/all").header("cookie", "a=1; b=123; c=3");
    assert_eq!(request.send().text(), "a=1\nb=123\n");
}

fn sealed(secret: Secret) -> App {
    let set = |signed: SignedCookies, private: PrivateCookies| {
        (signed.add(("user", "7")), private.add(Cookie::build(("code", "x;y")).path("/")), "set")
    };
    let get = |signed: SignedCookies, private: PrivateCookies| {
        format!("{:?} {:?}", signed.get("user"), private.get("code"))
    };
    App::new().state(secret).get("/set", set).get("/", get)
}

#[test]
fn a_sealed_cookie_is_read_with_its_secret_only() {
    let secret = Secret::generate();
    let client = TestClient::new(sealed(secret.clone()));
    assert_eq!(client.get("/").send().text(), "None None");
    client.get("/set").send();
    assert_eq!(client.get("/").send().text(), "Some(\"7\") Some(\"x;y\")");
    let (user, code) = (client.cookie("user").unwrap(), client.cookie("code").unwrap());
    assert!(user.ends_with('7') && !code.contains("x;y"), "{user} {code}");

    let ask = |secret: &Secret, user: &str, code: &str| {
        let client = TestClient::new(sealed(secret.clone()));
        client.get("/").cookie("user", user).cookie("code", code).send().text()
    };
    assert_eq!(ask(&secret, &user, &code), "Some(\"7\") Some(\"x;y\")");
    assert_eq!(ask(&Secret::generate(), &user, &code), "None None");
    assert_eq!(ask(&secret, &code, &user), "None None");
    assert_eq!(ask(&secret, "7", "x"), "None None");
    assert_eq!(ask(&secret, &format!("{user}8"), "%%%=;"), "None None");
}

#[test]
fn sealed_cookies_need_a_secret() {
    let app = App::new().get("/", |cookies: SignedCookies| cookies.get("a").unwrap_or_default());
    assert!(app.check().unwrap_err().to_string().contains("Secret"));
}

#[test]
fn a_planted_cookie_does_not_hide_a_sealed_one() {
    let app = App::new()
        .state(Secret::generate())
        .get("/set", |cookies: SignedCookies| (cookies.add(("a", "1")), "set"))
        .get("/get", |cookies: SignedCookies| cookies.get("a").unwrap_or_default());
    let client = TestClient::new(app);
    client.get("/set").send();
    let own = client.cookie("a").unwrap();
    client.forget_cookies();
    for (planted, expected) in [(1, "1"), (7, "1"), (8, "")] {
        let line = format!("{}a={own}", "a=planted; ".repeat(planted));
        assert_eq!(client.get("/get").header("cookie", line).send().text(), expected, "{planted}");
    }
}
