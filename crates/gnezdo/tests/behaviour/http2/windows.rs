//! Windows that the client keeps shut. CVE-2019-9517.

use std::time::{Duration, Instant};

use crate::support::{Ask, Content, Version, everywhere};

#[test]
fn a_stream_whose_window_stays_shut_is_ended_and_others_go_on() {
    everywhere(|setup| {
        for version in [Version::Http2, Version::Http2Tls] {
            let target = version.start(setup, &["--progress-timeout", "0.4"]);
            let mut speaker = version.connect(&target);
            for path in ["/bytes/1000000", "/endless", "/stream/sized/1000"] {
                let start = Instant::now();
                let stuck = speaker.request("GET", path);
                speaker.hold(stuck);
                let other = speaker.request("GET", "/stream/later/100");
                assert_eq!(speaker.answer(other).body.len(), 100_000);
                let heard = speaker.outcome(stuck);
                assert!(!heard.is_whole() && heard.body.len() == 256 << 10, "{path}");
                let elapsed = start.elapsed();
                assert!(elapsed >= Duration::from_millis(350), "too early: {elapsed:?}");
                assert!(elapsed < Duration::from_secs(4), "too late: {elapsed:?}");
                assert_eq!(speaker.get("/").text(), "OK", "{path}");
            }
        }
    });
}

#[test]
fn handlers_that_do_not_read_keep_no_other_waiting() {
    everywhere(|setup| {
        let target = setup.start(&[]);
        let mut speaker = Version::Http2.connect(&target);
        for _ in 0..3 {
            let ask = Ask::new("POST", "/unread/60000").content(Content::Length(10 << 20));
            let asked = speaker.begin(&ask);
            speaker.send(asked, vec![b'x'; 1 << 20]);
        }
        for _ in 0..5 {
            assert_eq!(speaker.post("/later", vec![b'x'; 1_000_000]).text(), "1000000");
        }
    });
}
