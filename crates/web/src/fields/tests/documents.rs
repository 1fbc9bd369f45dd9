//! Documents that are right, changed a little: what `serde_json` refuses has faults.

use std::collections::HashMap;

use super::faults::{Flat, Never, Range, SignUp, Tagged, Untagged};
use super::*;

const ORDER: &str = r#"{"id": 7, "client": {"name": "Rook", "age": 30}, "items": [
    {"name": "straw", "price": 1.5, "count": 20}, {"name": "twig", "price": 2, "count": 300}],
    "paid": true, "note": null, "shipping": {"courier": {"street": "Oak", "house": 4}}}"#;

/// What a part of a document is replaced by.
const PARTS: [&str; 16] = [
    "null",
    "true",
    "-1",
    "0",
    "1e2",
    "1.5",
    "70000",
    "\"\"",
    "\"x\"",
    "[]",
    "{}",
    "[1,\"\"]",
    "{\"name\":1}",
    ",",
    "\"post\"",
    "1e400",
];

/// Calls `check` with the document and every replacement of every part of it.
fn each_change(document: &str, mut check: impl FnMut(&str)) {
    check(document);
    let is_edge = |octet: u8| matches!(octet, b'{' | b'}' | b'[' | b']' | b':' | b',' | b' ');
    let edges: Vec<_> = (0..=document.len())
        .filter(|&at| at == document.len() || is_edge(document.as_bytes()[at]))
        .collect();
    for (index, &start) in edges.iter().enumerate() {
        for &end in &edges[index + 1..(index + 12).min(edges.len())] {
            for part in PARTS {
                check(&format!("{}{part}{}", &document[..start + 1], &document[end..]));
            }
            check(&format!("{}{}", &document[..start], &document[end..]));
        }
    }
}

#[test]
fn what_serde_refuses_has_faults_and_what_it_reads_is_the_same() {
    let (mut read, mut invalid, mut malformed) = (0, 0, 0);
    each_change(ORDER, |text| {
        let plain = serde_json::from_str::<Order>(text);
        match json::read::<Order>(text.as_bytes()) {
            Ok(order) => {
                read += 1;
                assert_eq!(order, plain.unwrap(), "{text}");
            }
            Err(ContentError::Invalid(fields)) => {
                invalid += 1;
                assert!(plain.is_err() && !fields.is_empty(), "{text}");
                assert_first_is_told(&plain.unwrap_err().to_string(), &fields, text);
            }
            Err(error) => {
                malformed += 1;
                assert!(plain.is_err(), "{text}: {error}");
                assert!(serde_json::from_str::<serde_json::Value>(text).is_err(), "{text}");
            }
        }
    });
    assert!(read > 50 && invalid > 500 && malformed > 500, "{read} {invalid} {malformed}");
}

/// The kind of the first fault, and the name in it, are among what is told.
fn assert_first_is_told(plain: &str, fields: &[crate::fields::InvalidField], text: &str) {
    let name = plain.split('`').nth(1).unwrap_or_default();
    let is_told = |field: &crate::fields::InvalidField| match plain.split_whitespace().next() {
        Some("missing") => field.reason == "is missing" && field.path.ends_with(name),
        Some("duplicate") => field.reason == "is given more than once",
        Some("unknown") if plain.starts_with("unknown field") => {
            field.reason.starts_with("is unknown") && field.path.ends_with(name)
        }
        _ => field.reason.starts_with("expected") || field.reason.starts_with("has "),
    };
    assert!(fields.iter().any(is_told), "{plain}\n{fields:?}\n{text}");
}

/// What `serde_json` reads is read, what it refuses is refused, and its faults are told.
fn agrees<T: DeserializeOwned>(document: &str) {
    let mut invalid = 0;
    each_change(document, |text| {
        let plain = serde_json::from_str::<T>(text);
        match json::read::<T>(text.as_bytes()) {
            Ok(_) => assert!(plain.is_ok(), "{text}"),
            Err(ContentError::Invalid(fields)) => {
                invalid += 1;
                assert!(plain.is_err() && !fields.is_empty(), "{text}");
            }
            Err(_) => {
                assert!(plain.is_err(), "{text}");
                assert!(serde_json::from_str::<serde_json::Value>(text).is_err(), "{text}");
            }
        }
    });
    assert!(invalid > 10, "{document}: {invalid}");
}

#[test]
fn types_of_every_kind_agree_with_serde() {
    let shapes = r#"[{"kind": "Circle", "radius": 1}, {"kind": "Square", "side": 2}]"#;
    agrees::<Vec<Tagged>>(shapes);
    agrees::<[Tagged; 2]>(shapes);
    agrees::<Vec<Untagged>>(r#"[1, {"name": "x"}, 7]"#);
    agrees::<Flat>(r#"{"a": 1, "page": 2, "size": 3}"#);
    agrees::<SignUp>(r#"{"mail": "a@b", "copies": ["c@d", "e@f"], "age": 5}"#);
    agrees::<(Range, Option<Range>)>(r#"[{"from": 1, "to": 2}, {"from": 2, "to": 3}]"#);
    agrees::<HashMap<u16, Option<Shipping>>>(r#"{"1": "post", "2": {"point": 5}, "3": null}"#);
    agrees::<HashMap<String, Never>>(r#"{"a": 1, "b": [2, {"c": 3}]}"#);
    agrees::<(u128, i128, f32, char, ())>(r#"[1, -2, 3.5, "x", null]"#);
}

const QUERY: &str = "id=7&client[name]=Rook&client[age]=30&items[0][name]=straw\
    &items[0][price]=1.5&items[0][count]=20&paid&note=&shipping[courier][street]=Oak\
    &shipping[courier][house]=4";

#[test]
fn changed_queries_are_read_or_refused() {
    let limits = QueryLimits::default();
    assert_eq!(query_faults::<Order>(QUERY), [""; 0]);
    let (mut read, mut invalid, mut refused) = (0, 0, 0);
    for start in 0..QUERY.len() {
        for end in start + 1..(start + 9).min(QUERY.len()) {
            for part in ["", "[", "]", "&", "=", "%", "%5b0]", "x", "1", "[]", "&id=", "\0"] {
                let text = format!("{}{part}{}", &QUERY[..start], &QUERY[end..]);
                match query::read::<Order>(&text, &limits) {
                    Ok(_) => read += 1,
                    Err(ContentError::Invalid(fields)) => {
                        assert!(!fields.is_empty(), "{text}");
                        invalid += 1;
                    }
                    Err(_) => refused += 1,
                }
            }
        }
    }
    assert!(read > 100 && invalid > 1000 && refused > 1000, "{read} {invalid} {refused}");
}
