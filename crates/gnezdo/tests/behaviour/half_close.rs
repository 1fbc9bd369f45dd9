//! A client that closes its sending side after the request still gets its answer. RFC 9112 §9.6.

use crate::support::{everywhere, request};

#[test]
fn answers_of_every_kind_arrive() {
    everywhere(|setup| {
        let target = setup.start(&[]);
        for (path, length) in [
            ("/", 2),
            ("/later/50", 4),
            ("/bytes/3000000", 3_000_000),
            ("/stream/20", 20_000),
            ("/stream/sized/5000", 5_000_000),
            ("/stream/later/20", 20_000),
        ] {
            let mut client = target.connect();
            let answer = client.request("GET", path).finish_sending().answer();
            assert_eq!((answer.status, answer.body.len()), (200, length), "{path}");
            client.expect_end();
        }
    });
}

#[test]
fn content_that_was_sent_is_received() {
    everywhere(|setup| {
        let target = setup.start(&[]);
        let content = vec![b'x'; 300_000];
        for path in ["/", "/later", "/sip/1"] {
            let mut client = target.connect();
            let head = request("POST", path, "Content-Length: 300000\r\n");
            let answer = client.send(head).send(&content).finish_sending().answer();
            if path == "/" {
                assert_eq!(answer.body, content);
            } else {
                assert_eq!(answer.text(), "300000", "{path}");
            }
            client.expect_end();
        }
    });
}

#[test]
fn pipelined_requests_before_it_are_answered() {
    everywhere(|setup| {
        let target = setup.start(&[]);
        let mut client = target.connect();
        let requests = ["/later/20", "/", "/stream/later/3", "/later"];
        client.send(requests.map(|path| request("GET", path, "")).concat()).finish_sending();
        for length in [4, 2, 3_000, 5] {
            assert_eq!(client.answer().body.len(), length);
        }
        client.expect_end();
    });
}

#[test]
fn a_message_that_is_cut_off_is_refused() {
    everywhere(|setup| {
        let target = setup.start(&[]);
        let body = request("POST", "/later", "Content-Length: 10\r\n") + "nest";
        for cut in ["GET / HT", "GET / HTTP/1.1\r\nHost: x\r\n", &body] {
            let mut client = target.connect();
            let answer = client.send(cut).finish_sending().answer();
            assert_eq!((answer.status, answer.says_close()), (400, true), "{cut:?}");
            client.expect_end();
        }
    });
}

#[test]
fn who_says_nothing_gets_nothing() {
    everywhere(|setup| {
        let target = setup.start(&[]);
        target.connect().finish_sending().expect_end();
        let mut client = target.connect();
        client.get("/");
        client.finish_sending().expect_end();
    });
}
