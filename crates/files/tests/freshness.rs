//! What changes on the disk is seen as soon as the answer may no longer be stale.

mod support;

use std::fs;
use std::time::{Duration, SystemTime};

use gnezdo_files::Files;
use support::{Site, get, get_with, set_modified};

/// A service that trusts what it knows for an hour.
fn trusting(site: &Site) -> Files {
    site.builder().stale_max(Duration::from_secs(3600)).build().unwrap()
}

#[test]
fn an_answer_is_given_without_a_look_while_it_is_fresh() {
    let site = Site::new(&[("a.txt", "old"), ("sub/index.html", "old")]);
    let files = trusting(&site);
    for target in ["/a.txt", "/sub/"] {
        assert_eq!(get(&files, target).text(), "old");
    }
    fs::remove_file(site.path("a.txt")).unwrap();
    fs::remove_file(site.path("sub/index.html")).unwrap();
    for target in ["/a.txt", "//a.txt", "/%61.txt", "/a.txt?x", "/sub/", "/sub//"] {
        assert_eq!(get(&files, target).text(), "old", "{target}");
    }
}

#[test]
fn a_stale_answer_is_made_anew() {
    let site = Site::new(&[("a.txt", "old")]);
    let files = site.files();
    let old = get(&files, "/a.txt");
    site.write("a.txt", "renewed");
    let new = get(&files, "/a.txt");
    assert_eq!((old.text(), new.text()), ("old", "renewed"));
    assert_ne!(old.field("etag"), new.field("etag"));
}

#[test]
fn same_size_and_same_time_do_not_hide_a_change() {
    let site = Site::new(&[("a.txt", "one")]);
    let time = SystemTime::now() - Duration::from_secs(7200);
    set_modified(&site.path("a.txt"), time);
    let files = site.files();
    let old = get(&files, "/a.txt");
    // In place.
    fs::write(site.path("a.txt"), "two").unwrap();
    set_modified(&site.path("a.txt"), time);
    let new = get(&files, "/a.txt");
    assert_eq!(new.text(), "two");
    assert_ne!(old.field("etag"), new.field("etag"));
    // By another file with its name.
    site.write("b.txt", "six");
    set_modified(&site.path("b.txt"), time);
    fs::rename(site.path("b.txt"), site.path("a.txt")).unwrap();
    let replaced = get(&files, "/a.txt");
    assert_eq!(replaced.text(), "six");
    assert_ne!(new.field("etag"), replaced.field("etag"));
}

#[test]
fn an_unchanged_file_keeps_its_tag() {
    let site = Site::new(&[("a.txt", "text")]);
    let files = site.files();
    let first = get(&files, "/a.txt");
    assert_eq!(first.headers, get(&files, "/a.txt").headers);
    assert_eq!(first.headers, get(&site.files(), "/a.txt").headers, "another process agrees");
}

#[test]
fn a_removed_file_is_gone_and_may_come_back() {
    let site = Site::new(&[("a.txt", "text")]);
    let files = site.files();
    assert_eq!(get(&files, "/a.txt").status, 200);
    fs::remove_file(site.path("a.txt")).unwrap();
    assert_eq!(get(&files, "/a.txt").status, 404);
    assert_eq!(files.cached_bytes(), 0);
    site.write("a.txt", "back");
    assert_eq!(get(&files, "/a.txt").text(), "back");
}

#[test]
fn what_is_not_there_is_never_remembered() {
    let site = Site::new(&[]);
    let files = trusting(&site);
    assert_eq!(get(&files, "/a.txt").status, 404);
    site.write("a.txt", "text");
    assert_eq!(get(&files, "/a.txt").text(), "text");
}

#[test]
fn a_better_index_file_takes_over() {
    let site = Site::new(&[("index.htm", "second")]);
    let files = site.builder().index(["index.html", "index.htm"]).build().unwrap();
    assert_eq!(get(&files, "/").text(), "second");
    site.write("index.html", "first!");
    assert_eq!(get(&files, "/").text(), "first!");
    fs::remove_file(site.path("index.html")).unwrap();
    assert_eq!(get(&files, "/").text(), "second");
}

#[test]
fn a_file_may_become_a_folder_and_grow_large_and_small_again() {
    let site = Site::new(&[("a", "file")]);
    let files = site.files();
    assert_eq!(get(&files, "/a").text(), "file");
    site.write("a", vec![b'x'; 300 * 1024]);
    assert_eq!(get(&files, "/a").body.len(), 300 * 1024);
    site.write("a", "small");
    assert_eq!(get(&files, "/a").text(), "small");
    fs::remove_file(site.path("a")).unwrap();
    site.write("a/b", "within");
    assert_eq!(get(&files, "/a").status, 301);
    assert_eq!(files.cached_bytes(), 0);
}

