//! All faults of JSON, by kinds of types.

use std::borrow::Cow;
use std::cell::Cell;
use std::collections::HashMap;
use std::net::IpAddr;
use std::num::NonZeroU32;

use serde::Deserialize;
use serde::de::IgnoredAny;

use super::*;
use crate::fields::FAULTS_MAX;
use crate::fields::mending::READINGS_MAX;

#[test]
fn everything_wrong_with_an_order_is_told_at_once() {
    let text = r#"{
        "id": -1,
        "client": {"nam": "x", "age": 300},
        "items": [{"name": null, "price": "2", "count": 1}, 7, {"price": 1, "count": 70000}],
        "note": [],
        "shipping": {"courier": {"house": "x"}}
    }"#;
    let told = json_faults::<Order>(text);
    let expected = [
        "id: expected a whole number from 0 to 4294967295, found -1",
        r#"client.nam: is unknown; known are "name", "age""#,
        "client.age: expected a whole number from 0 to 255, found 300",
        "client.name: is missing",
        "items[0].name: expected text, found null",
        r#"items[0].price: expected a number, found "2""#,
        "items[1]: expected named fields, found 7",
        "items[2].count: expected a whole number from 0 to 65535, found 70000",
        "items[2].name: is missing",
        "note: expected text, found a list",
        r#"shipping.courier.house: expected a whole number from 0 to 65535, found "x""#,
        "shipping.courier.street: is missing",
    ];
    assert_eq!(told, expected);
}

#[test]
fn missing_fields_are_told_together() {
    let expected =
        ["id: is missing", "client: is missing", "items: is missing", "shipping: is missing"];
    assert_eq!(json_faults::<Order>("{}"), expected);
}

#[derive(Debug, Deserialize)]
#[expect(dead_code, reason = "only read")]
pub(super) struct SignUp {
    mail: Address,
    copies: Vec<Address>,
    age: u8,
}

