//! A client that leaves, or wants an answer no more, takes along what was done for it.

use crate::support::{Ask, Content, Process, Wire, dial, in_every_version_anew, wait_until};

#[test]
fn who_cancels_or_leaves_ends_the_handler() {
    in_every_version_anew(&[], |_, version, target| {
        for (before, is_hard) in [false, true].into_iter().enumerate() {
            let mut speaker = version.connect(&target);
            let asked = speaker.request("GET", "/later/30000");
            wait_until("the request was read", || speaker.wire().is_read_by_server());
            if is_hard {
                speaker.into_wire().reset();
            } else {
                speaker.cancel(asked);
            }
            wait_until("it is cancelled", || target.printed().lines().count() > before);
        }
        assert!(target.printed().lines().all(|line| line == "cancelled"));
        assert_eq!(version.connect(&target).get("/").text(), "OK");
    });
}

#[test]
fn one_stream_is_cancelled_and_others_live() {
    in_every_version_anew(&[], |_, version, target| {
        if !version.is_http2() {
            return;
        }
        let mut speaker = version.connect(&target);
        let other = speaker.request("GET", "/later/300");
        let doomed = speaker.request("GET", "/later/30000");
        let streaming = speaker.request("GET", "/endless");
        speaker.wait(streaming, "it streams", |heard| !heard.body.is_empty());
        speaker.cancel_stream(doomed);
        speaker.cancel_stream(streaming);
        wait_until("it is cancelled", || target.printed() == "cancelled");
        assert_eq!(speaker.answer(other).text(), "late");
        assert_eq!(speaker.get("/").text(), "OK");
    });
}

#[test]
fn no_descriptor_is_left_behind() {
    in_every_version_anew(&["--linger-timeout", "0.2"], |_, version, target| {
        version.connect(&target).get("/later");
        let rest = target.descriptors_at_rest();
        for _ in 0..8 {
            for path in ["/later/50", "/endless", "/bytes/30000000", "/stream/later/1000"] {
                let mut speaker = version.connect(&target);
                speaker.request("GET", path);
                speaker.into_wire().reset();
            }
            let mut speaker = version.connect(&target);
            speaker.begin(&Ask::new("POST", "/sip/1").content(Content::Length(9)));
            speaker.into_wire().reset();
            // Before anything was said, or in the middle of a handshake.
            let mut wire = Wire::over(dial(target.address()));
            wire.send_now(b"\x16\x03\x01");
            wire.reset();
            drop(version.wire(&target));
        }
        wait_until("all descriptors are given back", || target.sum(Process::descriptors) <= rest);
        assert_eq!(version.connect(&target).get("/").text(), "OK");
    });
}
