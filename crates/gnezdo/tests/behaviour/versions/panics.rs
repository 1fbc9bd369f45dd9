//! A handler that panics spoils its own answer and nothing else.

use crate::support::{Ending, in_every_version};

#[test]
fn it_gets_500_and_its_connection_goes_on() {
    in_every_version(&[], |place| {
        let mut speaker = place.connect();
        for path in ["/panic", "/panic/later"] {
            let heard = speaker.get(path);
            assert_eq!((heard.status(), heard.text()), (500, "500 Internal Server Error\n"));
            assert_eq!(speaker.get("/").text(), "OK", "{path}");
        }
    });
}

#[test]
fn an_answer_that_has_begun_is_broken_off() {
    in_every_version(&[], |place| {
        let mut speaker = place.connect();
        let asked = speaker.request("GET", "/stream/panic/3");
        let heard = speaker.outcome(asked);
        assert!(matches!(heard.ending, Some(Ending::Broken(_))));
        assert_eq!(heard.status(), 200);
        if place.version.is_http2() {
            assert_eq!(speaker.get("/").text(), "OK");
        }
        drop(speaker);
        assert_eq!(place.connect().get("/").text(), "OK");
    });
}

#[test]
fn others_on_the_connection_live() {
    in_every_version(&[], |place| {
        if !place.version.is_http2() {
            return;
        }
        let mut speaker = place.connect();
        let waiting: Vec<_> = (0..8).map(|_| speaker.request("GET", "/later/200")).collect();
        let asked = ["/stream/panic/3", "/panic", "/panic/later", "/stream/later/40"];
        let [broken, first, second, streaming] = asked.map(|path| speaker.request("GET", path));
        assert!(!speaker.outcome(broken).is_whole());
        assert_eq!([first, second].map(|asked| speaker.answer(asked).status()), [500, 500]);
        assert_eq!(speaker.answer(streaming).body.len(), 40_000);
        for asked in waiting {
            assert_eq!(speaker.answer(asked).text(), "late");
        }
    });
}
