//! What the texts of a query stand for.

use std::collections::BTreeMap;

use super::*;

#[derive(Debug, Deserialize, PartialEq)]
#[serde(default = "anything")]
struct Search {
    manufactory: String,
    ram: Span,
    tag: Vec<String>,
    size: Vec<u8>,
    price: Option<f64>,
    page: Option<u32>,
    used: bool,
    sort: Sort,
    at: (i32, i32),
    by: BTreeMap<String, i64>,
    big: u128,
    mark: Option<char>,
}

#[derive(Debug, Default, Deserialize, PartialEq)]
#[serde(default)]
struct Span {
    from: Option<u32>,
    to: Option<u32>,
}

#[derive(Debug, Deserialize, PartialEq)]
#[serde(rename_all = "lowercase")]
enum Sort {
    Best,
    Cheap,
    Near { km: u32 },
    Colour(String),
}

fn anything() -> Search {
    Search {
        manufactory: String::new(),
        ram: Span::default(),
        tag: Vec::new(),
        size: Vec::new(),
        price: None,
        page: None,
        used: false,
        sort: Sort::Best,
        at: (0, 0),
        by: BTreeMap::new(),
        big: 0,
        mark: None,
    }
}

fn read(text: &str) -> Search {
    query::read(text, &QueryLimits::default()).unwrap_or_else(|error| panic!("{text}: {error}"))
}

#[test]
fn fields_are_read_as_their_types_ask() {
    let text = |text: &str| text.to_owned();
    let cases = [
        ("", anything()),
        ("&&", anything()),
        ("unknown=1&more[a]=2", anything()),
        (
            "manufactory=lenovo&ram[from]=8",
            Search {
                manufactory: text("lenovo"),
                ram: Span { from: Some(8), to: None },
                ..anything()
            },
        ),
        (
            "ram%5Bfrom%5D=8&ram%5bto%5d=16",
            Search { ram: Span { from: Some(8), to: Some(16) }, ..anything() },
        ),
        ("manufactory=a+b%2B%20c%26%3d=", Search { manufactory: text("a b+ c&=="), ..anything() }),
        ("manufactory=%D0%B3%D0%BD%00[x]", Search { manufactory: text("гн\0[x]"), ..anything() }),
        ("tag=a", Search { tag: vec![text("a")], ..anything() }),
        ("tag=a&tag=&tag=c", Search { tag: vec![text("a"), text(""), text("c")], ..anything() }),
        ("tag[]=a&tag[]=b", Search { tag: vec![text("a"), text("b")], ..anything() }),
        ("tag[1]=b&tag[0]=a", Search { tag: vec![text("a"), text("b")], ..anything() }),
        ("size[0]=255&size[1]=007", Search { size: vec![255, 7], ..anything() }),
        ("tag=&size=", anything()),
        ("price=-1.5e1", Search { price: Some(-15.0), ..anything() }),
        ("price=&page=&ram[from]=&mark", anything()),
        ("page=12&mark=%C5%BE", Search { page: Some(12), mark: Some('ž'), ..anything() }),
        ("used", Search { used: true, ..anything() }),
        ("used=on", Search { used: true, ..anything() }),
        ("used=true", Search { used: true, ..anything() }),
        ("used=false", anything()),
        ("sort=cheap", Search { sort: Sort::Cheap, ..anything() }),
        ("sort[near][km]=5", Search { sort: Sort::Near { km: 5 }, ..anything() }),
        ("sort[colour]=5", Search { sort: Sort::Colour(text("5")), ..anything() }),
        ("sort[cheap]", Search { sort: Sort::Cheap, ..anything() }),
        ("at=-1&at=2", Search { at: (-1, 2), ..anything() }),
        (
            "by[a+b]=1&by[7]=-2",
            Search { by: BTreeMap::from([(text("a b"), 1), (text("7"), -2)]), ..anything() },
        ),
        (
            "big=170141183460469231731687303715884105727",
            Search { big: i128::MAX as u128, ..anything() },
        ),
    ];
    for (query, search) in cases {
        assert_eq!(read(query), search, "{query}");
    }
}

#[test]
fn all_faults_of_a_query_are_told() {
    let whole = "expected a whole number from 0 to 4294967295, found";
    let cases = [
        (
            "ram[from]=x&ram[to]=-1&page=y",
            vec![
                format!("page: {whole} \"y\""),
                format!("ram.from: {whole} \"x\""),
                format!("ram.to: {whole} -1"),
            ],
        ),
        (
            "page=%2B5&ram[from]=+5&ram[to]=5+",
            vec![
                format!("page: {whole} \"+5\""),
                format!("ram.from: {whole} \" 5\""),
                format!("ram.to: {whole} \"5 \""),
            ],
        ),
        ("page=1&page=2", vec![format!("page: {whole} a list")]),
        ("page[a]=1", vec![format!("page: {whole} named fields")]),
        ("page=99999999999999999999", vec![format!("page: {whole} \"99999999999999999999\"")]),
        ("manufactory=a&manufactory=b", vec!["manufactory: expected text, found a list".into()]),
        (
            "size[0]=1&size[1]=256&size[2]=&tag[a]=b",
            vec![
                "size[1]: expected a whole number from 0 to 255, found 256".into(),
                "size[2]: expected a whole number from 0 to 255, found \"\"".into(),
                "tag: expected a list, found named fields".into(),
            ],
        ),
        ("size[1]=1&size[3]=1", vec!["size: expected a list, found named fields".into()]),
        ("used=yes", vec!["used: expected true or false, found \"yes\"".into()]),
        ("price=inf", vec!["price: expected a number, found \"inf\"".into()]),
        ("at=1", vec!["at: expected 2 values, found 1".into()]),
        ("at=1&at=2&at=3", vec!["at: has 1 more than expected".into()]),
        ("mark=ab", vec!["mark: expected one character, found \"ab\"".into()]),
        ("sort=near", vec!["sort: expected fields with this name, found a name".into()]),
        ("sort[near][km]=x", vec![format!("sort.near.km: {whole} \"x\"")]),
        ("ram=5", vec!["ram: expected named fields, found \"5\"".into()]),
    ];
    for (query, mut faults) in cases {
        let mut told = query_faults::<Search>(query);
        told.sort();
        faults.sort();
        assert_eq!(told, faults, "{query}");
    }
}

#[derive(Debug, Deserialize, PartialEq)]
struct Listing {
    order: String,
    #[serde(flatten)]
    filter: BTreeMap<String, String>,
}

#[test]
fn flattened_fields_are_texts() {
    let listing: Listing = query::read("b=2&order=up&a=1", &QueryLimits::default()).unwrap();
    let filter = BTreeMap::from([("a".into(), "1".into()), ("b".into(), "2".into())]);
    assert_eq!(listing, Listing { order: "up".into(), filter });
}
