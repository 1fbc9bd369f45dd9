//! A folder mounted below a prefix: its redirects and pages stay below it.

use gnezdo_core::{Body, OriginalUri, Reply, Response, Service};
use gnezdo_files::Files;
use gnezdo_web::App;

fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for name in ["docs", "a:b", "deep/er"] {
        std::fs::create_dir_all(folder.path().join(name)).unwrap();
    }
    std::fs::write(folder.path().join("index.html"), "start").unwrap();
    std::fs::write(folder.path().join("docs/index.html"), "docs").unwrap();
    folder
}

fn get(app: &App, target: &str) -> Response {
    let request = http::Request::get(target).body(Body::empty()).unwrap();
    match app.call(request) {
        Reply::Now(response) => response,
        Reply::Ready(ready) => ready.to_response(),
        Reply::Later(_) => panic!("{target} has to be waited for"),
    }
}

fn seen(app: &App, target: &str) -> (u16, Option<String>) {
    let response = get(app, target);
    let location = response.headers().get("location");
    (response.status().as_u16(), location.map(|value| value.to_str().unwrap().to_owned()))
}

#[test]
fn a_folder_is_redirected_to_with_its_prefix() {
    let folder = folder();
    let files = Files::builder(folder.path()).build().unwrap();
    let app = App::new().mount("/static", files);
    for (target, location) in [
        ("/static/docs", "/static/docs/"),
        ("/static/docs?a=b", "/static/docs/?a=b"),
        ("/static//docs", "/static/docs/"),
        ("/static/a:b", "/static/a:b/"),
        ("/static/deep/er", "/static/deep/er/"),
    ] {
        assert_eq!(seen(&app, target), (301, Some(location.into())), "{target}");
    }
}

#[test]
fn the_root_is_redirected_to_with_a_slash() {
    let folder = folder();
    let app = App::new().mount("/static", Files::builder(folder.path()).build().unwrap());
    // Also when the cache has it.
    for _ in 0..2 {
        assert_eq!(seen(&app, "/static/"), (200, None));
        assert_eq!(seen(&app, "/static"), (301, Some("/static/".into())));
        assert_eq!(seen(&app, "/static?a=b"), (301, Some("/static/?a=b".into())));
    }
    // A single file is no folder.
    let file = Files::builder(folder.path().join("index.html")).build().unwrap();
    assert_eq!(seen(&App::new().mount("/start", file), "/start"), (200, None));
}

#[test]
fn mounts_within_each_other_keep_both_prefixes() {
    let folder = folder();
    let files = Files::builder(folder.path()).build().unwrap();
    let inner = App::new().mount("/b", files.clone());
    let app = App::new().mount("/a", inner).fallback(files);
    assert_eq!(seen(&app, "/a/b/docs"), (301, Some("/a/b/docs/".into())));
    // Without a mount there is no prefix.
    assert_eq!(seen(&app, "/docs"), (301, Some("/docs/".into())));
}

#[test]
fn no_prefix_leads_to_another_host() {
    let folder = folder();
    let files = Files::builder(folder.path()).build().unwrap();
    for (original, location) in [
        ("//evil.example/docs", "/evil.example/docs/"),
        ("///evil.example//docs", "/evil.example//docs/"),
        ("/docs", "/docs/"),
        ("/elsewhere", "/docs/"),
    ] {
        let mut request = http::Request::get("/docs").body(Body::empty()).unwrap();
        let parts = http::uri::PathAndQuery::try_from(original).unwrap();
        request.extensions_mut().insert(OriginalUri(parts.into()));
        let Reply::Now(response) = files.call(request) else { panic!("{original}") };
        assert_eq!(response.headers()["location"], location, "{original}");
    }
}
