//! Any text of a query is a value or an error that says what is wrong, never much longer than
//! its bounds; and a field more that the type does not know changes neither.
#![no_main]

use std::collections::BTreeMap;

use gnezdo_web::fields::{ContentError, FAULTS_MAX, QueryLimits, query};
use libfuzzer_sys::fuzz_target;
use serde::Deserialize;

#[derive(Debug, Deserialize, PartialEq)]
struct Search {
    name: String,
    ram: Option<Span>,
    #[serde(default)]
    tag: Vec<String>,
    price: Option<f64>,
    #[serde(default)]
    used: bool,
    sort: Option<Sort>,
    at: Option<(i8, u64)>,
    #[serde(default)]
    by: BTreeMap<i32, Vec<Span>>,
}

#[derive(Debug, Deserialize, PartialEq)]
#[serde(deny_unknown_fields)]
struct Span {
    from: u32,
    to: Option<u32>,
}

#[derive(Debug, Deserialize, PartialEq)]
enum Sort {
    Best,
    Near { km: u32 },
    Colour(char),
}

/// A reason and a path of six names, each of 60 characters that are escaped.
const FIELD_BYTES_MAX: usize = 8_000;

fuzz_target!(|text: &str| {
    let limits = QueryLimits::default();
    let read = query::read::<Search>(text, &limits);
    if let Err(ContentError::Invalid(fields)) = &read {
        assert!(!fields.is_empty() && fields.len() <= FAULTS_MAX);
        assert!(fields.iter().all(|field| field.to_string().len() < FIELD_BYTES_MAX));
    }
    let may_hold_it = ["un", "%75", "%6e", "%6E"].iter().any(|part| text.contains(part));
    if matches!(read, Ok(_) | Err(ContentError::Invalid(_))) && !may_hold_it {
        let more = query::read::<Search>(&format!("{text}&un=1"), &limits);
        assert!(read == more || matches!(more, Err(ContentError::TooManyFields { .. })));
    }
});
