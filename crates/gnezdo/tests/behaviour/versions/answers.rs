//! An answer is the same in all versions: status, fields, content and trailers.

use std::collections::BTreeMap;
use std::sync::Mutex;

use crate::support::{Ask, Content, Ending, Heard, in_every_version};

const METHODS: [&str; 3] = ["GET", "HEAD", "OPTIONS"];

const PATHS: [&str; 18] = [
    "/",
    "/echo",
    "/cookie",
    "/later",
    "/tokio/task",
    "/bytes/0",
    "/bytes/10",
    "/bytes/100000",
    "/bytes/3000000",
    "/stream/3",
    "/stream/sized/3",
    "/stream/later/3",
    "/stream/trailers/3",
    "/empty",
    "/not-modified",
    "/nowhere",
    "/panic",
    "/panic/later",
];

/// What must be equal. Some fields are about the connection, `Date` about the time.
fn essence(heard: &Heard) -> String {
    let head = heard.head.as_ref().expect("an answer");
    let others = ["connection", "date", "transfer-encoding", "x-request-id"];
    let is_essential = |name: &str| !others.contains(&name);
    let fields = head.fields.iter().filter(|(name, _)| is_essential(name));
    let fields: BTreeMap<_, _> = fields.cloned().collect();
    let body = match heard.body.len() {
        0..1_000 => heard.body.escape_ascii().to_string(),
        length => format!("{length} octets from {}", heard.body[0]),
    };
    format!("{} {fields:?} {body} {:?}", head.status, heard.trailers)
}

#[test]
fn every_route_answers_the_same() {
    let known = Mutex::new(BTreeMap::new());
    in_every_version(&[], |place| {
        let mut speaker = place.connect();
        for (method, path) in METHODS.iter().flat_map(|m| PATHS.map(|path| (m, path))) {
            let ask = Ask::new(method, path).with("X-Nest", "egg").with("Cookie", "a=b; c=d");
            let asked = speaker.begin(&ask);
            let heard = speaker.answer(asked);
            assert!(heard.field("date").is_some(), "{method} {path}");
            let mut known = known.lock().unwrap();
            let known = known.entry((method, path)).or_insert_with(|| essence(&heard));
            assert_eq!(essence(&heard), *known, "{method} {path} in {:?}", place.version);
        }
    });
}

#[test]
fn content_comes_back_by_every_method() {
    in_every_version(&[], |place| {
        let mut speaker = place.connect();
        for method in ["POST", "PUT", "PATCH", "DELETE"] {
            for content in [Content::Length(4), Content::Unknown] {
                let asked = speaker.begin(&Ask::new(method, "/").content(content));
                speaker.send(asked, "nest");
                speaker.finish(asked);
                let heard = speaker.answer(asked);
                assert_eq!((heard.status(), heard.text()), (200, "nest"), "{method}");
            }
        }
    });
}

#[test]
fn an_answer_short_of_its_length_is_broken_off() {
    in_every_version(&[], |place| {
        let mut speaker = place.connect();
        let asked = speaker.request("GET", "/stream/short/3");
        let heard = speaker.outcome(asked);
        assert!(matches!(heard.ending, Some(Ending::Broken(_))));
        assert_eq!((heard.field("content-length"), heard.body.len()), (Some("3001"), 3_000));
    });
}

#[test]
fn a_connection_serves_one_request_after_another() {
    in_every_version(&[], |place| {
        let mut speaker = place.connect();
        for count in 0..200 {
            let path = ["/", "/later", "/bytes/2", "/stream/1"][count % 4];
            assert_eq!(speaker.get(path).status(), 200, "{path}");
        }
    });
}