#[test]
fn a_page_for_what_is_not_there_may_change_too() {
    let site = Site::new(&[]);
    let files = site.files();
    assert_eq!(get(&files, "/x").text(), "404 Not Found: There is nothing at this address.\n");
    site.write("404.html", "one");
    assert_eq!(get(&files, "/x").text(), "one");
    site.write("404.html", "other");
    assert_eq!(get(&files, "/x").text(), "other");
    fs::remove_file(site.path("404.html")).unwrap();
    assert_eq!(get(&files, "/x").text(), "404 Not Found: There is nothing at this address.\n");
}

#[test]
fn neighbours_come_and_go() {
    let site = Site::new(&[("a.js", "original")]);
    let files = site.files();
    let gzip = [("accept-encoding", "gzip")];
    assert_eq!(get_with(&files, "/a.js", &gzip).text(), "original");
    site.write("a.js.gz", "coded");
    set_modified(&site.path("a.js.gz"), SystemTime::now());
    assert_eq!(get_with(&files, "/a.js", &gzip).text(), "coded");
    // The original is newer: the neighbour is out of date.
    fs::write(site.path("a.js"), "new original").unwrap();
    set_modified(&site.path("a.js"), SystemTime::now() + Duration::from_secs(1));
    assert_eq!(get_with(&files, "/a.js", &gzip).text(), "new original");
}

#[test]
fn a_large_file_written_in_place_is_noticed_at_once() {
    let site = Site::new(&[]);
    site.write("a.bin", vec![b'x'; 300 * 1024]);
    let files = trusting(&site);
    let old = get(&files, "/a.bin");
    fs::write(site.path("a.bin"), vec![b'y'; 290 * 1024]).unwrap();
    let new = get(&files, "/a.bin");
    assert_eq!(new.body, vec![b'y'; 290 * 1024]);
    assert_ne!(old.field("etag"), new.field("etag"));
}

#[test]
fn a_large_file_that_shrinks_while_it_is_sent_breaks_the_answer_off() {
    use gnezdo_core::Service;
    let site = Site::new(&[]);
    site.write("a.bin", vec![b'x'; 300 * 1024]);
    let files = site.files();
    let reply = files.call(support::request("GET", "/a.bin", &[]));
    fs::write(site.path("a.bin"), "short").unwrap();
    let answer = support::read(reply);
    assert_eq!(answer.promised, Some(300 * 1024));
    assert!(answer.is_broken);
}

#[test]
fn times_that_no_field_can_carry_do_no_harm() {
    let site = Site::new(&[("a.txt", "text")]);
    let files = site.files();
    let day = Duration::from_secs(86_400);
    let now = SystemTime::now();
    for time in [
        SystemTime::UNIX_EPOCH - day * 365,
        SystemTime::UNIX_EPOCH + day * 365 * 9_000,
        SystemTime::UNIX_EPOCH,
        now + day * 365,
    ] {
        // Not every file system takes every time.
        if fs::File::open(site.path("a.txt")).unwrap().set_modified(time).is_err() {
            continue;
        }
        let answer = get_with(&files, "/a.txt", &[("if-modified-since", "0")]);
        assert_eq!((answer.status.as_u16(), answer.text()), (200, "text"));
        if let Some(date) = answer.field("last-modified") {
            let date = httpdate::parse_http_date(date).unwrap();
            assert!(date <= SystemTime::now(), "RFC 9110 §8.8.2.1: not later than now");
        }
    }
}

#[test]
fn a_release_that_is_switched_over_is_noticed() {
    let site = Site::new(&[("one/a.txt", "one"), ("two/a.txt", "two")]);
    let current = site.path("current");
    std::os::unix::fs::symlink("one", &current).unwrap();
    let files = Files::builder(&current).stale_max(Duration::ZERO).build().unwrap();
    assert_eq!(get(&files, "/a.txt").text(), "one");
    std::os::unix::fs::symlink("two", site.path("next")).unwrap();
    fs::rename(site.path("next"), &current).unwrap();
    assert_eq!(get(&files, "/a.txt").text(), "two");
    // While there is no root, nothing is found in the old one.
    fs::remove_file(&current).unwrap();
    fs::remove_dir_all(site.path("two")).unwrap();
    assert_eq!(get(&files, "/a.txt").status, 404);
}
