//! URLs by table, and that each is found again with the values it was built of.

use gnezdo_testkit::Chance;

use super::*;
use crate::routing::{Converters, Router};

type Values<'a> = &'a [(&'a str, &'a str)];

fn parse(text: &str) -> Pattern {
    let converters = Converters::new().with("vowels", |text| text.contains(['a', 'é'])).unwrap();
    Pattern::parse(text, &converters).unwrap()
}

fn url(pattern: &str, values: Values<'_>) -> Result<String, UrlError> {
    parse(pattern).url(values)
}

#[test]
fn segments_are_encoded_but_for_pchar() {
    let octets: String = (0..=0x7f_u8).map(char::from).collect();
    assert_eq!(
        url("/{x}", &[("x", &octets)]).unwrap(),
        "/%00%01%02%03%04%05%06%07%08%09%0A%0B%0C%0D%0E%0F\
         %10%11%12%13%14%15%16%17%18%19%1A%1B%1C%1D%1E%1F\
         %20!%22%23$%25&'()*+,-.%2F0123456789:;%3C=%3E%3F\
         @ABCDEFGHIJKLMNOPQRSTUVWXYZ%5B%5C%5D%5E_\
         %60abcdefghijklmnopqrstuvwxyz%7B%7C%7D~%7F"
    );
}

#[test]
fn text_parameters_and_query_are_joined() {
    let cases: [(&str, Values<'_>, &str); 10] = [
        ("/", &[], "/"),
        ("/a b/гн/", &[], "/a%20b/%D0%B3%D0%BD/"),
        ("/", &[("q", "a b&c=d"), ("q", "é"), ("", "")], "/?q=a+b%26c%3Dd&q=%C3%A9&="),
        ("/post/{id:int}", &[("id", "007")], "/post/007"),
        ("/at/{x:float}", &[("page", "2"), ("x", "-1.50")], "/at/-1.50?page=2"),
        ("/{a}/x/{b}/", &[("b", "2"), ("a", "1")], "/1/x/2/"),
        ("/{a}", &[("a", "%2F/..")], "/%252F%2F.."),
        ("/{a}", &[("a", "...")], "/..."),
        ("/f/{rest:path}", &[("rest", "a/b c/%/.d")], "/f/a/b%20c/%25/.d"),
        ("/{c:vowels}", &[("c", "/é?")], "/%2F%C3%A9%3F"),
    ];
    for (pattern, values, expected) in cases {
        assert_eq!(url(pattern, values).unwrap(), expected, "{pattern}");
    }
}

#[test]
fn values_that_would_not_come_back_are_refused() {
    let cases = [
        ("/{v}", ["", ".", ".."].as_slice()),
        ("/{v:int}", &["", "-1", "1.5", "18446744073709551616"]),
        ("/{v:float}", &["", "1e3", "inf"]),
        ("/{v:uuid}", &["f81d4fae7dec11d0a76500a0c91e6bf6"]),
        ("/{v:vowels}", &["", "x"]),
        ("/{v:path}", &["", "/", "/a", "a/", "a//b", ".", "..", "a/./b", "a/.."]),
    ];
    for (pattern, values) in cases {
        for value in values {
            let error = url(pattern, &[("v", value)]).unwrap_err();
            assert!(matches!(error, UrlError::Unfit { .. }), "{pattern} {value}");
        }
    }
}

#[test]
fn errors_name_the_pattern_and_the_parameter() {
    let text = |values: Values<'_>| url("/post/{id:int}", values).unwrap_err().to_string();
    assert_eq!(text(&[("ID", "7")]), r#"a URL of "/post/{id:int}" needs a value for "id""#);
    assert_eq!(
        text(&[("id", "7"), ("id", "8")]),
        r#"a URL of "/post/{id:int}" needs one value for "id", not several"#
    );
    assert_eq!(
        text(&[("id", "x")]),
        r#"a URL of "/post/{id:int}" cannot have "x" for "id", which is of "int""#
    );
}

#[test]
fn a_path_is_no_longer_than_what_is_found() {
    let of = |len: usize| url("/{v}", &[("v", &"a".repeat(len)), ("more", "query")]);
    assert_eq!(of(PATH_BYTES_MAX - 1).unwrap().len(), PATH_BYTES_MAX + "?more=query".len());
    let error = UrlError::TooLong { pattern: "/{v}".into(), max: PATH_BYTES_MAX };
    assert_eq!(of(PATH_BYTES_MAX), Err(error));
}

/// A text of pieces that need care.
fn value(chance: &mut Chance) -> String {
    const PIECES: [&str; 20] = [
        "a",
        "7",
        "-",
        ".",
        "/",
        "%",
        "%2F",
        "%41",
        "?",
        "#",
        " ",
        "+",
        "&",
        "é",
        "гн",
        "\u{1f426}",
        "\\",
        "\0",
        ";",
        "..",
    ];
    (0..=chance.below(5)).map(|_| PIECES[chance.below(PIECES.len())]).collect()
}

#[test]
fn what_is_built_is_found_with_the_same_values() {
    const SEGMENTS: [&str; 8] =
        ["a", "a b", "é", "{NAME}", "{NAME:int}", "{NAME:float}", "{NAME:vowels}", "{NAME:path}"];
    let mut chance = Chance::new(3);
    let mut built = 0;
    for _ in 0..50_000 {
        let count = 1 + chance.below(3);
        let segment = |at: usize| {
            // Only the last segment may be of `path`.
            let kinds = SEGMENTS.len() - usize::from(at + 1 < count);
            format!("/{}", SEGMENTS[chance.below(kinds)].replace("NAME", &format!("n{at}")))
        };
        let pattern = parse(&(0..count).map(segment).collect::<String>());
        let values: Vec<(String, String)> =
            pattern.parameters().map(|(name, _)| (name.into(), value(&mut chance))).collect();
        let Ok(url) = pattern.url(&values) else { continue };
        built += 1;
        let mut router = Router::new();
        *router.resource(&pattern) = ();
        let found = router.find(&url, |(), captures| {
            let values = (0..).map_while(|at| captures.value(&url, at).map(Into::into));
            Some(values.collect::<Vec<String>>())
        });
        let expected = values.into_iter().map(|(_, value)| value).collect();
        assert_eq!(found, Ok(expected), "{pattern:?} {url}");
        assert!(url.parse::<http::Uri>().is_ok_and(|uri| uri.path() == url), "{url}");
    }
    assert!(built > 10_000, "only {built} values fit");
}
