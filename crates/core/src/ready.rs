//! An answer prepared ahead of time, shared by all requests that it fits.
//!
//! A cached file or a constant route gives the same fields and the same octets each time.
//! `Ready` keeps them side by side, together with the head as some machine last encoded it:
//! sending one is then a matter of two copies. It holds a complete response all the same, so
//! that a middleware, a test or a machine with another encoding can look inside.

use std::any::Any;
use std::fmt;
use std::sync::{Arc, OnceLock};

use bytes::Bytes;
use http::response::Parts;
use http::{HeaderMap, StatusCode};

use crate::{Body, Response};

/// A response whose fields and body are the same for every request it answers.
///
/// Cloning is cheap: clones share one allocation.
///
/// ```
/// use gnezdo_core::{Ready, Reply};
///
/// let (head, ()) = http::Response::builder().status(203).body(()).unwrap().into_parts();
/// let ready = Ready::new(head, "Hello, World!".into());
/// let reply = Reply::Ready(ready.clone());
/// assert_eq!(ready.body(), "Hello, World!");
/// # drop(reply);
/// ```
#[derive(Clone)]
pub struct Ready(Arc<Inner>);

struct Inner {
    parts: Parts,
    body: Bytes,
    encoded: OnceLock<Box<[u8]>>,
    prepared: OnceLock<Box<dyn Any + Send + Sync>>,
}

impl Ready {
    /// Prepares an answer from its head and the whole of its body.
    pub fn new(parts: Parts, body: Bytes) -> Self {
        Self(Arc::new(Inner { parts, body, encoded: OnceLock::new(), prepared: OnceLock::new() }))
    }

    /// The status code.
    pub fn status(&self) -> StatusCode {
        self.0.parts.status
    }

    /// The fields, without those that frame the message.
    pub fn headers(&self) -> &HeaderMap {
        &self.0.parts.headers
    }

    /// The body.
    pub fn body(&self) -> &Bytes {
        &self.0.body
    }

    /// The head as the first caller's `encode` wrote it; later calls return the same octets.
    ///
    /// The HTTP/1.1 machine keeps its status line and field lines here.
    pub fn encoded(&self, encode: impl FnOnce(&Self) -> Vec<u8>) -> &[u8] {
        self.0.encoded.get_or_init(|| encode(self).into_boxed_slice())
    }

    /// What the first caller's `prepare` made of it; later calls for the same type return the
    /// same, and for another type nothing.
    ///
    /// For machines whose encoding depends on the connection, so that there are no octets to be
    /// kept: the HTTP/2 machine keeps what it knows of the fields beforehand.
    pub fn prepared<T: Any + Send + Sync>(&self, prepare: impl FnOnce(&Self) -> T) -> Option<&T> {
        self.0.prepared.get_or_init(|| Box::new(prepare(self))).downcast_ref()
    }

    /// A response of its own with the same content.
    pub fn to_response(&self) -> Response {
        let Parts { status, version, headers, extensions, .. } = &self.0.parts;
        let mut response = Response::new(Body::from(self.0.body.clone()));
        *response.status_mut() = *status;
        *response.version_mut() = *version;
        *response.headers_mut() = headers.clone();
        *response.extensions_mut() = extensions.clone();
        response
    }
}

impl fmt::Debug for Ready {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ready")
            .field("status", &self.status())
            .field("headers", self.headers())
            .field("body_bytes", &self.0.body.len())
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn greeting() -> Ready {
        let response = http::Response::builder().status(203).header("x-a", "1").body(()).unwrap();
        Ready::new(response.into_parts().0, Bytes::from_static(b"hi"))
    }

    #[test]
    fn encodes_once() {
        let ready = greeting();
        assert_eq!(ready.encoded(|r| r.status().as_str().into()), b"203");
        assert_eq!(ready.clone().encoded(|_| unreachable!("encoded twice")), b"203");
    }

    #[test]
    fn is_prepared_once() {
        let ready = greeting();
        assert_eq!(ready.prepared(|ready| ready.status().as_u16()), Some(&203));
        assert_eq!(ready.prepared(|_| -> u16 { unreachable!("prepared twice") }), Some(&203));
        assert_eq!(ready.prepared(|_| "another type"), None);
    }

    #[test]
    fn becomes_a_response_with_the_same_content() {
        let response = greeting().to_response();
        assert_eq!(response.status(), 203);
        assert_eq!(response.headers()["x-a"], "1");
        assert_eq!(http_body::Body::size_hint(response.body()).exact(), Some(2));
    }
}
