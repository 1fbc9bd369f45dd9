//! The router by table.

use gnezdo_testkit::Chance;

use super::*;
use crate::routing::Converters;

/// A table of patterns, each of which leads to its own text.
fn table(patterns: &[&str]) -> Router<String> {
    let mut router = Router::new();
    for text in patterns {
        *router.resource(&Pattern::parse(text, &Converters::new()).unwrap()) = (*text).to_owned();
    }
    router
}

/// The pattern that is found, with its values as they stand in the path.
fn find(router: &Router<String>, path: &str) -> Result<String, NotFound> {
    router.find(path, |pattern, captures| {
        let values = (0..).map_while(|i| captures.raw(path, i));
        Some(values.fold(pattern.clone(), |found, value| format!("{found} {value}")))
    })
}

fn check(patterns: &[&str], cases: &[(&str, Option<&str>)]) {
    let router = table(patterns);
    for (path, found) in cases {
        assert_eq!(find(&router, path).ok().as_deref(), *found, "{path}");
    }
}

#[test]
fn text_wins_over_int_over_string_over_path() {
    check(
        &["/a/{rest:path}", "/a/{name}", "/a/{id:int}", "/a/me"],
        &[
            ("/a/me", Some("/a/me")),
            ("/a/m%65", Some("/a/me")),
            ("/a/7", Some("/a/{id:int} 7")),
            ("/a/%37", Some("/a/{id:int} %37")),
            ("/a/18446744073709551615", Some("/a/{id:int} 18446744073709551615")),
            ("/a/18446744073709551616", Some("/a/{name} 18446744073709551616")),
            ("/a/-7", Some("/a/{name} -7")),
            ("/a/you", Some("/a/{name} you")),
            ("/a/x/y", Some("/a/{rest:path} x/y")),
            ("/a/me/", Some("/a/{rest:path} me/")),
            ("/a/", None),
            ("/a", None),
            ("/A/me", None),
        ],
    );
}

#[test]
fn a_branch_that_leads_nowhere_is_given_up() {
    check(
        &["/a/{x}/c", "/{y}/b/d", "/{n:int}/b/e", "/{rest:path}"],
        &[
            ("/a/b/c", Some("/a/{x}/c b")),
            ("/a/b/d", Some("/{y}/b/d a")),
            ("/1/b/d", Some("/{y}/b/d 1")),
            ("/1/b/e", Some("/{n:int}/b/e 1")),
            ("/a/b/f", Some("/{rest:path} a/b/f")),
        ],
    );
}

#[test]
fn a_slash_at_the_end_counts() {
    check(
        &["/", "/a", "/b/", "/{x}/c/"],
        &[
            ("/", Some("/")),
            ("/a", Some("/a")),
            ("/a/", None),
            ("/b/", Some("/b/")),
            ("/b", None),
            ("/x/c/", Some("/{x}/c/ x")),
            ("/x/c", None),
            ("//", None),
            ("//c/", None),
            ("", None),
            ("*", None),
        ],
    );
}

#[test]
fn segments_are_decoded_after_the_split() {
    check(
        &["/гнездо", "/a b", "/a/b", "/f/{name}", "/t/{rest:path}"],
        &[
            ("/%D0%B3%D0%BD%D0%B5%D0%B7%D0%B4%D0%BE", Some("/гнездо")),
            ("/гнездо", Some("/гнездо")),
            ("/a%20b", Some("/a b")),
            ("/a+b", None),
            ("/a%2Fb", None),
            ("/f/a%2Fb", Some("/f/{name} a%2Fb")),
            ("/f/..", Some("/f/{name} ..")),
            ("/t/a%2Fb", None),
            ("/t/a/%2f", None),
            ("/t/a%252Fb/c", Some("/t/{rest:path} a%252Fb/c")),
            ("/t//a", None),
            ("/t/a//b", Some("/t/{rest:path} a//b")),
        ],
    );
    let router = table(&["/f/{name}"]);
    for path in ["/f/%", "/f/%4", "/f/%zz", "/f/%ff", "/%/f", "/f/x/y/%C0%AF"] {
        assert_eq!(find(&router, path), Err(NotFound::Undecodable), "{path}");
    }
}

#[test]
fn fitting_resources_are_shown_best_first() {
    let router = table(&["/{p:path}", "/{s:str}", "/{i:int}", "/7"]);
    let mut shown = Vec::new();
    let taken = router.find("/7", |pattern, _| {
        shown.push(pattern.clone());
        None::<()>
    });
    assert_eq!(taken, Err(NotFound::Missing));
    assert_eq!(shown, ["/7", "/{i:int}", "/{s:str}", "/{p:path}"]);
}

#[test]
fn each_resource_is_shown_at_most_once() {
    // Text or parameter at each of ten levels: all 1,024 patterns fit one path.
    let mut router: Router<String> = Router::new();
    for choice in 0..1_024_u32 {
        let segment = |level: u32| {
            if choice >> level & 1 == 0 { "/a".into() } else { format!("/{{p{level}}}") }
        };
        let text: String = (0..10).map(segment).collect();
        // Patterns have no more than twelve parameters, but all have a name.
        if let Ok(pattern) = Pattern::parse(&text, &Converters::new()) {
            *router.resource(&pattern) = text;
        }
    }
    let mut shown = std::collections::HashSet::new();
    let taken = router.find(&"/a".repeat(10), |pattern, _| {
        assert!(shown.insert(pattern), "{pattern} again");
        None::<()>
    });
    assert_eq!(taken, Err(NotFound::Missing));
    assert_eq!(shown.len(), 1_024);
}

#[test]
fn the_search_is_no_deeper_than_the_table() {
    let router = table(&["/{a}/{b}/{c}", "/x/{p:path}"]);
    assert_eq!(find(&router, &"/x".repeat(30_000)).unwrap().len(), "/x/{p:path} ".len() + 59_997);
    assert_eq!(find(&router, &"/y".repeat(30_000)), Err(NotFound::Missing));
}

#[test]
fn any_path_is_answered() {
    const OCTETS: &[char] = &['/', '%', '2', 'F', 'f', 'a', '.', '<', '-', '\0', 'é', '*', '9'];
    let router = table(&["/", "/a", "/{i:int}/a", "/{s}/{t}", "/f/{p:path}"]);
    let mut chance = Chance::new(2);
    for _ in 0..50_000 {
        let path: String =
            (0..chance.below(24)).map(|_| OCTETS[chance.below(OCTETS.len())]).collect();
        let _ = find(&router, &path);
    }
}
