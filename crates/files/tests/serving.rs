//! What a plain request gets: files, index files, redirects, pages for what is not there.

mod support;

use gnezdo_core::{Reply, Service};
use gnezdo_files::{Files, RootError};
use http::{HeaderName, HeaderValue};
use support::{Site, get, get_with, request, send};

const BROWSER: (&str, &str) = ("accept", "text/html,application/xhtml+xml,*/*;q=0.8");

#[test]
fn a_file_comes_with_its_fields() {
    let site = Site::new(&[("a/page.html", "<p>page")]);
    let answer = get(&site.files(), "/a/page.html");
    assert_eq!(answer.status, 200);
    assert_eq!(answer.text(), "<p>page");
    assert_eq!(answer.field("content-type"), Some("text/html; charset=utf-8"));
    assert_eq!(answer.field("accept-ranges"), Some("bytes"));
    assert_eq!(answer.field("vary"), Some("accept-encoding"));
    assert_eq!(answer.field("x-content-type-options"), Some("nosniff"));
    assert!(answer.field("last-modified").unwrap().ends_with(" GMT"));
    let etag = answer.field("etag").unwrap();
    assert!(etag.starts_with('"') && etag.ends_with('"'));
    for name in ["content-length", "date", "connection", "cache-control", "content-encoding"] {
        assert_eq!(answer.field(name), None, "{name} is not ours to set");
    }
}

#[test]
fn a_cached_small_file_is_a_ready_answer_and_a_large_one_a_file() {
    let site = Site::new(&[("small", "x")]);
    site.write("large", vec![b'x'; 300 * 1024]);
    let files = Files::builder(site.root()).build().unwrap();
    for _ in 0..2 {
        assert!(matches!(files.call(request("GET", "/small", &[])), Reply::Ready(_)));
        let Reply::Now(response) = files.call(request("GET", "/large", &[])) else { panic!() };
        assert!(matches!(response.into_body().into_form(), gnezdo_core::Form::File(_)));
    }
    assert_eq!(get(&files, "/large").body.len(), 300 * 1024);
}

#[test]
fn an_empty_file_is_an_empty_answer() {
    let site = Site::new(&[("empty.txt", "")]);
    let answer = get(&site.files(), "/empty.txt");
    assert_eq!((answer.status.as_u16(), answer.promised), (200, Some(0)));
}

#[test]
fn head_is_answered_as_get() {
    let site = Site::new(&[("a.txt", "text"), ("folder/b", "b")]);
    let files = site.files();
    for target in ["/a.txt", "/folder/", "/folder", "/nothing"] {
        let (get, head) = (get(&files, target), send(&files, "HEAD", target, &[]));
        assert_eq!(get.status, head.status, "{target}");
        assert_eq!(get.headers, head.headers, "{target}");
        assert_eq!(get.promised, head.promised, "{target}");
    }
}

#[test]
fn other_methods_are_refused_with_allow() {
    let site = Site::new(&[("a.txt", "text")]);
    for method in ["POST", "PUT", "DELETE", "PATCH", "TRACE", "CONNECT", "PROPFIND"] {
        let answer = send(&site.files(), method, "/a.txt", &[]);
        assert_eq!(answer.status, 405, "{method}");
        assert_eq!(answer.field("allow"), Some("GET, HEAD, OPTIONS"), "{method}");
    }
}

#[test]
fn options_names_the_methods_for_any_target() {
    let site = Site::new(&[]);
    for target in ["/", "/a", "*", "http://host/a"] {
        let answer = send(&site.files(), "OPTIONS", target, &[]);
        assert_eq!((answer.status.as_u16(), answer.promised), (204, Some(0)));
        assert_eq!(answer.field("allow"), Some("GET, HEAD, OPTIONS"));
        assert_eq!(answer.field("access-control-allow-methods"), None);
    }
}

