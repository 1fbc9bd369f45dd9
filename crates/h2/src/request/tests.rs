//! Requests as blocks of field lines: one table of what each is.

use super::*;

/// What follows `:method GET`, `:scheme https`, `:path /`, `:authority x`.
const GET: [(&str, &str); 4] =
    [(":method", "GET"), (":scheme", "https"), (":path", "/"), (":authority", "x")];

const CONNECT: [(&str, &str); 2] = [(":method", "CONNECT"), (":authority", "x:443")];

const EXTENDED: [(&str, &str); 5] = [
    (":method", "CONNECT"),
    (":protocol", "websocket"),
    (":scheme", "https"),
    (":path", "/chat"),
    (":authority", "x"),
];

fn judge(fields: &[(&str, &str)], ends: Ends) -> Result<Request, Unfit> {
    let mut lines = SpareLines::take();
    lines.clear();
    for (name, value) in fields {
        lines.push(name.as_bytes(), value.as_bytes());
    }
    Request::judge(lines, ends, &Limits::default())
}

/// The request with a field more, or one in another's place.
fn with(fields: &[(&'static str, &'static str)]) -> Vec<(&'static str, &'static str)> {
    let mut all = GET.to_vec();
    for field in fields {
        match all.iter_mut().find(|(name, _)| name.starts_with(':') && *name == field.0) {
            Some(old) => *old = *field,
            None => all.push(*field),
        }
    }
    all
}

fn without(name: &str) -> Vec<(&'static str, &'static str)> {
    GET.into_iter().filter(|(known, _)| *known != name).collect()
}

