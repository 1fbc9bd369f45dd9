//! Whoever is slow slows down who sends to it, and fills no memory.

use std::time::Duration;

use crate::support::{Ask, Content, Process, Target, in_every_version, in_every_version_anew};

const MEBIBYTE: u64 = 1 << 20;

const MOMENT: Duration = Duration::from_millis(200);

fn expect_growth_below(target: &Target, before: u64, mebibytes: u64) {
    let after = target.sum(Process::resident_bytes);
    assert!(after < before + mebibytes * MEBIBYTE, "{before} bytes before, {after} after");
}

#[test]
fn an_endless_answer_waits_for_its_reader() {
    in_every_version_anew(&[], |_, version, target| {
        version.connect(&target).get("/");
        let before = target.resident_bytes_at_rest();
        let mut speaker = version.connect(&target);
        let asked = speaker.request("GET", "/endless");
        for _ in 0..3 {
            let mut read = 0;
            while read < 2 << 20 {
                speaker.turn(MOMENT);
                read += speaker.take_body(asked).len();
            }
            target.wait_until_at_rest();
        }
        expect_growth_below(&target, before, 8);
    });
}

#[test]
fn an_answer_without_a_window_waits_and_others_go_on() {
    in_every_version(&[], |place| {
        if !place.version.is_http2() {
            return;
        }
        let mut speaker = place.connect();
        let held: Vec<_> = ["/endless", "/bytes/20000000", "/stream/sized/20000"]
            .map(|path| speaker.request("GET", path))
            .into();
        held.iter().for_each(|asked| speaker.hold(*asked));
        for asked in &held {
            speaker.wait(*asked, "the window is used up", |heard| heard.body.len() == 256 << 10);
        }
        for _ in 0..10 {
            assert_eq!(speaker.get("/bytes/300000").body.len(), 300_000);
            assert_eq!(speaker.get("/later").text(), "later");
        }
        for asked in &held {
            assert_eq!(speaker.heard(*asked).body.len(), 256 << 10);
        }
        speaker.unhold(held[1]);
        assert_eq!(speaker.answer(held[1]).body.len(), 20_000_000);
    });
}

#[test]
fn content_that_nobody_reads_stays_with_the_client() {
    in_every_version_anew(&[], |_, version, target| {
        version.connect(&target).get("/");
        let before = target.resident_bytes_at_rest();
        let mut speaker = version.connect(&target);
        let content = Content::Length(500_000_000);
        let asked = speaker.begin(&Ask::new("POST", "/unread/60000").content(content));
        let given = 24 << 20;
        speaker.send(asked, vec![b'x'; given]);
        let mut unsent = usize::MAX;
        while speaker.unsent() < unsent {
            unsent = speaker.unsent();
            for _ in 0..10 {
                speaker.turn(MOMENT / 10);
            }
        }
        assert!(unsent > 0, "all was taken");
        if version.is_http2() {
            assert_eq!(given - unsent, 256 << 10, "as much as the window");
            assert_eq!(speaker.get("/later").text(), "later");
        }
        expect_growth_below(&target, before, 4);
    });
}

#[test]
fn content_comes_back_at_the_pace_of_its_reader() {
    in_every_version_anew(&[], |_, version, target| {
        version.connect(&target).get("/");
        let before = target.resident_bytes_at_rest();
        let mut speaker = version.connect(&target);
        let content = Content::Length(500_000_000);
        let asked = speaker.begin(&Ask::new("POST", "/").content(content));
        speaker.hold(asked);
        speaker.send(asked, vec![b'x'; 24 << 20]);
        assert!(speaker.wire().send_until_blocked(MOMENT) || version.is_http2());
        expect_growth_below(&target, before, 4);
        speaker.unhold(asked);
        let mut read = 0;
        while read < 4 << 20 {
            speaker.turn(MOMENT);
            read += speaker.take_body(asked).len();
        }
    });
}

#[test]
fn a_slow_reader_of_content_gets_all_of_it() {
    in_every_version(&[], |place| {
        let mut speaker = place.connect();
        assert_eq!(speaker.post("/sip/1", vec![b'x'; 2_000_000]).text(), "2000000");
    });
}

#[test]
fn a_reader_that_reads_at_last_gets_everything() {
    in_every_version(&[], |place| {
        for path in ["/bytes/3000000", "/stream/3000", "/stream/sized/3000"] {
            let mut speaker = place.connect_narrow();
            let asked = speaker.request("GET", path);
            place.target.wait_until_at_rest();
            assert_eq!(speaker.answer(asked).body.len(), 3_000_000, "{path}");
        }
    });
}
