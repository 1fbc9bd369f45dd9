//! Templates: what they are given, what they know, and what is wrong with them at the start.

#![cfg(feature = "templates")]
// Handlers own their arguments.
#![allow(clippy::needless_pass_by_value)]

mod support;

use gnezdo_web::templates::{Page, Serde, Templates, context};
use gnezdo_web::{App, Debug, Html, Path, Problem};

use support::{ask, get};

const BASE: &str = "<title>{% block title %}{% endblock %}</title>{% block body %}{% endblock %}";

const POST: &str = "{% extends 'base.html' %}{% block title %}{{ title }}{% endblock %}\
    {% block body %}{{ url_for('post', id=id + 1, page='a b') }}{% endblock %}";

fn post(Path(id): Path<u64>, page: Page) -> Result<Html<String>, Problem> {
    page.render("post.html", context! { id, title => "<R&D>" })
}

fn texts(app: &App) -> String {
    app.check().map_or_else(|error| error.to_string(), |()| String::new())
}

#[test]
fn a_template_escapes_inherits_and_links() {
    let templates = Templates::embedded([("base.html", BASE), ("post.html", POST)]);
    let app = App::new().templates(templates).get("/post/{id:int}", post);
    assert_eq!(texts(&app), "");
    let (status, text) = get(&app, "/post/7");
    assert_eq!(status, 200);
    assert_eq!(text, "<title>&lt;R&amp;D&gt;</title>/post/8?page=a+b");
}

#[test]
fn a_macro_knows_the_addresses_too() {
    let templates = Templates::embedded([
        ("macros.html", "{% macro link() %}{{ url_for('index') }}{% endmacro %}"),
        ("index.html", "{% from 'macros.html' import link %}[{{ link() }}]"),
    ]);
    fn index(page: Page) -> Result<Html<String>, Problem> {
        page.render("index.html", ())
    }
    let app = App::new().templates(templates).get("/", index);
    assert_eq!(get(&app, "/"), (200, "[/]".into()));
}

#[test]
fn whatever_serde_can_write_is_a_value() {
    #[derive(serde::Serialize)]
    struct Row {
        name: &'static str,
    }
    let templates = Templates::embedded([("row.txt", "{{ name }}")]);
    let app = App::new()
        .templates(templates)
        .get("/", |page: Page| page.render("row.txt", Serde(Row { name: "<b>" })));
    assert_eq!(get(&app, "/"), (200, "<b>".into()));
}

#[test]
fn faults_of_templates_are_told_before_anybody_meets_them() {
    let templates = Templates::embedded([
        ("broken.html", "one\n{% for %}"),
        ("links.html", "{{ url_for('post') }}\n{{ url_for('Post', id=1) }} {{ url_for('none') }}"),
    ]);
    let app = App::new().templates(templates).get("/post/{id:int}", post);
    let texts = texts(&app);
    let lines: Vec<&str> = texts.lines().collect();
    assert_eq!(lines.len(), 4, "{texts}");
    assert!(lines[0].contains("broken.html:2"), "{texts}");
    assert_eq!(lines[1], "template links.html:1: url_for(\"post\") lacks id=…");
    assert!(
        lines[2]
            .starts_with("template links.html:2: there is no route named \"Post\"; is \"post\"")
    );
    assert!(lines[3].ends_with("there is no route named \"none\""));
}

#[test]
fn a_page_without_templates_is_found_at_the_start() {
    assert!(texts(&App::new().get("/post/{id:int}", post)).contains("Templates"));
}

#[test]
fn a_folder_is_read_again_when_it_changes() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("index.html");
    std::fs::write(&path, "first").unwrap();
    std::fs::create_dir(folder.path().join("parts")).unwrap();
    std::fs::write(folder.path().join("parts/a.html"), "{{ url_for('gone') }}").unwrap();
    std::fs::write(folder.path().join(".hidden.html"), "{% for %}").unwrap();
    let app = |templates: Templates| {
        App::new().templates(templates).get("/", |page: Page| page.render("index.html", ()))
    };
    assert!(texts(&app(Templates::folder(folder.path()))).starts_with("template parts/a.html:1: "));
    std::fs::remove_dir_all(folder.path().join("parts")).unwrap();

    let app = app(Templates::folder(folder.path()));
    assert_eq!(get(&app, "/").1, "first");
    std::fs::write(&path, "second, longer").unwrap();
    assert_eq!(get(&app, "/").1, "second, longer");

    let missing = Templates::folder(folder.path().join("missing"));
    let app = App::new().templates(missing);
    assert!(texts(&app).contains("the folder of templates") && texts(&app).contains("missing"));
}

#[test]
fn a_template_that_fails_shows_where_in_debug_mode_only() {
    let templates = Templates::embedded([("index.html", "\n{{ value.deeper.still }}")]);
    let app = App::new().templates(templates).get("/", |page: Page| page.render("index.html", ()));
    for (debug, is_shown) in [(Debug::On, true), (Debug::Off, false)] {
        let (status, _, text) = ask(&app.clone().debug(debug), "/", &[("accept", "text/html")]);
        assert_eq!(status, 500);
        assert_eq!(text.contains("index.html:2"), is_shown, "{text}");
    }
}
