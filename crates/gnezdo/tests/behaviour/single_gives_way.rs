//! Where one thread serves all, a client at rest does not keep the others out.

use crate::support::under;

#[test]
fn a_connection_at_rest_gives_way() {
    under(&["single"], |setup| {
        let target = setup.start(&[]);
        let mut first = target.connect();
        assert_eq!(first.get("/").text(), "OK");
        let mut second = target.connect();
        assert_eq!(second.get("/").text(), "OK");
        first.expect_end();
    });
}

#[test]
fn one_that_never_says_a_word_gives_way() {
    under(&["single"], |setup| {
        let target = setup.start(&[]);
        let mut silent: Vec<_> = (0..5).map(|_| target.connect()).collect();
        assert_eq!(target.get("/").text(), "OK");
        for client in &mut silent {
            client.expect_end();
        }
    });
}

#[test]
fn one_that_is_served_does_not() {
    under(&["single"], |setup| {
        let target = setup.start(&[]);
        let mut first = target.connect();
        first.request("GET", "/later/400");
        let mut second = target.connect();
        second.request("GET", "/");
        assert_eq!(first.answer().text(), "late");
        assert_eq!(second.answer().text(), "OK");
    });
}

#[test]
fn nobody_gives_way_without_need() {
    under(&["single"], |setup| {
        let target = setup.start(&[]);
        let mut client = target.connect();
        for _ in 0..4 {
            assert_eq!(client.get("/").text(), "OK");
            client.pause(std::time::Duration::from_millis(150));
        }
    });
}
