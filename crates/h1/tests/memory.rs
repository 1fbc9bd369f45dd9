//! What a machine keeps, and what it makes its caller keep, is bounded.

use gnezdo_core::{Limits, Wants};
use gnezdo_h1::{Client, Server};
use gnezdo_testkit::Drive;

use crate::support::cases;
use crate::support::server_user::{Moment, ServerUser};

#[test]
fn machines_are_small() {
    // Nothing of a message is kept: the octets stay with the caller, the events go to it.
    assert!(size_of::<Server>() <= 160, "{}", size_of::<Server>());
    assert!(size_of::<Client>() <= 160, "{}", size_of::<Client>());
}

/// Feeds `piece` again and again; gives how many octets the caller had to keep at most.
fn kept_at_most(start: &[u8], piece: &[u8]) -> usize {
    let mut drive = Drive::new(ServerUser::new(Limits::default(), Moment::AtEnd));
    drive.feed(start);
    let mut kept = 0;
    for _ in 0..200 {
        drive.feed(piece);
        kept = kept.max(drive.unread().len());
        drive.take_output();
    }
    kept
}

#[test]
fn endless_sections_make_nobody_keep_more_than_the_limit() {
    let limits = Limits::default();
    let chunked = b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n";
    let with = |text: &[u8]| [&chunked[..], text].concat();
    let piece = [b'a'; 1000];
    assert!(kept_at_most(b"GET /", &piece) <= limits.target_bytes_max + 32);
    assert!(kept_at_most(b"GET / HTTP/1.1\r\nA: ", &piece) < limits.head_bytes_max);
    assert!(kept_at_most(&with(b"0\r\nA: "), &piece) < limits.trailer_bytes_max);
    assert_eq!(kept_at_most(&with(b"1;"), &piece), 0);
    assert_eq!(kept_at_most(&with(b"ffffff\r\n"), &piece), 0);
    assert_eq!(kept_at_most(b"GET / HTTP/1.1\r\n\r\n", &piece), 0);
}

#[test]
fn requests_behind_an_unanswered_one_are_not_read() {
    let get = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n";
    let mut drive = Drive::new(ServerUser::new(Limits::default(), Moment::Never));
    drive.feed(&get.repeat(60));
    assert_eq!(drive.subject().requests, 1);
    assert_eq!(drive.unread().len(), 59 * get.len());
    // A driver reads nothing more while this holds.
    assert_eq!(drive.wants(), Wants::Nothing);
}

#[test]
fn the_machines_own_words_are_short() {
    for case in cases::load("invalid") {
        let user = cases::server(&case);
        let mut drive = gnezdo_testkit::split::run(user, &case.steps, &[]);
        let answered = drive.subject().requests;
        // A few lines per answer: the five octets of each, and one refusal.
        assert!(drive.take_output().len() <= 400 * (answered + 1), "{}", case.name());
    }
}
