//! Preconditions, as a client meets them. The order of evaluation has its own table.

mod support;

use support::{Site, get, get_with, send};

#[test]
fn a_client_that_has_it_gets_304_with_the_fields_that_matter() {
    let site = Site::new(&[("a.txt", "text")]);
    let files = site.files();
    let whole = get(&files, "/a.txt");
    let (tag, date) = (whole.field("etag").unwrap(), whole.field("last-modified").unwrap());
    for fields in [("if-none-match", tag), ("if-none-match", "*"), ("if-modified-since", date)] {
        for method in ["GET", "HEAD"] {
            let answer = send(&files, method, "/a.txt", &[fields]);
            assert_eq!(answer.status, 304, "{method} {fields:?}");
            assert_eq!(answer.promised, Some(0));
            assert_eq!(answer.field("etag"), Some(tag));
            assert_eq!(answer.field("vary"), Some("accept-encoding"));
            for name in ["content-type", "last-modified", "accept-ranges", "content-encoding"] {
                assert_eq!(answer.field(name), None, "{name}");
            }
        }
    }
    let answer = get_with(&files, "/a.txt", &[("if-none-match", &format!("W/{tag}"))]);
    assert_eq!(answer.status, 304);
}

#[test]
fn the_matrix_of_conditions() {
    let site = Site::new(&[("a.txt", "text")]);
    let files = site.files();
    let whole = get(&files, "/a.txt");
    let (tag, date) = (whole.field("etag").unwrap(), whole.field("last-modified").unwrap());
    let (other, past) = ("\"other\"", "Sun, 06 Nov 1994 08:49:37 GMT");
    let range = ("range", "bytes=1-2");
    let cases: [(&[(&str, &str)], u16); 18] = [
        (&[], 200),
        (&[("if-match", tag)], 200),
        (&[("if-match", "*")], 200),
        (&[("if-match", other)], 412),
        (&[("if-match", other), ("if-none-match", tag)], 412),
        (&[("if-unmodified-since", date)], 200),
        (&[("if-unmodified-since", past)], 412),
        (&[("if-unmodified-since", "never")], 200),
        (&[("if-match", tag), ("if-unmodified-since", past)], 200),
        (&[("if-none-match", other), ("if-modified-since", date)], 200),
        (&[("if-modified-since", past)], 200),
        (&[range], 206),
        (&[range, ("if-range", tag)], 206),
        (&[range, ("if-range", other)], 200),
        (&[range, ("if-range", &format!("W/{tag}"))], 200),
        (&[range, ("if-range", date)], 206),
        (&[range, ("if-range", past)], 200),
        (&[range, ("if-none-match", tag)], 304),
    ];
    for (fields, status) in cases {
        let answer = get_with(&files, "/a.txt", fields);
        assert_eq!(answer.status, status, "{fields:?}");
        let body = match status {
            200 => "text",
            206 => "ex",
            304 => "",
            _ => "412 Precondition Failed: The file is not the one that the request expects.\n",
        };
        assert_eq!(answer.text(), body, "{fields:?}");
    }
}

#[test]
fn conditions_on_what_is_not_there_are_ignored() {
    let site = Site::new(&[]);
    for fields in [("if-match", "*"), ("if-none-match", "*"), ("range", "bytes=0-0")] {
        assert_eq!(get_with(&site.files(), "/nothing", &[fields]).status, 404);
    }
}
