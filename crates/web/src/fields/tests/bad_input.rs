//! Content made to break a parser, and the bounds just below and just above.

use std::collections::HashMap;

use serde::de::IgnoredAny;
use serde_json::Value;

use super::*;
use crate::fields::json::{DEPTH_MAX, EXPLAINED_VALUES_MAX};

fn json_error(content: &[u8]) -> ContentError {
    json::read::<Value>(content).unwrap_err()
}

fn query_error(text: &str) -> ContentError {
    let read = query::read::<HashMap<String, IgnoredAny>>(text, &QueryLimits::default());
    read.err().unwrap_or_else(|| panic!("{text} was read"))
}

#[test]
fn malformed_json_is_told_with_its_place() {
    let cases: [(&[u8], usize, usize, &str); 12] = [
        (b"", 1, 0, "EOF while parsing a value"),
        (b"{\"a\":\n 1,}", 2, 4, "trailing comma"),
        (b"{\"a\":1} x", 1, 9, "trailing characters"),
        (b"\xEF\xBB\xBF{}", 1, 1, "a byte order mark is not allowed"),
        (b"{1:2}", 1, 2, "key must be a string"),
        (b"\"\\ud800\"", 1, 8, "unexpected end of hex escape"),
        (b"\"\\udc00x\"", 1, 7, "lone leading surrogate in hex escape"),
        (b"\"a\nb\"", 2, 0, "control character (\\u0000-\\u001F) found while parsing a string"),
        (b"1e999", 1, 5, "number out of range"),
        (b"01", 1, 2, "invalid number"),
        (b"+1", 1, 1, "expected value"),
        (b"NaN", 1, 1, "expected value"),
    ];
    for (content, line, column, reason) in cases {
        let reason = reason.to_owned();
        let expected = ContentError::Syntax { line, column, reason };
        assert_eq!(json_error(content), expected, "{}", content.escape_ascii());
    }
}

#[test]
fn json_that_is_not_utf8_is_told() {
    assert_eq!(json_error(b"[\"a\", \"\xFF\"]"), ContentError::NotUtf8 { at: 7 });
    assert_eq!(json_error(b"[\"\xED\xA0\x80\"]"), ContentError::NotUtf8 { at: 2 });
}

#[test]
fn deep_json_is_refused() {
    let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    assert!(json::read::<Value>(nested(DEPTH_MAX).as_bytes()).is_ok());
    let too_deep = ContentError::TooDeep { max: DEPTH_MAX };
    assert_eq!(json_error(nested(DEPTH_MAX + 1).as_bytes()), too_deep);
    assert_eq!(json_error(nested(200).as_bytes()), too_deep);
    assert_eq!(json_error("[".repeat(1 << 20).as_bytes()), too_deep);
    assert_eq!(json_error("{\"a\":".repeat(1 << 18).as_bytes()), too_deep);
    // Read for a type that has no use for it.
    assert_eq!(
        json_faults::<u8>(&nested(DEPTH_MAX)),
        ["expected a whole number from 0 to 255, found a list"]
    );
}

#[test]
fn faults_of_huge_json_are_not_searched_for() {
    let list = |length: usize| format!("[{}\"x\"]", "1,".repeat(length - 2));
    let told = json_faults::<Vec<u8>>(&list(EXPLAINED_VALUES_MAX));
    assert_eq!(told, ["[9998]: expected a whole number from 0 to 255, found \"x\""]);
    let told = json_faults::<Vec<u8>>(&list(EXPLAINED_VALUES_MAX + 1));
    assert_eq!(told, ["does not fit at line 1, column 20002"]);
}

