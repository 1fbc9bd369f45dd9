//! Whatever a client sends, it is never a fault of ours.

use bytes::Bytes;
use gnezdo_core::Body;
use gnezdo_web::middleware::Csrf;
use gnezdo_web::{App, CsrfToken, PrivateCookies, Secret, Session, Sessions, SignedCookies};
use http::HeaderValue;

use crate::support::answer;

/// A generator of numbers that are the same in every run (xorshift64).
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % bound as u64) as usize
    }

    /// Pieces that mean something, in an order that means nothing.
    fn text(&mut self, pieces: &[&[u8]]) -> Vec<u8> {
        let count = self.below(12);
        (0..count).flat_map(|_| pieces[self.below(pieces.len())].to_vec()).collect()
    }
}

const PIECES: &[&[u8]] = &[
    b"session=",
    b"a=",
    b"csrf_token=",
    b";",
    b"; ",
    b"=",
    b"%",
    b"%00",
    b"%ff",
    b"\xff",
    b"\"",
    b"AAAA",
    b"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
    b"\xd0\xb3",
    b",",
    b"\t",
    b"{}",
    b"__Host-",
];

const TYPES: &[&[u8]] = &[
    b"application/x-www-form-urlencoded",
    b"multipart/form-data",
    b"; ",
    b"boundary=",
    b"x",
    b"\"",
    b"=",
    b"\xff",
    b"/",
];

const CONTENT: &[&[u8]] = &[
    b"--x",
    b"--",
    b"\r\n",
    b"\r\n\r\n",
    b"Content-Disposition: form-data; ",
    b"name=\"csrf_token\"",
    b"csrf_token=",
    b"&",
    b"=",
    b"%",
    b"\0",
    b"\xff",
    b"AAAA",
];

fn app(sessions: Sessions) -> App {
    App::new()
        .state(Secret::generate())
        .get("/", |session: Session, signed: SignedCookies, private: PrivateCookies| {
            format!("{:?} {:?} {:?}", session.get::<u8>("n"), signed.get("a"), private.get("a"))
        })
        .post("/", |_: CsrfToken, content: Bytes| content)
        .wrap(Csrf::new())
        .wrap(sessions)
}

#[test]
fn what_a_client_sends_is_never_a_fault_of_ours() {
    let apps = [Sessions::in_memory(), Sessions::in_cookie(Secret::generate())].map(app);
    let mut numbers = Numbers(0x9e37_79b9_7f4a_7c15);
    for round in 0..2_000 {
        let method = if round % 2 == 0 { "GET" } else { "POST" };
        let mut request = http::Request::builder().method(method).uri("/");
        for (name, pieces) in [
            ("cookie", PIECES),
            ("content-type", TYPES),
            ("x-csrf-token", PIECES),
            ("origin", TYPES),
            ("referer", TYPES),
        ] {
            // Each is missing half of the time.
            let value = HeaderValue::from_bytes(&numbers.text(pieces));
            if let (Ok(value), 0) = (value, numbers.below(2)) {
                request = request.header(name, value);
            }
        }
        let request = request.body(Body::from(numbers.text(CONTENT))).unwrap();
        let told = format!("{request:?}");
        let response = answer(&apps[round % 4 / 2], request);
        let expected = if method == "GET" { &[200][..] } else { &[200, 403] };
        assert!(expected.contains(&response.status().as_u16()), "{} {told}", response.status());
    }
}