#[test]
fn odd_request_targets_do_no_harm() {
    let site = Site::new(&[("index.html", "index")]);
    let files = site.files();
    assert_eq!(get(&files, "http://host").text(), "index");
    assert_eq!(get(&files, "http://host/index.html?a=b").text(), "index");
    assert_eq!(get(&files, "/?a=/../b").text(), "index");
    assert_eq!(get(&files, "*").status, 404);
    assert_eq!(get(&files, "host:80").status, 404);
}

#[test]
fn a_folder_shows_its_first_index_file() {
    let site = Site::new(&[("index.htm", "second"), ("a/index.html", "first")]);
    site.write("a/index.htm", "second");
    let files = site.builder().index(["index.html", "index.htm"]).build().unwrap();
    assert_eq!(get(&files, "/").text(), "second");
    assert_eq!(get(&files, "/a/").text(), "first");
    assert_eq!(get(&files, "/a/").field("content-type"), Some("text/html; charset=utf-8"));
}

#[test]
fn a_folder_without_index_is_not_found_if_listings_are_off() {
    let site = Site::new(&[("a/b", "b")]);
    let files = site.builder().listing(false).build().unwrap();
    assert_eq!(get(&files, "/a/").status, 404);
    assert_eq!(get(&files, "/").status, 404);
}

#[test]
fn a_folder_redirects_to_its_slash_and_stays_on_this_host() {
    let site = Site::new(&[("sub/a b/file", "x"), ("host/sub/file", "x"), ("\\evil/file", "x")]);
    let files = site.files();
    let cases = [
        ("/sub", "/sub/"),
        ("/sub?q=1&r=/x", "/sub/?q=1&r=/x"),
        ("/sub?", "/sub/?"),
        ("/sub/a%20b", "/sub/a%20b/"),
        ("//sub", "/sub/"),
        ("//host/sub", "/host/sub/"),
        ("///host//sub", "/host/sub/"),
        ("/%5cevil", "/%5Cevil/"),
        ("http://other/sub", "/sub/"),
    ];
    for (target, location) in cases {
        let answer = get(&files, target);
        assert_eq!(answer.status, 301, "{target}");
        assert_eq!(answer.field("location"), Some(location), "{target}");
    }
    for target in ["//host/..%2fsub", "//host/%2e%2e/sub", "/%2f%2fhost", "/%2e%2e%2fsub"] {
        let answer = get(&files, target);
        assert_eq!((answer.status.as_u16(), answer.field("location")), (404, None), "{target}");
    }
}

#[test]
fn a_file_with_a_slash_after_it_is_not_found() {
    let site = Site::new(&[("a.txt", "text")]);
    assert_eq!(get(&site.files(), "/a.txt/").status, 404);
    assert_eq!(get(&site.files(), "/a.txt/b").status, 404);
}

#[test]
fn names_are_octets() {
    use std::os::unix::ffi::OsStrExt;
    let site = Site::new(&[]);
    let names: [(&[u8], &str); 9] = [
        (b"a b", "/a%20b"),
        ("гнездо.txt".as_bytes(), "/%D0%B3%D0%BD%D0%B5%D0%B7%D0%B4%D0%BE.txt"),
        (b"100%", "/100%25"),
        (b"%41", "/%2541"),
        (b"new\nline", "/new%0Aline"),
        (b"\xff\xfe", "/%ff%FE"),
        (b"a?b#c", "/a%3Fb%23c"),
        (b"back\\slash", "/back%5Cslash"),
        (b"...", "/%2e%2e%2e"),
    ];
    for (name, _) in names {
        std::fs::write(site.root().join(std::ffi::OsStr::from_bytes(name)), name).unwrap();
    }
    let files = site.builder().hidden(true).build().unwrap();
    for (name, target) in names {
        assert_eq!(get(&files, target).body, name, "{target}");
    }
}

#[test]
fn what_is_not_there_gets_a_line_or_a_page() {
    let site = Site::new(&[]);
    let line = get(&site.files(), "/nothing");
    assert_eq!(
        (line.status.as_u16(), line.text()),
        (404, "404 Not Found: There is nothing at this address.\n")
    );
    assert_eq!(line.field("content-type"), Some("text/plain; charset=utf-8"));
    assert_eq!(line.field("vary"), Some("accept"));
    let page = get_with(&site.files(), "/nothing", &[BROWSER]);
    assert_eq!(page.status, 404);
    assert_eq!(page.field("content-type"), Some("text/html; charset=utf-8"));
    assert!(page.text().contains("<h1>404 Not Found</h1>"));
}

