//! Types and inputs, and what is told of them.

mod bad_input;
mod documents;
mod faults;
mod queries;

use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::{ContentError, QueryLimits, json, query};

/// The faults that are told of JSON, each as a line.
fn json_faults<T: DeserializeOwned>(text: &str) -> Vec<String> {
    lines(json::read::<T>(text.as_bytes()).err())
}

/// The faults that are told of a query, each as a line.
fn query_faults<T: DeserializeOwned>(text: &str) -> Vec<String> {
    lines(query::read::<T>(text, &QueryLimits::default()).err())
}

fn lines(error: Option<ContentError>) -> Vec<String> {
    match error {
        Some(ContentError::Invalid(fields)) => fields.iter().map(ToString::to_string).collect(),
        Some(error) => vec![format!("! {error}")],
        None => Vec::new(),
    }
}

/// An order with all that a type of an application has.
#[derive(Clone, Debug, Deserialize, PartialEq)]
struct Order {
    id: u32,
    #[serde(rename = "client")]
    customer: Customer,
    items: Vec<Item>,
    #[serde(default)]
    paid: bool,
    note: Option<String>,
    shipping: Shipping,
}

#[derive(Clone, Debug, Deserialize, PartialEq)]
#[serde(deny_unknown_fields)]
struct Customer {
    name: String,
    age: u8,
}

#[derive(Clone, Debug, Deserialize, PartialEq)]
struct Item {
    name: String,
    price: f64,
    count: Count,
}

#[derive(Clone, Debug, Deserialize, PartialEq)]
struct Count(u16);

#[derive(Clone, Debug, Deserialize, PartialEq)]
#[serde(rename_all = "lowercase")]
enum Shipping {
    Post,
    Courier { street: String, house: u16 },
    Point(u32),
}

/// Has to hold an `@`, so that no made-up text fits.
#[derive(Clone, Debug, Deserialize, PartialEq)]
#[serde(try_from = "String")]
struct Address(String);

impl TryFrom<String> for Address {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        if text.contains('@') { Ok(Self(text)) } else { Err("has no '@'") }
    }
}
