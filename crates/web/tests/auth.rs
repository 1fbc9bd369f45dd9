//! Who asks, by name and password or by a token, and who is sent away.

// Handlers own their arguments.
#![allow(clippy::needless_pass_by_value)]

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use gnezdo_core::{Body, Reply, Service};
use gnezdo_web::auth::{
    AuthError, BasicAuth, BasicCredentials, BearerAuth, BearerToken, Identity, PasswordError, User,
    hash_password, hash_password_later, verify_password_later,
};
use gnezdo_web::{App, Problem, Rejection, TestClient, TestResponse, get};
use http::StatusCode;

/// The hash of `password`, made by the reference implementation with little work.
const HASH: &str =
    "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4";

const BASIC: &str = r#"Basic realm="nest", charset="UTF-8""#;

fn greet(User(name): User) -> String {
    format!("Hello, {name}")
}

fn table() -> TestClient {
    let auth = BasicAuth::new("nest").unwrap().user("anna", HASH).unwrap();
    TestClient::new(App::new().get("/", greet).wrap(auth.user("ända", HASH).unwrap()))
}

fn challenge(answer: &TestResponse) -> Option<&str> {
    answer.header("www-authenticate")
}

/// A request that is sent away, and told how to come back.
#[track_caller]
fn assert_refused(answer: &TestResponse, expected: &str) {
    assert_eq!(answer.status(), 401);
    assert_eq!(challenge(answer), Some(expected));
    assert_eq!(answer.header("content-type"), Some("application/problem+json"));
}

#[test]
fn a_user_of_the_table_is_let_in() {
    let client = table();
    for name in ["anna", "ända"] {
        // Checked the first time, remembered the second.
        for _ in 0..2 {
            let answer = client.get("/").basic_auth(name, "password").send();
            assert_eq!(
                (answer.status(), answer.text()),
                (StatusCode::OK, format!("Hello, {name}"))
            );
            assert_eq!(challenge(&answer), None);
        }
    }
}

#[test]
fn nobody_else_is() {
    let client = table();
    assert_eq!(client.get("/").basic_auth("anna", "password").send().status(), 200);
    for (name, password) in [
        ("anna", "Password"),
        ("anna", ""),
        ("", "password"),
        ("berta", "password"),
        ("anna:password", ""),
        ("Anna", "password"),
        ("anna", HASH),
        ("anna", &"a".repeat(1_025)),
    ] {
        assert_refused(&client.get("/").basic_auth(name, password).send(), BASIC);
    }
    // What the app has not, is not told either.
    assert_refused(&client.get("/nowhere").send(), BASIC);
    let nobody = App::new().get("/", greet).wrap(BasicAuth::new("nest").unwrap());
    let answer = TestClient::new(nobody).get("/").basic_auth("anna", "password").send();
    assert_refused(&answer, BASIC);
}

#[test]
fn what_cannot_be_read_is_refused_and_breaks_nothing() {
    let client = table();
    assert_refused(&client.get("/").send(), BASIC);
    for line in [
        "",
        "Basic",
        "Basic ",
        "Basic !!!!",
        "Basic YW5uYTpwYXNzd29yZA",
        "Basic YW5uYTpwYXNzd29yZA===",
        "Basic YW5uYQ==",
        "Basic //79Og==",
        "Basic YW5uYTpwYXNzd29yZAA=",
        "Basic YW5uYTpwYXNzd29yZA==, Basic YW5uYTpwYXNzd29yZA==",
        "Bearer YW5uYTpwYXNzd29yZA==",
        "Digest username=\"anna\"",
        "YW5uYTpwYXNzd29yZA==",
    ] {
        assert_refused(&client.get("/").header("authorization", line).send(), BASIC);
    }
    let twice = client.get("/").basic_auth("anna", "password").basic_auth("anna", "password");
    assert_refused(&twice.send(), BASIC);
    let lower = client.get("/").header("authorization", "basic  YW5uYTpwYXNzd29yZA==");
    assert_eq!(lower.send().text(), "Hello, anna");
}