#[test]
fn requests_by_the_table() {
    let good = Ok(());
    let bad = |error| Err(Unfit::Malformed(error));
    let refused = |refusal| Err(Unfit::Refused(refusal));
    let long: &'static str = Box::leak(format!("/{}", "a".repeat(8 * 1024)).into_boxed_str());
    let before = [&[(":path", "/")], &GET[..]].concat();
    let unknown = [&GET[..], &[(":x", "y")]].concat();
    let late = [&GET[..3], &[("a", "b"), GET[3]]].concat();
    let twice = |at: usize| [&GET[..], &GET[at..=at]].concat();
    let connect = |field| [&CONNECT[..], &[field]].concat();
    let no_protocol_s = |name| EXTENDED.into_iter().filter(|(n, _)| *n != name).collect::<Vec<_>>();
    for (fields, expected) in [
        (GET.to_vec(), good),
        // Names and values, §8.2.1.
        (with(&[("Accept", "*/*")]), bad(PeerError::FieldName)),
        (with(&[("", "x")]), bad(PeerError::FieldName)),
        (with(&[("a b", "x")]), bad(PeerError::FieldName)),
        (with(&[("a\0", "x")]), bad(PeerError::FieldName)),
        (with(&[("\u{e4}", "x")]), bad(PeerError::FieldName)),
        (with(&[("a", "b\r\nc: d")]), bad(PeerError::FieldValue)),
        (with(&[("a", "b\0")]), bad(PeerError::FieldValue)),
        (with(&[("a", " b")]), bad(PeerError::FieldValue)),
        (with(&[("a", "b ")]), bad(PeerError::FieldValue)),
        (with(&[("a", "")]), good),
        (with(&[("a", "\u{e4}")]), good),
        // Fields about the connection, §8.2.2.
        (with(&[("connection", "keep-alive")]), bad(PeerError::ConnectionField)),
        (with(&[("proxy-connection", "x")]), bad(PeerError::ConnectionField)),
        (with(&[("keep-alive", "5")]), bad(PeerError::ConnectionField)),
        (with(&[("transfer-encoding", "chunked")]), bad(PeerError::ConnectionField)),
        (with(&[("upgrade", "h2c")]), bad(PeerError::ConnectionField)),
        (with(&[("te", "trailers")]), good),
        (with(&[("te", "gzip")]), bad(PeerError::ConnectionField)),
        (with(&[("te", "trailers, gzip")]), bad(PeerError::ConnectionField)),
        // Pseudo-header fields, §8.3.
        (without(":method"), bad(PeerError::PseudoField)),
        (without(":scheme"), bad(PeerError::PseudoField)),
        (without(":path"), bad(PeerError::PseudoField)),
        (without(":authority"), bad(PeerError::PseudoField)),
        (twice(0), bad(PeerError::PseudoField)),
        (twice(1), bad(PeerError::PseudoField)),
        (before, bad(PeerError::PseudoField)),
        (twice(3), bad(PeerError::PseudoField)),
        (unknown, bad(PeerError::PseudoField)),
        (late, bad(PeerError::PseudoField)),
        (with(&[(":status", "200")]), bad(PeerError::PseudoField)),
        (Vec::new(), bad(PeerError::PseudoField)),
        (with(&[(":method", "")]), bad(PeerError::PseudoValue)),
        (with(&[(":method", "G T")]), bad(PeerError::PseudoValue)),
        (with(&[(":method", "get")]), refused(Refusal::MethodUnknown)),
        (with(&[(":method", "BREW")]), refused(Refusal::MethodUnknown)),
        (with(&[(":scheme", "")]), bad(PeerError::PseudoValue)),
        (with(&[(":scheme", "1http")]), bad(PeerError::PseudoValue)),
        (with(&[(":scheme", "http:")]), bad(PeerError::PseudoValue)),
        (with(&[(":path", "")]), bad(PeerError::PseudoValue)),
        (with(&[(":path", "a")]), bad(PeerError::PseudoValue)),
        (with(&[(":path", "*")]), bad(PeerError::PseudoValue)),
        (with(&[(":method", "OPTIONS"), (":path", "*")]), good),
        (with(&[(":path", "/a b")]), bad(PeerError::PseudoValue)),
        (with(&[(":path", "/a#b")]), bad(PeerError::PseudoValue)),
        (with(&[(":path", "/a\r\n")]), bad(PeerError::PseudoValue)),
        (with(&[(":path", "/\u{e4}")]), bad(PeerError::PseudoValue)),
        (with(&[(":path", "http://x/")]), bad(PeerError::PseudoValue)),
        (with(&[(":path", "/a?b=c/d?e")]), good),
        (with(&[(":path", "//a")]), good),
        (with(&[(":path", long)]), refused(Refusal::TargetTooLong)),
        // Authority and Host, §8.3.1.
        (with(&[(":authority", "")]), bad(PeerError::PseudoValue)),
        (with(&[(":authority", "u@x")]), bad(PeerError::PseudoValue)),
        (with(&[(":authority", "x,y")]), bad(PeerError::PseudoValue)),
        (with(&[(":authority", "x:99999")]), bad(PeerError::PseudoValue)),
        (with(&[("host", "x")]), good),
        (with(&[("host", "X")]), good),
        (with(&[("host", "y")]), bad(PeerError::Host)),
        (with(&[("host", "")]), bad(PeerError::Host)),
        (with(&[("host", "x"), ("host", "x")]), bad(PeerError::Host)),
        ([&GET[..3], &[("host", "x")]].concat(), good),
        ([&GET[..3], &[("host", "a b")]].concat(), bad(PeerError::Host)),
        ([&GET[..3], &[("host", "")]].concat(), bad(PeerError::Host)),
        // CONNECT, §8.5 and RFC 8441.
        (CONNECT.to_vec(), good),
        (connect((":path", "/")), bad(PeerError::PseudoField)),
        (connect((":scheme", "https")), bad(PeerError::PseudoField)),
        (vec![CONNECT[0], (":authority", "x")], bad(PeerError::PseudoValue)),
        (vec![CONNECT[0], ("host", "x:443")], bad(PeerError::PseudoField)),
        (EXTENDED.to_vec(), good),
        (no_protocol_s(":path"), bad(PeerError::PseudoField)),
        (no_protocol_s(":scheme"), bad(PeerError::PseudoField)),
        (no_protocol_s(":authority"), bad(PeerError::PseudoField)),
        (with(&[(":protocol", "websocket")]), bad(PeerError::PseudoField)),
        // Content-Length, §8.1.1; here no content follows.
        (with(&[("content-length", "0")]), good),
        (with(&[("content-length", "1")]), bad(PeerError::ContentLengthWrong)),
        (with(&[("content-length", "+0")]), bad(PeerError::ContentLength)),
        (with(&[("content-length", "0, 0")]), bad(PeerError::ContentLength)),
        (with(&[("content-length", "")]), bad(PeerError::ContentLength)),
        (with(&[("content-length", "18446744073709551616")]), bad(PeerError::ContentLength)),
        (with(&[("content-length", "0"), ("content-length", "0")]), bad(PeerError::ContentLength)),
        // Expectations, RFC 9110 §10.1.1.
        (with(&[("expect", "100-Continue")]), good),
        (with(&[("expect", "")]), refused(Refusal::Expectation)),
        (with(&[("expect", "100-continue, x")]), refused(Refusal::Expectation)),
    ] {
        let at = fields.iter().position(|(name, _)| *name == ":protocol");
        // `:protocol` behind the others of its kind.
        let mut fields = fields;
        if let Some(at) = at.filter(|at| *at > 3) {
            fields.swap(at, 0);
        }
        let judged = judge(&fields, Ends::Yes).map(drop);
        assert_eq!(judged, expected, "{fields:?}");
    }
}

