//! A request target that is a whole URL is served by its path. RFC 9112 §3.2.2.

use crate::support::everywhere;

#[test]
fn its_path_is_what_counts() {
    everywhere(|setup| {
        let target = setup.start(&[]);
        let mut client = target.connect();
        for (url, content) in [
            ("http://nest.example/later", "later"),
            ("http://other.example:8080/bytes/2?x", "xx"),
            ("HTTP://nest.example", "OK"),
            ("http://nest.example/", "OK"),
        ] {
            let answer = client.get(url);
            assert_eq!((answer.status, answer.text()), (200, content), "{url}");
        }
    });
}

#[test]
fn the_host_field_is_required_all_the_same() {
    everywhere(|setup| {
        let target = setup.start(&[]);
        let mut client = target.connect();
        assert_eq!(client.send("GET http://x/ HTTP/1.1\r\n\r\n").answer().status, 400);
        client.expect_end();
    });
}