#[derive(Clone)]
struct Account {
    number: u32,
}

fn number(Identity(account): Identity<Account>) -> String {
    account.number.to_string()
}

fn account(sent: &BasicCredentials) -> Option<Account> {
    let is_right = sent.name == "anna" && sent.password == "password";
    is_right.then_some(Account { number: 7 })
}

#[test]
fn a_function_says_who_it_is() {
    let plain = |sent: BasicCredentials| account(&sent);
    let later = |sent: BasicCredentials| async move { account(&sent) };
    let both = |sent: BasicCredentials| async move { Ok::<_, io::Error>(account(&sent)) };
    let app = App::new()
        .route(get("/plain", number).wrap(BasicAuth::with("nest", plain).unwrap()))
        .route(get("/later", number).wrap(BasicAuth::with("nest", later).unwrap()))
        .route(get("/both", number).wrap(BasicAuth::with("nest", both).unwrap()));
    let client = TestClient::new(app);
    for path in ["/plain", "/later", "/both"] {
        assert_eq!(client.get(path).basic_auth("anna", "password").send().text(), "7");
        assert_refused(&client.get(path).basic_auth("anna", "other").send(), BASIC);
        assert_refused(&client.get(path).send(), BASIC);
    }
}

#[test]
fn a_function_that_says_only_yes_names_the_user() {
    let check = |sent: BasicCredentials| sent.password == "password";
    let app = App::new().get("/", greet).wrap(BasicAuth::with("nest", check).unwrap());
    let client = TestClient::new(app);
    assert_eq!(client.get("/").basic_auth("anna", "password").send().text(), "Hello, anna");
    assert_refused(&client.get("/").basic_auth("anna", "other").send(), BASIC);
}

#[test]
fn a_function_that_fails_lets_nobody_in() {
    let broken = |_: BasicCredentials| Err::<bool, _>(io::Error::other("no database"));
    let closed = |_: BearerToken| Err::<bool, _>(Problem::new(StatusCode::SERVICE_UNAVAILABLE));
    let app = App::new()
        .route(get("/basic", || "in").wrap(BasicAuth::with("nest", broken).unwrap()))
        .route(get("/bearer", || "in").wrap(BearerAuth::with("nest", closed).unwrap()));
    let client = TestClient::new(app);
    assert_eq!(client.get("/basic").basic_auth("anna", "password").send().status(), 500);
    assert_eq!(client.get("/bearer").bearer_auth("a").send().status(), 503);
}

/// How often the function was asked, when these came one after the other.
fn asked(change: impl FnOnce(Auth) -> Auth, sent: &[(&str, &str)]) -> usize {
    let count = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&count);
    let check: Check = Box::new(move |sent: BasicCredentials| {
        counted.fetch_add(1, Ordering::Relaxed);
        sent.password == "password"
    });
    let auth = change(BasicAuth::with("nest", check).unwrap());
    let client = TestClient::new(App::new().get("/", greet).wrap(auth));
    for (name, password) in sent {
        let answer = client.get("/").basic_auth(name, password).send();
        assert_eq!(answer.status() == 200, *password == "password");
    }
    count.load(Ordering::Relaxed)
}

type Check = Box<dyn Fn(BasicCredentials) -> bool + Send + Sync>;
type Auth = BasicAuth<gnezdo_web::auth::By<BasicCredentials, User>>;

#[test]
fn what_was_right_is_remembered_and_what_was_wrong_is_not() {
    let (anna, berta) = (("anna", "password"), ("berta", "password"));
    let guess = ("anna", "guess");
    assert_eq!(asked(|auth| auth, &[anna, anna, anna]), 1);
    assert_eq!(asked(|auth| auth, &[anna, guess, guess, anna]), 3);
    assert_eq!(asked(|auth| auth, &[anna, berta, anna, berta]), 2);
    assert_eq!(asked(|auth| auth.remembered_time(Duration::ZERO), &[anna, anna, anna]), 3);
    // Room for two: the third pushes out the first.
    let few = |auth: Auth| auth.remembered_max(2);
    assert_eq!(asked(few, &[anna, berta, anna, berta]), 2);
    assert_eq!(asked(few, &[anna, berta, ("cora", "password"), anna]), 4);
}

