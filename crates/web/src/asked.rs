//! What is remembered of a request while it is being answered, for those who write its problems.

use gnezdo_core::grammar::{media_weight, wants_page};
use gnezdo_core::{Glance, Request, Response};
use http::header::ACCEPT;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Uri};

use crate::middleware::Given;

/// The name of the field with the id of a request.
pub(crate) const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// A request as far as the answer to a problem depends on it: what a hook is told.
#[derive(Clone, Debug, Default)]
pub struct Asked {
    method: Method,
    uri: Uri,
    /// The lines of the field `Accept`: mostly one, often none.
    accept: Vec<HeaderValue>,
    /// What a middleware has named the request; what the client named it proves nothing.
    request_id: Option<HeaderValue>,
}

impl Asked {
    /// Most of this is never looked at: nothing is copied that can be shared.
    pub(crate) fn of(request: &Request) -> Self {
        let given = request.extensions().get::<Given>();
        Self {
            method: request.method().clone(),
            uri: request.uri().clone(),
            accept: request.headers().get_all(ACCEPT).iter().cloned().collect(),
            request_id: given.map(|id| id.0.clone()),
        }
    }

    pub(crate) fn of_glance(glance: &Glance<'_>) -> Self {
        let mut accept = Vec::new();
        glance.each_field(&mut |name, value| {
            if name.eq_ignore_ascii_case(ACCEPT.as_str().as_bytes()) {
                accept.extend(HeaderValue::from_bytes(value));
            }
            true
        });
        let target = match glance.query() {
            Some(query) => format!("{}?{query}", glance.path()),
            None => glance.path().to_owned(),
        };
        let uri = target.parse().unwrap_or_default();
        Self { method: glance.method().clone(), uri, accept, request_id: None }
    }

    /// The method of the request.
    pub fn method(&self) -> &Method {
        &self.method
    }

    /// The target of the request.
    pub fn uri(&self) -> &Uri {
        &self.uri
    }

    /// Whether the client would rather see a page, as a browser does, than data: whether it names
    /// HTML, and does not like `application/problem+json` or `application/json` better.
    pub fn wants_page(&self) -> bool {
        let headers: HeaderMap = self.accept.iter().map(|line| (ACCEPT, line.clone())).collect();
        let weight = |kind, subtype| media_weight(&headers, kind, subtype).unwrap_or(0);
        let html = weight("text", "html");
        let named = |subtype| names(&headers, subtype) && weight("application", subtype) > html;
        wants_page(&headers) && !named("json") && !named("problem+json")
    }

    /// The id of the request, if a [`RequestId`](crate::middleware::RequestId) has given it one.
    pub fn request_id(&self) -> Option<&str> {
        self.request_id.as_ref()?.to_str().ok()
    }

    /// Takes the name that a middleware within has given to the request, and to its answer.
    pub(crate) fn note_answer(&mut self, response: &Response) {
        let id = response.headers().get(X_REQUEST_ID);
        self.request_id = self.request_id.take().or_else(|| id.cloned());
    }
}

/// Whether a request names this kind of JSON, and does not only allow everything.
fn names(headers: &HeaderMap, subtype: &str) -> bool {
    gnezdo_core::grammar::quality::members(headers, ACCEPT).any(|(range, _)| {
        range.split_once('/').is_some_and(|(kind, s)| {
            kind.eq_ignore_ascii_case("application") && s.eq_ignore_ascii_case(subtype)
        })
    })
}

#[cfg(test)]
mod tests {
    use gnezdo_core::Body;

    use super::*;

    #[test]
    fn a_page_is_for_those_who_name_html() {
        for (accept, is_page) in [
            (Some("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"), true),
            (Some("text/html"), true),
            (Some("application/json"), false),
            (Some("*/*"), false),
            (Some("text/html;q=0.5, application/json"), false),
            (Some("text/html, application/json;q=0.9"), true),
            (Some("application/problem+json, text/html;q=0.1"), false),
            (None, false),
        ] {
            let mut request = http::Request::get("/");
            if let Some(accept) = accept {
                request = request.header(ACCEPT, accept);
            }
            let request = request.body(Body::empty()).unwrap();
            assert_eq!(Asked::of(&request).wants_page(), is_page, "{accept:?}");
        }
    }
}
