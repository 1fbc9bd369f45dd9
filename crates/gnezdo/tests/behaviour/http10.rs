//! HTTP/1.0: one request a connection unless both agree, and no chunks. RFC 9112 §9.3.

use crate::support::everywhere;

#[test]
fn a_connection_ends_after_one_answer() {
    everywhere(|setup| {
        let target = setup.start(&[]);
        for path in ["/", "/later", "/bytes/100000", "/stream/sized/3"] {
            let mut client = target.connect();
            let answer = client.send(format!("GET {path} HTTP/1.0\r\n\r\n")).answer();
            assert_eq!((answer.status, answer.says_close()), (200, true), "{path}");
            assert!(answer.field("content-length").is_some(), "{path}");
            client.expect_end();
        }
    });
}

#[test]
fn a_connection_is_kept_by_agreement() {
    everywhere(|setup| {
        let target = setup.start(&[]);
        let mut client = target.connect();
        for path in ["/", "/later", "/bytes/100000", "/stream/sized/3", "/nowhere"] {
            let request = format!("GET {path} HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
            let answer = client.send(request).answer();
            assert_eq!(answer.field("connection"), Some("keep-alive"), "{path}");
        }
    });
}

#[test]
fn content_of_unknown_length_ends_with_the_connection() {
    everywhere(|setup| {
        let target = setup.start(&[]);
        for path in ["/stream/3", "/stream/later/3"] {
            let mut client = target.connect();
            let request = format!("GET {path} HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
            let answer = client.send(request).answer();
            assert_eq!((answer.field("transfer-encoding"), answer.says_close()), (None, true));
            assert_eq!(answer.body.len(), 3_000, "{path}");
        }
    });
}

#[test]
fn an_expectation_is_ignored() {
    everywhere(|setup| {
        let target = setup.start(&[]);
        let mut client = target.connect();
        client.send("POST / HTTP/1.0\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\nnest");
        assert_eq!(client.answer().text(), "nest");
        client.expect_end();
    });
}