const TOKEN: &str = "8f0d1b6ae3c94f0c9f0e3c8f1a2b7d65";

#[test]
fn a_token_of_the_list_is_let_in() {
    let auth = BearerAuth::new("api").unwrap().token("deploy", TOKEN).unwrap();
    let app = App::new().get("/", greet).wrap(auth.token("backup", "other/+==").unwrap());
    let client = TestClient::new(app);
    assert_eq!(client.get("/").bearer_auth(TOKEN).send().text(), "Hello, deploy");
    assert_eq!(client.get("/").bearer_auth("other/+==").send().text(), "Hello, backup");
    let lower = client.get("/").header("authorization", format!("bearer {TOKEN}"));
    assert_eq!(lower.send().text(), "Hello, deploy");

    assert_refused(&client.get("/").send(), r#"Bearer realm="api""#);
    assert_refused(&client.get("/").basic_auth("a", "b").send(), r#"Bearer realm="api""#);
    for token in ["", "=", "a b", "other", &TOKEN[1..], &TOKEN.to_uppercase(), &"a".repeat(8_193)] {
        let answer = client.get("/").bearer_auth(token).send();
        assert_refused(&answer, r#"Bearer realm="api", error="invalid_token""#);
    }
    for twice in [
        client.get("/").bearer_auth(TOKEN).bearer_auth(TOKEN),
        client.get("/").bearer_auth(TOKEN).basic_auth("a", "b"),
        client.get("/").header("authorization", format!("Bearer {TOKEN}, Bearer {TOKEN}")),
    ] {
        let answer = twice.send();
        assert_eq!(answer.status(), 400);
        assert_eq!(challenge(&answer), Some(r#"Bearer realm="api", error="invalid_request""#));
    }
}

#[test]
fn a_function_says_whose_token_it_is() {
    fn find(BearerToken(token): BearerToken) -> Option<Account> {
        token.parse().ok().map(|number| Account { number })
    }
    async fn find_later(token: BearerToken) -> Option<Account> {
        find(token)
    }
    let app = App::new()
        .route(get("/plain", number).wrap(BearerAuth::with("api", find).unwrap()))
        .route(get("/later", number).wrap(BearerAuth::with("api", find_later).unwrap()));
    let client = TestClient::new(app);
    for path in ["/plain", "/later"] {
        assert_eq!(client.get(path).bearer_auth("42").send().text(), "42");
        let answer = client.get(path).bearer_auth("x").send();
        assert_refused(&answer, r#"Bearer realm="api", error="invalid_token""#);
    }
}

#[test]
fn a_token_is_judged_at_once() {
    let auth = BearerAuth::new("api").unwrap().token("deploy", TOKEN).unwrap();
    let app = App::new().get("/", greet).wrap(auth);
    let request = http::Request::get("/").header("authorization", format!("Bearer {TOKEN}"));
    assert!(matches!(app.call(request.body(Body::empty()).unwrap()), Reply::Now(_)));
}

#[test]
fn a_handler_that_asks_for_a_user_needs_a_middleware() {
    let error = App::new().get("/", greet).check().unwrap_err().to_string();
    assert!(error.contains("Authentication"), "{error}");
    assert!(App::new().get("/", number).check().is_err());
    let other = BearerAuth::new("api").unwrap();
    assert!(App::new().get("/", number).wrap(other).check().is_err());

    let maybe = |user: Option<User>| user.map_or("nobody".into(), |User(name)| name);
    assert_eq!(TestClient::new(App::new().get("/", maybe)).get("/").send().text(), "nobody");
}

#[test]
fn handlers_may_read_credentials_themselves() {
    let app = App::new()
        .get("/basic", |sent: BasicCredentials| format!("{} {}", sent.name, sent.password))
        .get("/bearer", |BearerToken(token): BearerToken| token)
        .get("/maybe", |sent: Result<BearerToken, Rejection>| sent.is_ok().to_string());
    let client = TestClient::new(app);
    assert_eq!(client.get("/basic").basic_auth("a", "b:c").send().text(), "a b:c");
    assert_eq!(client.get("/bearer").bearer_auth("a").send().text(), "a");
    assert_eq!(client.get("/maybe").send().text(), "false");

    let restricted = r#"Basic realm="restricted", charset="UTF-8""#;
    assert_refused(&client.get("/basic").send(), restricted);
    let broken = client.get("/basic").header("authorization", "Basic YQ==");
    assert_refused(&broken.send(), restricted);
    assert_refused(&client.get("/bearer").send(), r#"Bearer realm="restricted""#);
    let invalid = r#"Bearer realm="restricted", error="invalid_token""#;
    assert_refused(&client.get("/bearer").bearer_auth("a b").send(), invalid);
    assert_eq!(client.get("/bearer").bearer_auth("a").bearer_auth("a").send().status(), 400);
}

#[test]
fn what_could_never_work_is_told_at_once() {
    let auth = || BasicAuth::new("nest").unwrap();
    for realm in ["a\r\nb", "é"] {
        assert!(matches!(BasicAuth::new(realm), Err(AuthError::Realm { .. })));
        assert!(matches!(BearerAuth::new(realm), Err(AuthError::Realm { .. })));
    }
    for name in ["a:b", "a\n", "\u{7f}"] {
        assert_eq!(auth().user(name, HASH).unwrap_err(), AuthError::UserName { name: name.into() });
    }
    for hash in ["", "password", "$2b$12$abc", &HASH[..40]] {
        assert_eq!(auth().user("a", hash).unwrap_err(), AuthError::Hash { name: "a".into() });
    }
    for token in ["", "=", "a b", "a,b", "ü", "a=b"] {
        let error = BearerAuth::new("api").unwrap().token("a", token).unwrap_err();
        assert_eq!(error, AuthError::Token { name: "a".into() });
    }
}

#[test]
fn a_password_is_hashed_and_verified_aside() {
    async fn login(password: String) -> Result<&'static str, Problem> {
        let hash = hash_password_later("open sesame".into()).await?;
        let is_right = verify_password_later(password, hash).await?;
        Ok(if is_right { "open" } else { "shut" })
    }
    let client = TestClient::new(App::new().post("/", login));
    assert_eq!(client.post("/").body("open sesame").send().text(), "open");
    assert_eq!(client.post("/").body("close sesame").send().text(), "shut");
}

#[test]
fn a_password_that_is_too_long_is_for_the_client_to_mend() {
    let hash = |password: String| Ok::<_, Problem>(hash_password(&password)?);
    let later = |password: String| async { Ok::<_, Problem>(hash_password_later(password).await?) };
    let bare = |password: String| hash_password(&password);
    let app = App::new().post("/", hash).post("/later", later).post("/bare", bare);
    let client = TestClient::new(app);
    for path in ["/", "/later", "/bare"] {
        let answer = |bytes: usize| client.post(path).body("a".repeat(bytes)).send();
        assert_eq!(answer(1_024).status(), 200, "{path}");
        let refused = answer(1_025);
        assert_eq!(refused.status(), 422, "{path}");
        let text = refused.text();
        assert!(text.contains("the password has more than 1024 bytes"), "{text}");
    }
}

#[test]
fn too_many_passwords_are_no_fault() {
    let problem = Problem::from(PasswordError::Busy);
    assert_eq!(problem.status(), 503);
    assert_eq!(Problem::from(PasswordError::NoMemory).status(), 500);
}

#[test]
fn nothing_secret_is_shown() {
    let table = BasicAuth::new("nest").unwrap().user("anna", HASH).unwrap();
    let list = BearerAuth::new("api").unwrap().token("deploy", TOKEN).unwrap();
    let shown = format!("{table:?} {list:?}");
    assert!(!shown.contains("argon2") && !shown.contains(TOKEN), "{shown}");
    assert!(hash_password(&"a".repeat(1_025)).unwrap_err().to_string().contains("1024"));
}
