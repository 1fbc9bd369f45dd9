//! Virtual hosts: which table answers, by the host that a request names.

use std::collections::HashMap;

use gnezdo_core::Request;
use http::header::HOST;

use super::Table;

/// The tables of an app by host.
#[derive(Default)]
pub(crate) struct Hosts {
    /// Names in lower case.
    exact: HashMap<String, Table>,
    /// What stands after the asterisk of `*.example.org`, the longest first.
    below: Vec<(String, Table)>,
    other: Table,
}

impl Hosts {
    /// The table of a host, made if it is not there; `None` stands for all others.
    pub(crate) fn table_mut(&mut self, host: Option<&str>) -> &mut Table {
        let Some(host) = host else { return &mut self.other };
        let Some(suffix) = host.strip_prefix('*') else {
            return self.exact.entry(host.to_owned()).or_default();
        };
        let at = self.below.iter().position(|(s, _)| s == suffix).unwrap_or_else(|| {
            let at = self.below.partition_point(|(s, _)| s.len() >= suffix.len());
            self.below.insert(at, (suffix.to_owned(), Table::default()));
            at
        });
        &mut self.below[at].1
    }

    /// The table for requests that need not be asked for their host.
    pub(crate) fn only(&self) -> Option<&Table> {
        (self.exact.is_empty() && self.below.is_empty()).then_some(&self.other)
    }

    /// The table for a request. Where its target names a host, that counts (RFC 9112 §3.2.2).
    pub(crate) fn table(&self, request: &Request) -> &Table {
        if let Some(table) = self.only() {
            return table;
        }
        let field = || request.headers().get(HOST).and_then(|value| value.to_str().ok());
        let authority = request.uri().authority().map(http::uri::Authority::as_str);
        self.named(authority.or_else(field).unwrap_or_default())
    }

    fn named(&self, authority: &str) -> &Table {
        let host = without_port(authority).to_ascii_lowercase();
        let host = host.strip_suffix('.').unwrap_or(&host);
        if let Some(table) = self.exact.get(host) {
            return table;
        }
        let below = self.below.iter().find(|(suffix, _)| is_below(host, suffix));
        below.map_or(&self.other, |(_, table)| table)
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
        let mut hosts = Hosts::default();
        for host in ["shop.example", "*.example", "*.shop.example", "[::1]"] {
            let host = host_name(host).unwrap();
            hosts.table_mut(Some(&host)).allowed.extend(
                [http::Method::from_bytes(host.replace(['*', '[', ']', ':'], "x").as_bytes())
                    .unwrap()]
                .iter(),
            );
        }
        for (authority, expected) in [
            ("shop.example", "shop.example"),
            ("SHOP.example:8080", "shop.example"),
            ("shop.example.", "shop.example"),
            ("a.shop.example", "x.shop.example"),
            ("a.b.shop.example", "x.shop.example"),
            ("other.example", "x.example"),
            ("[::1]:80", "xxx1x"),
            ("example", ""),
            ("", ""),
        ] {
            let methods = hosts.named(authority).allowed.to_field();
            let name = methods.to_str().unwrap().split(',').next().unwrap();
            assert_eq!(name, expected, "{authority}");
        }
    }

    #[test]
    fn a_host_is_a_name() {
        for name in ["", "a/b", "a b", "a:80", "*", "a.*", "*.*.a", "*a"] {
            assert_eq!(host_name(name), None, "{name}");
        }
        assert_eq!(host_name("*.Example.ORG").unwrap(), "*.example.org");
    }
}
