//! Writes `Set-Cookie` (RFC 6265 §4.1): what a cookie has beside its value, and what it must not
//! have.

use cookie::{Cookie, SameSite};
use gnezdo_core::{ConnectionInfo, grammar};
use http::header::SET_COOKIE;
use http::uri::Scheme;
use http::{Extensions, HeaderMap, HeaderValue};
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};

use super::error::CookieError;

/// How long a cookie may be with its name and attributes, in bytes: what every browser keeps (RFC
/// 6265 §6.1).
pub(super) const LINE_BYTES_MAX: usize = 4096;

/// What RFC 6265 §4.1.1 does not allow in a value, and what would be decoded.
const NOT_IN_VALUE: &AsciiSet =
    &CONTROLS.add(b' ').add(b'"').add(b',').add(b';').add(b'\\').add(b'%');

/// The way that an answer goes back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    Plain,
    Encrypted,
}

/// The way of a request with these extensions.
pub(crate) fn way(extensions: &Extensions) -> Way {
    let info = extensions.get::<ConnectionInfo>();
    let is_https = info.is_some_and(|info| info.scheme == Scheme::HTTPS);
    if is_https { Way::Encrypted } else { Way::Plain }
}

/// Adds a cookie to the fields of an answer.
pub(crate) fn set(
    cookie: Cookie<'static>,
    way: Way,
    headers: &mut HeaderMap,
) -> Result<(), CookieError> {
    let name = cookie.name().to_owned();
    let line = line(cookie, way)?;
    // Every part has been looked at.
    let value = HeaderValue::try_from(line).map_err(|_| CookieError::Name(name))?;
    headers.append(SET_COOKIE, value);
    Ok(())
}

fn line(mut cookie: Cookie<'static>, way: Way) -> Result<String, CookieError> {
    complete(&mut cookie, way);
    check(&cookie)?;
    let value = utf8_percent_encode(cookie.value(), NOT_IN_VALUE).to_string();
    cookie.set_value(value);
    let line = cookie.to_string();
    if line.len() > LINE_BYTES_MAX {
        return Err(CookieError::TooLong { name: cookie.name().to_owned(), bytes: line.len() });
    }
    Ok(line)
}

/// Adds what the cookie does not say itself.
fn complete(cookie: &mut Cookie<'static>, way: Way) {
    if cookie.path().is_none() {
        cookie.set_path("/");
    }
    if cookie.http_only().is_none() {
        cookie.set_http_only(true);
    }
    if cookie.same_site().is_none() {
        cookie.set_same_site(SameSite::Lax);
    }
    if cookie.secure().is_none() && (way == Way::Encrypted || must_be_secure(cookie)) {
        cookie.set_secure(true);
    }
}

fn check(cookie: &Cookie<'_>) -> Result<(), CookieError> {
    let name = cookie.name();
    if !grammar::is_token(name.as_bytes()) {
        return Err(CookieError::Name(name.to_owned()));
    }
    // As it was given, if it does not begin with a slash.
    let path = cookie.path().unwrap_or_default();
    if !path.starts_with('/') || path.bytes().any(|octet| !is_path_octet(octet)) {
        return Err(CookieError::Path(path.to_owned()));
    }
    if let Some(domain) = cookie.domain()
        && !is_domain(domain)
    {
        return Err(CookieError::Domain(domain.to_owned()));
    }
    check_promises(cookie)
}

/// RFC 6265 §4.1.1: `path-value`.
fn is_path_octet(octet: u8) -> bool {
    (b' '..=b'~').contains(&octet) && octet != b';'
}

/// RFC 6265 §4.1.1: `domain-value`. What does not belong to the host is for browsers to refuse.
fn is_domain(domain: &str) -> bool {
    let is_octet = |octet: u8| octet.is_ascii_alphanumeric() || matches!(octet, b'-' | b'.');
    !domain.is_empty() && domain.bytes().all(is_octet)
}

/// What prefixes of names (draft-ietf-httpbis-rfc6265bis §4.1.3) and attributes ask for.
fn check_promises(cookie: &Cookie<'_>) -> Result<(), CookieError> {
    let rule = |rule| Err(CookieError::Rule { name: cookie.name().to_owned(), rule });
    if must_be_secure(cookie) && cookie.secure() != Some(true) {
        return rule("be Secure");
    }
    if !has_prefix(cookie, "__Host-") {
        return Ok(());
    }
    if cookie.domain().is_some() {
        return rule("have no Domain");
    }
    if cookie.path() != Some("/") {
        return rule("have the Path /");
    }
    Ok(())
}

