//! Where a redirect leads, and with which request (RFC 9110 §15.4).

use http::uri::Scheme;
use http::{Method, StatusCode};

/// How many redirects are followed: 10, more than a site needs, and few enough to see a loop.
pub(super) const REDIRECTS_MAX: usize = 10;

/// Whether a request goes where it is sent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Redirects {
    #[default]
    Shown,
    Followed,
}

/// What becomes of a request that is sent elsewhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Onward {
    /// It goes there as it is.
    Same,
    /// It becomes a GET, and leaves its content behind.
    Get,
}

/// What becomes of a request that is answered with this status; `None` if it is not sent elsewhere.
pub(super) fn onward(status: StatusCode, method: &Method) -> Option<Onward> {
    match status.as_u16() {
        307 | 308 => Some(Onward::Same),
        // Browsers turn POST into GET, and leave other methods alone.
        301 | 302 if method == Method::POST => Some(Onward::Get),
        301 | 302 => Some(Onward::Same),
        303 if method == Method::HEAD => Some(Onward::Same),
        303 => Some(Onward::Get),
        _ => None,
    }
}

/// The target of a `Location`, seen from a request: a URL, or a path with its query.
pub(super) fn resolve(location: &str, scheme: &Scheme, path: &str) -> String {
    let location = location.split('#').next().unwrap_or_default();
    let is_scheme = |text: &str| text.bytes().all(|octet| octet.is_ascii_alphanumeric());
    let is_url = location.split_once("://").is_some_and(|(start, _)| is_scheme(start));
    if is_url || (location.starts_with('/') && !location.starts_with("//")) {
        return location.to_owned();
    }
    if location.is_empty() || location.starts_with('?') {
        return format!("{path}{location}");
    }
    if location.starts_with("//") {
        return format!("{scheme}:{location}");
    }
    let (relative, query) = match location.find('?') {
        Some(at) => location.split_at(at),
        None => (location, ""),
    };
    let folder = &path[..path.rfind('/').map_or(0, |slash| slash + 1)];
    format!("{}{query}", without_dots(&format!("{folder}{relative}")))
}

/// RFC 3986 §5.2.4.
fn without_dots(path: &str) -> String {
    let mut segments = Vec::new();
    let mut parts = path.split('/').skip(1).peekable();
    while let Some(segment) = parts.next() {
        let is_last = parts.peek().is_none();
        match segment {
            "." | ".." => {
                if segment == ".." {
                    segments.pop();
                }
                if is_last {
                    segments.push("");
                }
            }
            segment => segments.push(segment),
        }
    }
    format!("/{}", segments.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn locations_are_seen_from_the_request() {
        for (location, expected) in [
            ("/c", "/c"),
            ("/c?d=//e#f", "/c?d=//e"),
            ("https://b.test/c", "https://b.test/c"),
            ("//b.test/c", "https://b.test/c"),
            ("c", "/a/c"),
            ("c?next=http://x/", "/a/c?next=http://x/"),
            ("../c", "/c"),
            ("../../c", "/c"),
            ("./", "/a/"),
            ("..", "/"),
            ("?page=2", "/a/b?page=2"),
            ("", "/a/b"),
        ] {
            assert_eq!(resolve(location, &Scheme::HTTPS, "/a/b"), expected, "{location}");
        }
    }

    #[test]
    fn the_status_decides_about_the_method() {
        for (status, method, expected) in [
            (303, Method::POST, Some(Onward::Get)),
            (303, Method::HEAD, Some(Onward::Same)),
            (302, Method::POST, Some(Onward::Get)),
            (302, Method::PUT, Some(Onward::Same)),
            (301, Method::GET, Some(Onward::Same)),
            (307, Method::POST, Some(Onward::Same)),
            (308, Method::POST, Some(Onward::Same)),
            (304, Method::GET, None),
            (300, Method::GET, None),
            (200, Method::GET, None),
        ] {
            let status = StatusCode::from_u16(status).unwrap();
            assert_eq!(onward(status, &method), expected, "{status} {method}");
        }
    }
}
