//! Who is too slow does not hold a connection, or a stream, for ever.

use std::time::{Duration, Instant};

use crate::support::{
    Ask, Content, End, Place, Process, in_every_version, in_every_version_anew, wait_until,
};

/// What the server is given here, in seconds.
const SHORT: &str = "0.3";

/// Runs something from its beginning, before which the server's time cannot begin, to its end,
/// which should come because of a deadline and not earlier.
fn ends_in_time(run: impl FnOnce()) {
    let start = Instant::now();
    run();
    let elapsed = start.elapsed();
    assert!(elapsed >= Duration::from_millis(250), "too early: {elapsed:?}");
    assert!(elapsed < Duration::from_secs(4), "too late: {elapsed:?}");
}

#[test]
fn who_never_says_a_word_is_cut_off() {
    in_every_version(&["--header-timeout", SHORT], |place| {
        ends_in_time(|| assert_ne!(place.wire().read_raw_to_end(), End::Reset));
    });
}

#[test]
fn a_connection_at_rest_ends() {
    in_every_version(&["--idle-timeout", SHORT], |place| {
        ends_in_time(|| {
            let mut speaker = place.connect();
            speaker.get("/");
            speaker.expect_end();
        });
    });
}

#[test]
fn content_has_to_come() {
    in_every_version(&["--progress-timeout", SHORT], |place| {
        let mut speaker = place.connect();
        let mut other = None;
        ends_in_time(|| {
            let ask = Ask::new("POST", "/later").content(Content::Length(100_000));
            let asked = speaker.begin(&ask);
            speaker.send(asked, "nest");
            other = place.version.is_http2().then(|| speaker.request("GET", "/later/700"));
            let heard = speaker.answer(asked);
            let text = "408 Request Timeout: the content did not come in time.\n";
            assert_eq!((heard.status(), heard.text()), (408, text));
        });
        match other {
            Some(other) => assert_eq!(speaker.answer(other).text(), "late"),
            None => speaker.expect_end(),
        }
    });
}

#[test]
fn a_handler_may_take_its_time() {
    let words = ["--header-timeout", "0.5", "--idle-timeout", "0.2", "--progress-timeout", "0.2"];
    in_every_version(&words, |place| {
        assert_eq!(place.connect().get("/later/700").text(), "late");
        assert_eq!(place.connect().post("/unread/700", "nest").text(), "unread");
        let mut speaker = place.connect();
        assert_eq!(speaker.post("/sip/250", vec![b'x'; 50_000]).text(), "50000");
    });
}

#[test]
fn an_answer_has_to_be_read() {
    // Under HTTP/2 the stream is given up, and then the connection rests.
    let words = ["--progress-timeout", SHORT, "--idle-timeout", SHORT, "--linger-timeout", "0.1"];
    in_every_version_anew(&words, |setup, version, target| {
        for path in ["/bytes/20000000", "/endless"] {
            version.connect(&target).get("/");
            let rest = target.descriptors_at_rest();
            let place = Place { setup, version, target: &target };
            let mut speaker = place.connect_narrow();
            speaker.request("GET", path);
            wait_until("the server gives it up", || target.sum(Process::descriptors) <= rest);
        }
    });
}
