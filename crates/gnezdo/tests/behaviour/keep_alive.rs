//! A connection carries one request after another. RFC 9112 §9.3.

use crate::support::everywhere;

#[test]
fn a_connection_carries_many_requests() {
    everywhere(|setup| {
        let target = setup.start(&[]);
        let mut client = target.connect();
        for _ in 0..100 {
            let answer = client.get("/");
            assert_eq!((answer.status, answer.text()), (200, "OK"));
            assert!(!answer.says_close() && answer.field("date").is_some());
        }
    });
}

#[test]
fn content_of_every_kind_leaves_the_connection_in_order() {
    everywhere(|setup| {
        let target = setup.start(&[]);
        let mut client = target.connect();
        for _ in 0..3 {
            assert_eq!(client.post("/", "nest").text(), "nest");
            assert_eq!(client.get("/bytes/100000").body, vec![b'x'; 100_000]);
            assert_eq!(client.get("/stream/3").body.len(), 3_000);
            assert_eq!(client.get("/stream/sized/100").body.len(), 100_000);
            assert_eq!(client.get("/stream/later/3").body.len(), 3_000);
            assert_eq!(client.get("/later").text(), "later");
            assert_eq!(client.post("/later", vec![b'x'; 100_000]).text(), "100000");
            assert_eq!(client.post("/unread", "nest").text(), "unread");
            assert_eq!(client.get("/empty").status, 204);
            assert_eq!(client.get("/not-modified").status, 304);
        }
    });
}

#[test]
fn an_answer_that_is_no_success_keeps_the_connection() {
    everywhere(|setup| {
        let target = setup.start(&[]);
        let mut client = target.connect();
        assert_eq!(client.get("/nowhere").status, 404);
        assert_eq!(client.request("DELETE", "/later").answer().status, 405);
        assert_eq!(client.get("/panic").status, 500);
        assert_eq!(client.get("/").status, 200);
    });
}

#[test]
fn an_empty_line_before_a_request_is_ignored() {
    everywhere(|setup| {
        let target = setup.start(&[]);
        let mut client = target.connect();
        client.send("\r\n");
        assert_eq!(client.get("/").status, 200);
        client.send("\r\n");
        assert_eq!(client.get("/").status, 200);
    });
}
