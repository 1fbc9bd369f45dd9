//! A name in a certificate: a DNS name, perhaps a wildcard, or an IP address.

use std::net::IpAddr;

use rcgen::SanType;
use rustls_pki_types::{DnsName, ServerName};
use webpki::EndEntityCert;

use super::authority::FILE_STEM;
use super::error::DevCaError;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Name {
    /// In lower case.
    Dns(String),
    Address(IpAddr),
}

impl Name {
    /// The names, each one once.
    pub(super) fn read_all(names: &[String]) -> Result<Vec<Self>, DevCaError> {
        let mut read = Vec::with_capacity(names.len());
        for name in names {
            let name = Self::read(name)?;
            if !read.contains(&name) {
                read.push(name);
            }
        }
        if read.is_empty() { Err(DevCaError::NoName) } else { Ok(read) }
    }

    pub(super) fn read(name: &str) -> Result<Self, DevCaError> {
        if let Ok(address) = name.parse() {
            return Ok(Self::Address(address));
        }
        let parent = name.strip_prefix("*.");
        let literal = parent.unwrap_or(name);
        if DnsName::try_from(literal).is_err() || name.ends_with('.') {
            return Err(DevCaError::NameInvalid { name: name.to_owned() });
        }
        // Neither browsers nor OpenSSL, Node or webpki match `*.localhost` with anything.
        if parent.is_some_and(|parent| !parent.contains('.')) {
            return Err(DevCaError::WildcardTooWide { name: name.to_owned() });
        }
        Ok(Self::Dns(name.to_ascii_lowercase()))
    }

    pub(super) fn to_san(&self) -> Result<SanType, DevCaError> {
        Ok(match self {
            Self::Dns(name) => SanType::DnsName(name.as_str().try_into()?),
            Self::Address(address) => SanType::IpAddress(*address),
        })
    }

    /// How files for a certificate whose first name this is are called: never as the authority's.
    pub(super) fn file_stem(&self) -> String {
        match self {
            Self::Dns(name) if name == FILE_STEM => format!("{name}_server"),
            Self::Dns(name) => name.replace('*', "_wildcard"),
            Self::Address(address) => address.to_string().replace(':', "-"),
        }
    }
}

/// Whether the certificate has these DNS names and no other, and has all these addresses. One
/// address too many is no harm, and webpki does not tell.
pub(super) fn are_names_of(names: &[Name], certificate: &EndEntityCert<'_>) -> bool {
    let is_wanted = |present: &str| names.contains(&Name::Dns(present.to_ascii_lowercase()));
    certificate.valid_dns_names().all(is_wanted)
        && names.iter().all(|name| match name {
            Name::Dns(name) => certificate.valid_dns_names().any(|present| present == name),
            Name::Address(address) => certificate
                .verify_is_valid_for_subject_name(&ServerName::IpAddress((*address).into()))
                .is_ok(),
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_once_and_in_lower_case() {
        let names = ["LocalHost", "localhost", "*.App.test", "::1", "0:0::1", "gnezdo-dev-ca"];
        let read = Name::read_all(&names.map(String::from)).unwrap();
        let stems: Vec<_> = read.iter().map(Name::file_stem).collect();
        assert_eq!(stems, ["localhost", "_wildcard.app.test", "--1", "gnezdo-dev-ca_server"]);
        assert_eq!(Name::read_all(&[]), Err(DevCaError::NoName));
    }

    #[test]
    fn what_is_no_name_is_refused() {
        for name in [
            "", ".", "*", "*.", "a.", "a..b", "a b", "a/b", "../a", "*.*.a", "a.*", "[::1]", "ä.de",
        ] {
            let expected = Err(DevCaError::NameInvalid { name: name.into() });
            assert_eq!(Name::read(name), expected, "{name}");
        }
        for name in ["*.localhost", "*.test"] {
            let expected = Err(DevCaError::WildcardTooWide { name: name.into() });
            assert_eq!(Name::read(name), expected);
        }
    }
}
