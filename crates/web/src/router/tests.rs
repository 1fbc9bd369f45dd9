//! The router by table, and against a model that tries every pattern in order of precedence.

use super::*;

/// A table of patterns, each of which leads to its own text.
fn table(patterns: &[&str]) -> Router<String> {
    let mut router = Router::new();
    for text in patterns {
        *router.resource(&Pattern::parse(text).unwrap()) = (*text).to_owned();
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
        &["/a/<path:rest>", "/a/<name>", "/a/<int:id>", "/a/me"],
        &[
            ("/a/me", Some("/a/me")),
            ("/a/m%65", Some("/a/me")),
            ("/a/7", Some("/a/<int:id> 7")),
            ("/a/%37", Some("/a/<int:id> %37")),
            ("/a/18446744073709551615", Some("/a/<int:id> 18446744073709551615")),
            ("/a/18446744073709551616", Some("/a/<name> 18446744073709551616")),
            ("/a/-7", Some("/a/<name> -7")),
            ("/a/you", Some("/a/<name> you")),
            ("/a/x/y", Some("/a/<path:rest> x/y")),
            ("/a/me/", Some("/a/<path:rest> me/")),
            ("/a/", None),
            ("/a", None),
            ("/A/me", None),
        ],
    );
}

#[test]
fn a_branch_that_leads_nowhere_is_given_up() {
    check(
        &["/a/<x>/c", "/<y>/b/d", "/<int:n>/b/e", "/<path:rest>"],
        &[
            ("/a/b/c", Some("/a/<x>/c b")),
            ("/a/b/d", Some("/<y>/b/d a")),
            ("/1/b/d", Some("/<y>/b/d 1")),
            ("/1/b/e", Some("/<int:n>/b/e 1")),
            ("/a/b/f", Some("/<path:rest> a/b/f")),
        ],
    );
}

#[test]
fn a_slash_at_the_end_counts() {
    check(
        &["/", "/a", "/b/", "/<x>/c/"],
        &[
            ("/", Some("/")),
            ("/a", Some("/a")),
            ("/a/", None),
            ("/b/", Some("/b/")),
            ("/b", None),
            ("/x/c/", Some("/<x>/c/ x")),
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
        &["/гнездо", "/a b", "/a/b", "/f/<name>", "/t/<path:rest>"],
        &[
            ("/%D0%B3%D0%BD%D0%B5%D0%B7%D0%B4%D0%BE", Some("/гнездо")),
            ("/гнездо", Some("/гнездо")),
            ("/a%20b", Some("/a b")),
            ("/a+b", None),
            ("/a%2Fb", None),
            ("/f/a%2Fb", Some("/f/<name> a%2Fb")),
            ("/f/..", Some("/f/<name> ..")),
            ("/t/a%2Fb", None),
            ("/t/a/%2f", None),
            ("/t/a%252Fb/c", Some("/t/<path:rest> a%252Fb/c")),
            ("/t//a", None),
            ("/t/a//b", Some("/t/<path:rest> a//b")),
        ],
    );
    let router = table(&["/f/<name>"]);
    for path in ["/f/%", "/f/%4", "/f/%zz", "/f/%ff", "/%/f", "/f/x/y/%C0%AF"] {
        assert_eq!(find(&router, path), Err(NotFound::Undecodable), "{path}");
    }
}

#[test]
fn fitting_resources_are_shown_best_first() {
    let router = table(&["/<path:p>", "/<string:s>", "/<int:i>", "/7"]);
    let mut shown = Vec::new();
    let taken = router.find("/7", |pattern, _| {
        shown.push(pattern.clone());
        None::<()>
    });
    assert_eq!(taken, Err(NotFound::Missing));
    assert_eq!(shown, ["/7", "/<int:i>", "/<string:s>", "/<path:p>"]);
}

#[test]
fn each_resource_is_shown_at_most_once() {
    // Text or parameter at each of ten levels: all 1,024 patterns fit one path.
    let mut router: Router<String> = Router::new();
    for choice in 0..1_024_u32 {
        let segment = |level: u32| {
            if choice >> level & 1 == 0 { "/a".into() } else { format!("/<p{level}>") }
        };
        let text: String = (0..10).map(segment).collect();
        // Patterns have no more than eight parameters.
        if let Ok(pattern) = Pattern::parse(&text) {
            *router.resource(&pattern) = text;
        }
    }
    let mut shown = std::collections::HashSet::new();
    let taken = router.find(&"/a".repeat(10), |pattern, _| {
        assert!(shown.insert(pattern), "{pattern} again");
        None::<()>
    });
    assert_eq!(taken, Err(NotFound::Missing));
    assert_eq!(shown.len(), 1_024 - 10 - 1);
}

#[test]
fn the_search_is_no_deeper_than_the_table() {
    let router = table(&["/<a>/<b>/<c>", "/x/<path:p>"]);
    assert_eq!(find(&router, &"/x".repeat(30_000)).unwrap().len(), "/x/<path:p> ".len() + 59_997);
    assert_eq!(find(&router, &"/y".repeat(30_000)), Err(NotFound::Missing));
}

/// Digits of a generator that is the same in every run (SplitMix64).
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((z ^ (z >> 31)) % sides as u64) as usize
    }

    fn path(&mut self, segments: &[&str]) -> String {
        (0..=self.roll(4)).map(|_| format!("/{}", segments[self.roll(segments.len())])).collect()
    }
}

