//! Each file of the corpus, whole and cut in every way, against its expected events.

use gnezdo_h2::ErrorCode;
use gnezdo_testkit::{Case, Subject, corpus, split};

use crate::support::{cases, frames};

fn verify<S: Subject>(cases: &[Case], after: &[u8], make: impl Fn(&Case) -> S) {
    corpus::verify(cases, |case| {
        split::check(|| make(case), &case.steps, after).map_err(|error| error.to_string())
    });
}

#[test]
fn what_clients_send_means_what_the_corpus_says() {
    // Behind a case: a frame that changes nothing.
    let after = frames::frame(gnezdo_h2::FrameType(0xee), 0, 0, b"?");
    verify(&cases::servers(), &after, cases::server);
}

#[test]
fn what_servers_send_means_what_the_corpus_says() {
    verify(&cases::load("client"), &[], cases::client);
}

#[test]
fn invalid_cases_have_a_fault_and_valid_ones_do_not() {
    let is_fault = |line: &String| line.starts_with("refused ") || line.contains(" for ");
    let has_fault = |case: &Case| case.expected.iter().any(is_fault);
    for (folder, expected) in [("valid", false), ("invalid", true)] {
        for case in cases::load(folder) {
            assert_eq!(has_fault(&case), expected, "{}", case.path.display());
        }
    }
}

#[test]
fn floods_end_the_connection_and_nothing_follows() {
    for case in cases::load("flood") {
        let calm = format!(" {} ", ErrorCode::ENHANCE_YOUR_CALM);
        let last = case.expected.len() - 2;
        assert!(case.expected[last].starts_with("< GOAWAY"), "{}", case.path.display());
        assert!(case.expected[last].contains(&calm), "{}", case.path.display());
        let drive = split::run(cases::server(&case), &case.steps, &[]);
        assert_eq!(drive.subject().events_after_refusal, 0, "{}", case.path.display());
    }
}

/// A file that got lost would be missed by nobody else.
#[test]
fn the_corpus_is_complete() {
    let count = |folder| cases::load(folder).len();
    assert_eq!(["valid", "invalid", "flood", "client"].map(count), [90, 104, 21, 39]);
}