#[test]
fn the_site_may_bring_its_own_page_for_what_is_not_there() {
    let site = Site::new(&[("404.html", "<h1>Lost?</h1>")]);
    let files = site.files();
    for target in ["/nothing", "/a/b/c", "/%00", "/..", "/.hidden"] {
        let answer = get_with(&files, target, &[("if-none-match", "*"), ("range", "bytes=0-1")]);
        assert_eq!((answer.status.as_u16(), answer.text()), (404, "<h1>Lost?</h1>"), "{target}");
        assert_eq!(answer.field("content-type"), Some("text/html; charset=utf-8"));
        assert_eq!((answer.field("etag"), answer.field("accept-ranges")), (None, None));
    }
    let itself = get(&files, "/404.html");
    assert_eq!((itself.status.as_u16(), itself.text()), (200, "<h1>Lost?</h1>"));
    assert!(itself.field("etag").is_some());
}

#[test]
fn an_application_answers_for_its_own_addresses() {
    let site = Site::new(&[("app.html", "app"), ("real.txt", "real"), ("404.html", "lost")]);
    let files = site.builder().spa(Some("app.html")).build().unwrap();
    let page = get_with(&files, "/users/7", &[BROWSER]);
    assert_eq!((page.status.as_u16(), page.text()), (200, "app"));
    assert_eq!(page.field("vary"), Some("accept, accept-encoding"));
    assert_eq!(get(&files, "/users/7").field("vary"), Some("accept, accept-encoding"));
    assert_eq!(get(&files, "/app.html").field("vary"), Some("accept-encoding"));
    let tag = page.field("etag").unwrap();
    let again = get_with(&files, "/users/8", &[BROWSER, ("if-none-match", tag)]);
    assert_eq!(again.status, 304);
    assert_eq!(get_with(&files, "/real.txt", &[BROWSER]).text(), "real");
    // A script that is missing must not become a page, nor a name that is never served.
    assert_eq!(get_with(&files, "/a.js", &[("accept", "*/*")]).text(), "lost");
    assert_eq!(get(&files, "/users/7").status, 404);
    assert_eq!(get_with(&files, "/.env", &[BROWSER]).status, 404);
    assert_eq!(get_with(&files, "/a/../b", &[BROWSER]).status, 404);
}

#[test]
fn a_single_file_is_served_at_the_root_and_at_its_name() {
    let site = Site::new(&[("only.html", "only"), ("other.html", "other"), ("404.html", "lost")]);
    let builder = Files::builder(site.path("only.html")).spa(Some("other.html"));
    let files = builder.build().unwrap();
    for target in ["/", "/only.html", "/?q"] {
        let answer = get(&files, target);
        assert_eq!((answer.status.as_u16(), answer.text()), (200, "only"), "{target}");
        assert_eq!(answer.field("content-type"), Some("text/html; charset=utf-8"));
    }
    for target in ["/other.html", "/404.html", "/only.html/", "/x", "/x/only.html", "/.."] {
        let answer = get(&files, target);
        assert_eq!(
            (answer.status.as_u16(), answer.text()),
            (404, "404 Not Found: There is nothing at this address.\n"),
            "{target}"
        );
        assert!(!get_with(&files, target, &[BROWSER]).text().contains("other"), "{target}");
    }
}

