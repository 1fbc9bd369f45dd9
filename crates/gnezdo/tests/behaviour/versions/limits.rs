//! Each bound on a request, just below and just above, with the same words in all versions.

use crate::support::{Ask, Content, Heard, Place, Speaker, in_every_version};

/// What is said beyond each bound.
const REFUSALS: [(u16, &str); 4] = [
    (413, "413 Payload Too Large: the content is too large.\n"),
    (414, "414 URI Too Long: the request target is too long.\n"),
    (431, "431 Request Header Fields Too Large: "),
    (501, "501 Not Implemented: this method is not implemented.\n"),
];

/// HTTP/1 ends the connection with it, HTTP/2 only the stream.
fn expect_refusal(place: &Place<'_>, speaker: &mut Speaker, heard: &Heard, status: u16) {
    let words = REFUSALS.iter().find(|(this, _)| *this == status).expect("a refusal").1;
    assert_eq!(heard.status(), status);
    assert!(heard.text().starts_with(words), "{}", heard.text());
    assert_eq!(heard.field("content-type"), Some("text/plain; charset=utf-8"));
    if place.version.is_http2() {
        assert_eq!(speaker.get("/").text(), "OK");
    } else {
        assert_eq!(heard.field("connection"), Some("close"));
        speaker.expect_end();
    }
}

fn check(place: &Place<'_>, below: &Ask<'_>, above: &Ask<'_>, status: u16) {
    let mut speaker = place.connect();
    let asked = speaker.begin(below);
    assert_eq!(speaker.answer(asked).status(), 200, "below the bound of {status}");
    let asked = speaker.begin(above);
    let heard = speaker.answer(asked);
    expect_refusal(place, &mut speaker, &heard, status);
}

#[test]
fn of_the_target() {
    in_every_version(&["--target-bytes", "300"], |place| {
        let of = |length: usize| format!("/?{}", "x".repeat(length - 2));
        check(&place, &Ask::new("GET", &of(300)), &Ask::new("GET", &of(301)), 414);
    });
}

#[test]
fn of_the_fields() {
    in_every_version(&["--fields", "10"], |place| {
        // `Host` is one of them, and `:authority` is not.
        let of = |count| (0..count).fold(Ask::new("GET", "/"), |ask, _| ask.with("X", "x"));
        let most = if place.version.is_http2() { 10 } else { 9 };
        check(&place, &of(most), &of(most + 1), 431);
    });
}

#[test]
fn of_the_head() {
    in_every_version(&["--head-bytes", "4000"], |place| {
        let of = |length: usize| "x".repeat(length);
        let (below, above) = (of(3_000), of(4_000));
        let ask = |value| Ask::new("GET", "/").with("X", value);
        check(&place, &ask(&below), &ask(&above), 431);
    });
}

#[test]
fn of_a_head_that_needs_many_frames() {
    in_every_version(&[], |place| {
        let value = "x".repeat(8_000);
        let of = |count| (0..count).fold(Ask::new("GET", "/"), |ask, _| ask.with("X", &value));
        check(&place, &of(3), &of(5), 431);
    });
}

#[test]
fn of_the_method() {
    in_every_version(&[], |place| {
        check(&place, &Ask::new("GET", "/"), &Ask::new("BREW", "/"), 501);
    });
}

#[test]
fn of_content_that_is_announced() {
    in_every_version(&["--body-bytes", "1000"], |place| {
        let mut speaker = place.connect();
        assert_eq!(speaker.post("/later", vec![b'x'; 1_000]).text(), "1000");
        let asked = speaker.begin(&Ask::new("POST", "/later").content(Content::Length(1_001)));
        let heard = speaker.answer(asked);
        expect_refusal(&place, &mut speaker, &heard, 413);
    });
}

#[test]
fn of_content_that_streams() {
    in_every_version(&["--body-bytes", "1000"], |place| {
        let mut speaker = place.connect();
        for (rest, status) in [(500, 200), (501, 413)] {
            let asked = speaker.begin(&Ask::new("POST", "/later").content(Content::Unknown));
            speaker.send(asked, vec![b'x'; 500]);
            speaker.send(asked, vec![b'x'; rest]);
            speaker.finish(asked);
            let heard = speaker.answer(asked);
            assert_eq!(heard.status(), status);
            if status == 413 {
                expect_refusal(&place, &mut speaker, &heard, status);
            }
        }
    });
}

#[test]
fn of_trailers() {
    in_every_version(&["--trailer-bytes", "200"], |place| {
        let mut speaker = place.connect();
        for (length, is_served) in [(100, true), (300, false)] {
            let asked = speaker.begin(&Ask::new("POST", "/trailers").content(Content::Unknown));
            speaker.finish_with(asked, &[("x-long", &"x".repeat(length))]);
            let heard = speaker.outcome(asked);
            let served = heard.head.as_ref().is_some_and(|head| head.status == 200);
            assert_eq!(served, is_served, "{length}");
        }
    });
}
