//! What is said before the answer: `100 (Continue)` and `103 (Early Hints)`.

use crate::support::{Ask, Content, Heard, in_every_version};

fn ask(path: &str) -> Ask<'_> {
    Ask::new("POST", path).with("Expect", "100-continue").content(Content::Length(4))
}

fn statuses(heard: &Heard) -> Vec<u16> {
    heard.interim.iter().map(|head| head.status).collect()
}

#[test]
fn who_reads_the_content_asks_for_it() {
    in_every_version(&[], |place| {
        let mut speaker = place.connect();
        for (path, text) in [("/later", "4"), ("/sip/1", "4"), ("/", "nest")] {
            let asked = speaker.begin(&ask(path));
            speaker.wait(asked, "it is asked for", |heard| statuses(heard) == [100]);
            speaker.send(asked, "nest");
            speaker.finish(asked);
            let heard = speaker.answer(asked);
            assert_eq!((heard.text(), heard.interim.len()), (text, 1), "{path}");
        }
    });
}

#[test]
fn who_does_not_want_the_content_answers_without_it() {
    in_every_version(&[], |place| {
        for path in ["/unread", "/unread/1", "/nowhere"] {
            let mut speaker = place.connect();
            let asked = speaker.begin(&ask(path));
            let heard = speaker.answer(asked);
            assert!(heard.interim.is_empty() && heard.status() != 417, "{path}");
        }
    });
}

#[test]
fn another_expectation_is_refused() {
    in_every_version(&[], |place| {
        let mut speaker = place.connect();
        let asked = speaker.begin(&Ask::new("GET", "/").with("Expect", "the-unexpected"));
        let heard = speaker.answer(asked);
        assert_eq!(heard.status(), 417);
        let text =
            "417 Expectation Failed: this expectation is unknown; only 100-continue is met.\n";
        assert_eq!(heard.text(), text);
    });
}

#[test]
fn hints_come_before_the_answer() {
    in_every_version(&[], |place| {
        let mut speaker = place.connect();
        let asked = speaker.request("GET", "/hints/400");
        speaker.wait(asked, "the hints have come", |heard| heard.interim.len() == 2);
        assert!(speaker.heard(asked).head.is_none());
        let heard = speaker.answer(asked);
        assert_eq!((statuses(&heard), heard.text()), (vec![103, 103], "page"));
        let links: Vec<_> = heard.interim.iter().map(|head| head.field("link").unwrap()).collect();
        assert!(links[0].starts_with("</style.css>") && links[1].starts_with("</nest.js>"));
        assert!(heard.field("link").is_none());
        assert_eq!(speaker.get("/").text(), "OK");
    });
}