#[test]
fn chosen_fields_are_on_every_response() {
    let site = Site::new(&[("a.txt", "text"), ("folder/b", "b")]);
    let files = site
        .builder()
        .header(HeaderName::from_static("x-a"), HeaderValue::from_static("1"))
        .header(HeaderName::from_static("x-a"), HeaderValue::from_static("2"))
        .header(HeaderName::from_static("vary"), HeaderValue::from_static("x-b"))
        .header(HeaderName::from_static("content-length"), HeaderValue::from_static("9"))
        .cors(true)
        .build()
        .unwrap();
    let tag = get(&files, "/a.txt").field("etag").unwrap().to_owned();
    type Case<'a> = (&'a str, &'a str, &'a [(&'a str, &'a str)], u16);
    let cases: [Case<'_>; 9] = [
        ("GET", "/a.txt", &[], 200),
        ("GET", "/a.txt", &[("range", "bytes=0-0")], 206),
        ("GET", "/folder", &[], 301),
        ("GET", "/a.txt", &[("if-none-match", &tag)], 304),
        ("GET", "/nothing", &[], 404),
        ("POST", "/a.txt", &[], 405),
        ("GET", "/a.txt", &[("if-match", "\"x\"")], 412),
        ("GET", "/a.txt", &[("range", "bytes=9-")], 416),
        ("OPTIONS", "/a.txt", &[], 204),
    ];
    for (method, target, fields, status) in cases {
        let answer = send(&files, method, target, fields);
        assert_eq!(answer.status, status, "{method} {target}");
        let values: Vec<_> = answer.headers.get_all("x-a").iter().collect();
        assert_eq!(values, ["1", "2"], "{status}");
        let vary: Vec<_> = answer.headers.get_all("vary").iter().collect();
        assert!(vary.contains(&&HeaderValue::from_static("x-b")), "{status}");
        assert_eq!(vary.len(), if status == 204 { 1 } else { 2 }, "{status}");
        assert_eq!(answer.field("content-length"), None, "{status}");
        assert_eq!(answer.field("access-control-allow-origin"), Some("*"), "{status}");
    }
    let listing = get(&files, "/folder/");
    assert_eq!(listing.field("access-control-allow-origin"), Some("*"));
}

#[test]
fn a_browser_may_ask_first_from_another_origin() {
    let site = Site::new(&[("a.txt", "text")]);
    let files = site.builder().cors(true).build().unwrap();
    let fields = [("origin", "https://b"), ("access-control-request-method", "GET")];
    let answer = send(&files, "OPTIONS", "/a.txt", &fields);
    assert_eq!(answer.status, 204);
    assert_eq!(answer.field("access-control-allow-methods"), Some("GET, HEAD, OPTIONS"));
    assert_eq!(answer.field("access-control-allow-headers"), Some("*"));
}

#[test]
fn cache_control_is_on_files_and_not_on_errors() {
    let site = Site::new(&[("a.txt", "text"), ("404.html", "lost")]);
    let value = HeaderValue::from_static("max-age=60");
    let files = site.builder().cache_control(Some(value)).build().unwrap();
    let answer = get(&files, "/a.txt");
    assert_eq!(answer.field("cache-control"), Some("max-age=60"));
    let fields = [("if-none-match", answer.field("etag").unwrap())];
    let unchanged = get_with(&files, "/a.txt", &fields);
    assert_eq!(unchanged.field("cache-control"), Some("max-age=60"));
    assert_eq!(get(&files, "/nothing").field("cache-control"), None);
}

#[test]
fn a_root_that_cannot_be_served_is_an_error_that_says_so() {
    let site = Site::new(&[("a", "a")]);
    let missing = site.path("missing");
    let error = Files::builder(&missing).build().unwrap_err();
    assert_eq!(error, RootError::NotFound { path: missing.clone() });
    let text = format!("{} does not exist; create it or name another folder", missing.display());
    assert_eq!(error.to_string(), text);
    let error = Files::builder("/dev/null").build().unwrap_err();
    assert_eq!(error, RootError::NotServable { path: "/dev/null".into() });
    for page in ["../secret", "", "/", "a/../b"] {
        let error = site.builder().index([page]).build().unwrap_err();
        assert!(matches!(error, RootError::Page { .. }), "{page}");
        assert!(site.builder().spa(Some(page)).build().is_err(), "{page}");
    }
    assert!(site.builder().spa(Some("/app/index.html")).build().is_ok());
}
