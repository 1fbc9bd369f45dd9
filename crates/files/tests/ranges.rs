//! Parts of files: one, several, too many, none.

mod support;

use gnezdo_files::Files;
use support::{Answer, Site, get_with, send};

const DIGITS: &str = "0123456789";

fn ranged(files: &Files, target: &str, range: &str) -> Answer {
    get_with(files, target, &[("range", range)])
}

/// The parts of a multipart answer: the value of Content-Range, and the content.
fn parts(answer: &Answer) -> Vec<(String, String)> {
    let (kind, boundary) = answer.field("content-type").unwrap().split_once("; boundary=").unwrap();
    assert_eq!(kind, "multipart/byteranges");
    let body = answer.text();
    let end = format!("\r\n--{boundary}--\r\n");
    let body = body.strip_suffix(end.as_str()).expect("a last boundary");
    let delimiter = format!("\r\n--{boundary}\r\n");
    let parts = body.split(delimiter.as_str()).skip(1).map(|part| {
        let (head, content) = part.split_once("\r\n\r\n").unwrap();
        let (content_type, range) = head.split_once("\r\n").unwrap();
        assert_eq!(content_type, "content-type: text/plain; charset=utf-8");
        (range.strip_prefix("content-range: ").unwrap().to_owned(), content.to_owned())
    });
    parts.collect()
}

/// One site with the digits in a small file, and one where even they are large.
fn small_and_large() -> (Site, [Files; 2]) {
    let site = Site::new(&[("a.txt", DIGITS), ("empty.txt", "")]);
    let files = [site.files(), site.builder().small_file_bytes_max(0).build().unwrap()];
    (site, files)
}

#[test]
fn one_range_is_a_part() {
    let (_site, files) = small_and_large();
    let cases = [
        ("bytes=0-0", "0", "bytes 0-0/10"),
        ("bytes=2-4", "234", "bytes 2-4/10"),
        ("bytes=7-", "789", "bytes 7-9/10"),
        ("bytes=-3", "789", "bytes 7-9/10"),
        ("bytes=-99", DIGITS, "bytes 0-9/10"),
        ("bytes=5-99", "56789", "bytes 5-9/10"),
        ("bytes=0-4,5-9", DIGITS, "bytes 0-9/10"),
    ];
    for files in &files {
        for (range, content, content_range) in cases {
            let answer = ranged(files, "/a.txt", range);
            assert_eq!((answer.status.as_u16(), answer.text()), (206, content), "{range}");
            assert_eq!(answer.field("content-range"), Some(content_range), "{range}");
            assert_eq!(answer.promised, Some(content.len() as u64));
            assert_eq!(answer.field("content-type"), Some("text/plain; charset=utf-8"));
            assert!(answer.field("etag").is_some() && answer.field("last-modified").is_some());
        }
    }
}

#[test]
fn several_ranges_are_a_multipart_of_known_length() {
    let (_site, files) = small_and_large();
    for files in &files {
        let answer = ranged(files, "/a.txt", "bytes=0-1,4-4,-2");
        assert_eq!(answer.status, 206);
        assert_eq!(answer.promised, Some(answer.body.len() as u64));
        assert_eq!(answer.field("content-range"), None);
        let expected = [("bytes 0-1/10", "01"), ("bytes 4-4/10", "4"), ("bytes 8-9/10", "89")];
        assert_eq!(parts(&answer), expected.map(|(range, text)| (range.into(), text.into())));
    }
}

#[test]
fn what_lies_beyond_the_end_is_416_with_the_length() {
    let (_site, files) = small_and_large();
    for files in &files {
        for range in ["bytes=10-", "bytes=10-11", "bytes=-0", "bytes=99999999999999999999-"] {
            let answer = ranged(files, "/a.txt", range);
            assert_eq!(answer.status, 416, "{range}");
            assert_eq!(answer.field("content-range"), Some("bytes */10"), "{range}");
        }
        assert_eq!(ranged(files, "/empty.txt", "bytes=0-").status, 416);
        assert_eq!(ranged(files, "/empty.txt", "bytes=-1").status, 200);
    }
}

#[test]
fn what_is_no_range_is_ignored() {
    let (_site, files) = small_and_large();
    for range in ["bytes=", "bytes=a", "bytes=4-2", "lines=1-2", "bytes=0-1,x", "", "0-1"] {
        let answer = ranged(&files[0], "/a.txt", range);
        assert_eq!((answer.status.as_u16(), answer.text()), (200, DIGITS), "{range}");
    }
    let twice = [("range", "bytes=0-0"), ("range", "bytes=1-1")];
    assert_eq!(get_with(&files[0], "/a.txt", &twice).status, 200);
}

#[test]
fn ranges_are_for_get_alone() {
    let (_site, files) = small_and_large();
    let answer = send(&files[0], "HEAD", "/a.txt", &[("range", "bytes=0-0")]);
    assert_eq!((answer.status.as_u16(), answer.promised), (200, Some(10)));
}

#[test]
fn ranges_never_amplify() {
    let site = Site::new(&[]);
    site.write("page.txt", vec![b'x'; 3_300]);
    let files = site.files();
    let sets = [
        vec!["0-"; 500].join(","),
        (0..500).map(|n| format!("{n}-")).collect::<Vec<_>>().join(","),
        (0..500).map(|n| format!("-{}", n + 1)).collect::<Vec<_>>().join(","),
        (0..500).map(|n| format!("{}-{}", n * 3, n * 3)).collect::<Vec<_>>().join(","),
        (0..17).map(|n| format!("{}-{}", n * 3, n * 3)).collect::<Vec<_>>().join(","),
        (0..100).map(|_| "0-3298,3299-").collect::<Vec<_>>().join(","),
    ];
    for set in sets {
        let answer = ranged(&files, "/page.txt", &format!("bytes={set}"));
        assert!(answer.status == 200 || answer.status == 206);
        assert_eq!(answer.body.len(), 3_300, "{set}");
    }
    let most = (0..16).map(|n| format!("{}-{}", n * 3, n * 3)).collect::<Vec<_>>().join(",");
    let answer = ranged(&files, "/page.txt", &format!("bytes={most}"));
    assert_eq!(parts(&answer).len(), 16);
}

#[test]
fn a_part_is_taken_from_the_content_as_it_is() {
    let site = Site::new(&[]);
    let text = "the nest is a socket. ".repeat(100);
    site.write("a.txt", &text);
    site.write("a.txt.gz", "coded");
    let files = site.files();
    let fields = [("accept-encoding", "gzip, br"), ("range", "bytes=4-7")];
    let answer = get_with(&files, "/a.txt", &fields);
    assert_eq!((answer.status.as_u16(), answer.text()), (206, "nest"));
    assert_eq!(answer.field("content-encoding"), None);
    assert_eq!(answer.field("vary"), Some("accept-encoding"));
    // A part of the coded form cannot be continued with the identity.
    let coded = get_with(&files, "/a.txt", &[("accept-encoding", "gzip")]);
    let tag = coded.field("etag").unwrap();
    let fields = [("accept-encoding", "gzip"), ("range", "bytes=4-7"), ("if-range", tag)];
    let answer = get_with(&files, "/a.txt", &fields);
    assert_eq!((answer.status.as_u16(), answer.text()), (200, text.as_str()));
}
