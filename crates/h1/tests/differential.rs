//! Request heads against `httparse` used directly: whatever we accept, it accepts, and with the
//! same method, target and fields.

use gnezdo_core::Limits;
use gnezdo_h1::{RequestHead, parse_request};
use http::HeaderValue;
use proptest::prelude::*;

use crate::support::cases;

/// The part of a case that is a head.
fn head_of(octets: &[u8]) -> &[u8] {
    let end = octets.windows(4).position(|w| w == b"\r\n\r\n");
    &octets[..end.map_or(octets.len(), |end| end + 4)]
}

fn compare(octets: &[u8]) -> Result<(), TestCaseError> {
    let Ok(head) = parse_request(octets, &Limits::default()) else {
        return Ok(());
    };
    // It knows HTTP/1.0 and HTTP/1.1 only.
    let known = String::from_utf8_lossy(octets).lines().next().map(|line| line.ends_with(".0"));
    let octets = if known == Some(true) { octets.to_vec() } else { as_http11(octets) };
    let mut table = [httparse::EMPTY_HEADER; 128];
    let mut parsed = httparse::Request::new(&mut table);
    prop_assert_eq!(parsed.parse(&octets), Ok(httparse::Status::Complete(octets.len())));
    prop_assert_eq!(Some(head.method().as_str()), parsed.method);
    let target = parsed.path.unwrap_or_default();
    prop_assert!(same_target(&head, target), "{} {}", head.uri(), target);
    compare_fields(&head, parsed.headers)
}

/// The head with the version that is known to everybody.
fn as_http11(octets: &[u8]) -> Vec<u8> {
    let mut octets = octets.to_vec();
    if let Some(cr) = octets.iter().position(|&o| o == b'\r') {
        octets[cr - 1] = b'1';
    }
    octets
}

/// `http` writes scheme and empty paths in their normal form.
fn same_target(head: &RequestHead, target: &str) -> bool {
    let uri = head.uri().to_string();
    uri == target || head.uri().scheme().is_some() && target.parse::<http::Uri>().is_ok()
}

fn compare_fields(head: &RequestHead, lines: &[httparse::Header<'_>]) -> Result<(), TestCaseError> {
    let is_host = |line: &&httparse::Header<'_>| line.name.eq_ignore_ascii_case("host");
    // An absolute target gives HTTP/1.0 the Host that it may lack.
    let has_gained_host = head.headers().contains_key("host") && !lines.iter().any(|l| is_host(&l));
    prop_assert!(!has_gained_host || head.uri().scheme().is_some());
    prop_assert_eq!(head.headers().len(), lines.len() + usize::from(has_gained_host));
    for name in head.headers().keys() {
        // RFC 9112 §3.2.2: Host gives way to an absolute target.
        if name == "host" && head.uri().scheme().is_some() {
            continue;
        }
        let ours: Vec<_> = head.headers().get_all(name).iter().map(HeaderValue::as_bytes).collect();
        let theirs = lines.iter().filter(|line| line.name.eq_ignore_ascii_case(name.as_str()));
        prop_assert_eq!(ours, theirs.map(|line| line.value).collect::<Vec<_>>());
    }
    Ok(())
}

#[test]
fn heads_of_the_corpus() {
    for case in cases::requests() {
        let octets = case.octets();
        compare(head_of(&octets)).unwrap_or_else(|e| panic!("{}: {e}", case.name()));
    }
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 2048, failure_persistence: None, ..Default::default()
    })]

    #[test]
    fn heads_made_of_likely_pieces(
        method in "(GET|HEAD|POST|OPTIONS|CONNECT|get|G T|)",
        target in "(/[ -~]{0,12}|\\*|http://[a-z:@]{1,6}/?|[a-z]{1,4}:[0-9]{1,6}|[ -~\\x80-\\xff]{0,8})",
        version in "(HTTP/1\\.[0-9]|HTTP/[0-9]\\.[0-9]|[ -~]{0,9})",
        fields in prop::collection::vec("[!-~ ]{0,6}:[ -~\t\u{80}\0]{0,10}", 0..6),
        host in "(Host: [a-z0-9.:]{0,8}\r\n)?",
    ) {
        let lines: String = fields.iter().map(|field| format!("{field}\r\n")).collect();
        let head = format!("{method} {target} {version}\r\n{host}{lines}\r\n");
        compare(head.as_bytes())?;
    }

    #[test]
    fn any_octets(octets in prop::collection::vec(any::<u8>(), 0..200)) {
        compare(&octets)?;
    }
}
