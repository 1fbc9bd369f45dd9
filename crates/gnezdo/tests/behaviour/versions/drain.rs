//! The end of a server: what was begun is finished, and clients hear of it.

use std::time::{Duration, Instant};

use crate::support::{Ask, Content, in_every_version_anew, wait_until};

#[test]
fn answers_in_progress_are_finished() {
    in_every_version_anew(&[], |_, version, mut target| {
        let mut speaker = version.connect(&target);
        speaker.get("/");
        let asked = if version.is_http2() {
            ["/later/400", "/stream/later/100", "/bytes/5000000"].as_slice()
        } else {
            &["/later/400"]
        };
        let asked: Vec<_> = asked.iter().map(|path| speaker.request("GET", path)).collect();
        wait_until("the requests were read", || speaker.wire().is_read_by_server());
        target.terminate();
        let lengths = [4, 100_000, 5_000_000];
        for (asked, length) in asked.into_iter().zip(lengths) {
            assert_eq!(speaker.answer(asked).body.len(), length);
        }
        speaker.expect_end();
        assert!(target.wait().success());
    });
}

#[test]
fn content_that_is_on_its_way_is_received() {
    in_every_version_anew(&[], |_, version, mut target| {
        let mut speaker = version.connect(&target);
        let asked = speaker.begin(&Ask::new("POST", "/later").content(Content::Length(8)));
        speaker.send(asked, "nest");
        speaker.send_all();
        wait_until("it was read", || speaker.wire().is_read_by_server());
        target.terminate();
        for _ in 0..6 {
            speaker.turn(Duration::from_millis(50));
        }
        speaker.send(asked, "nest");
        speaker.finish(asked);
        assert_eq!(speaker.answer(asked).text(), "8");
        speaker.expect_end();
        assert!(target.wait().success());
    });
}

#[test]
fn a_client_at_rest_hears_of_the_end() {
    in_every_version_anew(&[], |_, version, mut target| {
        let mut speaker = version.connect(&target);
        speaker.get("/");
        let start = Instant::now();
        target.terminate();
        speaker.expect_end();
        assert_eq!(speaker.goaways().len(), if version.is_http2() { 2 } else { 0 });
        assert!(target.wait().success());
        assert!(start.elapsed() < Duration::from_secs(3), "too late: {:?}", start.elapsed());
    });
}

#[test]
fn the_deadline_cuts_what_takes_too_long() {
    in_every_version_anew(&["--shutdown-timeout", "0.4"], |_, version, mut target| {
        let mut speaker = version.connect(&target);
        speaker.request("GET", "/later/30000");
        wait_until("the request was read", || speaker.wire().is_read_by_server());
        let start = Instant::now();
        target.terminate();
        assert!(target.wait().success());
        let took = start.elapsed();
        assert!(took >= Duration::from_millis(350), "too early: {took:?}");
        assert!(took < Duration::from_secs(3), "too late: {took:?}");
        target.wait_for_all();
    });
}
