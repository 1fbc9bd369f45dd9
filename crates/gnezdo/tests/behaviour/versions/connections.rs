//! Limits on connections, which count clients whatever they speak.

use std::time::Duration;

use crate::support::{Place, Speaker, in_every_version_but, wait_until};

/// `single` has one connection at a time; of several processes each has a count of its own.
const NOT: &[&str] = &["single", "processes", "event-processes", "uring-processes"];

fn served(place: &Place<'_>) -> Speaker {
    let mut speaker = place.connect();
    assert_eq!(speaker.get("/").status(), 200);
    speaker
}

#[test]
fn who_comes_too_often_from_one_address_is_told_so() {
    in_every_version_but(NOT, &["--max-connections-per-ip", "2"], |place| {
        // Places of others may be given back a moment later.
        let [mut first, mut second] = [(); 2].map(|()| {
            let mut served = None;
            wait_until("a place is free", || {
                let mut speaker = place.connect();
                let is_served = speaker.get("/").status() == 200;
                served = is_served.then_some(speaker);
                is_served
            });
            served.expect("just seen")
        });
        let mut third = place.connect();
        let heard = third.get("/");
        assert_eq!((heard.status(), heard.field("retry-after")), (503, Some("1")));
        third.expect_end();
        let mut other = place.connect_from([127, 0, 0, 2]);
        assert_eq!(other.get("/").text(), "OK");
        assert_eq!([first.get("/").status(), second.get("/").status()], [200, 200]);
    });
}

#[test]
fn one_that_rests_makes_room() {
    in_every_version_but(&["single"], &["--max-connections", "8"], |place| {
        let mut speakers: Vec<_> = (0..4).map(|_| served(&place)).collect();
        for _ in 0..16 {
            speakers.push(served(&place));
        }
        // The last ones rest for the shortest time.
        assert_eq!(speakers.pop().unwrap().get("/").status(), 200);
    });
}

#[test]
fn one_that_gives_way_ends_in_order() {
    in_every_version_but(NOT, &["--max-connections", "4"], |place| {
        let mut speakers: Vec<_> = (0..5).map(|_| served(&place)).collect();
        let mut has_ended = None;
        wait_until("one has given way", || {
            speakers.iter_mut().for_each(|speaker| speaker.turn(Duration::ZERO));
            has_ended = speakers.iter_mut().position(|speaker| speaker.wire().end().is_some());
            has_ended.is_some()
        });
        speakers.swap_remove(has_ended.unwrap()).expect_end();
    });
}
