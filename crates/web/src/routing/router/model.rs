//! The router against a model that tries every pattern in the order of precedence.

use gnezdo_testkit::Chance;

use super::*;
use crate::routing::Converters;

/// What is shown for a path: the shape of the pattern, its values, and where the rest begins.
type Shown = (String, Vec<String>, Option<usize>);

/// A pattern as the model has it: the kind of each segment, and its text.
#[derive(Clone, PartialEq)]
struct Shape(Vec<(usize, String)>);

/// The kinds of segments in the order of precedence; one's own converters are added as here.
const KINDS: [&str; 8] = ["text", "int", "float", "uuid", "even", "ab", "str", "path"];

fn converters() -> Converters {
    let with_even = Converters::new().with("even", |text| text.len().is_multiple_of(2)).unwrap();
    with_even.with("ab", |text| text.contains(['a', 'b'])).unwrap()
}

impl Shape {
    fn of(pattern: &Pattern) -> Self {
        let mut parameters = pattern.parameters();
        let segment = |piece: &str| match piece.starts_with('{') {
            false => (0, piece.to_owned()),
            true => {
                let (_, converter) = parameters.next().unwrap();
                (KINDS.iter().position(|kind| *kind == converter).unwrap(), String::new())
            }
        };
        Self(pattern.text().split('/').skip(1).map(segment).collect())
    }

    fn prefix(mut self) -> Self {
        self.0.pop_if(|last| last == &(0, String::new()));
        self
    }

    fn kinds(&self) -> Vec<usize> {
        self.0.iter().map(|(kind, _)| *kind).collect()
    }

    /// The values of the parameters, if the shape fits these segments of a path.
    fn values(&self, segments: &[&str]) -> Option<Vec<String>> {
        let mut values = Vec::new();
        for (index, (kind, text)) in self.0.iter().enumerate() {
            let raw = *segments.get(index)?;
            let decoded = percent::decode(raw).unwrap();
            match KINDS[*kind] {
                "text" if *text == *decoded => {}
                "path" if !raw.is_empty() => {
                    let rest = segments[index..].join("/");
                    let has_slash = rest.to_ascii_lowercase().contains("%2f");
                    values.push(rest);
                    return (!has_slash).then_some(values);
                }
                kind if takes(kind, &decoded) => values.push(raw.to_owned()),
                _ => return None,
            }
        }
        (segments.len() == self.0.len()).then_some(values)
    }
}

fn takes(kind: &str, text: &str) -> bool {
    let is_digits = |text: &str| !text.is_empty() && text.bytes().all(|o| o.is_ascii_digit());
    match kind {
        "int" => is_digits(text) && text.parse::<u64>().is_ok(),
        "float" => {
            let number = text.strip_prefix('-').unwrap_or(text);
            number.split('.').all(is_digits) && number.split('.').count() < 3
        }
        "uuid" => text.len() == 36,
        "even" => !text.is_empty() && text.len().is_multiple_of(2),
        "ab" => text.contains(['a', 'b']),
        "str" => !text.is_empty(),
        _ => false,
    }
}

/// What the model shows for a path.
fn expected(routes: &[Shape], mounts: &[Shape], path: &str) -> Vec<Shown> {
    let segments: Vec<&str> = path.split('/').skip(1).collect();
    let mut shown = Vec::new();
    let mut routes = routes.to_vec();
    routes.sort_by_key(Shape::kinds);
    for shape in routes {
        if let Some(values) = shape.values(&segments) {
            shown.push((format!("{:?}", shape.0), values, None));
        }
    }
    let mut mounts = mounts.to_vec();
    mounts.sort_by_key(|mount| (usize::MAX - mount.0.len(), mount.kinds()));
    for shape in mounts.iter().filter(|shape| shape.0.len() <= segments.len()) {
        let prefix = &segments[..shape.0.len()];
        if let Some(values) = shape.values(prefix) {
            let rest = prefix.iter().map(|segment| segment.len() + 1).sum();
            shown.push((format!("{:?}", shape.0), values, Some(rest)));
        }
    }
    shown
}

fn shown(router: &Router<String>, path: &str) -> Vec<Shown> {
    let mut shown = Vec::new();
    let taken = router.find(path, |shape, captures| {
        let values = (0..).map_while(|i| captures.raw(path, i)).map(Into::into).collect();
        shown.push((shape.clone(), values, captures.rest()));
        None::<()>
    });
    assert_eq!(taken, Err(NotFound::Missing));
    shown
}

fn path(chance: &mut Chance, segments: &[&str]) -> String {
    let segment = |chance: &mut Chance| segments[chance.below(segments.len())];
    (0..=chance.below(4)).map(|_| format!("/{}", segment(chance))).collect()
}

/// The pattern with each `NAME` in it replaced by a name of its own.
fn named(pattern: &str) -> String {
    let pieces = pattern.split("NAME").enumerate();
    pieces.map(|(i, piece)| if i == 0 { piece.into() } else { format!("n{i}{piece}") }).collect()
}

const IN_PATTERNS: [&str; 14] = [
    "a",
    "ab",
    "abc",
    "b",
    "é",
    "7",
    "",
    "{NAME:int}",
    "{NAME:float}",
    "{NAME:uuid}",
    "{NAME:even}",
    "{NAME:ab}",
    "{NAME}",
    "{NAME:path}",
];

const IN_PATHS: [&str; 18] = [
    "a",
    "ab",
    "abc",
    "b",
    "%C3%A9",
    "é",
    "7",
    "%37",
    "a%62",
    "x",
    "-1.5",
    "",
    "a%2Fb",
    "%2f",
    "99999999999999999999",
    "f81d4fae-7dec-11d0-a765-00a0c91e6bf6",
    "f81d4fae-7dec-11d0-a765-00a0c91e6bf%36",
    "..",
];

#[test]
fn agrees_with_the_model() {
    let converters = converters();
    let mut chance = Chance::new(1);
    for _ in 0..2_000 {
        let mut router = Router::<String>::new();
        let (mut routes, mut mounts) = (Vec::new(), Vec::new());
        for _ in 0..12 {
            let text = named(&path(&mut chance, &IN_PATTERNS));
            let Ok(pattern) = Pattern::parse(&text, &converters) else { continue };
            let mut shape = Shape::of(&pattern);
            let shapes = match chance.below(4) {
                0 if router.mount(&pattern).is_ok() => {
                    shape = shape.prefix();
                    *router.mount(&pattern).unwrap() = format!("{:?}", shape.0);
                    &mut mounts
                }
                _ => {
                    *router.resource(&pattern) = format!("{:?}", shape.0);
                    &mut routes
                }
            };
            if !shapes.contains(&shape) {
                shapes.push(shape);
            }
        }
        for _ in 0..20 {
            let path = path(&mut chance, &IN_PATHS);
            assert_eq!(shown(&router, &path), expected(&routes, &mounts, &path), "{path}");
        }
    }
}
