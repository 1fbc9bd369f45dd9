//! After any message, odd or refused, the next one is answered rightly or the connection is
//! closed: nothing in between.

use gnezdo_core::Wants;
use gnezdo_testkit::{Case, Drive, Step, split};

use crate::support::cases;
use crate::support::server_user::ServerUser;

const CANARY: &[u8] = b"GET /canary HTTP/1.1\r\nHost: canary\r\n\r\n";

/// The cases that end where a client could send its next request.
fn cases_with_an_end() -> Vec<Case> {
    let has_end = |case: &Case| {
        !case.directives.iter().any(|words| words[..] == ["answer", "never"])
            && !case.steps.contains(&Step::End)
    };
    cases::requests().into_iter().filter(has_end).collect()
}

#[test]
fn the_canary_is_answered_or_the_connection_is_closed() {
    for case in cases_with_an_end() {
        let mut drive: Drive<ServerUser> = split::run(cases::server(&case), &case.steps, &[]);
        let is_inside_a_message = !drive.subject_mut().server().is_idle();
        let is_closed = matches!(drive.wants(), Wants::Close(_));
        if is_inside_a_message && !is_closed {
            continue;
        }
        drive.feed(CANARY);
        let lines = drive.finish();
        if is_closed {
            assert_eq!(lines, case.expected, "{}", case.name());
            continue;
        }
        let end = ["request GET /canary HTTP/1.1", "field host: canary", "answer 200", "open"];
        assert!(lines.ends_with(&end.map(String::from)), "{}: {lines:#?}", case.name());
    }
}

#[test]
fn what_follows_a_refused_message_is_never_read() {
    for case in cases::load("invalid") {
        let is_hidden = |line: &String| line.contains("/next") || line.contains("/admin");
        assert!(!case.expected.iter().any(is_hidden), "{}", case.name());
        assert!(case.expected.last().is_some_and(|l| l.starts_with("close")), "{}", case.name());
    }
}

#[test]
fn a_connection_whose_response_was_refused_is_never_used_again() {
    for case in cases::load("response/invalid") {
        let mut drive = split::run(cases::client(&case), &case.steps, &[]);
        assert!(!drive.subject_mut().client().is_idle(), "{}", case.name());
        assert!(matches!(drive.wants(), Wants::Close(_)), "{}", case.name());
    }
}
