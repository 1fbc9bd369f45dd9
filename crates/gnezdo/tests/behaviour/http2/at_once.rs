//! Many requests at once on one connection.

use std::time::{Duration, Instant};

use crate::support::{Ask, Content, Version, everywhere};

const VERSIONS: [Version; 2] = [Version::Http2, Version::Http2Tls];

#[test]
fn those_that_wait_keep_nobody_waiting() {
    everywhere(|setup| {
        for version in VERSIONS {
            let target = version.start(setup, &[]);
            let mut speaker = version.connect(&target);
            let start = Instant::now();
            let late: Vec<_> = (0..100).map(|_| speaker.request("GET", "/later/300")).collect();
            assert_eq!(speaker.get("/").text(), "OK");
            for asked in late {
                assert_eq!(speaker.answer(asked).text(), "late");
            }
            assert!(start.elapsed() < Duration::from_secs(5), "one after another");
        }
    });
}

#[test]
fn answers_of_all_kinds_do_not_mix() {
    everywhere(|setup| {
        for version in VERSIONS {
            let target = version.start(setup, &[]);
            let mut speaker = version.connect(&target);
            let asked: Vec<_> = (0..100)
                .map(|n| {
                    let length = 1_000 * n;
                    match n % 5 {
                        0 => speaker.request("GET", &format!("/bytes/{length}")),
                        1 => speaker.request("GET", &format!("/stream/{n}")),
                        2 => speaker.request("GET", &format!("/stream/later/{n}")),
                        3 => speaker.request("GET", &format!("/stream/sized/{n}")),
                        _ => {
                            let ask = Ask::new("POST", "/").content(Content::Length(length));
                            let asked = speaker.begin(&ask);
                            speaker.send(asked, vec![n as u8; length]);
                            speaker.finish(asked);
                            asked
                        }
                    }
                })
                .collect();
            for (n, asked) in asked.into_iter().enumerate() {
                let body = speaker.answer(asked).body;
                assert_eq!(body.len(), 1_000 * n);
                let is_right = |octet: &u8| match n % 5 {
                    0 => *octet == b'x',
                    4 => *octet == n as u8,
                    _ => octet.is_ascii_lowercase(),
                };
                assert!(body.iter().all(is_right), "{n}");
            }
        }
    });
}

#[test]
fn more_than_are_allowed_may_be_tried_again() {
    everywhere(|setup| {
        let target = setup.start(&["--streams", "10"]);
        let mut speaker = Version::Http2.connect(&target);
        let late: Vec<_> = (0..10).map(|_| speaker.request("GET", "/later/300")).collect();
        let refused = speaker.request("GET", "/");
        let heard = speaker.outcome(refused);
        assert!(format!("{:?}", heard.ending).contains("REFUSED_STREAM"), "{:?}", heard.ending);
        for asked in late {
            assert_eq!(speaker.answer(asked).text(), "late");
        }
        assert_eq!(speaker.get("/").text(), "OK");
    });
}
