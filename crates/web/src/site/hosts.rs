//! Virtual hosts: which table answers, by the host that a request names.

use std::collections::HashMap;

use gnezdo_core::Request;
use http::header::HOST;

use super::Table;

/// The tables of an app by host.
pub(crate) struct Hosts {
    /// The first is for all hosts that have none of their own.
    tables: Vec<Table>,
    /// Names in lower case.
    exact: HashMap<String, usize>,
    /// What stands after the asterisk of `*.example.org`, the longest first.
    below: Vec<(String, usize)>,
}

impl Hosts {
    pub(crate) fn new() -> Self {
        Self { tables: vec![Table::default()], exact: HashMap::new(), below: Vec::new() }
    }

    /// Makes a table for a host; `None` if it has one.
    pub(crate) fn add(&mut self, host: &str) -> Option<&mut Table> {
        let index = self.tables.len();
        match host.strip_prefix('*') {
            None if self.exact.contains_key(host) => return None,
            None => drop(self.exact.insert(host.to_owned(), index)),
            Some(suffix) if self.below.iter().any(|(other, _)| other == suffix) => return None,
            Some(suffix) => {
                let at = self.below.partition_point(|(other, _)| other.len() >= suffix.len());
                self.below.insert(at, (suffix.to_owned(), index));
            }
        }
        self.tables.push(Table::default());
        self.tables.last_mut()
    }

    /// The table of a host that was added; `None` stands for all others.
    pub(crate) fn table_mut(&mut self, host: Option<&str>) -> &mut Table {
        let index = self.added(host);
        &mut self.tables[index]
    }

    /// The same, to look at.
    pub(crate) fn table_of(&self, host: Option<&str>) -> &Table {
        &self.tables[self.added(host)]
    }

    fn added(&self, host: Option<&str>) -> usize {
        let named = host.and_then(|host| match host.strip_prefix('*') {
            None => self.exact.get(host),
            Some(suffix) => {
                self.below.iter().find(|(other, _)| other == suffix).map(|(_, index)| index)
            }
        });
        named.copied().unwrap_or(0)
    }

    pub(crate) fn all(&self) -> &[Table] {
        &self.tables
    }

    pub(crate) fn at(&self, index: usize) -> &Table {
        &self.tables[index]
    }

    /// The table for requests that need not be asked for their host.
    pub(crate) fn only(&self) -> Option<&Table> {
        (self.tables.len() == 1).then(|| &self.tables[0])
    }

    /// The table for a request. Where its target names a host, that counts (RFC 9112 §3.2.2).
    pub(crate) fn of(&self, request: &Request) -> usize {
        if self.only().is_some() {
            return 0;
        }
        let field = || request.headers().get(HOST).and_then(|value| value.to_str().ok());
        let authority = request.uri().authority().map(http::uri::Authority::as_str);
        self.named(authority.or_else(field).unwrap_or_default())
    }

    fn named(&self, authority: &str) -> usize {
        let host = without_port(authority).to_ascii_lowercase();
        let host = host.strip_suffix('.').unwrap_or(&host);
        let below = || self.below.iter().find(|(suffix, _)| is_below(host, suffix));
        let named = self.exact.get(host).or_else(|| below().map(|(_, index)| index));
        named.copied().unwrap_or(0)
    }
}

/// `suffix` begins with a dot.
fn is_below(host: &str, suffix: &str) -> bool {
    host.len() > suffix.len() && host.ends_with(suffix)
}

/// The host of an authority: an address of IPv6 has colons of its own, in brackets.
fn without_port(authority: &str) -> &str {
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    match host.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|octet| octet.is_ascii_digit()) => host,
        _ => host,
    }
}

/// The name of a host as it is compared, if it is one: `shop.example`, `*.shop.example`, `[::1]`.
pub(crate) fn host_name(text: &str) -> Option<String> {
    let name = text.strip_prefix("*.").unwrap_or(text);
    let is_name = !name.is_empty()
        && without_port(name) == name
        && !name.contains('*')
        && gnezdo_core::grammar::is_host(name.as_bytes());
    is_name.then(|| text.to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_closest_name_wins_and_the_port_does_not_count() {
        let mut hosts = Hosts::new();
        for host in ["shop.example", "*.example", "*.shop.example", "[::1]"] {
            assert!(hosts.add(&host_name(host).unwrap()).is_some());
        }
        for (authority, expected) in [
            ("shop.example", 1),
            ("SHOP.example:8080", 1),
            ("shop.example.", 1),
            ("a.shop.example", 3),
            ("a.b.shop.example", 3),
            ("other.example", 2),
            ("[::1]:80", 4),
            ("example", 0),
            ("", 0),
        ] {
            assert_eq!(hosts.named(authority), expected, "{authority}");
        }
        assert!(hosts.add("shop.example").is_none() && hosts.add("*.example").is_none());
    }

    #[test]
    fn a_host_is_a_name() {
        for name in ["", "a/b", "a b", "a:80", "*", "a.*", "*.*.a", "*a"] {
            assert_eq!(host_name(name), None, "{name}");
        }
        assert_eq!(host_name("*.Example.ORG").unwrap(), "*.example.org");
    }
}
