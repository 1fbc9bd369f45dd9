//! What is refused because it is too much, and when.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use gnezdo_core::Body;
use gnezdo_web::{App, Multipart, MultipartLimits, Problem, TestClient, post};

use crate::support::{client, client_with, file, outcome, part, parts, pieces, refusal, send};

#[test]
fn each_limit_has_an_end() {
    let limits = MultipartLimits {
        field_bytes_max: 5,
        file_bytes_max: 10,
        content_bytes_max: 400,
        parts_max: 3,
        part_head_bytes_max: 100,
    };
    let client = client_with(limits);
    let head_of = |bytes: usize| {
        // With its colon, space and line break this line has 47 bytes.
        let disposition = "Content-Disposition: form-data; name=\"a\"; x=\"\"";
        let filled = disposition.replace("x=\"\"", &format!("x=\"{}\"", "x".repeat(bytes - 48)));
        format!("--B\r\n{filled}\r\n\r\n1\r\n--B--")
    };
    let content_of = |bytes: usize| {
        let form = format!("{}--B--", part("a", "1"));
        format!("{}\r\n{form}", "p".repeat(bytes - form.len() - 2))
    };
    let at_most = |limit: &str| (413, format!("the content has more than {limit}"));
    for (below, above, limit) in [
        (part("a", "12345") + "--B--", part("a", "123456") + "--B--", "5 bytes in a field"),
        (
            file("a", "1234567890") + "--B--",
            file("a", "12345678901") + "--B--",
            "10 bytes in a file",
        ),
        (file("", "1234567890") + "--B--", file("", "12345678901") + "--B--", "10 bytes in a file"),
        (part("a", "").repeat(3) + "--B--", part("a", "").repeat(4) + "--B--", "3 parts"),
        (head_of(100), head_of(101), "100 bytes in the head of a part"),
    ] {
        for target in ["/", "/skip"] {
            assert_eq!(outcome(&client, target, &below).0, 200, "{below}");
            assert_eq!(refusal(&client, target, &above), at_most(limit), "{above}");
        }
    }
    let large = client_with(MultipartLimits { part_head_bytes_max: 1_000, ..limits });
    assert_eq!(outcome(&large, "/", &content_of(400)).0, 200);
    assert_eq!(refusal(&large, "/", &content_of(401)), at_most("400 bytes in all parts together"));
}

#[test]
fn what_announces_too_much_is_refused_before_it_is_read() {
    for announced in ["401", "99999999999999999999"] {
        let limits = MultipartLimits { content_bytes_max: 400, ..MultipartLimits::default() };
        let body = pieces(format!("{}--B--", part("a", "1")).as_bytes(), 10);
        let taken = Arc::clone(&body.taken);
        let request = client_with(limits).post("/").header("content-length", announced);
        let request = request.header("content-type", "multipart/form-data; boundary=B");
        assert_eq!(request.body(Body::stream(body)).send().status(), 413, "{announced}");
        assert_eq!(taken.load(Ordering::Relaxed), 0, "{announced}");
    }
}

#[test]
fn huge_heads_and_many_parts_are_not_held() {
    let huge = format!("--B\r\nX: {}", "x".repeat(1_000_000));
    let body = pieces(huge.as_bytes(), 1_000);
    let taken = Arc::clone(&body.taken);
    assert_eq!(send(&client(), "/", Body::stream(body)).status(), 413);
    assert!(taken.load(Ordering::Relaxed) <= 10, "{taken:?}");

    let many = part("a", "").repeat(10_000) + "--B--";
    let body = pieces(many.as_bytes(), 1_000);
    let taken = Arc::clone(&body.taken);
    assert_eq!(send(&client(), "/skip", Body::stream(body)).status(), 413);
    assert!(taken.load(Ordering::Relaxed) <= 8, "{taken:?}");

    let client = client_with(MultipartLimits { parts_max: 10_000, ..MultipartLimits::default() });
    let answer = send(&client, "/skip", many);
    assert_eq!(answer.text().split(',').count(), 10_000);
}

#[test]
fn no_more_is_taken_than_is_read() {
    let content = file("a", &"x".repeat(1_000_000)) + "--B--";
    let body = pieces(content.as_bytes(), 1_000);
    let taken = Arc::clone(&body.taken);
    let seen = Arc::clone(&taken);
    let app = App::new().post("/", move |mut form: Multipart| {
        let seen = Arc::clone(&seen);
        async move {
            let mut field = form.next_field().await?.unwrap();
            for _ in 0..10 {
                field.chunk().await?;
            }
            Ok::<_, Problem>(seen.load(Ordering::Relaxed).to_string())
        }
    });
    let answer = send(&TestClient::new(app), "/", Body::stream(body));
    let pieces: usize = answer.text().parse().unwrap();
    assert!((9..=11).contains(&pieces), "{pieces} of 1000 were taken");
}

#[test]
fn after_a_refusal_nothing_is_read() {
    async fn stubborn(mut form: Multipart) -> String {
        let mut texts = Vec::new();
        for _ in 0..3 {
            texts.push(match form.next_field().await {
                Ok(field) => format!("{:?}", field.is_some()),
                Err(rejection) => rejection.status().as_u16().to_string(),
            });
        }
        texts.join(" ")
    }
    let client = TestClient::new(App::new().post("/", stubborn));
    let content = part("a", &"x".repeat(70_000)) + &part("b", "1") + "--B--";
    assert_eq!(send(&client, "/", content).text(), "true 413 413");
    assert_eq!(send(&client, "/", part("a", "1") + "--B--").text(), "true false false");
}

#[test]
fn a_route_has_limits_of_its_own() {
    let small = MultipartLimits { field_bytes_max: 2, ..MultipartLimits::default() };
    let large = MultipartLimits { field_bytes_max: 4, ..small };
    let app = App::new().state(small).post("/", parts).routes([post("/large", parts).wrap(large)]);
    let client = TestClient::new(app);
    let content = part("a", "1234") + "--B--";
    assert_eq!(send(&client, "/", content.clone()).status(), 413);
    assert_eq!(send(&client, "/large", content).status(), 200);
}
