//! Content of any size, both ways and at once.

use crate::support::{Ask, Content, Heard, in_every_version};

const LARGE: usize = 8 << 20;

/// Octets of which each place can be told from its neighbours.
fn pattern(length: usize) -> Vec<u8> {
    (0..length).map(|at| (at % 251) as u8 ^ (at >> 16) as u8).collect()
}

#[test]
fn much_content_comes_back() {
    let sent = pattern(LARGE);
    in_every_version(&[], |place| {
        for content in [Content::Length(LARGE), Content::Unknown] {
            let mut speaker = place.connect();
            let asked = speaker.begin(&Ask::new("POST", "/").content(content));
            for piece in sent.chunks(100_000) {
                speaker.send(asked, piece);
            }
            speaker.finish(asked);
            let heard = speaker.answer(asked);
            assert!(heard.status() == 200 && heard.body == sent, "{} octets", heard.body.len());
        }
    });
}

#[test]
fn content_comes_back_while_it_is_sent() {
    in_every_version(&[], |place| {
        let mut speaker = place.connect();
        let asked = speaker.begin(&Ask::new("POST", "/").content(Content::Unknown));
        for piece in ["nest", "egg", "bird"] {
            speaker.send(asked, piece);
            let has_piece = |heard: &Heard| heard.body.ends_with(piece.as_bytes());
            speaker.wait(asked, "the piece is back", has_piece);
        }
        speaker.finish(asked);
        assert_eq!(speaker.answer(asked).text(), "nesteggbird");
    });
}

#[test]
fn much_content_is_received_and_sent() {
    in_every_version(&[], |place| {
        let mut speaker = place.connect();
        let length = LARGE.to_string();
        assert_eq!(speaker.post("/later", vec![b'x'; LARGE]).text(), length);
        assert_eq!(speaker.post("/sip/0", vec![b'x'; 1_000_000]).text(), "1000000");
        let heard = speaker.get(&format!("/bytes/{LARGE}"));
        assert!(heard.body.len() == LARGE && heard.body.iter().all(|octet| *octet == b'x'));
        assert_eq!(speaker.get("/stream/later/50").body.len(), 50_000);
        assert_eq!(speaker.get("/stream/4000").body.len(), 4_000_000);
    });
}

#[test]
fn content_that_nobody_wants_does_no_harm() {
    in_every_version(&[], |place| {
        let mut speaker = place.connect();
        for (path, text) in [("/unread", "unread"), ("/unread/1", "unread")] {
            for length in [0, 1, 60_000] {
                assert_eq!(speaker.post(path, vec![b'x'; length]).text(), text, "{path} {length}");
            }
        }
        assert_eq!(speaker.post("/nowhere", "nest").status(), 404);
        assert_eq!(speaker.get("/").text(), "OK");
    });
}
