//! `100 (Continue)` when the content is wanted, and only then. RFC 9110 §10.1.1.

use crate::support::{everywhere, request};

fn head(target: &str) -> String {
    request("POST", target, "Content-Length: 4\r\nExpect: 100-continue\r\n")
}

#[test]
fn who_reads_the_content_asks_for_it() {
    everywhere(|setup| {
        let target = setup.start(&[]);
        let mut client = target.connect();
        for path in ["/later", "/sip/1"] {
            assert_eq!(client.send(head(path)).answer_to_head().status, 100, "{path}");
            assert_eq!(client.send("nest").answer().text(), "4", "{path}");
        }
    });
}

#[test]
fn an_answer_made_of_the_content_asks_for_it_first() {
    everywhere(|setup| {
        let target = setup.start(&[]);
        let mut client = target.connect();
        assert_eq!(client.send(head("/")).answer_to_head().status, 100);
        assert_eq!(client.answer_to_head().status, 200);
        assert_eq!(client.send("nest").take(4).unwrap(), b"nest");
        assert_eq!(client.get("/").status, 200);
    });
}

#[test]
fn who_does_not_want_the_content_answers_without_it() {
    everywhere(|setup| {
        let target = setup.start(&[]);
        for path in ["/unread", "/unread/1", "/nowhere"] {
            let mut client = target.connect();
            let answer = client.send(head(path)).answer();
            assert_ne!(answer.status, 100, "{path}");
            assert!(answer.says_close(), "{path}: the content may follow, or another request");
            client.expect_end();
        }
    });
}

#[test]
fn who_has_begun_to_send_does_not_wait() {
    everywhere(|setup| {
        let target = setup.start(&[]);
        let mut client = target.connect();
        client.send(head("/later") + "nest");
        let mut answer = client.answer();
        if answer.status == 100 {
            answer = client.answer();
        }
        assert_eq!(answer.text(), "4");
        assert_eq!(client.get("/").status, 200);
    });
}

#[test]
fn another_expectation_is_refused() {
    everywhere(|setup| {
        let target = setup.start(&[]);
        let mut client = target.connect();
        let fields = "Content-Length: 4\r\nExpect: the-unexpected\r\n";
        assert_eq!(client.send(request("POST", "/", fields)).answer().status, 417);
        client.expect_end();
    });
}
