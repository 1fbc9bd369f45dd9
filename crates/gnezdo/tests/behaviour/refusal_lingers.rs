//! A refusal reaches a client that is still sending, and nothing that it sends then is read as
//! a request. RFC 9112 §9.6.

use crate::support::{Client, everywhere, request};

/// More than any buffer on the way holds.
const UNREAD_BYTES: usize = 8 * 1024 * 1024;

/// The request, so much behind it that a server which does not read gets stuck, and more.
fn send_all(client: &mut Client, request: &str) {
    client.send(request);
    client.send("x".repeat(UNREAD_BYTES)).send(crate::support::request("GET", "/later", ""));
}

#[test]
fn a_refusal_survives_much_unread_input() {
    everywhere(|setup| {
        let target = setup.start(&["--body-bytes", "1000", "--head-bytes", "4000"]);
        let large = format!("X: {}\r\n", "x".repeat(4_000));
        let chunked = request("POST", "/later", "Transfer-Encoding: chunked\r\n") + "3e9\r\n";
        for (status, request) in [
            (400, "GET / HTTP/1.1\r\nHost : x\r\n\r\n"),
            (413, &request("POST", "/later", "Content-Length: 8388608\r\n")),
            (413, &chunked),
            (431, &request("GET", "/", &large)),
            (501, &request("BREW", "/", "")),
        ] {
            let mut client = target.connect();
            send_all(&mut client, request);
            let answer = client.answer();
            assert_eq!((answer.status, answer.says_close()), (status, true));
            client.expect_end();
        }
    });
}

#[test]
fn an_answer_that_leaves_much_content_unread_arrives() {
    everywhere(|setup| {
        let target = setup.start(&["--discard-bytes", "1000"]);
        for path in ["/unread", "/nowhere", "/unread/20"] {
            let mut client = target.connect();
            let fields = format!("Content-Length: {UNREAD_BYTES}\r\n");
            let head = request("POST", path, &fields);
            send_all(&mut client, &head);
            let answer = client.answer();
            assert!(answer.says_close(), "{path}");
            client.expect_end();
        }
    });
}

#[test]
fn a_little_unread_content_keeps_the_connection() {
    everywhere(|setup| {
        let target = setup.start(&[]);
        let mut client = target.connect();
        for length in [1, 1_000, 60_000] {
            let answer = client.post("/unread", vec![b'x'; length]);
            assert_eq!((answer.text(), answer.says_close()), ("unread", false));
        }
        assert_eq!(client.get("/").text(), "OK");
    });
}
