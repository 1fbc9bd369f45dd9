//! Content codings: made by the owner of the site, made by us, refused by the client.

mod support;

use std::io::Read;
use std::time::{Duration, SystemTime};

use gnezdo_core::{Reply, Service};
use gnezdo_files::Files;
use support::{Answer, Site, get_with, read, request, send, set_modified};

fn text() -> String {
    "the nest is a socket and the socket is a nest. ".repeat(100)
}

fn accepting(files: &Files, target: &str, codings: &str) -> Answer {
    get_with(files, target, &[("accept-encoding", codings)])
}

fn decoded(answer: &Answer) -> Vec<u8> {
    let mut content = Vec::new();
    let body = answer.body.as_slice();
    match answer.field("content-encoding") {
        None => content = body.to_vec(),
        Some("br") => {
            brotli::Decompressor::new(body, 4096).read_to_end(&mut content).unwrap();
        }
        Some("zstd") => content = zstd::decode_all(body).unwrap(),
        Some("gzip") => {
            flate2::read::GzDecoder::new(body).read_to_end(&mut content).unwrap();
        }
        Some(other) => panic!("{other}"),
    }
    content
}

#[test]
fn text_is_coded_on_demand() {
    let site = Site::new(&[("a.txt", &text())]);
    let files = site.files();
    let cases = [
        ("gzip, deflate, br, zstd", Some("br")),
        ("gzip, deflate, br", Some("br")),
        ("zstd, gzip", Some("zstd")),
        ("gzip", Some("gzip")),
        ("*", Some("br")),
        ("gzip;q=0", None),
        ("br;q=0, gzip;q=0.001", Some("gzip")),
        ("identity;q=0, gzip", Some("gzip")),
        ("gzip;q=0.5, identity", None),
        ("deflate", None),
        ("", None),
    ];
    let mut tags = std::collections::BTreeMap::new();
    for (codings, expected) in cases.iter().chain(&cases) {
        let answer = accepting(&files, "/a.txt", codings);
        assert_eq!(answer.status, 200, "{codings}");
        assert_eq!(answer.field("content-encoding"), *expected, "{codings}");
        assert_eq!(answer.field("vary"), Some("accept-encoding"), "{codings}");
        assert_eq!(answer.field("content-type"), Some("text/plain; charset=utf-8"));
        assert_eq!(decoded(&answer), text().as_bytes(), "{codings}");
        let tag = answer.field("etag").unwrap().to_owned();
        assert!(expected.is_none_or(|coding| tag.ends_with(&format!("-{coding}\""))), "{tag}");
        assert_eq!(tags.entry(*expected).or_insert_with(|| tag.clone()), &tag);
    }
    assert_eq!(tags.values().collect::<std::collections::BTreeSet<_>>().len(), 4);
}

#[test]
fn head_tells_the_length_of_the_coded_form() {
    let site = Site::new(&[("a.txt", &text())]);
    let files = site.files();
    for codings in ["br", "gzip", "zstd", "identity"] {
        let fields = [("accept-encoding", codings)];
        let head = send(&files, "HEAD", "/a.txt", &fields);
        let get = send(&files, "GET", "/a.txt", &fields);
        assert_eq!((head.promised, &head.headers), (get.promised, &get.headers), "{codings}");
        assert_eq!(get.promised, Some(get.body.len() as u64));
    }
}

#[test]
fn each_form_has_its_own_304() {
    let site = Site::new(&[("a.txt", &text())]);
    let files = site.files();
    let plain = accepting(&files, "/a.txt", "identity");
    let coded = accepting(&files, "/a.txt", "br");
    let status = |codings, tag: &Answer| {
        let tag = tag.field("etag").unwrap();
        let fields = [("accept-encoding", codings), ("if-none-match", tag)];
        get_with(&files, "/a.txt", &fields).status.as_u16()
    };
    assert_eq!(status("br", &coded), 304);
    assert_eq!(status("identity", &plain), 304);
    assert_eq!(status("br", &plain), 200);
    assert_eq!(status("identity", &coded), 200);
}

#[test]
fn what_would_not_get_smaller_stays_as_it_is() {
    let site = Site::new(&[("small.txt", "less than 256 bytes"), ("a.png", &text())]);
    site.write("random.txt", random_octets());
    site.write("large.txt", vec![b'x'; 2 * 1024 * 1024 + 1]);
    site.write("just.txt", vec![b'x'; 2 * 1024 * 1024]);
    let files = site.files();
    for target in ["/small.txt", "/a.png", "/random.txt", "/large.txt"] {
        for _ in 0..2 {
            let answer = accepting(&files, target, "br, gzip");
            assert_eq!(answer.field("content-encoding"), None, "{target}");
            let varies = (target != "/a.png").then_some("accept-encoding");
            assert_eq!(answer.field("vary"), varies, "{target}");
        }
    }
    let answer = accepting(&files, "/just.txt", "gzip");
    assert_eq!(answer.field("content-encoding"), Some("gzip"));
    assert_eq!(decoded(&answer).len(), 2 * 1024 * 1024);
}

fn random_octets() -> Vec<u8> {
    let mut state = 1_u64;
    let next = |_| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (state >> 56) as u8
    };
    (0..1000).map(next).collect()
}

