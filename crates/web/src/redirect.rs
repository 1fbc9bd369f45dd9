//! Answers that send the client elsewhere.

use std::fmt::Write;

use gnezdo_core::{Body, Response};
use http::StatusCode;
use http::header::{HeaderValue, LOCATION};

use crate::response::IntoResponse;

/// An answer that sends the client to another address (RFC 9110 §15.4).
///
/// The address is a URL or a path; octets that have no place in one (spaces, line breaks, what is
/// not ASCII) are percent-encoded, so that an address made of what a client said cannot smuggle a
/// field into the answer. Whether the client is sent to another site is for the handler to decide:
/// [`Redirect::local`] refuses that.
///
/// ```
/// use gnezdo_web::{App, IntoResponse, Redirect};
///
/// let app = App::new().post("/login", || Redirect::to("/"));
///
/// let answer = Redirect::to("/a b\r\nset-cookie: c=1").into_response();
/// assert_eq!(answer.headers()["location"], "/a%20b%0D%0Aset-cookie:%20c=1");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Redirect {
    status: StatusCode,
    location: String,
}

impl Redirect {
    /// 303: the client gets the other address, whatever it did here. For the end of a form.
    pub fn to(location: impl AsRef<str>) -> Self {
        Self::with(StatusCode::SEE_OTHER, location.as_ref())
    }

    /// 307: the client does there what it wanted to do here, this time.
    pub fn temporary(location: impl AsRef<str>) -> Self {
        Self::with(StatusCode::TEMPORARY_REDIRECT, location.as_ref())
    }

    /// 308: the client does there what it wanted to do here, from now on; caches keep it.
    pub fn permanent(location: impl AsRef<str>) -> Self {
        Self::with(StatusCode::PERMANENT_REDIRECT, location.as_ref())
    }

    /// 303 to a path of this site; to `/` if the address could lead elsewhere. For addresses that
    /// a client has given, such as `?next=/cart`.
    ///
    /// ```
    /// use gnezdo_web::Redirect;
    ///
    /// assert_eq!(Redirect::local("/cart?full=1").location(), "/cart?full=1");
    /// for elsewhere in ["https://evil.example/", "//evil.example/", "/\\evil.example/", "cart"] {
    ///     assert_eq!(Redirect::local(elsewhere).location(), "/");
    /// }
    /// ```
    pub fn local(location: impl AsRef<str>) -> Self {
        let location = location.as_ref();
        Self::to(if is_local(location) { location } else { "/" })
    }

    /// Where the client is sent.
    pub fn location(&self) -> &str {
        &self.location
    }

    fn with(status: StatusCode, location: &str) -> Self {
        Self { status, location: encoded(location) }
    }
}

/// Whether a browser stays on this site: exactly one slash, and no backslash, which browsers take
/// for one. They leave out tabs and line breaks before they look.
fn is_local(location: &str) -> bool {
    let mut octets = location.bytes();
    octets.next() == Some(b'/')
        && !matches!(octets.next(), Some(b'/' | b'\\'))
        && !location.contains(|c: char| c.is_control())
}

/// Percent-encodes what cannot stand in a URI (RFC 3986 §2); what is encoded stays as it is.
fn encoded(location: &str) -> String {
    let mut out = String::with_capacity(location.len());
    for octet in location.bytes() {
        match octet {
            b'"' | b'<' | b'>' | b'\\' | b'^' | b'`' | b'{' | b'|' | b'}' | ..=b' ' | 0x7f.. => {
                // Writing to a `String` cannot fail.
                let _ = write!(out, "%{octet:02X}");
            }
            octet => out.push(char::from(octet)),
        }
    }
    out
}

impl IntoResponse for Redirect {
    fn into_response(self) -> Response {
        let mut response = Response::new(Body::empty());
        *response.status_mut() = self.status;
        // Only visible ASCII is left.
        if let Ok(location) = HeaderValue::try_from(self.location) {
            response.headers_mut().insert(LOCATION, location);
        }
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_made_safe_and_is_not_encoded_twice() {
        for (location, expected) in [
            ("/", "/"),
            ("/a%20b?c=d&e=%26#f", "/a%20b?c=d&e=%26#f"),
            ("https://example.org:8080/é", "https://example.org:8080/%C3%A9"),
            ("/a\r\nx: y", "/a%0D%0Ax:%20y"),
            ("/\0\x7f", "/%00%7F"),
            ("", ""),
        ] {
            assert_eq!(Redirect::to(location).location(), expected);
        }
    }

    #[test]
    fn only_a_path_is_local() {
        for (location, expected) in [
            ("/", "/"),
            ("/a//b", "/a//b"),
            ("//b", "/"),
            ("/\\b", "/"),
            ("/\t/b", "/"),
            ("\\\\b", "/"),
            ("javascript:alert(1)", "/"),
            ("", "/"),
        ] {
            assert_eq!(Redirect::local(location).location(), expected, "{location:?}");
        }
    }

    #[test]
    fn each_kind_has_its_status() {
        let status = |redirect: Redirect| redirect.into_response().status().as_u16();
        assert_eq!(status(Redirect::to("/")), 303);
        assert_eq!(status(Redirect::temporary("/")), 307);
        assert_eq!(status(Redirect::permanent("/")), 308);
    }
}
