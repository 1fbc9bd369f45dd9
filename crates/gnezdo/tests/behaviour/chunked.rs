//! Chunks, both ways. RFC 9112 §7.1.

use crate::support::{everywhere, request};

fn head(target: &str) -> String {
    request("POST", target, "Transfer-Encoding: chunked\r\n")
}

#[test]
fn requests_come_in_chunks() {
    everywhere(|setup| {
        let target = setup.start(&[]);
        let mut client = target.connect();
        for (chunks, content) in [
            ("0\r\n\r\n", ""),
            ("4\r\nnest\r\n0\r\n\r\n", "nest"),
            ("1\r\nn\r\n3;a=\"b\"\r\nest\r\n000\r\n\r\n", "nest"),
            ("A\r\n0123456789\r\na\r\n0123456789\r\n0\r\n\r\n", "01234567890123456789"),
        ] {
            let answer = client.send(head("/") + chunks).answer();
            assert_eq!((answer.status, answer.text()), (200, content), "{chunks:?}");
            let answer = client.send(head("/later") + chunks).answer();
            assert_eq!(answer.text(), content.len().to_string(), "{chunks:?}");
        }
    });
}

#[test]
fn content_comes_back_while_it_is_sent() {
    everywhere(|setup| {
        let target = setup.start(&[]);
        let mut client = target.connect();
        client.send(head("/") + "4\r\nnest\r\n");
        let answer = client.answer_to_head();
        assert_eq!(answer.field("transfer-encoding"), Some("chunked"));
        assert_eq!(client.take(9).unwrap(), b"4\r\nnest\r\n");
        client.send("3\r\negg\r\n");
        assert_eq!(client.take(8).unwrap(), b"3\r\negg\r\n");
        client.send("0\r\n\r\n");
        assert_eq!(client.take(5).unwrap(), b"0\r\n\r\n");
    });
}

#[test]
fn an_answer_is_chunked_only_if_its_length_is_unknown() {
    everywhere(|setup| {
        let target = setup.start(&[]);
        let mut client = target.connect();
        let unknown = client.get("/stream/7");
        assert_eq!(unknown.field("transfer-encoding"), Some("chunked"));
        assert_eq!((unknown.field("content-length"), unknown.body.len()), (None, 7_000));
        let known = client.get("/stream/sized/7");
        assert_eq!(known.field("content-length"), Some("7000"));
        assert_eq!((known.field("transfer-encoding"), known.body.len()), (None, 7_000));
    });
}

#[test]
fn broken_chunks_end_the_connection() {
    everywhere(|setup| {
        let target = setup.start(&[]);
        for chunks in ["+4\r\nnest\r\n", "0x4\r\nnest\r\n", "4\nnest\r\n", "4\r\nnestXX", "g\r\n"] {
            let mut client = target.connect();
            client.send(head("/later") + chunks + &request("GET", "/", ""));
            let answer = client.answer();
            assert_eq!((answer.status, answer.says_close()), (400, true), "{chunks:?}");
            client.expect_end();
        }
    });
}

#[test]
fn an_answer_short_of_its_length_is_broken_off() {
    everywhere(|setup| {
        let target = setup.start(&[]);
        let mut client = target.connect();
        let answer = client.request("GET", "/stream/short/3").answer_to_head();
        assert_eq!(answer.field("content-length"), Some("3001"));
        assert_eq!(client.drain(), 3_000);
    });
}
