//! What frames an answer, and what a server cannot be made to do.

use super::*;

#[test]
fn framing_by_the_table() {
    let mut relayed = HeaderMap::new();
    relayed.insert(CONTENT_LENGTH, "7".parse().unwrap());
    let none = HeaderMap::new();
    let ok = StatusCode::OK;
    for (asked, status, length, fields, expected) in [
        (Asked::Other, ok, Some(5), &none, (Some(5), Follows::Content)),
        (Asked::Other, ok, Some(0), &none, (Some(0), Follows::Nothing)),
        (Asked::Other, ok, None, &none, (None, Follows::Content)),
        (Asked::Other, StatusCode::NO_CONTENT, Some(5), &none, (None, Follows::Nothing)),
        (Asked::Other, StatusCode::NOT_MODIFIED, Some(5), &none, (None, Follows::Nothing)),
        (Asked::Other, StatusCode::RESET_CONTENT, Some(5), &none, (Some(0), Follows::Nothing)),
        (Asked::Head, ok, Some(5), &none, (Some(5), Follows::Nothing)),
        (Asked::Head, ok, Some(0), &relayed, (Some(7), Follows::Nothing)),
        (Asked::Head, ok, None, &none, (None, Follows::Nothing)),
        (Asked::Connect, ok, Some(5), &none, (None, Follows::Content)),
        (Asked::Connect, StatusCode::FORBIDDEN, Some(5), &none, (Some(5), Follows::Content)),
    ] {
        assert_eq!(framing(asked, status, length, fields), expected, "{asked:?} {status}");
    }
}

#[test]
fn a_server_is_small() {
    // With its decoder, its encoder and its counters, before a stream is open.
    assert!(size_of::<Server>() <= 1024, "{}", size_of::<Server>());
    assert!(size_of::<Stream>() <= 160, "{}", size_of::<Stream>());
}