#[test]
fn huge_numbers_do_not_fit() {
    let digits = "9".repeat(300);
    assert_eq!(
        json_faults::<u64>(&digits)[0].split(", found").next(),
        Some("expected a whole number from 0")
    );
    let wide = format!(r#"[{}, "x"]"#, u128::MAX);
    assert_eq!(
        json_faults::<Vec<u128>>(&wide),
        ["[1]: expected a whole number from 0, found \"x\""]
    );
}

#[test]
fn what_is_repeated_to_the_peer_is_short() {
    let long = "x".repeat(100_000);
    let error = json::read::<HashMap<String, u8>>(format!(r#"{{"{long}":"{long}"}}"#).as_bytes());
    assert!(error.unwrap_err().to_string().len() < 300);
    assert!(query_error(&format!("{long}[=1")).to_string().len() < 300);
    assert!(query_error(&format!("{long}=1&{long}[a]=1")).to_string().len() < 300);
    assert!(query_error(&format!("a[{long}]=1&a[{long}][]=1")).to_string().len() < 300);
    assert!(query_error(&format!("{long}[a]=1&{long}[]=1")).to_string().len() < 300);
}

#[test]
fn names_of_a_query_are_well_formed() {
    let cases = [
        ("a[b", 1, "a '[' without a ']' in the name \"a[b\""),
        ("x=1&a[b]c=2", 5, "text after a ']' in the name \"a[b]c\""),
        ("=x", 1, "nothing before a bracket or '=' in the name \"\""),
        ("[a]=x", 1, "nothing before a bracket or '=' in the name \"[a]\""),
        ("a]=x", 1, "a ']' without a '[' in the name \"a]\""),
        ("a[=x]=1", 1, "a '[' without a ']' in the name \"a[\""),
        ("a[][b]=1", 1, "something after '[]' in the name \"a[][b]\""),
        ("a%5Bb=1", 1, "a '[' without a ']' in the name \"a%5Bb\""),
    ];
    for (text, column, reason) in cases {
        let reason = reason.to_owned();
        assert_eq!(query_error(text), ContentError::Syntax { line: 1, column, reason }, "{text}");
    }
}

#[test]
fn a_name_is_used_in_one_way() {
    for text in ["a[b]=1&a=2", "a=2&a[b]=1", "a=1&a[]=2", "a[b]=1&a[]=2", "a[]=1&a[0]=2"] {
        let ContentError::Syntax { reason, .. } = query_error(text) else { panic!("{text}") };
        assert!(!reason.contains("http") && !reason.contains("input:"), "{text}: {reason}");
    }
}

#[test]
fn a_query_is_bounded() {
    let read = |text: &str| {
        query::read::<HashMap<String, IgnoredAny>>(text, &QueryLimits::default()).map(drop)
    };
    let fields = |count: usize| vec!["a=1"; count].join("&");
    assert_eq!(read(&fields(1_000)), Ok(()));
    assert_eq!(read(&fields(1_001)), Err(ContentError::TooManyFields { max: 1_000 }));
    assert_eq!(read(&"&".repeat(100_000)), Ok(()));

    let nested = |depth: usize| format!("a{}=1", "[b]".repeat(depth));
    assert_eq!(read(&nested(5)), Ok(()));
    assert_eq!(read(&nested(6)), Err(ContentError::TooDeep { max: 5 }));
    assert_eq!(read(&nested(1 << 20)), Err(ContentError::TooDeep { max: 5 }));
    let many: Vec<_> = (0..1_000).map(|i| format!("a[{i}][b][c][d][e{i}]=1")).collect();
    assert_eq!(read(&many.join("&")), Ok(()));
}

#[test]
fn limits_of_a_query_are_options() {
    let limits = QueryLimits { depth_max: 0, fields_max: 1 };
    let read = |text: &str| query::read::<HashMap<String, String>>(text, &limits);
    assert!(read("a=1").is_ok());
    assert_eq!(read("a[b]=1"), Err(ContentError::TooDeep { max: 0 }));
    assert_eq!(read("a=1&b=2"), Err(ContentError::TooManyFields { max: 1 }));
    let deep = QueryLimits { depth_max: u8::MAX, fields_max: usize::MAX };
    let text = format!("a{}=1", "[b]".repeat(255));
    assert!(query::read::<HashMap<String, IgnoredAny>>(&text, &deep).is_ok());
}

#[test]
fn a_huge_index_is_no_length() {
    for text in ["a[99999999999]=1", "a[4294967295]=1", "a[4294967296]=1&a[0]=1"] {
        assert_eq!(
            query_faults::<HashMap<String, Vec<u8>>>(text),
            ["a: expected a list, found named fields"]
        );
    }
}