/// The order in which the model tries patterns: by the kinds of their segments.
fn rank(pattern: &Pattern) -> Vec<u8> {
    let kind = |segment: &Segment| match segment {
        Segment::Text(_) => 0,
        Segment::Parameter(Converter::Int) => 1,
        Segment::Parameter(Converter::String) => 2,
        Segment::Parameter(Converter::Path) => 3,
    };
    pattern.segments.iter().map(kind).collect()
}

/// Whether a pattern fits a path, decided segment by segment.
fn fits(pattern: &Pattern, path: &str) -> bool {
    let mut rest = path.split('/').skip(1);
    for segment in &pattern.segments {
        let Some(raw) = rest.next() else { return false };
        let text = percent::decode(raw).unwrap();
        let fits = match segment {
            Segment::Text(fixed) => **fixed == *text,
            Segment::Parameter(Converter::Int) => {
                !text.is_empty()
                    && text.bytes().all(|o| o.is_ascii_digit())
                    && text.parse::<u64>().is_ok()
            }
            Segment::Parameter(Converter::String) => !text.is_empty(),
            Segment::Parameter(Converter::Path) => {
                let tail: Vec<&str> = std::iter::once(raw).chain(rest.by_ref()).collect();
                return !raw.is_empty()
                    && tail.iter().all(|s| !percent::decode(s).unwrap().contains('/'));
            }
        };
        if !fits {
            return false;
        }
    }
    rest.next().is_none()
}

/// The pattern with each `NAME` in it replaced by a name of its own.
fn named(pattern: &str) -> String {
    let pieces = pattern.split("NAME").enumerate();
    pieces.map(|(i, piece)| if i == 0 { piece.into() } else { format!("n{i}{piece}") }).collect()
}

#[test]
fn agrees_with_a_model_that_tries_every_pattern() {
    const IN_PATTERNS: [&str; 6] = ["a", "b", "7", "<int:NAME>", "<NAME>", "<path:NAME>"];
    const IN_PATHS: [&str; 10] =
        ["a", "b", "7", "%61", "x", "42", "", "a%2Fb", "99999999999999999999", ".."];
    let mut dice = Dice(1);
    for _ in 0..2_000 {
        let texts: Vec<String> = (0..8).map(|_| named(&dice.path(&IN_PATTERNS))).collect();
        let mut patterns: Vec<Pattern> =
            texts.iter().filter_map(|t| Pattern::parse(t).ok()).collect();
        patterns.sort_by_key(rank);
        let mut router: Router<Vec<u8>> = Router::new();
        for pattern in &patterns {
            *router.resource(pattern) = format!("{:?}", pattern.segments).into_bytes();
        }
        for _ in 0..20 {
            let path = dice.path(&IN_PATHS);
            let expected =
                patterns.iter().find(|p| fits(p, &path)).map(|p| format!("{:?}", p.segments));
            let found = router.find(&path, |r, _| Some(String::from_utf8(r.clone()).unwrap()));
            assert_eq!(found.ok(), expected, "{path} in {texts:?}");
        }
    }
}

#[test]
fn any_path_is_answered() {
    const OCTETS: &[char] = &['/', '%', '2', 'F', 'f', 'a', '.', '<', '-', '\0', 'é', '*', '9'];
    let router = table(&["/", "/a", "/<int:i>/a", "/<s>/<t>", "/f/<path:p>"]);
    let mut dice = Dice(2);
    for _ in 0..50_000 {
        let path: String = (0..dice.roll(24)).map(|_| OCTETS[dice.roll(OCTETS.len())]).collect();
        let _ = find(&router, &path);
    }
}
