//! What templates know of a visitor.

use gnezdo_web::middleware::Csrf;
use gnezdo_web::templates::{Page, Templates};
use gnezdo_web::{App, Debug, Session, Sessions, TestClient};

const INDEX: &str = "{{ session('user').name }}\
    {% for message in flash_messages() %}[{{ message.level }}: {{ message.text }}]{% endfor %}";

fn app() -> App {
    let templates = Templates::embedded([
        ("index.html", INDEX),
        ("form.html", "{{ csrf_field() }}"),
        ("token.html", "{{ csrf_token() }}"),
    ]);
    App::new()
        .templates(templates)
        .debug(Debug::On)
        .get("/", |page: Page| page.render("index.html", ()))
        .get("/form", |page: Page| page.render("form.html", ()))
        .get("/token", |page: Page| page.render("token.html", ()))
        .post("/", |_: String| "sent")
}

#[test]
fn a_template_knows_the_session_and_its_messages() {
    let login = |session: Session| {
        session.flash("info", "<Welcome>");
        session.insert("user", std::collections::BTreeMap::from([("name", "R&D")]))
    };
    let client = TestClient::new(app().get("/login", login).wrap(Sessions::in_memory()));
    assert_eq!(client.get("/login").send().status(), 204);
    let answer = client.get("/").send();
    assert_eq!(answer.text(), "R&amp;D[info: &lt;Welcome&gt;]");
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    assert_eq!(client.get("/").send().text(), "R&amp;D");
}

#[test]
fn a_form_has_its_token() {
    let client = TestClient::new(app().wrap(Csrf::new()).wrap(Sessions::in_memory()));
    let field = client.get("/form").send().text();
    let token = field.split('"').nth(5).unwrap();
    assert_eq!(field, format!("<input type=\"hidden\" name=\"csrf_token\" value=\"{token}\">"));
    assert_eq!(client.post("/").send().status(), 403);
    let sent = client.post("/").header("x-csrf-token", token).form(&[("a", "1")]).send();
    assert_eq!(sent.status(), 200);
    let token = client.get("/token").send().text();
    let sent = client.post("/").form(&[("a", "1"), ("csrf_token", &token)]).send();
    assert_eq!(sent.status(), 200);
}

#[test]
fn without_the_middleware_a_template_fails_and_says_so() {
    let client = TestClient::new(app());
    for (target, middleware) in [("/", "Sessions"), ("/form", "Csrf"), ("/token", "Csrf")] {
        let answer = client.get(target).send();
        assert_eq!(answer.status(), 500, "{target}");
        let text = answer.text();
        assert!(text.contains(&format!("the middleware {middleware} is not around")), "{text}");
    }
}
