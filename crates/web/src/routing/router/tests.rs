//! The router by table.

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use gnezdo_testkit::Chance;

use super::*;
use crate::routing::Converters;

fn parse(text: &str) -> Pattern {
    Pattern::parse(text, &Converters::new()).unwrap()
}

/// A table of patterns, each of which leads to its own text.
fn table(patterns: &[&str]) -> Router<String> {
    let mut router = Router::new();
    for text in patterns {
        *router.resource(&parse(text)) = (*text).to_owned();
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
fn long_texts_that_begin_and_end_alike_are_told_apart() {
    check(
        &["/abcdefgh-1-abcdefgh", "/abcdefgh-2-abcdefgh", "/{x}"],
        &[
            ("/abcdefgh-1-abcdefgh", Some("/abcdefgh-1-abcdefgh")),
            ("/abcdefgh-2-abcdefgh", Some("/abcdefgh-2-abcdefgh")),
            ("/abcdefgh-%32-abcdefgh", Some("/abcdefgh-2-abcdefgh")),
            ("/abcdefgh-3-abcdefgh", Some("/{x} abcdefgh-3-abcdefgh")),
            ("/abcdefgh-%33-abcdefgh", Some("/{x} abcdefgh-%33-abcdefgh")),
        ],
    );
}

#[test]
fn fitting_resources_are_shown_best_first() {
    let converters = Converters::new().with("zebra", |text| text != "8").unwrap();
    let converters = converters.with("ape", |text| text != "9").unwrap();
    let mut router = Router::<String>::new();
    let patterns = "/{p:path} /{s:str} /{a:ape} /{z:zebra} /{u:uuid} /{f:float} /{i:int} /7";
    for text in patterns.split(' ') {
        *router.resource(&Pattern::parse(text, &converters).unwrap()) = text.into();
    }
    let shown = |path: &str| {
        let mut shown = Vec::new();
        let taken = router.find(path, |pattern, _| {
            shown.push(pattern.as_str());
            None::<()>
        });
        assert_eq!(taken, Err(NotFound::Missing));
        shown.join(" ")
    };
    assert_eq!(shown("/7"), "/7 /{i:int} /{f:float} /{z:zebra} /{a:ape} /{s:str} /{p:path}");
    assert_eq!(shown("/8"), "/{i:int} /{f:float} /{a:ape} /{s:str} /{p:path}");
    assert_eq!(shown("/9"), "/{i:int} /{f:float} /{z:zebra} /{s:str} /{p:path}");
    assert_eq!(shown("/-9.5"), "/{f:float} /{z:zebra} /{a:ape} /{s:str} /{p:path}");
    assert_eq!(
        shown("/f81d4fae-7dec-11d0-a765-00A0C91E6BF6"),
        "/{u:uuid} /{z:zebra} /{a:ape} /{s:str} /{p:path}"
    );
    assert_eq!(shown("/7/8"), "/{p:path}");
}

#[test]
fn converters_of_one_name_from_two_collections_are_two() {
    let only = |text: &'static str| Converters::new().with("only", move |t| t == text).unwrap();
    let mut router = Router::<&str>::new();
    *router.resource(&Pattern::parse("/{x:only}", &only("a")).unwrap()) = "first";
    *router.resource(&Pattern::parse("/{x:only}", &only("b")).unwrap()) = "second";
    assert_eq!(router.find("/a", |found, _| Some(*found)), Ok("first"));
    assert_eq!(router.find("/b", |found, _| Some(*found)), Ok("second"));
}

#[test]
fn mounts_take_their_prefix_and_all_below_it() {
    let mut router = table(&["/static/{name}", "/{page}"]);
    for prefix in ["/static", "/static/deep/{n:int}/", "/{any}/deep", "/a b"] {
        *router.mount(&parse(prefix)).unwrap() = format!("mount {prefix}");
    }
    let cases = [
        ("/static", "/{page} static"),
        ("/static/", "mount /static + /"),
        ("/static/site.css", "/static/{name} site.css"),
        ("/static/css/site.css", "mount /static + /css/site.css"),
        ("/static//x", "mount /static + //x"),
        ("/static/deep/7", "mount /static/deep/{n:int}/ 7 + "),
        ("/static/deep/7/x", "mount /static/deep/{n:int}/ 7 + /x"),
        ("/static/deep/x/x", "mount /{any}/deep static + /x/x"),
        ("/a%20b/%63", "mount /a b + /%63"),
        ("/stati%63/a/%ff", "mount /static + /a/%ff"),
        ("/%ff/deep", "Undecodable"),
        ("/staticx/y", "Missing"),
    ];
    for (path, expected) in cases {
        let found = router.find(path, |name, captures| {
            let values = (0..).map_while(|i| captures.raw(path, i));
            let mut found = values.fold(name.clone(), |found, value| format!("{found} {value}"));
            if let Some(rest) = captures.rest() {
                found = format!("{found} + {}", &path[rest..]);
            }
            Some(found)
        });
        assert_eq!(found.unwrap_or_else(|error| format!("{error:?}")), expected, "{path}");
    }
}

#[test]
fn a_mount_at_the_root_takes_what_nobody_took() {
    let mut router = table(&["/a"]);
    *router.mount(&parse("/")).unwrap() = "root".into();
    let found = |path: &str| {
        router.find(path, |name, captures| Some((name.as_str(), captures.rest()))).ok()
    };
    assert_eq!(found("/a"), Some(("/a", None)));
    for path in ["/", "//", "/a/", "/b/c", "/%ff"] {
        assert_eq!(found(path), Some(("root", Some(0))), "{path}");
    }
    assert_eq!(found("*"), None);
}

#[test]
fn a_mount_has_no_path_parameter() {
    let error = Router::<()>::new().mount(&parse("/a/{rest:path}")).unwrap_err();
    assert_eq!(error, PatternError::PathInPrefix { at: 3 });
}

#[test]
fn the_other_slash_leads_to_what_is_there() {
    let mut router = table(&["/", "/a", "/b/", "/c/{x}/", "/d/{rest:path}", "/{x}/"]);
    *router.mount(&parse("/m")).unwrap() = "mount".into();
    let cases = [
        ("/a/", Some(("/a", "/a"))),
        ("/b", Some(("/b/", "/b/"))),
        ("/c/%20", Some(("/c/%20/", "/c/{x}/"))),
        ("/d/e/", Some(("/d/e", "/d/{rest:path}"))),
        ("/%5Cexample.org", Some(("/%5Cexample.org/", "/{x}/"))),
        ("/", None),
        ("//", None),
        ("//example.org", None),
        ("/\\example.org", None),
        ("/c/x/y", None),
        ("/m/x/", None),
        ("/%ff", None),
        ("*", None),
        ("", None),
    ];
    for (path, expected) in cases {
        let found = router.with_other_slash(path, |name, _| Some(name.as_str()));
        assert_eq!(found.as_ref().map(|(other, name)| (&**other, *name)), expected, "{path}");
    }
    assert_eq!(router.with_other_slash("/a/", |_, _| None::<()>), None);
}

#[test]
fn a_path_has_a_longest() {
    let mut router = table(&["/{rest:path}"]);
    *router.mount(&parse("/")).unwrap() = "mount".into();
    let path = |len: usize| format!("/{}", "a".repeat(len - 1));
    let found = |path: &str| router.find(path, |_, _| Some(()));
    assert_eq!(found(&path(PATH_BYTES_MAX)), Ok(()));
    assert_eq!(found(&path(PATH_BYTES_MAX + 1)), Err(NotFound::Missing));
    let router = table(&["/{x}/"]);
    let slash = |path: &str| router.with_other_slash(path, |_, _| Some(())).is_some();
    assert!(slash(&path(PATH_BYTES_MAX - 1)));
    assert!(!slash(&path(PATH_BYTES_MAX)));
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
        let pattern = parse(&text);
        *router.resource(&pattern) = text;
    }
    let mut shown = HashSet::new();
    let taken = router.find(&"/a".repeat(10), |pattern, _| {
        assert!(shown.insert(pattern), "{pattern} again");
        None::<()>
    });
    assert_eq!(taken, Err(NotFound::Missing));
    assert_eq!(shown.len(), 1_024);
}

/// A table in which text, a counted converter and `str` lead on from each node of six levels,
/// so that every search for `/a/a/…` that finds nothing tries all there is.
fn costly(steps: &Arc<AtomicUsize>, add: impl Fn(&mut Router<()>, &Pattern)) -> Router<()> {
    let steps = Arc::clone(steps);
    let counted = move |_: &str| steps.fetch_add(1, Ordering::Relaxed) < usize::MAX;
    let converters = Converters::new().with("counted", counted).unwrap();
    let mut router = Router::new();
    for choice in 0..3_usize.pow(6) {
        let segment = |level: u32| match choice / 3_usize.pow(level) % 3 {
            0 => "/a".to_owned(),
            1 => format!("/{{p{level}:counted}}"),
            _ => format!("/{{p{level}}}"),
        };
        let text: String = (0..6).map(segment).collect();
        add(&mut router, &Pattern::parse(&text, &converters).unwrap());
    }
    router
}

/// How many nodes [`costly`] makes that have a counted parameter: one, three, nine and so on.
const COSTLY_NODES: usize = (3_usize.pow(6) - 1) / 2;

#[test]
fn no_path_costs_more_than_the_table_has_nodes() {
    let steps = Arc::new(AtomicUsize::new(0));
    let router = costly(&steps, |router, pattern| *router.resource(pattern) = ());
    for (segments, most) in [(6, COSTLY_NODES), (7, COSTLY_NODES), (5, 121), (30_000, COSTLY_NODES)]
    {
        steps.store(0, Ordering::Relaxed);
        let taken = router.find(&"/a".repeat(segments), |(), _| None::<()>);
        assert_eq!(taken, Err(NotFound::Missing));
        assert_eq!(steps.load(Ordering::Relaxed), most, "{segments} segments");
    }
}

#[test]
fn mounts_cost_that_once_for_each_prefix_that_may_be_theirs() {
    let steps = Arc::new(AtomicUsize::new(0));
    let router = costly(&steps, |router, prefix| *router.mount(prefix).unwrap() = ());
    let taken = router.find(&"/a".repeat(30_000), |(), _| None::<()>);
    assert_eq!(taken, Err(NotFound::Missing));
    // Of six segments, of five, and so on: in each the nodes of all levels but those below.
    let most: usize = (1..=6).map(|levels| (3_usize.pow(levels) - 1) / 2).sum();
    assert_eq!(steps.load(Ordering::Relaxed), most);
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
