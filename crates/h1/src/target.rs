//! The request target: one of four forms, each for its methods. RFC 9112 §3.2.

use http::{Method, Uri};

use crate::PeerError;
use gnezdo_core::grammar::is_host;

/// Reads a request target.
///
/// # Errors
/// [`PeerError::Target`] for anything that is none of: an absolute path, an absolute `http` or
/// `https` URI, `*` for OPTIONS, host and port for CONNECT. Fragments and userinfo have no
/// place in a request (RFC 9112 §3.2, RFC 9110 §4.2.4) and are refused, not dropped.
pub(crate) fn request_target(method: &Method, target: &[u8]) -> Result<Uri, PeerError> {
    if target.iter().any(|&octet| !octet.is_ascii_graphic() || octet == b'#') {
        return Err(PeerError::Target);
    }
    let starts_with_slash = target.first() == Some(&b'/');
    let uri = Uri::try_from(target).map_err(|_| PeerError::Target)?;
    let fits = if *method == Method::CONNECT {
        is_authority_form(&uri)
    } else {
        starts_with_slash || is_absolute_form(&uri) || (uri == "*" && *method == Method::OPTIONS)
    };
    if fits { Ok(uri) } else { Err(PeerError::Target) }
}

fn is_authority_form(uri: &Uri) -> bool {
    uri.scheme().is_none() && uri.port_u16().is_some() && has_plain_authority(uri)
}

fn is_absolute_form(uri: &Uri) -> bool {
    matches!(uri.scheme_str(), Some("http" | "https")) && has_plain_authority(uri)
}

fn has_plain_authority(uri: &Uri) -> bool {
    uri.authority().is_some_and(|a| !a.host().is_empty() && is_host(a.as_str().as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_ok(method: &Method, target: &str) -> bool {
        request_target(method, target.as_bytes()).is_ok()
    }

    #[test]
    fn each_form_has_its_methods() {
        for (method, target) in [
            (Method::GET, "/"),
            (Method::GET, "//a/b"),
            (Method::GET, "/a?b=c|{}"),
            (Method::GET, "http://a/b"),
            (Method::GET, "http://a"),
            (Method::GET, "HTTPS://a:1/"),
            (Method::OPTIONS, "*"),
            (Method::CONNECT, "a:443"),
            (Method::CONNECT, "[::1]:443"),
        ] {
            assert!(is_ok(&method, target), "{method} {target}");
        }
        for (method, target) in [
            (Method::GET, ""),
            (Method::GET, "*"),
            (Method::GET, "a"),
            (Method::GET, "a:443"),
            (Method::GET, "/a#b"),
            (Method::GET, "/ä"),
            (Method::GET, "ftp://a/"),
            (Method::GET, "http:///"),
            (Method::GET, "http://u@a/"),
            (Method::GET, "http://a,b/"),
            (Method::CONNECT, "/"),
            (Method::CONNECT, "a"),
            (Method::CONNECT, "http://a/"),
        ] {
            assert!(!is_ok(&method, target), "{method} {target}");
        }
    }
}