fn must_be_secure(cookie: &Cookie<'_>) -> bool {
    has_prefix(cookie, "__Host-")
        || has_prefix(cookie, "__Secure-")
        || cookie.same_site() == Some(SameSite::None)
        || cookie.partitioned() == Some(true)
}

/// Browsers do not care for the case of a prefix.
fn has_prefix(cookie: &Cookie<'_>, prefix: &str) -> bool {
    let start = cookie.name().get(..prefix.len());
    start.is_some_and(|start| start.eq_ignore_ascii_case(prefix))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cookie_is_set_with_care_by_default() {
        let build = |name: &'static str| Cookie::build((name, "1"));
        for (cookie, way, expected) in [
            (build("a"), Way::Plain, "a=1; HttpOnly; SameSite=Lax; Path=/"),
            (build("a"), Way::Encrypted, "a=1; HttpOnly; SameSite=Lax; Secure; Path=/"),
            (build("a").secure(false), Way::Encrypted, "a=1; HttpOnly; SameSite=Lax; Path=/"),
            (build("a").http_only(false), Way::Plain, "a=1; SameSite=Lax; Path=/"),
            (build("a").path("/b"), Way::Plain, "a=1; HttpOnly; SameSite=Lax; Path=/b"),
            (
                build("a").same_site(SameSite::None),
                Way::Plain,
                "a=1; HttpOnly; SameSite=None; Secure; Path=/",
            ),
            (build("__Host-a"), Way::Plain, "__Host-a=1; HttpOnly; SameSite=Lax; Secure; Path=/"),
        ] {
            assert_eq!(line(cookie.build(), way).as_deref(), Ok(expected));
        }
    }

    #[test]
    fn a_value_is_encoded_where_it_has_to_be() {
        for (value, written) in [
            ("a+/=b", "a+/=b"),
            ("a b;c,d\"e\\f", "a%20b%3Bc%2Cd%22e%5Cf"),
            ("100%", "100%25"),
            ("\u{e9}", "%C3%A9"),
            ("x\r\nset-cookie: y=1", "x%0D%0Aset-cookie:%20y=1"),
        ] {
            let line = line(Cookie::new("a", value), Way::Plain).unwrap();
            assert_eq!(line.split("; ").next(), Some(&*format!("a={written}")));
        }
    }

    #[test]
    fn a_cookie_that_browsers_would_drop_is_an_error() {
        let rule = |name: &str, rule| CookieError::Rule { name: name.into(), rule };
        for (cookie, expected) in [
            (Cookie::build(("a b", "1")), CookieError::Name("a b".into())),
            (Cookie::build(("", "1")), CookieError::Name(String::new())),
            (Cookie::build(("a\r\nb", "1")), CookieError::Name("a\r\nb".into())),
            (Cookie::build("a").path("b"), CookieError::Path("b".into())),
            (Cookie::build("a").path("/;a"), CookieError::Path("/;a".into())),
            (Cookie::build("a").path("/\r\nb"), CookieError::Path("/\r\nb".into())),
            (Cookie::build("a").domain("b;c"), CookieError::Domain("b;c".into())),
            (Cookie::build("a").domain("b\r\nc"), CookieError::Domain("b\r\nc".into())),
            (Cookie::build("__Host-a").secure(false), rule("__Host-a", "be Secure")),
            (Cookie::build("__host-a").path("/b"), rule("__host-a", "have the Path /")),
            (Cookie::build("__Host-a").domain("b.test"), rule("__Host-a", "have no Domain")),
            (Cookie::build("__Secure-a").secure(false), rule("__Secure-a", "be Secure")),
            (Cookie::build("a").same_site(SameSite::None).secure(false), rule("a", "be Secure")),
        ] {
            assert_eq!(line(cookie.build(), Way::Encrypted), Err(expected));
        }
        assert!(line(Cookie::build("__Secure-a").domain("b.test").build(), Way::Plain).is_ok());
    }

    #[test]
    fn a_cookie_has_4096_bytes_at_most() {
        let rest = "a=; HttpOnly; SameSite=Lax; Path=/".len();
        let cookie = |length: usize| Cookie::new("a", "x".repeat(length - rest));
        assert_eq!(line(cookie(4096), Way::Plain).unwrap().len(), 4096);
        let too_long = CookieError::TooLong { name: "a".into(), bytes: 4097 };
        assert_eq!(line(cookie(4097), Way::Plain), Err(too_long));
    }
}
