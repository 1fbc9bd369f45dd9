//! Fields behind chunked content. RFC 9112 §7.1.2.

use crate::support::{everywhere, request};

fn head() -> String {
    request("POST", "/trailers", "Transfer-Encoding: chunked\r\n")
}

#[test]
fn a_handler_sees_those_of_a_request() {
    everywhere(|setup| {
        let target = setup.start(&[]);
        let mut client = target.connect();
        client.send(head() + "4\r\nnest\r\n0\r\nX-One: 1\r\nx-two:2\r\n\r\n");
        assert_eq!(client.answer().text(), "x-one: 1\nx-two: 2\n");
        client.send(head() + "0\r\n\r\n");
        assert_eq!(client.answer().text(), "");
    });
}

#[test]
fn a_client_sees_those_of_an_answer() {
    everywhere(|setup| {
        let target = setup.start(&[]);
        let mut client = target.connect();
        let answer = client.get("/stream/trailers/2");
        assert_eq!((answer.body.len(), &*answer.trailers), (2_000, "x-signature: nest\r\n"));
        assert_eq!(client.get("/").status, 200);
    });
}

#[test]
fn malformed_ones_are_refused() {
    everywhere(|setup| {
        let target = setup.start(&[]);
        for trailers in ["x y: 1\r\n\r\n", "x: 1\n\r\n", "x: 1\r\n folded\r\n\r\n"] {
            let mut client = target.connect();
            client.send(head() + "0\r\n" + trailers);
            assert_eq!(client.answer().status, 400, "{trailers:?}");
            client.expect_end();
        }
    });
}
