//! From a request to its answer: as a server would ask the service, and again where it is sent.

use std::future::poll_fn;
use std::pin::pin;

use bytes::{Bytes, BytesMut};
use cookie::Cookie;
use gnezdo_core::{
    Body, BodyError, ConnectionInfo, FieldLines, Glance, Reply, Request, Response, Service,
};
use http::header::{CONTENT_LENGTH, CONTENT_TYPE, COOKIE, HOST, LOCATION, SET_COOKIE};
use http::{HeaderMap, HeaderValue, Method, StatusCode};
use http_body::Body as _;

use super::content::Content;
use super::redirects::{Onward, REDIRECTS_MAX, Redirects, onward, resolve};
use super::request::{Target, TestRequest};
use super::response::TestResponse;

impl TestRequest {
    /// Asks, and goes on where it is sent.
    pub(super) async fn exchange(mut self) -> TestResponse {
        self.finish_content();
        for _ in 0..=REDIRECTS_MAX {
            let response = self.ask().await;
            let Some((target, onward)) = self.next_target(&response) else { return response };
            self.go_to(target, onward);
        }
        panic!("more than {REDIRECTS_MAX} redirects, the last to {}", self.target.uri);
    }

    /// Makes octets of the parts of a form, and says what they are.
    fn finish_content(&mut self) {
        let (content, media_type) = std::mem::take(&mut self.content).written();
        self.content = content;
        if let Some(media_type) = media_type.and_then(|text| text.try_into().ok()) {
            self.headers.entry(CONTENT_TYPE).or_insert(media_type);
        }
    }

    async fn ask(&mut self) -> TestResponse {
        let request = self.request();
        let method = request.method().clone();
        let reply = reply(&*self.client.app, request);
        let response = reply.await;
        self.keep_cookies(response.headers());
        collected(response, &method, self.client.content_bytes_max).await
    }

    /// The request as a server would make it.
    fn request(&mut self) -> Request {
        let (body, rest) = std::mem::take(&mut self.content).split();
        self.content = rest;
        let mut headers = self.headers.clone();
        if let Ok(host) = HeaderValue::from_str(&self.target.origin.host) {
            headers.entry(HOST).or_insert(host);
        }
        if let Some(length) = body.length().filter(|length| *length > 0) {
            headers.entry(CONTENT_LENGTH).or_insert(length.into());
        }
        if let Some(cookies) = self.cookie_field() {
            headers.append(COOKIE, cookies);
        }
        let mut request = Request::new(body);
        *request.method_mut() = self.method.clone();
        *request.uri_mut() = self.target.uri.clone();
        *request.headers_mut() = headers;
        if self.client.app.wants_connection_info() {
            let info = ConnectionInfo::new(self.client.peer, self.target.origin.scheme.clone());
            request.extensions_mut().insert(info);
        }
        request
    }

    fn keep_cookies(&self, headers: &HeaderMap) {
        let fields = headers.get_all(SET_COOKIE).iter();
        for cookie in fields.filter_map(|field| Cookie::parse(field.to_str().ok()?).ok()) {
            let path = self.target.uri.path();
            self.client.with_jar(|jar| jar.keep(&cookie, &self.target.origin, path));
        }
    }

    fn next_target(&self, response: &TestResponse) -> Option<(Target, Onward)> {
        if self.redirects == Redirects::Shown {
            return None;
        }
        let onward = onward(response.status(), &self.method)?;
        let origin = &self.target.origin;
        let location = response.header(LOCATION.as_str())?;
        let target = resolve(location, &origin.scheme, self.target.uri.path());
        Some((Target::read(&target, origin), onward))
    }

    fn go_to(&mut self, target: Target, onward: Onward) {
        self.target = target;
        if onward == Onward::Get {
            self.method = Method::GET;
            self.content = Content::None;
            self.headers.remove(CONTENT_TYPE);
            self.headers.remove(CONTENT_LENGTH);
        }
    }
}

/// Asks the service as a server would: at a glance first, if the request is plain.
fn reply(app: &dyn Service, request: Request) -> Reply {
    let is_plain = matches!(*request.method(), Method::GET | Method::HEAD)
        && request.uri().path().starts_with('/')
        && !request.headers().contains_key(CONTENT_LENGTH)
        && request.body().length() == Some(0);
    if is_plain && app.can_glance() {
        let (uri, lines) = (request.uri(), Lines(request.headers()));
        let glance = Glance::new(request.method(), uri.path(), uri.query(), &lines);
        if let Some(reply) = app.glance(glance) {
            return reply;
        }
    }
    app.call(request)
}

/// Fields as they would lie in a head.
struct Lines<'h>(&'h HeaderMap);

impl FieldLines for Lines<'_> {
    fn each(&self, see: &mut dyn FnMut(&[u8], &[u8]) -> bool) {
        let mut lines = self.0.iter();
        while lines.next().is_some_and(|(name, value)| see(name.as_ref(), value.as_bytes())) {}
    }
}

/// Takes in all content of an answer, as far as it goes over the wire.
async fn collected(response: Response, method: &Method, max: u64) -> TestResponse {
    let (head, body) = response.into_parts();
    // RFC 9110 §6.4.1: these have no content, whatever the service gave.
    let is_without = *method == Method::HEAD
        || head.status.is_informational()
        || matches!(
            head.status,
            StatusCode::NO_CONTENT | StatusCode::NOT_MODIFIED | StatusCode::RESET_CONTENT
        );
    let (content, broken) = if is_without { (Bytes::new(), None) } else { pieces(body, max).await };
    TestResponse::new(head, content, broken)
}

/// The content, and why it broke off if it did.
async fn pieces(body: Body, max: u64) -> (Bytes, Option<BodyError>) {
    let mut body = pin!(body);
    let mut content = BytesMut::new();
    while let Some(frame) = poll_fn(|cx| body.as_mut().poll_frame(cx)).await {
        match frame.map(http_body::Frame::into_data) {
            Ok(Ok(piece)) => content.extend_from_slice(&piece),
            // Trailers are no content.
            Ok(Err(_)) => {}
            Err(error) => return (content.freeze(), Some(error)),
        }
        assert!(content.len() as u64 <= max, "the answer has more than {max} bytes of content");
    }
    (content.freeze(), None)
}
