//! A table of 1,000 routes as a large API has them, and paths for each.
//!
//! Forty resources with twenty-four routes each, and forty pages:
//!
//! ```text
//! /api/v1/RESOURCE                          /api/v1/RESOURCE/{id}/SUB
//! /api/v1/RESOURCE/{id}                     /api/v1/RESOURCE/{id}/SUB/{sub_id}
//! /api/v1/RESOURCE/ACTION                   /PAGE, /GROUP/PAGE
//! ```

use gnezdo_testkit::Chance;

/// How many routes there are.
pub(crate) const ROUTES: usize = 1_000;

/// How many paths are looked up in a round; each route has as many as the others, or one more.
pub(crate) const PATHS: usize = 8_192;

const RESOURCES: &str = "\
    accounts addresses articles audits books branches builds carts categories channels \
    comments commits contacts coupons customers devices documents employees events files \
    groups images invoices issues jobs labels locations messages milestones notifications \
    orders organisations payments products projects releases reports reviews shipments users";

const SUBS: &str = "\
    attachments comments events history labels links members notes permissions";

const ACTIONS: &str = "\
    count export import search";

const PAGES: &str = "\
    / /about /about/press /about/team /account /account/login /account/logout \
    /account/register /account/settings /account/settings/keys /account/settings/profile /blog \
    /blog/archive /blog/feed.xml /careers /contact /contact/sales /contact/support /cookies \
    /docs /docs/api /docs/api/errors /docs/api/limits /docs/guides /docs/guides/install \
    /docs/guides/upgrade /download /favicon.ico /features /health /imprint /metrics /pricing \
    /privacy /robots.txt /security /sitemap.xml /status /terms /tour";

/// All patterns. Parameters are written alike in both routers.
pub(crate) fn patterns() -> Vec<String> {
    let mut patterns: Vec<String> = words(PAGES).map(Into::into).collect();
    for resource in words(RESOURCES) {
        let all = format!("/api/v1/{resource}");
        let one = format!("{all}/{{id}}");
        patterns.extend([all.clone(), one.clone()]);
        patterns.extend(words(ACTIONS).map(|action| format!("{all}/{action}")));
        for sub in words(SUBS) {
            patterns.extend([format!("{one}/{sub}"), format!("{one}/{sub}/{{sub_id}}")]);
        }
    }
    assert_eq!(patterns.len(), ROUTES);
    patterns
}

fn words(text: &'static str) -> impl Iterator<Item = &'static str> {
    text.split(' ')
}

/// Paths in the order of chance, each with the index of the pattern that it fits.
pub(crate) fn paths(patterns: &[String]) -> Vec<(usize, String)> {
    let mut chance = Chance::new(1);
    let mut paths: Vec<_> = (0..PATHS)
        .map(|at| at % patterns.len())
        .map(|index| (index, filled(&patterns[index], &mut chance)))
        .collect();
    for at in (1..paths.len()).rev() {
        paths.swap(at, chance.below(at + 1));
    }
    paths
}

/// A path that fits a pattern.
fn filled(pattern: &str, chance: &mut Chance) -> String {
    let segments = pattern.split('/').map(|segment| match segment.starts_with('{') {
        true => value(chance),
        false => segment.to_owned(),
    });
    segments.collect::<Vec<_>>().join("/")
}

/// A value as they occur: mostly numbers of any length, sometimes words or UUIDs.
fn value(chance: &mut Chance) -> String {
    let number = chance.below(usize::MAX);
    match chance.below(8) {
        0 => format!("{number:08x}-0000-4000-8000-{number:012x}"),
        1 | 2 => format!("name-{}", number % 10_000),
        _ => (number % 10_usize.pow(1 + chance.below(7) as u32)).to_string(),
    }
}