#[test]
fn a_type_that_refuses_what_is_made_up_hides_little() {
    let told = json_faults::<SignUp>(r#"{"mail": "a", "copies": ["b", "c@d", "e"], "age": -1}"#);
    let expected = [
        "mail: has no '@'",
        "copies[0]: has no '@'",
        "copies[2]: has no '@'",
        "age: expected a whole number from 0 to 255, found -1",
    ];
    assert_eq!(told, expected);

    let text = r#"[{"mail": "a", "copies": [], "age": 1}, {"mail": "a@b", "copies": 5, "age": 2}]"#;
    let expected = ["[0].mail: has no '@'", "[1].copies: expected a list, found 5"];
    assert_eq!(json_faults::<Vec<SignUp>>(text), expected);
    let expected = ["mail: is missing"];
    assert_eq!(json_faults::<SignUp>(r#"{"copies": [], "age": 1}"#), expected);
}

#[derive(Debug, Deserialize)]
#[serde(try_from = "RawRange")]
pub(super) struct Range;

#[derive(Deserialize)]
struct RawRange {
    from: u32,
    to: u32,
}

impl TryFrom<RawRange> for Range {
    type Error = &'static str;

    fn try_from(range: RawRange) -> Result<Self, Self::Error> {
        if range.from < range.to { Ok(Self) } else { Err("begins after its end") }
    }
}

#[test]
fn what_only_made_up_values_break_is_not_told() {
    assert_eq!(json_faults::<Range>(r#"{"from": 2, "to": 1}"#), ["begins after its end"]);
    let told = json_faults::<Range>(r#"{"from": 2, "to": "x"}"#);
    assert_eq!(told, [r#"to: expected a whole number from 0 to 4294967295, found "x""#]);
    let told = json_faults::<(Vec<Range>, u8)>(r#"[[{"from": 2, "to": 1}, {}], 300]"#);
    let expected = [
        "[0][0]: begins after its end",
        "[0][1].from: is missing",
        "[0][1].to: is missing",
        "[1]: expected a whole number from 0 to 255, found 300",
    ];
    assert_eq!(told, expected);
}

#[test]
fn types_of_the_library_are_told_in_plain_words() {
    assert_eq!(json_faults::<u8>("1.5"), ["expected a whole number from 0 to 255, found 1.5"]);
    assert_eq!(json_faults::<bool>(r#""true""#), [r#"expected true or false, found "true""#]);
    assert_eq!(json_faults::<char>(r#""ab""#), [r#"expected one character, found "ab""#]);
    assert_eq!(json_faults::<String>("null"), ["expected text, found null"]);
    assert_eq!(json_faults::<Cow<'static, str>>("1"), ["expected text, found 1"]);
    assert_eq!(json_faults::<()>("1"), ["expected nothing, found 1"]);
    assert_eq!(json_faults::<Vec<u8>>("{}"), ["expected a list, found named fields"]);
    assert_eq!(json_faults::<Item>("[]"), ["expected 3 values, found 0"]);
    assert_eq!(json_faults::<(u8, u8)>("[1]"), ["expected 2 values, found 1"]);
    assert_eq!(json_faults::<(u8, u8)>("[1, 2, 3]"), ["has 1 more than expected"]);
    assert_eq!(
        json_faults::<[u8; 2]>("[1, -2]"),
        ["[1]: expected a whole number from 0 to 255, found -2"]
    );
    assert_eq!(json_faults::<NonZeroU32>("0"), ["expected a nonzero number, found 0"]);
    assert_eq!(json_faults::<IpAddr>(r#""::g""#), ["invalid IP address syntax"]);
    let told = json_faults::<HashMap<bool, u8>>(r#"{"on": 2, "true": 1, "": 0}"#);
    let expected =
        ["on: expected true or false, found \"on\"", "\"\": expected true or false, found \"\""];
    assert_eq!(told, expected);
    let told = json_faults::<HashMap<u16, bool>>(r#"{"1": 2, "x": true, "+5": false}"#);
    let expected = [
        "1: expected true or false, found 2",
        r#"x: expected a whole number from 0 to 65535, found "x""#,
        r#"+5: expected a whole number from 0 to 65535, found "+5""#,
    ];
    assert_eq!(told, expected);
}

#[test]
fn enums_name_their_variants() {
    let offered = r#"expected one of "post", "courier", "point", found"#;
    assert_eq!(json_faults::<Shipping>(r#""air""#), [format!(r#"{offered} "air""#)]);
    assert_eq!(json_faults::<Shipping>(r#"{"air": 1}"#), [format!(r#"{offered} "air""#)]);
    assert_eq!(json_faults::<Shipping>("5"), [format!("{offered} 5")]);
    assert_eq!(json_faults::<Shipping>("{}"), [format!("{offered} named fields")]);
    assert_eq!(
        json_faults::<Shipping>(r#"{"post": 1, "point": 2}"#),
        [format!("{offered} named fields")]
    );
    assert_eq!(
        json_faults::<Shipping>(r#"{"point": null}"#),
        ["point: expected a whole number from 0 to 4294967295, found null"]
    );
    assert_eq!(
        json_faults::<Shipping>(r#""point""#),
        ["expected a value with this name, found a name"]
    );
}

#[derive(Debug, Deserialize)]
#[serde(tag = "kind")]
#[expect(dead_code, reason = "only read")]
pub(super) enum Tagged {
    Circle { radius: u32 },
    Square { side: u32 },
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
#[expect(dead_code, reason = "only read")]
pub(super) enum Untagged {
    Number(u32),
    Name { name: String },
}

#[derive(Debug, Deserialize)]
#[expect(dead_code, reason = "only read")]
pub(super) struct Flat {
    a: u8,
    #[serde(flatten)]
    page: Page,
}

#[derive(Debug, Deserialize)]
#[expect(dead_code, reason = "only read")]
pub(super) struct Page {
    page: u32,
    #[serde(alias = "per_page")]
    size: u32,
}

#[test]
fn types_that_hide_what_they_ask_for_tell_at_least_the_first_fault() {
    assert_eq!(
        json_faults::<Vec<Tagged>>(r#"[{"kind": "Circle"}, {"kind": "Square"}, 5]"#),
        ["[0].radius: is missing", "[1].side: is missing", "[2]: expected named fields, found 5",]
    );
    assert_eq!(
        json_faults::<Tagged>(r#"{"kind": "Line"}"#),
        [r#"kind: expected one of "Circle", "Square", found "Line""#]
    );
    assert_eq!(
        json_faults::<Vec<Untagged>>(r#"[1, "x", {"name": 5}]"#),
        ["[1]: fits none of the known forms", "[2]: fits none of the known forms",]
    );
    assert_eq!(
        json_faults::<Flat>(r#"{"a": "x", "page": 1}"#),
        [r#"a: expected a whole number from 0 to 255, found "x""#, "size: is missing",]
    );
    assert_eq!(
        json_faults::<Flat>(r#"{"a": 1, "page": "x", "size": 1}"#),
        [r#"expected a whole number from 0 to 4294967295, found "x""#]
    );
}

#[test]
fn names_given_twice_are_told() {
    // Not the last entry, which is read when the type finds out.
    assert_eq!(
        json_faults::<Flat>(r#"{"page": 1, "size": 1, "page": 2, "a": 3}"#),
        ["one of its fields is given more than once"]
    );
    assert_eq!(
        json_faults::<Tagged>(r#"{"kind": "Circle", "radius": 1, "radius": 2}"#),
        ["one of its fields is given more than once"]
    );
    assert_eq!(
        json_faults::<Page>(r#"{"page": 1, "size": 2, "page": "x", "page": 3}"#),
        ["page: is given more than once", "page: is given more than once",]
    );
    assert_eq!(
        json_faults::<Page>(r#"{"page": 1, "size": 2, "per_page": 3}"#),
        ["per_page: is given more than once"]
    );
    assert_eq!(
        json_faults::<Vec<Page>>(r#"[5, {"page": "x"}]"#),
        [
            "[0]: expected named fields, found 5",
            r#"[1].page: expected a whole number from 0 to 4294967295, found "x""#,
            "[1].size: is missing",
        ]
    );
}

/// Has no finite value that begins with its first variant.
#[derive(Debug, Deserialize)]
#[expect(dead_code, reason = "only read")]
enum Endless {
    Not(Box<Endless>),
    True,
}

#[derive(Debug)]
pub(super) struct Never;

thread_local! {
    /// How often `Never` was read.
    static READINGS: Cell<usize> = const { Cell::new(0) };
}

impl<'de> Deserialize<'de> for Never {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        READINGS.set(READINGS.get() + 1);
        IgnoredAny::deserialize(deserializer)?;
        Err(serde::de::Error::custom("is never right"))
    }
}

/// Reads an entry too often, and the wrong one.
#[derive(Debug)]
struct Greedy;

impl<'de> Deserialize<'de> for Greedy {
    fn deserialize<D: serde::Deserializer<'de>>(_: D) -> Result<Self, D::Error> {
        Err(serde::de::Error::missing_field("greed"))
    }
}

#[test]
fn types_that_nothing_fits_come_to_an_end() {
    assert_eq!(json_faults::<Vec<Endless>>(r#"[{"Not": "No"}, "Maybe"]"#).len(), 2);
    assert_eq!(json_faults::<Vec<Never>>("[1, 2]"), ["[0]: is never right", "[1]: is never right"]);
    assert_eq!(
        json_faults::<HashMap<String, Never>>(r#"{"a": 1, "b": 2}"#),
        ["a: is never right", "b: is never right"]
    );
    assert_eq!(json_faults::<(Never, Never)>("[1, 2]"), ["[0]: is never right"]);
    assert_eq!(json_faults::<Greedy>("{}"), ["greed: is missing"]);
    assert_eq!(json_faults::<Greedy>("5"), ["greed: is missing"]);
}

#[test]
fn so_many_faults_are_told() {
    let list = |length: usize| format!("[{}]", vec!["-1"; length].join(","));
    assert_eq!(json_faults::<Vec<u8>>(&list(FAULTS_MAX - 1)).len(), FAULTS_MAX - 1);
    assert_eq!(json_faults::<Vec<u8>>(&list(FAULTS_MAX)).len(), FAULTS_MAX);
    assert_eq!(json_faults::<Vec<u8>>(&list(FAULTS_MAX + 1)).len(), FAULTS_MAX);
    assert_eq!(json_faults::<Vec<Never>>(&list(FAULTS_MAX + 1)).len(), FAULTS_MAX);
}

#[derive(Debug, Deserialize)]
#[expect(dead_code, reason = "only read")]
enum Nested {
    In { deeper: Box<Nested> },
    End(Never),
}

#[test]
fn content_is_read_so_often() {
    // Each value around the hopeless one is put off, which costs a reading.
    let readings = |depth: usize| {
        READINGS.set(0);
        let text = format!(
            "{}{}{}",
            r#"{"In":{"deeper":"#.repeat(depth),
            r#"{"End":1}"#,
            "}}".repeat(depth)
        );
        assert_eq!(json_faults::<Nested>(&text).len(), 1);
        READINGS.get()
    };
    // Besides once by `serde_json`, and once before anything is mended.
    assert_eq!(readings(1), 2 + 4);
    let deepest = (READINGS_MAX - 2) / 2;
    assert_eq!(readings(deepest - 1), 2 + READINGS_MAX - 2);
    assert_eq!(readings(deepest), 2 + READINGS_MAX);
    assert_eq!(readings(deepest + 1), 2 + READINGS_MAX);
}
