//! Which content codings a request accepts, and in which order (RFC 9110 §12.5.3).
//!
//! A coding that the request likes better goes first; among equals the one that packs best.
//! The identity comes after all codings of the same weight: a client that names codings does
//! so to get one.

use gnezdo_core::grammar::quality::{self, Weight};
use http::HeaderMap;
use http::header::ACCEPT_ENCODING;

/// A content coding that we speak, best first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Coding {
    /// Brotli, RFC 7932.
    Brotli,
    /// Zstandard, RFC 8878.
    Zstd,
    /// Gzip, RFC 1952.
    Gzip,
}

impl Coding {
    /// All of them, best first.
    pub const ALL: [Self; 3] = [Self::Brotli, Self::Zstd, Self::Gzip];

    /// The name in fields and in entity tags.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Brotli => "br",
            Self::Zstd => "zstd",
            Self::Gzip => "gzip",
        }
    }

    /// What a precompressed neighbour has after its name.
    pub(crate) const fn suffix(self) -> &'static str {
        match self {
            Self::Brotli => ".br",
            Self::Zstd => ".zst",
            Self::Gzip => ".gz",
        }
    }
}

/// What a request says of codings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Accepted {
    /// In the order of [`Coding::ALL`].
    codings: [Weight; 3],
    identity: Identity,
}

/// What a request says of content as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Identity {
    /// Nothing: it is acceptable, but a coding is better.
    Unnamed,
    Weighed(Weight),
}

impl Accepted {
    /// Reads the field `Accept-Encoding`.
    pub fn read(headers: &HeaderMap) -> Self {
        let mut named = Named::default();
        for line in quality::lines(headers, ACCEPT_ENCODING) {
            named.add(line);
        }
        named.accepted()
    }

    /// The codings that are better than the identity, the best first.
    pub fn codings(&self) -> impl Iterator<Item = Coding> {
        let mut order = Coding::ALL;
        order.sort_by_key(|&coding| std::cmp::Reverse(self.codings[coding as usize]));
        let accepted = *self;
        order.into_iter().filter(move |&coding| accepted.is_worth(coding))
    }

    /// Whether content may go out as it is.
    pub fn takes_identity(&self) -> bool {
        self.identity != Identity::Weighed(0)
    }

    fn is_worth(&self, coding: Coding) -> bool {
        let weight = self.codings[coding as usize];
        match self.identity {
            Identity::Unnamed => weight > 0,
            Identity::Weighed(identity) => weight > 0 && weight >= identity,
        }
    }
}

/// The weights that a request has named so far.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Named {
    /// In the order of [`Coding::ALL`].
    codings: [Option<Weight>; 3],
    identity: Option<Weight>,
    /// `*`.
    others: Option<Weight>,
}

impl Named {
    /// Reads a line of `Accept-Encoding`.
    pub(crate) fn add(&mut self, line: &str) {
        for (name, weight) in quality::members_of(line) {
            match coding(name) {
                Some(coding) => self.codings[coding as usize] = Some(weight),
                None if name == "*" => self.others = Some(weight),
                None if name.eq_ignore_ascii_case("identity") => self.identity = Some(weight),
                None => {}
            }
        }
    }

    pub(crate) fn accepted(self) -> Accepted {
        // `*` stands for every coding that is not named; of the identity it says something
        // only if it refuses (§12.5.3).
        let refused = self.others.filter(|&weight| weight == 0);
        let identity = self.identity.or(refused);
        Accepted {
            codings: self.codings.map(|weight| weight.or(self.others).unwrap_or(0)),
            identity: identity.map_or(Identity::Unnamed, Identity::Weighed),
        }
    }
}

fn coding(name: &str) -> Option<Coding> {
    // §8.4.1.3: x-gzip is the same as gzip.
    if name.eq_ignore_ascii_case("x-gzip") {
        return Some(Coding::Gzip);
    }
    Coding::ALL.into_iter().find(|coding| name.eq_ignore_ascii_case(coding.name()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(value: &str) -> (Vec<&'static str>, bool) {
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT_ENCODING, value.parse().unwrap());
        let accepted = Accepted::read(&headers);
        (accepted.codings().map(Coding::name).collect(), accepted.takes_identity())
    }

    #[test]
    fn orders_codings_by_weight_then_by_our_taste() {
        let cases: [(&str, &[&str], bool); 24] = [
            ("", &[], true),
            ("gzip", &["gzip"], true),
            ("x-gzip", &["gzip"], true),
            ("GZIP", &["gzip"], true),
            ("gzip, deflate, br, zstd", &["br", "zstd", "gzip"], true),
            ("gzip, deflate, br", &["br", "gzip"], true),
            ("gzip;q=1, br;q=0.5", &["gzip", "br"], true),
            ("gzip;q=0.5, zstd;q=0.5, br;q=0.1", &["zstd", "gzip", "br"], true),
            ("gzip;q=0", &[], true),
            ("gzip;q=0.000, br", &["br"], true),
            ("deflate, compress", &[], true),
            ("*", &["br", "zstd", "gzip"], true),
            ("*;q=0", &[], false),
            ("*;q=0, gzip", &["gzip"], false),
            ("*, br;q=0", &["zstd", "gzip"], true),
            ("identity", &[], true),
            ("identity;q=0", &[], false),
            ("identity;q=0, gzip", &["gzip"], false),
            ("identity, *;q=0", &[], true),
            ("identity;q=1, gzip;q=0.5", &[], true),
            ("identity;q=0.5, gzip;q=1, br;q=0.4", &["gzip"], true),
            ("gzip;q=2, br", &["br"], true),
            ("gzip;q=abc", &[], true),
            (",, gzip ;q=0.5,", &["gzip"], true),
        ];
        for (value, codings, identity) in cases {
            assert_eq!(read(value), (codings.to_vec(), identity), "{value}");
        }
    }

    #[test]
    fn without_the_field_content_goes_as_it_is() {
        let accepted = Accepted::read(&HeaderMap::new());
        assert_eq!(accepted.codings().count(), 0);
        assert!(accepted.takes_identity());
    }
}
