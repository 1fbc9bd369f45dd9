//! Folders without an index file: a page for people, JSON for programs.

mod support;

use std::fs;
use std::os::unix::fs::symlink;
use std::time::{Duration, SystemTime};

use support::{Answer, Site, get, get_with, send, set_modified};

const JSON: (&str, &str) = ("accept", "application/json");

/// The names on a page, in their order.
fn names(answer: &Answer) -> Vec<String> {
    let rows = answer.text().split("<bdi>").skip(1);
    rows.map(|row| row.split_once("</bdi>").unwrap().0.to_owned()).collect()
}

#[test]
fn folders_go_first_and_names_sort_as_people_count() {
    let site = Site::new(&[("file10", ""), ("file9", ""), ("B", ""), ("a", ""), ("z/x", "")]);
    fs::create_dir(site.path("Folder")).unwrap();
    let answer = get(&site.files(), "/");
    assert_eq!(answer.status, 200);
    assert_eq!(names(&answer), ["Folder/", "z/", "a", "B", "file9", "file10"]);
    assert!(answer.text().contains("2 folders, 4 files"));
}

#[test]
fn a_page_comes_with_its_fields() {
    let site = Site::new(&[("sub/a", "")]);
    let answer = get(&site.files(), "/sub/");
    assert_eq!(answer.field("content-type"), Some("text/html; charset=utf-8"));
    assert_eq!(answer.field("cache-control"), Some("no-cache"));
    assert_eq!(answer.field("vary"), Some("accept"));
    assert_eq!(answer.field("x-content-type-options"), Some("nosniff"));
    assert!(answer.field("content-security-policy").unwrap().contains("default-src 'none'"));
    assert!(answer.text().starts_with("<!doctype html>"));
    assert!(answer.text().contains("<a href=\"../\">"));
    assert_eq!(send(&site.files(), "HEAD", "/sub/", &[]).promised, answer.promised);
}

#[test]
fn a_page_is_sent_again_only_when_the_folder_has_changed() {
    let site = Site::new(&[("sub/a", "")]);
    let files = site.files();
    let etag = get(&files, "/sub/").field("etag").unwrap().to_owned();
    let known = [("if-none-match", etag.as_str())];
    let answer = get_with(&files, "/sub/", &known);
    assert_eq!((answer.status.as_u16(), answer.text()), (304, ""));
    assert_eq!(answer.field("etag"), Some(etag.as_str()));
    fs::write(site.path("sub/b"), "").unwrap();
    assert_eq!(get_with(&files, "/sub/", &known).status, 200);
    assert_eq!(get_with(&files, "/sub/", &[("if-match", etag.as_str())]).status, 412);
    assert_ne!(get_with(&files, "/sub/", &[JSON]).field("etag"), Some(etag.as_str()));
}

#[test]
fn json_is_for_those_who_prefer_it() {
    let site = Site::new(&[("b.txt", "text"), ("a/x", "")]);
    let time = SystemTime::UNIX_EPOCH + Duration::from_secs(784_111_777);
    set_modified(&site.path("b.txt"), time);
    set_modified(&site.path("a"), time);
    let answer = get_with(&site.files(), "/", &[JSON]);
    assert_eq!(answer.field("content-type"), Some("application/json; charset=utf-8"));
    assert_eq!(
        (answer.field("vary"), answer.field("cache-control")),
        (Some("accept"), Some("no-cache"))
    );
    let expected = concat!(
        "[\n",
        r#"{"name":"a","type":"folder","size":null,"modified":"1994-11-06T08:49:37Z"},"#,
        "\n",
        r#"{"name":"b.txt","type":"file","size":4,"modified":"1994-11-06T08:49:37Z"}"#,
        "\n]\n",
    );
    assert_eq!(answer.text(), expected);
    let browser = [("accept", "text/html,application/json;q=0.9")];
    assert!(get_with(&site.files(), "/", &browser).text().starts_with("<!doctype"));
}

#[test]
fn every_link_of_a_page_leads_to_its_file() {
    let odd = [
        "a b",
        "100%",
        "%41",
        "a?b#c",
        "<script>alert(1)<b>",
        "\"quoted\"",
        "it's",
        "a&amp;b",
        "javascript:alert(1)",
        "new\nline",
        "back\\slash",
        "гнездо",
        "a&copy=1",
        "//x".trim_matches('/'),
    ];
    let site = Site::new(&[]);
    for name in odd {
        site.write(&format!("sub/{name}"), name);
    }
    let files = site.files();
    let page = get(&files, "/sub/");
    let mut found = Vec::new();
    for row in page.text().split("<a href=\"./").skip(1) {
        let href = row.split_once('"').unwrap().0;
        let href = href.replace("&#39;", "'").replace("&amp;", "&");
        found.push(get(&files, &format!("/sub/{href}")).text().to_owned());
    }
    found.sort();
    assert_eq!(found, std::collections::BTreeSet::from(odd).into_iter().collect::<Vec<_>>());
    assert!(!page.text().contains("<script"));
}

#[test]
fn only_what_would_be_served_is_listed() {
    let site = Site::new(&[("file", "1234"), (".hidden", ""), ("sub/x", "")]);
    let parent = site.root().parent().unwrap().to_owned();
    fs::write(parent.join("secret"), "secret").unwrap();
    for (text, name) in
        [("file", "inside"), ("sub", "folder"), ("../secret", "outside"), ("nothing", "dangling")]
    {
        symlink(text, site.path(name)).unwrap();
    }
    rustix::fs::mkfifoat(rustix::fs::CWD, site.path("fifo"), rustix::fs::Mode::RWXU).unwrap();
    let answer = get(&site.files(), "/");
    assert_eq!(names(&answer), ["folder/", "sub/", "file", "inside"]);
    let open = site.builder().hidden(true).follow_symlinks(true).build().unwrap();
    let names = names(&get(&open, "/"));
    assert_eq!(names, ["folder/", "sub/", ".hidden", "file", "inside", "outside"]);
}

#[test]
fn a_list_is_bounded_and_says_so() {
    let site = Site::new(&[]);
    fs::create_dir(site.path("many")).unwrap();
    for n in 0..10_001 {
        fs::File::create(site.path(&format!("many/{n}"))).unwrap();
    }
    let files = site.files();
    let page = get(&files, "/many/");
    assert_eq!(names(&page).len(), 10_000);
    assert!(page.text().contains("only 10000 names are shown"));
    let json = get_with(&files, "/many/", &[JSON]);
    assert_eq!(json.text().lines().count(), 10_002);
    assert_eq!(json.field("x-listing-truncated"), Some("true"));
    fs::remove_file(site.path("many/0")).unwrap();
    assert_eq!(get_with(&files, "/many/", &[JSON]).field("x-listing-truncated"), None);
}

#[test]
fn an_empty_folder_is_an_empty_list() {
    let site = Site::new(&[]);
    let answer = get(&site.files(), "/");
    assert!(names(&answer).is_empty());
    assert!(answer.text().contains("0 folders, 0 files"));
    assert_eq!(get_with(&site.files(), "/", &[JSON]).text(), "[\n]\n");
}

#[test]
fn too_many_lists_at_once_have_to_come_back() {
    use gnezdo_core::Service;
    let site = Site::new(&[("a", "")]);
    let files = site.files();
    let ask = || files.call(support::request("GET", "/", &[]));
    let waiting: Vec<_> = (0..32).map(|_| ask()).collect();
    let refused = support::read(ask());
    assert_eq!((refused.status.as_u16(), refused.field("retry-after")), (503, Some("1")));
    drop(waiting);
    assert_eq!(support::read(ask()).status, 200);
}
