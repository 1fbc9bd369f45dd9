//! Who says `close` gets one more answer, and the end. RFC 9112 §9.6.

use crate::support::{everywhere, request};

#[test]
fn the_answer_says_it_too_and_the_connection_ends() {
    everywhere(|setup| {
        let target = setup.start(&[]);
        for path in ["/", "/later", "/bytes/1000000", "/stream/3", "/stream/later/3", "/nowhere"] {
            for option in ["close", "Close", "x, close"] {
                let mut client = target.connect();
                let fields = format!("Connection: {option}\r\n");
                let answer = client.send(request("GET", path, &fields)).answer();
                assert!(answer.says_close(), "{path} {option}");
                client.expect_end();
            }
        }
    });
}

#[test]
fn a_pipelined_close_ends_after_the_answers_before_it() {
    everywhere(|setup| {
        let target = setup.start(&[]);
        let mut client = target.connect();
        let others = request("GET", "/", "") + &request("GET", "/later", "");
        client.send(others + &request("GET", "/", "Connection: close\r\n"));
        let said: Vec<_> = (0..3).map(|_| client.answer().says_close()).collect();
        assert_eq!(said, [false, false, true]);
        client.expect_end();
    });
}
