//! A request of a test, as it is put together.

use std::future::IntoFuture;
use std::net::SocketAddr;
use std::pin::Pin;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use gnezdo_core::Body;
use http::header::{AUTHORIZATION, CONTENT_TYPE, COOKIE, HeaderName, HeaderValue};
use http::{HeaderMap, Method, Uri};
use serde::Serialize;

use super::content::{Content, FileHead, Part, form_fields, urlencoded};
use super::redirects::Redirects;
use super::{Origin, TestClient, TestResponse, park};

/// A request of a [`TestClient`]: it is sent by [`send`](Self::send), or awaited.
#[must_use = "a request does nothing until it is sent"]
#[derive(Debug)]
pub struct TestRequest {
    pub(super) client: TestClient,
    pub(super) method: Method,
    pub(super) target: Target,
    pub(super) headers: HeaderMap,
    pub(super) cookies: Vec<(String, String)>,
    pub(super) content: Content,
    pub(super) redirects: Redirects,
}

/// Whom a request asks, and for what.
#[derive(Clone, Debug)]
pub(super) struct Target {
    pub(super) origin: Origin,
    /// In origin-form, or `*`.
    pub(super) uri: Uri,
}

impl Target {
    /// Reads a path, a URL, or `*`.
    #[track_caller]
    pub(super) fn read(target: &str, origin: &Origin) -> Self {
        let uri: Uri = match target.parse() {
            Ok(uri) => uri,
            Err(error) => panic!("{target:?} is no target of a request: {error}"),
        };
        let mut origin = origin.clone();
        if let (Some(scheme), Some(authority)) = (uri.scheme(), uri.authority()) {
            origin = Origin { scheme: scheme.clone(), host: authority.to_string() };
        } else {
            assert!(
                target.starts_with('/') || target == "*",
                "{target:?} is no target of a request: a path starts with a slash"
            );
        }
        let path = uri.path_and_query().map_or("/", |path| path.as_str()).to_owned();
        // What was a part of a URI is one by itself.
        Self { origin, uri: path.parse().unwrap_or_default() }
    }

    #[track_caller]
    fn add_query(&mut self, fields: &str) {
        let separator = if self.uri.query().is_some() { '&' } else { '?' };
        *self = Self::read(&format!("{}{separator}{fields}", self.uri), &self.origin);
    }
}

impl TestRequest {
    #[track_caller]
    pub(super) fn new(client: TestClient, method: Method, target: &str) -> Self {
        Self {
            target: Target::read(target, &client.origin),
            client,
            method,
            headers: HeaderMap::new(),
            cookies: Vec::new(),
            content: Content::None,
            redirects: Redirects::default(),
        }
    }

    /// Adds a field; several of a name stay side by side.
    ///
    /// # Panics
    /// If it is no field.
    #[track_caller]
    pub fn header(mut self, name: impl AsRef<str>, value: impl AsRef<[u8]>) -> Self {
        let name = name.as_ref();
        let parsed = (name.parse::<HeaderName>(), HeaderValue::from_bytes(value.as_ref()));
        let (Ok(name), Ok(value)) = parsed else {
            panic!("{name:?} is no name of a field, or its value has octets that no value has");
        };
        self.headers.append(name, value);
        self
    }

    /// Adds fields to the query: a list of pairs, a struct, or a map, as nested as a
    /// [`Query`](crate::Query) reads it.
    ///
    /// # Panics
    /// If the value is none of these.
    #[track_caller]
    pub fn query<T: Serialize>(mut self, fields: &T) -> Self {
        self.target.add_query(&urlencoded(&form_fields(fields)));
        self
    }

    /// Sends a value as JSON.
    ///
    /// # Panics
    /// If it cannot be written as JSON.
    #[track_caller]
    pub fn json<T: Serialize + ?Sized>(self, value: &T) -> Self {
        match serde_json::to_vec(value) {
            Ok(content) => self.content_type("application/json").body(content),
            Err(error) => panic!("the content cannot be written as JSON: {error}"),
        }
    }

