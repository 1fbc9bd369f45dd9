//! The service for clients who are told to come back later.

use std::time::Duration;

use gnezdo_core::{Limits, Ready, Reply, Request, Service};
use http::header::{CONNECTION, CONTENT_TYPE, RETRY_AFTER};
use http::{HeaderValue, Response, StatusCode};

/// What a client that is turned away is told to wait, in seconds.
const RETRY_AFTER_SECONDS: u16 = 1;

/// How long a client that is turned away may take for its request, and for leaving.
const BUSY_TIMEOUT: Duration = Duration::from_secs(1);

/// Tells every client to come back later.
pub(crate) struct Busy(Ready);

impl Busy {
    pub(crate) fn new() -> Self {
        let mut response = Response::new(());
        *response.status_mut() = StatusCode::SERVICE_UNAVAILABLE;
        let fields = response.headers_mut();
        fields.insert(RETRY_AFTER, HeaderValue::from(RETRY_AFTER_SECONDS));
        fields.insert(CONNECTION, HeaderValue::from_static("close"));
        fields.insert(CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
        let text = "503 Service Unavailable: too many connections from your address.\n";
        Self(Ready::new(response.into_parts().0, text.into()))
    }

    /// Who is to come back later has little time to ask.
    pub(crate) fn limits(limits: &Limits) -> Limits {
        Limits {
            header_timeout: limits.header_timeout.min(BUSY_TIMEOUT),
            linger_timeout: limits.linger_timeout.min(BUSY_TIMEOUT),
            ..limits.clone()
        }
    }
}

impl Service for Busy {
    fn call(&self, _: Request) -> Reply {
        Reply::Ready(self.0.clone())
    }

    fn wants_connection_info(&self) -> bool {
        false
    }
}
