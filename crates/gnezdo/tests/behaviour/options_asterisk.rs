//! `OPTIONS *` asks about the server as a whole. RFC 9112 §3.2.4.

use crate::support::everywhere;

#[test]
fn it_lists_the_methods() {
    everywhere(|setup| {
        let target = setup.start(&[]);
        let mut client = target.connect();
        let answer = client.request("OPTIONS", "*").answer();
        assert_eq!(answer.status, 204);
        let allowed = answer.field("allow").unwrap();
        assert!(allowed.contains("GET") && allowed.contains("PATCH"), "{allowed}");
        assert_eq!(client.get("/").status, 200);
    });
}

#[test]
fn other_methods_have_no_asterisk() {
    everywhere(|setup| {
        let target = setup.start(&[]);
        let mut client = target.connect();
        assert_eq!(client.get("*").status, 400);
        client.expect_end();
    });
}
