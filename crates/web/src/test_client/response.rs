//! The answer to a request of a test, with all of its content.

use std::fmt;

use bytes::Bytes;
use cookie::Cookie;
use gnezdo_core::BodyError;
use http::header::SET_COOKIE;
use http::response::Parts;
use http::{Extensions, HeaderMap, StatusCode};
use serde::de::DeserializeOwned;

/// How much of the content is shown when something about it is wrong, in bytes.
const SHOWN_BYTES_MAX: usize = 2_048;

/// The answer to a request of a [`TestClient`](crate::TestClient), with all of its content.
pub struct TestResponse {
    head: Parts,
    content: Bytes,
    broken: Option<BodyError>,
}

impl TestResponse {
    pub(super) fn new(head: Parts, content: Bytes, broken: Option<BodyError>) -> Self {
        Self { head, content, broken }
    }

    /// The status code.
    pub fn status(&self) -> StatusCode {
        self.head.status
    }

    /// The header fields.
    pub fn headers(&self) -> &HeaderMap {
        &self.head.headers
    }

    /// The first field with this name, if there is one and it is text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.head.headers.get(name)?.to_str().ok()
    }

    /// What the service has put beside the answer.
    pub fn extensions(&self) -> &Extensions {
        &self.head.extensions
    }

    /// The cookies that the answer sets, as they were sent.
    pub fn cookies(&self) -> Vec<Cookie<'static>> {
        let fields = self.head.headers.get_all(SET_COOKIE).iter();
        let texts = fields.filter_map(|field| field.to_str().ok());
        texts.filter_map(|text| Cookie::parse(text.to_owned()).ok()).collect()
    }

    /// A cookie that the answer sets.
    pub fn cookie(&self, name: &str) -> Option<Cookie<'static>> {
        self.cookies().into_iter().find(|cookie| cookie.name() == name)
    }

    /// Why the content broke off, if it did.
    pub fn broken_off(&self) -> Option<&BodyError> {
        self.broken.as_ref()
    }

    /// The content.
    ///
    /// # Panics
    /// If it broke off: see [`broken_off`](Self::broken_off).
    #[track_caller]
    pub fn bytes(&self) -> Bytes {
        if let Some(error) = &self.broken {
            panic!("the content broke off: {error}\n{self:?}");
        }
        self.content.clone()
    }

    /// The content as text.
    ///
    /// # Panics
    /// If it broke off, or is not UTF-8.
    #[track_caller]
    pub fn text(&self) -> String {
        match String::from_utf8(self.bytes().into()) {
            Ok(text) => text,
            Err(error) => panic!("the content is no text: {error}\n{self:?}"),
        }
    }

    /// The content as a value in JSON.
    ///
    /// # Panics
    /// If it broke off, or is no such value.
    #[track_caller]
    pub fn json<T: DeserializeOwned>(&self) -> T {
        match serde_json::from_slice(&self.bytes()) {
            Ok(value) => value,
            Err(error) => panic!("the content is no such value: {error}\n{self:?}"),
        }
    }
}

/// The head and the beginning of the content, as one would like to see it when a test fails.
impl fmt::Debug for TestResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{:?} {}", self.head.version, self.head.status)?;
        for (name, value) in &self.head.headers {
            writeln!(f, "{name}: {}", String::from_utf8_lossy(value.as_bytes()))?;
        }
        let shown = &self.content[..self.content.len().min(SHOWN_BYTES_MAX)];
        write!(f, "\n{}", String::from_utf8_lossy(shown))?;
        match self.content.len() - shown.len() {
            0 => Ok(()),
            more => write!(f, "… and {more} bytes more"),
        }
    }
}
