//! Each bound on a request, just below and just above.

use crate::support::{Setup, everywhere, request};

/// Sends both requests on connections of their own: the first is served and the connection
/// goes on, the second is refused and it ends.
fn check(setup: Setup, limit: [&str; 2], below: &str, above: &str, status: u16) {
    let target = setup.start(&limit);
    let mut client = target.connect();
    assert_eq!(client.send(below).answer().status, 200, "below {limit:?}");
    assert_eq!(client.get("/").status, 200, "after {limit:?}");
    drop(client);
    let mut client = target.connect();
    assert_eq!(client.send(above).answer().status, status, "above {limit:?}");
    client.expect_end();
}

#[test]
fn of_the_head() {
    everywhere(|setup| {
        let empty = request("GET", "/", "X: \r\n").len();
        let of =
            |length: usize| request("GET", "/", &format!("X: {}\r\n", "x".repeat(length - empty)));
        check(setup, ["--head-bytes", "1000"], &of(1_000), &of(1_001), 431);
    });
}

#[test]
fn of_the_target() {
    everywhere(|setup| {
        let of = |length: usize| request("GET", &format!("/?{}", "x".repeat(length - 2)), "");
        check(setup, ["--target-bytes", "300"], &of(300), &of(301), 414);
    });
}

#[test]
fn of_the_fields() {
    everywhere(|setup| {
        let of = |count: usize| request("GET", "/", &"X: x\r\n".repeat(count - 1));
        check(setup, ["--fields", "10"], &of(10), &of(11), 431);
    });
}

#[test]
fn of_the_content() {
    everywhere(|setup| {
        let of = |length: usize| {
            let head = request("POST", "/", &format!("Content-Length: {length}\r\n"));
            head + &"x".repeat(length)
        };
        check(setup, ["--body-bytes", "1000"], &of(1_000), &of(1_001), 413);
    });
}

#[test]
fn of_content_in_chunks() {
    everywhere(|setup| {
        let of = |length: usize| {
            let head = request("POST", "/later", "Transfer-Encoding: chunked\r\n");
            let rest = length - 500;
            let (first, second) = ("x".repeat(500), "x".repeat(rest));
            format!("{head}{:x}\r\n{first}\r\n{rest:x}\r\n{second}\r\n0\r\n\r\n", 500)
        };
        check(setup, ["--body-bytes", "1000"], &of(1_000), &of(1_001), 413);
    });
}

#[test]
fn of_chunk_extensions() {
    everywhere(|setup| {
        let of = |length: usize| {
            let head = request("POST", "/later", "Transfer-Encoding: chunked\r\n");
            format!("{head}4;{}\r\nnest\r\n0\r\n\r\n", "x".repeat(length))
        };
        check(setup, ["--chunk-extension-bytes", "100"], &of(90), &of(110), 400);
    });
}

#[test]
fn of_trailers() {
    everywhere(|setup| {
        let of = |length: usize| {
            let head = request("POST", "/later", "Transfer-Encoding: chunked\r\n");
            format!("{head}4\r\nnest\r\n0\r\nx: {}\r\n\r\n", "x".repeat(length))
        };
        check(setup, ["--trailer-bytes", "100"], &of(80), &of(110), 431);
    });
}
