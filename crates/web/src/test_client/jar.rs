//! The cookies that a client of a test keeps: RFC 6265 as far as one site needs it.
//!
//! A cookie belongs to the host that set it, and to the hosts below if it has a `Domain` that this
//! host may speak for. It is sent where its `Path` fits, over `https` only if it is `Secure`, until
//! it expires. There is no list of public suffixes, and `SameSite` is not looked at: a test asks
//! one site.

use cookie::Cookie;
use cookie::time::OffsetDateTime;
use gnezdo_core::grammar::without_port;
use http::uri::Scheme;

use super::Origin;

/// Cookies by name, path and host.
#[derive(Debug, Default)]
pub(super) struct Jar(Vec<Kept>);

#[derive(Debug)]
struct Kept {
    name: String,
    value: String,
    path: String,
    host: String,
    reach: Reach,
    is_secure: bool,
    expires: Option<OffsetDateTime>,
}

/// Which hosts get a cookie.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reach {
    Host,
    HostAndBelow,
}

impl Jar {
    /// Keeps what a field `Set-Cookie` says, or forgets what it ends.
    pub(super) fn keep(&mut self, cookie: &Cookie<'_>, origin: &Origin, target_path: &str) {
        let now = OffsetDateTime::now_utc();
        let Some(kept) = Kept::of(cookie, origin, target_path, now) else { return };
        self.0.retain(|old| !old.is_replaced_by(&kept));
        if !kept.is_expired(now) {
            self.0.push(kept);
        }
    }

    /// The cookies for a request, as name and value; those with a longer path first (RFC 6265
    /// §5.4).
    pub(super) fn cookies_for(&self, origin: &Origin, path: &str) -> Vec<(String, String)> {
        let now = OffsetDateTime::now_utc();
        let mut sent: Vec<&Kept> = self
            .0
            .iter()
            .filter(|kept| kept.is_for(origin, path) && !kept.is_expired(now))
            .collect();
        sent.sort_by_key(|kept| std::cmp::Reverse(kept.path.len()));
        sent.into_iter().map(|kept| (kept.name.clone(), kept.value.clone())).collect()
    }

    pub(super) fn value(&self, name: &str) -> Option<String> {
        let now = OffsetDateTime::now_utc();
        let kept = self.0.iter().find(|kept| kept.name == name && !kept.is_expired(now));
        kept.map(|kept| kept.value.clone())
    }
}

impl Kept {
    /// `None` if this host must not set it (RFC 6265 §5.3).
    fn of(
        cookie: &Cookie<'_>,
        origin: &Origin,
        target_path: &str,
        now: OffsetDateTime,
    ) -> Option<Self> {
        let own = without_port(&origin.host).to_ascii_lowercase();
        let domain = cookie.domain().map(str::to_ascii_lowercase);
        let (host, reach) = match domain {
            Some(domain) if is_within(&own, &domain) => (domain, Reach::HostAndBelow),
            Some(_) => return None,
            None => (own, Reach::Host),
        };
        let path = cookie.path().filter(|path| path.starts_with('/'));
        Some(Self {
            name: cookie.name().to_owned(),
            value: cookie.value().to_owned(),
            path: path.map_or_else(|| default_path(target_path), str::to_owned),
            host,
            reach,
            is_secure: cookie.secure() == Some(true),
            expires: expiry(cookie, now),
        })
    }

    fn is_replaced_by(&self, new: &Self) -> bool {
        self.name == new.name && self.path == new.path && self.host == new.host
    }

    fn is_expired(&self, now: OffsetDateTime) -> bool {
        self.expires.is_some_and(|expires| expires <= now)
    }

    fn is_for(&self, origin: &Origin, path: &str) -> bool {
        let host = without_port(&origin.host).to_ascii_lowercase();
        let fits_host = match self.reach {
            Reach::Host => host == self.host,
            Reach::HostAndBelow => is_within(&host, &self.host),
        };
        fits_host
            && fits_path(path, &self.path)
            && (!self.is_secure || origin.scheme == Scheme::HTTPS)
    }
}

/// `Max-Age` wins over `Expires` (RFC 6265 §5.3); neither is a cookie until the browser is closed.
fn expiry(cookie: &Cookie<'_>, now: OffsetDateTime) -> Option<OffsetDateTime> {
    match cookie.max_age() {
        // An age that no date can tell is for ever.
        Some(age) => now.checked_add(age),
        None => cookie.expires_datetime(),
    }
}

fn is_within(host: &str, domain: &str) -> bool {
    let below = host.strip_suffix(domain);
    below.is_some_and(|below| below.is_empty() || below.ends_with('.'))
}

/// RFC 6265 §5.1.4.
fn fits_path(path: &str, cookie_path: &str) -> bool {
    let rest = path.strip_prefix(cookie_path);
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/') || cookie_path.ends_with('/'))
}

/// RFC 6265 §5.1.4: the path of the target up to its last slash.
fn default_path(target_path: &str) -> String {
    match target_path.rfind('/') {
        None | Some(0) => "/".into(),
        Some(slash) => target_path[..slash].into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn origin(url: &str) -> (Origin, String) {
        let uri: http::Uri = url.parse().unwrap();
        let host = uri.authority().unwrap().to_string();
        (Origin { scheme: uri.scheme().unwrap().clone(), host }, uri.path().to_owned())
    }

    /// What is sent to `to` after `from` has set these.
    fn sent(set: &[&str], from: &str, to: &str) -> String {
        let mut jar = Jar::default();
        let (origin_from, path) = origin(from);
        for field in set {
            jar.keep(&Cookie::parse(*field).unwrap(), &origin_from, &path);
        }
        let (origin_to, path) = origin(to);
        let cookies = jar.cookies_for(&origin_to, &path);
        let pairs: Vec<String> = cookies.iter().map(|(n, v)| format!("{n}={v}")).collect();
        pairs.join("; ")
    }

    #[test]
    fn cookies_go_where_they_belong() {
        let a = "http://a.test/x/y";
        for (set, to, expected) in [
            (&["s=1"][..], a, "s=1"),
            (&["s=1"], "http://a.test/x", "s=1"),
            (&["s=1"], "http://a.test/", ""),
            (&["s=1"], "http://a.test/xy", ""),
            (&["s=1; Path=/"], "http://a.test/", "s=1"),
            (&["s=1; Path=/"], "https://A.test:8443/", "s=1"),
            (&["s=1; Path=/"], "http://b.test/", ""),
            (&["s=1; Path=/"], "http://b.a.test/", ""),
            (&["s=1; Path=/; Domain=a.test"], "http://b.a.test/", "s=1"),
            (&["s=1; Path=/; Domain=a.test"], "http://ba.test/", ""),
            (&["s=1; Path=/; Domain=b.test"], "http://b.test/", ""),
            (&["s=1; Secure; Path=/"], "http://a.test/", ""),
            (&["s=1; Secure; Path=/"], "https://a.test/", "s=1"),
            (&["s=1; Path=/", "t=2; Path=/x", "s=3; Path=/"], a, "t=2; s=3"),
            (&["s=1; Path=/", "s=2; Path=/; Max-Age=0"], a, ""),
            (&["s=1; Path=/", "s=; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT"], a, ""),
            (&["s=1; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Max-Age=60"], a, "s=1"),
            (&["s=1; Max-Age=9223372036854775807"], a, "s=1"),
        ] {
            assert_eq!(sent(set, a, to), expected, "{set:?} to {to}");
        }
    }
}
