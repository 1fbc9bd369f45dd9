//! Who speaks HTTP where TLS is expected is sent to `https`.

use crate::support::{Client, Version, everywhere, request};

#[test]
fn a_request_is_redirected() {
    everywhere(|setup| {
        let target = Version::Http1Tls.start(setup, &[]);
        let port = target.address().port();
        for (path, method) in [("/", "GET"), ("/a?b=c", "HEAD"), ("/later", "DELETE")] {
            let mut client = Client::connect(target.address());
            let head = format!("{method} {path} HTTP/1.1\r\nHost: localhost:{port}\r\n\r\n");
            let answer = client.send(head).answer_to_head();
            assert_eq!((answer.status, answer.says_close()), (308, true));
            let location = format!("https://localhost:{port}{path}");
            assert_eq!(answer.field("location"), Some(&*location));
            client.drain();
        }
        assert_eq!(Version::Http1Tls.connect(&target).get("/").text(), "OK");
    });
}

#[test]
fn who_names_no_host_is_told_in_words() {
    everywhere(|setup| {
        let target = Version::Http1Tls.start(setup, &[]);
        let mut client = Client::connect(target.address());
        let answer = client.send("GET / HTTP/1.0\r\n\r\n").answer();
        assert_eq!(answer.status, 400);
        assert!(answer.text().contains("https://"), "{}", answer.text());
        client.expect_end();
    });
}

#[test]
fn a_request_in_pieces_is_understood() {
    everywhere(|setup| {
        let target = Version::Http1Tls.start(setup, &[]);
        let mut client = Client::connect(target.address());
        let request = request("GET", "/nest", "");
        for octet in request.as_bytes() {
            client.send([*octet]);
        }
        let answer = client.answer();
        assert_eq!(answer.status, 308);
        assert_eq!(answer.field("location"), Some("https://nest.example/nest"));
        client.expect_end();
    });
}
