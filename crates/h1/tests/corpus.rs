//! Each file of the corpus, whole and cut in every way, against its expected events.

use gnezdo_testkit::{Case, Subject, corpus, split};

use crate::support::cases;

/// Octets behind a case: what follows must not change what came before.
const NEXT_REQUEST: &[u8] = b"GET /after HTTP/1.1\r\nHost: x\r\n\r\n";
const NEXT_RESPONSE: &[u8] = b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n";

fn verify<S: Subject>(cases: &[Case], after: &[u8], make: impl Fn(&Case) -> S) {
    corpus::verify(cases, |case| {
        split::check(|| make(case), &case.steps, after).map_err(|error| error.to_string())
    });
}

#[test]
fn requests_mean_what_the_corpus_says() {
    verify(&cases::requests(), NEXT_REQUEST, cases::server);
}

#[test]
fn plain_requests_mean_the_same() {
    verify(&cases::requests(), NEXT_REQUEST, |case| cases::server(case).taking_plain());
}

#[test]
fn responses_mean_what_the_corpus_says() {
    verify(&cases::responses(), NEXT_RESPONSE, cases::client);
}

#[test]
fn invalid_cases_are_refused_and_valid_ones_are_not() {
    let is_refused = |case: &Case| case.expected.iter().any(|line| line.starts_with("refused "));
    for (folder, expected) in
        [("valid", false), ("invalid", true), ("response/valid", false), ("response/invalid", true)]
    {
        for case in cases::load(folder) {
            assert_eq!(is_refused(&case), expected, "{}", case.path.display());
        }
    }
}

/// A file that got lost would be missed by nobody else.
#[test]
fn the_corpus_is_complete() {
    let count = |folder| cases::load(folder).len();
    let folders = ["valid", "invalid", "response/valid", "response/invalid"];
    assert_eq!(folders.map(count), [126, 240, 34, 39]);
}