    /// Sends the fields of a form: a list of pairs, a struct, or a map, as nested as a
    /// [`Form`](crate::Form) reads it.
    ///
    /// # Panics
    /// If the value is none of these.
    #[track_caller]
    pub fn form<T: Serialize>(self, fields: &T) -> Self {
        let content = urlencoded(&form_fields(fields));
        self.content_type("application/x-www-form-urlencoded").body(content)
    }

    /// Adds a file to a form of several parts (`multipart/form-data`).
    pub fn file(
        self,
        field: impl Into<String>,
        name: impl Into<String>,
        media_type: impl Into<String>,
        content: impl Into<Bytes>,
    ) -> Self {
        let file = FileHead { name: name.into(), media_type: media_type.into() };
        self.part(Part { name: field.into(), file: Some(file), content: content.into() })
    }

    /// Adds a field to a form of several parts (`multipart/form-data`).
    pub fn field(self, name: impl Into<String>, value: impl Into<String>) -> Self {
        let content = Bytes::from(value.into());
        self.part(Part { name: name.into(), file: None, content })
    }

    /// Sends this content, whose type is not said: see [`header`](Self::header).
    pub fn body(mut self, body: impl Into<Body>) -> Self {
        self.content = Content::of_body(body.into());
        self
    }

    /// Sends a cookie, once, beside those that the client keeps.
    pub fn cookie(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.cookies.push((name.into(), value.into()));
        self
    }

    /// Says who asks, by name and password (RFC 7617).
    #[track_caller]
    pub fn basic_auth(self, name: &str, password: &str) -> Self {
        let pair = STANDARD.encode(format!("{name}:{password}"));
        self.header(AUTHORIZATION, format!("Basic {pair}"))
    }

    /// Says who asks, by a token (RFC 6750).
    #[track_caller]
    pub fn bearer_auth(self, token: &str) -> Self {
        self.header(AUTHORIZATION, format!("Bearer {token}"))
    }

    /// Asks another host than the client does.
    pub fn host(mut self, host: impl Into<String>) -> Self {
        self.target.origin.host = host.into();
        self
    }

    /// Comes from another address than the client's.
    pub fn from(mut self, peer: SocketAddr) -> Self {
        self.client.peer = peer;
        self
    }

    /// Goes where it is sent by redirects, up to 10 of them.
    pub fn follow_redirects(mut self) -> Self {
        self.redirects = Redirects::Followed;
        self
    }

    /// Sends the request, and blocks the thread until the answer is here. Where a tokio runtime
    /// runs, await the request instead.
    ///
    /// # Panics
    /// If the answer does not come in [time](TestClient::answer_time_max), has too much content,
    /// or leads from redirect to redirect.
    #[track_caller]
    pub fn send(self) -> TestResponse {
        let time_max = self.client.answer_time_max;
        let what = format!("{} {}", self.method, self.target.uri);
        match park::wait(self.exchange(), time_max) {
            Some(response) => response,
            None => panic!("no answer to {what} within {time_max:?}"),
        }
    }

    fn part(mut self, part: Part) -> Self {
        match &mut self.content {
            Content::Parts(parts) => parts.push(part),
            content => *content = Content::Parts(vec![part]),
        }
        self
    }

    fn content_type(mut self, media_type: &'static str) -> Self {
        self.headers.entry(CONTENT_TYPE).or_insert(HeaderValue::from_static(media_type));
        self
    }

    /// All cookies of the request as a field: those of the client, and its own in their place.
    pub(super) fn cookie_field(&self) -> Option<HeaderValue> {
        let path = self.target.uri.path();
        let mut cookies = self.client.with_jar(|jar| jar.cookies_for(&self.target.origin, path));
        cookies.retain(|(name, _)| !self.cookies.iter().any(|(own, _)| own == name));
        cookies.extend(self.cookies.iter().cloned());
        let pairs: Vec<String> = cookies.iter().map(|(n, v)| format!("{n}={v}")).collect();
        let field = (!pairs.is_empty()).then(|| pairs.join("; "))?;
        match HeaderValue::from_str(&field) {
            Ok(field) => Some(field),
            Err(_) => panic!("these cookies cannot be sent, as a {COOKIE} field: {field:?}"),
        }
    }
}

impl IntoFuture for TestRequest {
    type Output = TestResponse;
    type IntoFuture = Pin<Box<dyn Future<Output = TestResponse> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.exchange())
    }
}
