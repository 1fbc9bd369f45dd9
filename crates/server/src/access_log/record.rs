//! What one line of the access log says.

use std::time::Instant;

use gnezdo_core::{HttpDate, Now};
use gnezdo_h1::RequestHead;
use gnezdo_socket::Peer;
use http::header::{REFERER, USER_AGENT};
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri, Version};

/// Not of a standard, but of all frameworks and proxies.
const REQUEST_ID: &str = "x-request-id";

/// One request and its answer.
#[derive(Debug)]
pub(crate) struct Record {
    pub(crate) peer: Peer,
    pub(crate) date: HttpDate,
    pub(crate) start: Instant,
    /// Absent if the request could not be read.
    pub(crate) request: Option<RequestLine>,
    pub(crate) referer: Option<HeaderValue>,
    pub(crate) user_agent: Option<HeaderValue>,
    /// By what the answer can be found in other logs, if a middleware has named it.
    pub(crate) request_id: Option<HeaderValue>,
    pub(crate) status: StatusCode,
    /// Octets of the answer's content that left.
    pub(crate) bytes: u64,
}

#[derive(Debug)]
pub(crate) struct RequestLine {
    pub(crate) method: Method,
    pub(crate) target: Uri,
    pub(crate) version: Version,
}

impl Record {
    pub(crate) fn of_request(peer: Peer, head: &RequestHead, now: &Now) -> Self {
        let field = |name: HeaderName| head.headers().get(name).cloned();
        let request = RequestLine {
            method: head.method().clone(),
            target: head.uri().clone(),
            version: head.version(),
        };
        Self {
            request: Some(request),
            referer: field(REFERER),
            user_agent: field(USER_AGENT),
            ..Self::of_unread(peer, now)
        }
    }

    pub(crate) fn of_unread(peer: Peer, now: &Now) -> Self {
        Self {
            peer,
            date: now.date,
            start: now.instant,
            request: None,
            referer: None,
            user_agent: None,
            request_id: None,
            status: StatusCode::OK,
            bytes: 0,
        }
    }

    /// Notes by what name the answer's fields call the request.
    pub(crate) fn named_by(&mut self, fields: &HeaderMap) {
        self.request_id = fields.get(REQUEST_ID).cloned();
    }

    /// Notes the answer; HEAD and some statuses have no content whatever its length.
    pub(crate) fn answered(&mut self, status: StatusCode, length: Option<u64>) {
        let is_head = self.request.as_ref().is_some_and(|request| request.method == Method::HEAD);
        let has_content = !is_head && status != StatusCode::NOT_MODIFIED;
        self.status = status;
        self.bytes = length.filter(|_| has_content).unwrap_or(0);
    }
}