#[test]
fn neighbours_of_the_owner_are_used() {
    let site = Site::new(&[("a.js", &text()), ("b.bin", "original")]);
    site.write("a.js.br", "br from the owner");
    site.write("a.js.zst", "zst from the owner");
    site.write("b.bin.gz", "gz from the owner");
    let files = site.files();
    assert_eq!(accepting(&files, "/a.js", "gzip, br, zstd").text(), "br from the owner");
    assert_eq!(accepting(&files, "/a.js", "gzip, zstd").text(), "zst from the owner");
    let made = accepting(&files, "/a.js", "gzip");
    assert_eq!(decoded(&made), text().as_bytes());
    let answer = accepting(&files, "/b.bin", "gzip");
    assert_eq!(answer.text(), "gz from the owner");
    assert_eq!(answer.field("content-encoding"), Some("gzip"));
    assert_eq!(answer.field("content-type"), Some("application/octet-stream"));
    let plain = accepting(&files, "/b.bin", "");
    assert_eq!((plain.text(), plain.field("vary")), ("original", Some("accept-encoding")));
    assert_ne!(plain.field("etag"), answer.field("etag"));
    // Under its own name a neighbour is a file like any other.
    let itself = accepting(&files, "/b.bin.gz", "gzip");
    assert_eq!(itself.field("content-encoding"), None);
    assert_eq!(itself.field("content-type"), Some("application/gzip"));
}

#[test]
fn a_neighbour_older_than_the_file_is_left_alone() {
    let site = Site::new(&[("a.bin", "original"), ("a.bin.gz", "coded")]);
    set_modified(&site.path("a.bin.gz"), SystemTime::now() - Duration::from_secs(7200));
    let files = site.files();
    assert_eq!(accepting(&files, "/a.bin", "gzip").text(), "original");
    std::fs::create_dir(site.path("a.bin.br")).unwrap();
    assert_eq!(accepting(&files, "/a.bin", "br").text(), "original");
}

#[test]
fn the_page_for_what_is_not_there_is_coded_too() {
    let site = Site::new(&[("404.html", &text())]);
    let answer = accepting(&site.files(), "/nothing", "gzip");
    assert_eq!(answer.status, 404);
    assert_eq!(answer.field("content-encoding"), Some("gzip"));
    assert_eq!(decoded(&answer), text().as_bytes());
}

#[test]
fn a_client_that_refuses_every_form_is_told_so() {
    let site = Site::new(&[("a.txt", &text()), ("a.png", "image"), ("small.txt", "small")]);
    let files = site.files();
    assert_eq!(accepting(&files, "/a.txt", "identity;q=0").status, 406);
    assert_eq!(accepting(&files, "/a.txt", "*;q=0").status, 406);
    assert_eq!(accepting(&files, "/a.txt", "*;q=0, gzip;q=1").status, 200);
    // Where there is no choice there is no negotiation.
    assert_eq!(accepting(&files, "/a.png", "identity;q=0").status, 200);
}

#[test]
fn compression_can_be_switched_off() {
    let site = Site::new(&[("a.txt", &text())]);
    site.write("a.txt.gz", "coded");
    let files = site.builder().compression(false).build().unwrap();
    let answer = accepting(&files, "/a.txt", "gzip, br, identity;q=0");
    assert_eq!((answer.field("content-encoding"), answer.field("vary")), (None, None));
    assert_eq!(answer.text(), text());
}

#[test]
fn only_the_first_request_waits_for_a_form_that_is_being_made() {
    let site = Site::new(&[("a.txt", &text())]);
    let files = site.builder().stale_max(Duration::from_secs(3600)).build().unwrap();
    let ask = || files.call(request("GET", "/a.txt", &[("accept-encoding", "br, gzip")]));
    let first = ask();
    assert!(matches!(first, Reply::Later(_)));
    let Reply::Ready(meanwhile) = ask() else { panic!("the others take it as it is") };
    assert_eq!(meanwhile.headers().get("content-encoding"), None);
    // A client that leaves before its form is made gives the place to the next.
    drop(first);
    let next = ask();
    assert!(matches!(next, Reply::Later(_)));
    assert_eq!(read(next).field("content-encoding"), Some("br"));
    let Reply::Ready(ready) = ask() else { panic!("the form is there") };
    assert_eq!(ready.headers()["content-encoding"], "br");
}

#[test]
fn no_more_than_a_few_contents_are_coded_at_once() {
    let site = Site::new(&[]);
    let names: Vec<_> = (0..10).map(|n| format!("{n}.txt")).collect();
    for name in &names {
        site.write(name, text());
    }
    let files = site.builder().stale_max(Duration::from_secs(3600)).build().unwrap();
    let ask = |name| files.call(request("GET", &format!("/{name}"), &[("accept-encoding", "br")]));
    let replies: Vec<_> = names.iter().map(ask).collect();
    let waiting = replies.iter().filter(|reply| matches!(reply, Reply::Later(_))).count();
    assert_eq!(waiting, 4);
    for reply in replies {
        assert_eq!(decoded(&read(reply)), text().as_bytes());
    }
}

#[test]
fn without_a_cache_nothing_is_coded_again_and_again() {
    let site = Site::new(&[("a.txt", &text())]);
    let files = site.builder().cache_bytes_max(0).build().unwrap();
    let answer = accepting(&files, "/a.txt", "gzip");
    assert_eq!((answer.text(), answer.field("content-encoding")), (text().as_str(), None));
    assert_eq!(files.cached_bytes(), 0);
}