#[test]
fn content_is_what_is_announced() {
    let content = |fields: &[(&'static str, &'static str)], ends| {
        judge(&with(fields), ends).map(|request| request.content())
    };
    assert_eq!(content(&[], Ends::Yes), Ok(Content::None));
    assert_eq!(content(&[], Ends::No), Ok(Content::Unknown));
    assert_eq!(content(&[("content-length", "7")], Ends::No), Ok(Content::Length(7)));
    let large = [("content-length", "99999999999")];
    assert_eq!(content(&large, Ends::No), Err(Unfit::Refused(Refusal::ContentTooLarge)));
}

#[test]
fn only_who_sends_content_can_wait_for_100() {
    let expects =
        |ends| judge(&with(&[("expect", "100-continue")]), ends).unwrap().due().expects_continue;
    assert!(expects(Ends::No));
    assert!(!expects(Ends::Yes));
}

#[test]
fn a_glance_sees_what_the_head_has() {
    let fields = [("accept", "*/*"), ("host", "x"), ("cookie", "a=1"), ("cookie", "b=2")];
    let request = judge(&with(&[(":path", "/a?b"), fields[0], fields[1]]), Ends::Yes).unwrap();
    let (glance, head) = (request.glance().unwrap(), request.to_head().unwrap());
    assert_eq!((glance.path(), glance.query()), (head.uri().path(), head.uri().query()));
    assert_eq!(glance.method(), head.method());
    let mut seen = Vec::new();
    glance.each_field(&mut |name, value| {
        seen.push((String::from_utf8_lossy(name).into_owned(), value.to_vec()));
        true
    });
    let made = head.headers().iter().map(|(n, v)| (n.as_str().to_owned(), v.as_bytes().to_vec()));
    assert_eq!(seen, made.collect::<Vec<_>>());
    assert_eq!(seen[0], ("host".to_owned(), b"x".to_vec()));
    assert_eq!(seen.len(), 2);
}

#[test]
fn crumbs_of_cookies_are_put_together() {
    let crumbs = [("cookie", "a=1"), ("x", "y"), ("cookie", "b=2"), ("cookie", "c=3")];
    let head = judge(&with(&crumbs), Ends::Yes).unwrap().to_head().unwrap();
    let cookies: Vec<_> = head.headers().get_all(COOKIE).iter().collect();
    assert_eq!(cookies, ["a=1; b=2; c=3"]);
}

#[test]
fn only_plain_requests_are_for_a_glance() {
    assert!(judge(&GET, Ends::Yes).unwrap().glance().is_some());
    assert!(judge(&GET, Ends::No).unwrap().glance().is_none());
    assert!(judge(&with(&[(":method", "POST")]), Ends::Yes).unwrap().glance().is_none());
    assert!(judge(&CONNECT, Ends::Yes).unwrap().glance().is_none());
}

#[test]
fn fields_are_counted_without_those_of_the_pseudo_kind() {
    let limits = Limits::default();
    let judged = |count: usize| {
        let mut fields = GET.to_vec();
        fields.extend(std::iter::repeat_n(("a", "b"), count));
        judge(&fields, Ends::Yes).map(drop)
    };
    assert_eq!(judged(limits.fields_max), Ok(()));
    assert_eq!(judged(limits.fields_max + 1), Err(Unfit::Refused(Refusal::TooManyFields)));
}

#[test]
fn an_extended_connect_says_its_protocol() {
    let head = judge(&EXTENDED, Ends::No).unwrap().to_head().unwrap();
    assert_eq!(head.extensions().get::<Protocol>().unwrap().0, "websocket");
    assert_eq!(head.uri(), "/chat");
}
