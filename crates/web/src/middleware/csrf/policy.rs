//! Whether a request was made by a page of this app, by what its fields say.

use http::{Method, Uri};

/// What a request says of where it was made.
#[derive(Debug)]
pub(super) struct Evidence<'r> {
    pub(super) method: &'r Method,
    /// `Sec-Fetch-Site`.
    pub(super) fetch_site: Option<&'r str>,
    pub(super) origin: Option<&'r str>,
    pub(super) referer: Option<&'r str>,
    /// The scheme of the request itself, and its host, with a port or without.
    pub(super) scheme: &'r str,
    pub(super) host: &'r str,
    pub(super) has_cookies: bool,
}

/// What to do with a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    Pass,
    /// Its fields do not tell.
    AskForToken,
    /// For this reason.
    Refuse(&'static str),
}

pub(super) const OTHER_SITE: &str = "the request was made by a page of another site";

/// Judges a request in the order of the rules of [`Csrf`](super::Csrf).
pub(super) fn judge(evidence: &Evidence<'_>, trusted: &[String]) -> Verdict {
    if evidence.method.is_safe() {
        return Verdict::Pass;
    }
    let is_trusted = |origin: &str| trusted.iter().any(|known| known == origin);
    let is_fine = if let Some(site) = evidence.fetch_site {
        let is_own = site == "same-origin" || site == "none";
        is_own || evidence.origin.is_some_and(is_trusted)
    } else if let Some(origin) = evidence.origin {
        is_trusted(origin) || evidence.is_own(origin)
    } else if let Some(referer) = evidence.referer {
        let origin = origin_of(referer);
        origin.is_some_and(|o| is_trusted(&o) || evidence.is_own(&o))
    } else if evidence.has_cookies {
        return Verdict::AskForToken;
    } else {
        true
    };
    if is_fine { Verdict::Pass } else { Verdict::Refuse(OTHER_SITE) }
}

impl Evidence<'_> {
    fn is_own(&self, origin: &str) -> bool {
        !self.host.is_empty() && written(self.scheme, self.host) == origin
    }
}

/// The origin of an address.
fn origin_of(address: &str) -> Option<String> {
    let uri: Uri = address.parse().ok()?;
    let authority = uri.authority()?.as_str();
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    Some(written(uri.scheme_str()?, host))
}

/// An origin as browsers write it: in lower case, without the scheme's own port.
fn written(scheme: &str, host: &str) -> String {
    let own_port = if scheme == "https" { ":443" } else { ":80" };
    let host = host.strip_suffix(own_port).unwrap_or(host);
    format!("{scheme}://{host}").to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Site, origin, referer.
    type Said = (Option<&'static str>, Option<&'static str>, Option<&'static str>);

    fn judged(method: &Method, scheme: &str, host: &str, said: Said, has_cookies: bool) -> Verdict {
        let (fetch_site, origin, referer) = said;
        let evidence = Evidence { method, fetch_site, origin, referer, scheme, host, has_cookies };
        judge(&evidence, &["https://admin.test".into()])
    }

    #[test]
    fn what_a_browser_says_decides() {
        const REFUSED: Verdict = Verdict::Refuse(OTHER_SITE);
        let pass = Verdict::Pass;
        for (said, expected) in [
            ((Some("same-origin"), None, None), pass),
            ((Some("none"), None, None), pass),
            ((Some("same-site"), None, None), REFUSED),
            ((Some("cross-site"), None, None), REFUSED),
            ((Some(""), None, None), REFUSED),
            ((Some("Same-Origin"), None, None), REFUSED),
            // The one field that no page can change counts more than the others.
            ((Some("cross-site"), Some("http://shop.test"), None), REFUSED),
            ((Some("same-origin"), Some("null"), None), pass),
            ((Some("same-site"), Some("https://admin.test"), None), pass),
            ((Some("cross-site"), Some("https://admin.test"), None), pass),
            ((None, Some("http://shop.test"), None), pass),
            ((None, Some("https://admin.test"), None), pass),
            ((None, Some("https://shop.test"), None), REFUSED),
            ((None, Some("http://shop.test:8080"), None), REFUSED),
            ((None, Some("http://shop.test.evil.test"), None), REFUSED),
            ((None, Some("null"), None), REFUSED),
            ((None, Some(""), None), REFUSED),
            ((None, Some("null"), Some("http://shop.test/")), REFUSED),
            ((None, None, Some("http://shop.test/form?a=1")), pass),
            ((None, None, Some("http://Shop.Test:80/form")), pass),
            ((None, None, Some("https://admin.test/form")), pass),
            ((None, None, Some("http://shop.test@evil.test/")), REFUSED),
            ((None, None, Some("http://evil.test/http://shop.test/")), REFUSED),
            ((None, None, Some("/form")), REFUSED),
            ((None, None, Some("\u{e9}")), REFUSED),
        ] {
            for has_cookies in [true, false] {
                let found = judged(&Method::POST, "http", "shop.test", said, has_cookies);
                assert_eq!(found, expected, "{said:?}");
                let safe = judged(&Method::GET, "http", "shop.test", said, has_cookies);
                assert_eq!(safe, Verdict::Pass, "{said:?}");
            }
        }
    }

    #[test]
    fn who_says_nothing_needs_a_token_for_cookies() {
        let nothing = (None, None, None);
        let judged = |method, cookies| judged(method, "http", "shop.test", nothing, cookies);
        assert_eq!(judged(&Method::POST, true), Verdict::AskForToken);
        assert_eq!(judged(&Method::DELETE, true), Verdict::AskForToken);
        assert_eq!(judged(&Method::POST, false), Verdict::Pass);
        assert_eq!(judged(&Method::HEAD, true), Verdict::Pass);
    }

    #[test]
    fn the_own_origin_has_a_port_if_it_is_no_usual_one() {
        for (scheme, host, origin, is_own) in [
            ("http", "Shop.test:80", "http://shop.test", true),
            ("https", "shop.test:443", "https://shop.test", true),
            ("https", "shop.test:80", "https://shop.test", false),
            ("http", "[::1]:8080", "http://[::1]:8080", true),
            ("http", "shop.test:8080", "http://shop.test", false),
            ("http", "", "http://", false),
        ] {
            let said = (None, Some(origin), None);
            let verdict = judged(&Method::POST, scheme, host, said, true);
            assert_eq!(verdict == Verdict::Pass, is_own, "{scheme} {host}");
        }
    }
}
