//! Any text is a pattern or an error, and any path is answered; what is found has as many values
//! as its pattern, and the URL that is built of them is found again by that pattern.
#![no_main]

use gnezdo_web::routing::{Captures, Converters, Pattern, Router};
use libfuzzer_sys::fuzz_target;

// Patterns are lines; the last line is the path. A pattern is for a mount if `+` is before it.
fuzz_target!(|text: &str| {
    let (patterns, path) = text.rsplit_once('\n').unwrap_or(("", text));
    let mut router = Router::<Option<Pattern>>::new();
    for line in patterns.lines() {
        let (line, is_mount) = line.strip_prefix('+').map_or((line, false), |line| (line, true));
        let Ok(pattern) = Pattern::parse(line, &Converters::new()) else { continue };
        let resource = match is_mount {
            false => Some(router.resource(&pattern)),
            true => router.mount(&pattern).ok(),
        };
        resource.into_iter().for_each(|resource| *resource = Some(pattern.clone()));
    }
    let _ = router.find(path, |pattern, captures| {
        judge(pattern.as_ref()?, path, captures);
        None::<()>
    });
    if let Some((other, ())) = router.with_other_slash(path, |_, _| Some(())) {
        assert_eq!(other.trim_end_matches('/'), path.trim_end_matches('/'));
    }
});

fn judge(pattern: &Pattern, path: &str, captures: &Captures) {
    let names = pattern.parameters().map(|(name, _)| name);
    let values: Vec<_> =
        names.enumerate().map(|(at, name)| (name, captures.value(path, at).unwrap())).collect();
    assert_eq!(captures.raw(path, values.len()), None);
    if let Some(rest) = captures.rest() {
        assert!(matches!(path.as_bytes()[rest..].first(), None | Some(b'/')));
        return;
    }
    let Ok(url) = pattern.url(&values) else { return };
    let mut router = Router::new();
    *router.resource(pattern) = ();
    let found =
        router.find(&url, |(), captures| {
            Some(values.iter().enumerate().all(|(at, (_, value))| {
                captures.value(&url, at).is_some_and(|found| found == *value)
            }))
        });
    assert_eq!(found, Ok(true), "{url}");
}
