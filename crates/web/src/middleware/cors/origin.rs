//! Origins as browsers write them: a scheme, a host, and a port if it is not the scheme's own
//! (HTML standard, "ASCII serialization of an origin").

use gnezdo_core::grammar::is_host;

use super::CorsError;

/// An origin from the program: what no browser would write is refused, because it would never fit.
pub(in crate::middleware) fn checked(origin: &str) -> Result<String, CorsError> {
    match origin {
        "*" => Err(CorsError::Wildcard),
        "null" => Err(CorsError::Null),
        _ if has_pattern(origin) || has_own_port(origin) || !is_origin(origin) => {
            Err(CorsError::Invalid { origin: origin.to_owned() })
        }
        _ => Ok(origin.to_owned()),
    }
}

/// Whether a text has the form of an origin: in lower case, without path, query or user.
pub(super) fn is_origin(text: &str) -> bool {
    let Some((scheme, authority)) = text.split_once("://") else { return false };
    let is_lower = !text.bytes().any(|octet| octet.is_ascii_uppercase());
    let is_host = is_host(authority.as_bytes()) && !authority.is_empty();
    is_lower && is_scheme(scheme.as_bytes()) && is_host && !authority.ends_with(':')
}

/// RFC 3986 §3.1.
fn is_scheme(octets: &[u8]) -> bool {
    let is_scheme_octet = |o: &u8| o.is_ascii_alphanumeric() || b"+-.".contains(o);
    octets.first().is_some_and(u8::is_ascii_alphabetic) && octets.iter().all(is_scheme_octet)
}

/// RFC 3986 has the asterisk among the characters of names; who writes one means a pattern.
fn has_pattern(origin: &str) -> bool {
    origin.contains('*')
}

fn has_own_port(origin: &str) -> bool {
    let is = |scheme: &str, port: &str| origin.starts_with(scheme) && origin.ends_with(port);
    is("http://", ":80") || is("https://", ":443")
}
