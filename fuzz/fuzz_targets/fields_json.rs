//! Any octets are read exactly when `serde_json` reads them, and to the same value; else all that
//! is told is bounded, and something is.
#![no_main]

use std::collections::BTreeMap;

use gnezdo_web::fields::{ContentError, FAULTS_MAX, json};
use libfuzzer_sys::fuzz_target;
use serde::Deserialize;

#[derive(Debug, Deserialize, PartialEq)]
struct Order {
    id: u32,
    items: Vec<Item>,
    note: Option<String>,
    #[serde(default)]
    by: BTreeMap<i32, (u8, Option<bool>)>,
    way: Option<Way>,
    shape: Option<Shape>,
}

#[derive(Debug, Deserialize, PartialEq)]
#[serde(deny_unknown_fields)]
struct Item {
    #[serde(alias = "n")]
    name: char,
    price: f64,
}

#[derive(Debug, Deserialize, PartialEq)]
enum Way {
    Post,
    Courier { house: u16 },
    Point(i64),
}

#[derive(Debug, Deserialize, PartialEq)]
#[serde(untagged)]
enum Shape {
    Point,
    Circle(u32),
    Line { length: u32 },
}

fuzz_target!(|octets: &[u8]| {
    let plain = serde_json::from_slice::<Order>(octets).ok();
    match json::read::<Order>(octets) {
        Ok(order) => assert_eq!(Some(order), plain),
        Err(error) => {
            assert_eq!(None, plain);
            let fields = error.invalid_fields();
            assert!(fields.len() <= FAULTS_MAX);
            assert_eq!(matches!(error, ContentError::Invalid(_)), !fields.is_empty());
        }
    }
});
