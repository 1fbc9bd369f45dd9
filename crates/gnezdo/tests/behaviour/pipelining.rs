//! Requests that are sent before the answers are there are answered in order. RFC 9112 §9.3.2.

use crate::support::{Client, Setup, everywhere, request};

/// Sixty requests, and the content of each answer.
fn sixty() -> (Vec<u8>, Vec<Vec<u8>>) {
    let mut requests = Vec::new();
    let mut contents = Vec::new();
    for n in 0..60 {
        let (octets, content) = match n % 6 {
            0 => (request("GET", "/", ""), b"OK".to_vec()),
            1 => (request("GET", "/later", ""), b"later".to_vec()),
            2 => (request("GET", &format!("/bytes/{n}"), ""), vec![b'x'; n]),
            3 => (request("GET", "/stream/later/2", ""), pieces(2)),
            4 => {
                let head = request("POST", "/later", "Content-Length: 7\r\n");
                (format!("{head}content"), b"7".to_vec())
            }
            _ => {
                let head = request("POST", "/", "Transfer-Encoding: chunked\r\n");
                (format!("{head}4\r\nnest\r\n0\r\n\r\n"), b"nest".to_vec())
            }
        };
        requests.extend(octets.into_bytes());
        contents.push(content);
    }
    (requests, contents)
}

fn pieces(count: u8) -> Vec<u8> {
    (0..count).flat_map(|n| vec![b'a' + n; 1_000]).collect()
}

fn check(setup: Setup, send: impl Fn(&mut Client, &[u8])) {
    let target = setup.start(&[]);
    let mut client = target.connect();
    let (requests, contents) = sixty();
    send(&mut client, &requests);
    for (n, content) in contents.iter().enumerate() {
        let answer = client.answer();
        assert_eq!((n, answer.status, &answer.body), (n, 200, content));
    }
    assert_eq!(client.get("/pid").status, 200);
}

#[test]
fn sixty_at_once() {
    everywhere(|setup| {
        check(setup, |client, requests| {
            client.send(requests);
        });
    });
}

#[test]
fn sixty_octet_by_octet() {
    everywhere(|setup| {
        check(setup, |client, requests| {
            for octet in requests {
                client.send([*octet]);
            }
        });
    });
}

#[test]
fn sixty_in_odd_pieces_and_then_the_end() {
    everywhere(|setup| {
        let target = setup.start(&[]);
        let mut client = target.connect();
        let (requests, contents) = sixty();
        for piece in requests.chunks(37) {
            client.send(piece);
        }
        client.finish_sending();
        for content in &contents {
            assert_eq!(&client.answer().body, content);
        }
        client.expect_end();
    });
}

#[test]
fn thousands_that_fill_every_buffer() {
    everywhere(|setup| {
        let target = setup.start(&[]);
        let mut client = target.connect();
        let count = 3_000;
        let requests = request("GET", "/bytes/100", "").repeat(count);
        client.send(requests);
        for _ in 0..count {
            assert_eq!(client.answer().body, [b'x'; 100]);
        }
    });
}

#[test]
fn nothing_is_read_after_the_last_one() {
    everywhere(|setup| {
        let target = setup.start(&[]);
        let mut client = target.connect();
        let last = request("GET", "/later", "Connection: close\r\n");
        client.send(last + &request("GET", "/", ""));
        assert_eq!(client.answer().text(), "later");
        client.expect_end();
    });
}
